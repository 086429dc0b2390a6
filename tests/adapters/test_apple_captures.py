"""Every real capture of Apple's feed, and 321 changes of its events, read as a person reads them.

The captures belong to others and lie outside the repository; without them these tests are skipped.
"""

import json
from collections import defaultdict
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from adapters.apple.board import read_board
from bot.apple import Board, Service

FEED = Path(__file__).parents[2].parent / "shared" / "contract" / "apple"
CAPTURES = sorted((FEED / "captures").glob("*"))

pytestmark = pytest.mark.skipif(not CAPTURES, reason=f"the captures of Apple's feed are not here: {FEED}")

SIGN_IN = Service.ICLOUD_SIGN_IN
CLEAR: dict[Service, tuple[str, str]] = {}

EXPECTED = {
    # What each capture says of our five services: the state and since when (UTC); unnamed ones are ok.
    "20190518T1934Z": CLEAR,
    "20190520T0345Z": {
        Service.IMESSAGE: ("issue", "2019-05-20T00:00"),
        Service.FACETIME: ("issue", "2019-05-20T00:00"),
    },
    "20190520T0415Z": CLEAR,
    "20190524T1200Z": CLEAR,  # Apple Pay has the trouble
    "20190602T1330Z": CLEAR,
    "20190615T1615Z": CLEAR,  # Apple School Manager is being maintained
    "20190615T1800Z": CLEAR,
    "20190628T0030Z": CLEAR,  # iCloud Mail is to be maintained
    "20190702T0145Z": CLEAR,
    "20190704T1900Z": CLEAR,  # resolved for signing in, not for iCloud Mail
    "20191016T1930Z": CLEAR,  # 24 services at once, all resolved
    "20200709T1315Z": CLEAR,
    "20200709T1331Z": {SIGN_IN: ("issue", "2020-07-09T11:53")},  # reopened
    "20200930T0100Z": {SIGN_IN: ("outage", "2020-09-29T12:01")},  # beside a resolved issue
    "20201101T1530Z": {SIGN_IN: ("issue", "2020-11-01T14:02")},
    "20201112T2115Z": {Service.IMESSAGE: ("issue", "2020-11-12T20:00")},
    "20201112T2345Z": CLEAR,
    "20210203T1915Z": {Service.IMESSAGE: ("outage", "2021-02-03T18:13")},
    "20210203T1945Z": CLEAR,  # resolved for iMessage, not for iCloud Drive
    "20210204T0906Z": CLEAR,  # resolved, of no kind
    "20210520T1706Z": {Service.IMESSAGE: ("issue", "2021-05-20T14:10")},
    "20210520T1806Z": CLEAR,
    "en": CLEAR,  # iCloud Mail has the trouble
    "developer": dict.fromkeys(Service, ("unknown", "")),
}


def meaning(board: Board) -> dict[Service, tuple[str, str]]:
    return {
        each.service: (each.state, each.since.strftime("%Y-%m-%dT%H:%M") if each.since else "")
        for each in board.reports
        if each.state != "ok"
    }


@pytest.mark.parametrize("capture", CAPTURES, ids=[path.stem for path in CAPTURES])
def test_a_capture_means_what_a_person_reads_in_it(capture: Path) -> None:
    board = read_board(capture.read_bytes(), checked_at=datetime.now(UTC))
    assert meaning(board) == EXPECTED[capture.name.split("_")[0]]
    assert all(bool(each.message) == (each.state not in {"ok", "unknown"}) for each in board.reports)


def test_every_expectation_has_its_capture() -> None:
    assert {capture.name.split("_")[0] for capture in CAPTURES} == set(EXPECTED)


@pytest.mark.parametrize(
    ("prefix", "name", "now", "state"),
    [
        ("20190615T1615Z", "Apple School Manager", "2019-06-15T16:15Z", "maintenance"),
        ("20190615T1800Z", "Apple School Manager", "2019-06-15T18:00Z", "ok"),
        ("20190628T0030Z", "iCloudメール", "2019-06-28T00:30Z", "ok"),
        ("20190628T0030Z", "iCloudメール", "2019-06-28T02:30Z", "maintenance"),
        ("20190628T0030Z", "iCloudメール", "2019-06-28T05:00Z", "ok"),
        ("20190524T1200Z", "Apple Pay", "2019-05-24T12:00Z", "issue"),
    ],
)
def test_what_befell_another_service_would_be_told_of_ours(
    prefix: str, name: str, now: str, state: str
) -> None:
    (capture,) = (each for each in CAPTURES if each.name.startswith(prefix))
    content = json.loads(capture.read_text(encoding="utf-8-sig"))
    content["services"] = [
        {**each, "serviceName": "iMessage"} for each in content["services"] if each["serviceName"] == name
    ]
    found = read_board(json.dumps(content).encode(), checked_at=datetime.fromisoformat(now)).reports[0]
    assert found.state == state
    if state == "maintenance":
        assert found.since
        assert found.until
        assert found.until > found.since
    if prefix == "20190628T0030Z":
        assert (found.planned is not None) == (now < "2019-06-28T02:00Z")


def test_the_replay_of_two_years_is_in_trouble_exactly_while_an_event_is_ongoing() -> None:
    events: dict[str, dict[str, dict[str, Any]]] = defaultdict(dict)
    troubles = 0
    for line in (FEED / "event_states_2019-2021.jsonl").read_text(encoding="utf-8").splitlines():
        change = json.loads(line)
        known = events[change["serviceName"]]
        known.pop(change.get("messageId"), None)
        known.update({each["messageId"]: each for each in change.get("events", [])})
        board = replayed(events, datetime.fromisoformat(change["captured_at"]))
        ongoing = {
            name for name, each in events.items() if "ongoing" in {e["eventStatus"] for e in each.values()}
        }
        assert {each.service for each in board.reports if each.state in {"issue", "outage"}} == {
            service for name, service in NAMES.items() if name in ongoing
        }
        troubles += change["serviceName"] in NAMES.keys() & ongoing
    assert troubles == 35


NAMES = {
    "iMessage": Service.IMESSAGE,
    "FaceTime": Service.FACETIME,
    "Apple ID": Service.APPLE_ACCOUNT,
    "iCloudアカウントおよびサインイン": Service.ICLOUD_SIGN_IN,
}


def replayed(events: dict[str, dict[str, dict[str, Any]]], now: datetime) -> Board:
    services = [{"serviceName": name, "events": list(each.values())} for name, each in events.items()]
    return read_board(json.dumps({"services": services}).encode(), checked_at=now)
