"""What is pinned for all comes back as it was, and what cannot be read is none."""

import json
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.apple import Outlook, Report, Service, Troubles
from bot.outlook import Settling, settle
from bot.runtime.bulletin import BULLETINS, Bulletin
from tests.outside import START, TOKYO, Weather, world

MINUTE = timedelta(minutes=1)


def bulletin(weather: Weather) -> Bulletin:
    """Give what is known after two readings in that weather."""
    settling = Settling()
    for reading in range(2):
        now = START + reading * MINUTE
        settling = settle(settling, world(weather, now).boards, now)
    boards = world(weather, START).boards
    return Bulletin(boards, settling, START, "one", 1.5 * MINUTE, failures=2, crowd=START)


@pytest.mark.parametrize("weather", ["clear", "down", "maintenance", "unknown", "partly", "old"])
def test_what_is_pinned_comes_back_as_it_was(weather: Weather) -> None:
    for known in (Bulletin(), bulletin(weather)):
        assert BULLETINS.decode(BULLETINS.encode(known)) == known


def test_it_is_the_outside_of_each_turn() -> None:
    known = bulletin("down")
    outside = known.world(START, TOKYO)
    assert outside.boards == known.boards
    assert (outside.zone, outside.crowd) == (TOKYO, START)
    troubles: Troubles = tuple((service, "outage") for service in Service)
    assert outside.outlook == Outlook(troubles, START + MINUTE)


def test_a_surge_of_which_nothing_was_heard_for_a_day_is_none() -> None:
    assert bulletin("down").world(START + timedelta(days=1), TOKYO).crowd == START
    assert bulletin("down").world(START + timedelta(days=1, seconds=1), TOKYO).crowd is None


def test_what_a_newer_version_has_pinned_is_none() -> None:
    content = json.loads(BULLETINS.encode(bulletin("down")))
    assert BULLETINS.decode(json.dumps({**content, "f": BULLETINS.number + 1}).encode()) is None


def test_a_service_that_is_not_known_here_makes_it_none() -> None:
    strange = BULLETINS.encode(bulletin("down")).replace(b"FaceTime", b"Telegraph")
    assert BULLETINS.decode(strange) is None


@given(st.integers(min_value=0), st.binary(max_size=5))
def test_no_bytes_break_whoever_reads_them(at: int, noise: bytes) -> None:
    whole = BULLETINS.encode(bulletin("down"))
    place = at % len(whole)
    for body in (noise, whole[:place], whole[:place] + noise + whole[place:]):
        found = BULLETINS.decode(body)
        assert found is None or isinstance(found, Bulletin)


def test_planned_maintenance_comes_back_too() -> None:
    report = Report(Service.IMESSAGE, "ok", planned=START + MINUTE)
    known = bulletin("clear")
    board = known.boards["en"]
    changed = Bulletin({"en": type(board)(board.checked_at, (report, *board.reports[1:]))})
    assert BULLETINS.decode(BULLETINS.encode(changed)) == changed
