"""`status`: Apple's board for people and for programs."""

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from bot.apple import Service
from bot.model import Language
from tests.commands.conftest import ALL_CLEAR, Run
from tests.wire import apple as wire
from tests.wire.apple import Answer, AppleServer, apple

CAPTURES = sorted((Path(__file__).parents[2].parent / "shared" / "contract" / "apple" / "captures").glob("*"))
NAMES = ["iMessage", "FaceTime", "Apple Account", "iCloud Account & Sign In", "iOS Device Activation"]
STATES = {"ok", "issue", "outage", "maintenance", "unknown"}


def moment(text: str) -> datetime:
    read = datetime.fromisoformat(text)
    assert read.utcoffset() == timedelta()
    return read


def check_shape(board: dict[str, object]) -> None:
    """See that the board has what was agreed with other programs, and nothing more."""
    assert list(board) == ["checked_at", "services"]
    services = board["services"]
    assert isinstance(services, list)
    assert [service["name"] for service in services] == NAMES
    for service in services:
        assert list(service) == ["name", "state", "since", "until", "message"]
        assert service["state"] in STATES
        if service["state"] in ("ok", "unknown"):
            assert (service["since"], service["until"], service["message"]) == (None, None, "")
        for instant in filter(None, (service["since"], service["until"])):
            moment(instant)


@pytest.mark.skipif(not CAPTURES, reason="the captures of Apple's feed lie outside of the repository")
@pytest.mark.parametrize("capture", CAPTURES, ids=lambda path: path.stem)
def test_every_capture_can_be_read_by_programs_and_by_people(inside: Run, capture: Path) -> None:
    with apple(wire.document(capture.read_bytes())) as server:
        data = inside("status", "--json", APPLE_STATUS_URL=server.url)
        text = inside("status", "--lang", "ja")
    (board,) = data.json
    check_shape(board)
    assert (data.code, data.err, text.code, text.err) == (0, "", 0, "")
    assert moment(board["checked_at"]) <= datetime.now(UTC)
    assert "iCloudアカウントおよびサインイン" in text.out
    for service in board["services"]:
        assert service["message"] in text.out


@pytest.mark.parametrize(
    ("language", "file"), [("ja", "/system_status_ja_JP.js"), ("en", "/system_status_en_US.js")]
)
def test_the_board_is_read_in_the_language_asked_for(
    inside: Run, healthy_apple: AppleServer, language: Language, file: str
) -> None:
    done = inside("status", "--lang", language, APPLE_STATUS_URL=healthy_apple.url)
    assert done.code == 0
    assert len(done.out.splitlines()) == 1 + len(Service)
    assert healthy_apple.requests[-1].path == file


@pytest.mark.parametrize(
    ("status", "kind", "state"),
    [
        ("ongoing", "Outage", "outage"),
        ("ongoing", "Issue", "issue"),
        ("ongoing", "Performance", "issue"),
        ("ongoing", "", "issue"),
        ("ongoing", "Something new", "issue"),
        ("ongoing", "Maintenance", "maintenance"),
        ("resolved", "Outage", "ok"),
        ("completed", "Maintenance", "ok"),
    ],
)
def test_each_kind_of_event_has_its_state(inside: Run, status: str, kind: str, state: str) -> None:
    event = {"eventStatus": status, "statusType": kind, "epochStartDate": 1.6e12, "message": "Words."}
    document = json.dumps({"services": [{"serviceName": "iMessage", "events": [event]}]}).encode()
    with apple(wire.document(document)) as server:
        (board,) = inside("status", "--json", APPLE_STATUS_URL=server.url).json
    check_shape(board)
    states = [service["state"] for service in board["services"]]
    assert states == [state, "unknown", "unknown", "unknown", "unknown"]
    if state != "ok":
        assert moment(board["services"][0]["since"]) == datetime.fromtimestamp(1.6e9, UTC)
        assert board["services"][0]["message"] == "Words."


EVILS = {
    "an error": wire.failing("503 Service Unavailable"),
    "HTML": wire.document(b"<!DOCTYPE html><title>Welcome</title>", content_type="text/html"),
    "nothing": wire.document(b""),
    "half a document": wire.document(ALL_CLEAR[:-40]),
    "a broken connection": wire.cut_off(ALL_CLEAR),
    "a redirection elsewhere": wire.moved("https://example.com/"),
    "50 MB": wire.flood(),
    "a gzip bomb": wire.bomb(),
    "deep nesting": wire.document(b'{"services": ' + b"[" * 100_000),
    "no services": wire.document(b'{"services": null}'),
}


@pytest.mark.parametrize("answer", EVILS.values(), ids=EVILS.keys())
def test_a_board_that_cannot_be_read_gives_3_and_one_line_why(inside: Run, answer: Answer) -> None:
    """A server that dawdles is not among them: the deadline is tested with the client itself."""
    with apple(answer) as server:
        data = inside("status", "--json", APPLE_STATUS_URL=server.url)
        text = inside("status", "--lang", "ja")
    check_shape(data.json[0])
    assert data.json[0]["checked_at"] is None
    assert {service["state"] for service in data.json[0]["services"]} == {"unknown"}
    assert (data.code, text.code, text.out) == (3, 3, "")
    assert (data.err.count("\n"), text.err.count("\n")) == (1, 1)
