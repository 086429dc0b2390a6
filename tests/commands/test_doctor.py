"""`doctor`: what it looks at, and what it says."""

import socket
import sqlite3
from contextlib import closing
from functools import partial
from pathlib import Path

import pytest

from adapters.store.sqlite.examine import examine_sqlite
from adapters.store.sqlite.file import open_file
from bot.commands import doctor
from tests.commands.conftest import Run, read_once
from tests.commands.program import NOWHERE, Finished, run
from tests.ports import free_port
from tests.redis_server import RedisServer
from tests.wire.apple import AppleServer

SETTINGS = (
    *("REDIS_URL", "HEALTH_HOST", "LOG_KEY", "ACCEPT_DATA_LOSS", "REDIS_REPLICAS", "TZ"),
    *("TELEGRAM_BOT_TOKEN", "SLACK_BOT_TOKEN", "SLACK_APP_TOKEN", "LISTEN_HOST"),
)
BY_HTTP = {
    "SLACK_BOT_TOKEN": "xoxb-1234567890",
    "SLACK_SIGNING_SECRET": "0123456789abcdef",
    "SLACK_API_URL": NOWHERE,
}
"""Settings of a bot that Slack calls; nobody is there to say whether its token is good."""
CHECKS = ["settings", "flows", "store", "apple", "zone", "health"]

BY_SOCKET = {"SLACK_APP_TOKEN": "xapp-1-1234567890"}


@pytest.fixture
def examine(inside: Run, healthy_apple: AppleServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Run:
    """Run it where all is well, but for the changes."""
    monkeypatch.setattr(doctor, "load_book", read_once)
    for name in SETTINGS:
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("APPLE_STATUS_URL", healthy_apple.url)
    monkeypatch.setenv("IMESSAGE_SUPPORT_STORE", str(tmp_path / "conversations.db"))
    monkeypatch.setenv("HEALTH_PORT", str(free_port()))

    return partial(inside, "doctor")


def grades(done: Finished) -> dict[str, str]:
    return {line["check"]: line["grade"] for line in done.json}


def test_where_all_is_well_each_check_has_one_line(examine: Run) -> None:
    done = examine()
    assert (done.code, done.err) == (0, "")
    assert [line.split()[:2] for line in done.out.splitlines()] == [["✓", check] for check in CHECKS]


def test_programs_get_one_object_a_line(examine: Run) -> None:
    done = examine("--json")
    assert done.code == 0
    assert grades(done) == dict.fromkeys(CHECKS, "ok")
    assert all(list(line) == ["check", "grade", "says", "remedy"] for line in done.json)


def test_terminals_without_such_signs_get_others(examine: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(doctor, "_can_show", lambda _: False)
    done = examine()
    assert {line[0] for line in done.out.splitlines()} == {"+"}
    assert done.out.isascii()


def test_apple_out_of_reach_is_a_warning_and_a_remedy_stands_under_its_finding(examine: Run) -> None:
    done = examine(APPLE_STATUS_URL="http://127.0.0.1:9")
    lines = done.out.splitlines()
    (number,) = [number for number, line in enumerate(lines) if line.startswith("! apple")]
    assert done.code == 0
    assert lines[number + 1].startswith(" " * 12 + "The bot works without it")


def test_every_wrong_setting_is_a_fault(examine: Run) -> None:
    done = examine("--json", HEALTH_PORT="x", REDIS_URL="nonsense://:s3cret@host")
    assert (done.code, [line["check"] for line in done.json]) == (1, ["settings"] * 2)
    assert "s3cret" not in done.out


def test_flows_with_mistakes_are_a_fault(examine: Run, tmp_path: Path) -> None:
    (tmp_path / "start.yaml").write_text("flow: [")
    done = examine("--json", IMESSAGE_SUPPORT_FLOWS=str(tmp_path))
    assert (done.code, grades(done)["flows"]) == (1, "fault")


def test_a_port_that_another_program_has_is_a_fault(examine: Run) -> None:
    with socket.create_server(("127.0.0.1", 0)) as other:
        other.settimeout(0)
        done = examine("--json", HEALTH_PORT=str(other.getsockname()[1]))
    assert (done.code, grades(done)["health"]) == (1, "fault")


def test_an_address_that_is_not_ours_is_a_fault(examine: Run) -> None:
    assert grades(examine("--json", HEALTH_HOST="192.0.2.1"))["health"] == "fault"


def test_the_port_for_chat_platforms_matters_where_one_calls(examine: Run) -> None:
    free = str(free_port())
    assert grades(examine("--json", LISTEN_PORT=free, **BY_HTTP))["listen"] == "ok"
    with socket.create_server(("127.0.0.1", 0)) as other:
        taken = examine("--json", LISTEN_PORT=str(other.getsockname()[1]))
    assert (taken.code, grades(taken)["listen"]) == (1, "fault")
    assert "listen" not in grades(examine("--json", **BY_SOCKET))


@pytest.mark.parametrize(
    ("tz", "grade", "says"),
    [
        ("Asia/Tokyo", "ok", "in Asia/Tokyo where"),
        ("JST-9", "ok", "in UTC+09:00 where"),
        ("Asia/Tokio", "warning", "TZ=Asia/Tokio is no time zone, so times are told in UTC"),
    ],
)
def test_the_time_zone_is_told_and_one_that_is_none_is_a_warning(
    tz: str, grade: str, says: str, tmp_path: Path
) -> None:
    done = run("doctor", "--json", TZ=tz, IMESSAGE_SUPPORT_STORE=str(tmp_path / "conversations.db"))
    (zone,) = [line for line in done.json if line["check"] == "zone"]
    assert zone["grade"] == grade
    assert says in zone["says"]


# --- Redis ------------------------------------------------------------------------------------------------


def test_a_good_redis_has_a_line_for_each_of_its_checks(examine: Run) -> None:
    with RedisServer("--appendonly", "yes") as server:
        done = examine("--json", REDIS_URL=server.url)
    assert done.code == 0
    assert set(grades(done).values()) == {"ok"}
    assert {"store", "redis version", "redis rights"} < set(grades(done))


def test_a_redis_that_loses_data_is_a_fault_unless_that_is_accepted(examine: Run) -> None:
    with RedisServer() as server:
        refused = examine("--json", REDIS_URL=server.url)
        accepted = examine("--json", REDIS_URL=server.url, ACCEPT_DATA_LOSS="yes")
    assert (refused.code, grades(refused)["redis persistence"]) == (1, "fault")
    assert (accepted.code, grades(accepted)["redis persistence"]) == (0, "warning")


def test_no_password_is_shown(examine: Run) -> None:
    port = free_port()
    done = examine(REDIS_URL=f"redis://bot:s3cret@127.0.0.1:{port}/0")
    assert done.code == 1
    assert "s3cret" not in done.out
    assert f"✗ store     redis://127.0.0.1:{port}/0: It does not answer" in done.out


# --- SQLite -----------------------------------------------------------------------------------------------


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """Give a file of ours that nobody has open."""
    path = tmp_path / "conversations.db"
    open_file(path).close()
    return path


def judged(path: Path) -> tuple[str, str]:
    finding = examine_sqlite(path)
    return finding.grade, finding.says.removeprefix(f"{path}: ")


def test_a_file_of_ours_is_sound_and_stays_as_it_was(file: Path) -> None:
    before = file.read_bytes()
    assert judged(file) == ("ok", "sound, 0.1 MB")
    assert file.read_bytes() == before


def test_a_file_that_is_not_there_yet_is_fine_where_it_can_be_made(tmp_path: Path) -> None:
    path = tmp_path / "new" / "conversations.db"
    assert judged(path) == ("ok", "none yet, the first start makes it")
    assert list(tmp_path.iterdir()) == []


def test_a_file_in_use_is_fine(file: Path) -> None:
    """In another process it would be; here SQLite's own lock does for it."""
    with closing(open_file(file)):
        assert judged(file) == ("ok", "in use by another process")


def test_a_file_of_somebody_else_is_a_fault(tmp_path: Path) -> None:
    path = tmp_path / "theirs.db"
    with closing(sqlite3.connect(path)) as database:
        database.execute("CREATE TABLE theirs (x)")
    assert judged(path)[0] == "fault"
    path.write_text("Just text, and more of it than a header has. " * 10)
    assert judged(path) == ("fault", "It is damaged, or not a file of ours")


def test_a_newer_or_damaged_file_is_a_fault(file: Path) -> None:
    with closing(sqlite3.connect(file)) as database:
        database.execute("PRAGMA user_version = 99")
    assert judged(file) == ("fault", "It was written by a newer version of imessage-support")
    file.write_bytes(file.read_bytes()[:5000])
    assert judged(file)[0] == "fault"
