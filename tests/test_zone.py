"""The time zone of the machine, in which times are told and in which it is night."""

import os
import subprocess
import sys

import pytest

_PROGRAM = """
from datetime import UTC, datetime
from bot.app import local_zone
zone = local_zone()
print(*(f"{datetime(2026, month, 1, 12, tzinfo=UTC).astimezone(zone):%H %Z}" for month in (1, 7)), sep=", ")
"""


@pytest.mark.parametrize(
    ("tz", "told"),
    [
        pytest.param("America/New_York", "07 EST, 08 EDT", id="summer time comes while the program runs"),
        pytest.param("JST-9", "21 UTC+09:00, 21 UTC+09:00", id="an offset instead of a name"),
        pytest.param("Nowhere/Nothing", "12 UTC, 12 UTC", id="a name that nobody knows"),
        pytest.param(":/dev/null", "12 UTC, 12 UTC", id="a file that says nothing"),
        pytest.param("/", "12 UTC, 12 UTC", id="a folder"),
    ],
)
def test_noon_in_winter_and_in_summer_is_told_in_the_zone_of_the_machine(tz: str, told: str) -> None:
    program = [sys.executable, "-c", _PROGRAM]
    done = subprocess.run(program, env={**os.environ, "TZ": tz}, capture_output=True, text=True, check=False)

    assert (done.stdout, done.stderr) == (f"{told}\n", "")
