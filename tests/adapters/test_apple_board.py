"""What a status document means: whole documents, names, and events."""

import json
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest

from adapters.apple.board import read_board
from bot.apple import Board, Report, Service
from bot.ports import StatusUnreadable
from tests.adapters.feed import NOON, epoch, event, imessage, listing, read, report, states

RECORDED = Path(__file__).parents[1] / "recorded" / "apple"
HOUR = timedelta(hours=1)


# --- whole documents --------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["all_clear_ja.json", "all_clear_en_2021.json"])
def test_a_document_without_events_is_ok_in_both_languages_and_with_old_and_new_names(name: str) -> None:
    board = read_board((RECORDED / name).read_bytes(), checked_at=NOON)
    assert board == Board(NOON, tuple(Report(service, "ok") for service in Service))


def test_active_events_are_reported_with_their_start_and_apples_words() -> None:
    board = read_board((RECORDED / "trouble_ja.json").read_bytes(), checked_at=NOON)
    nine = NOON - 3 * HOUR
    assert board.reports == (
        Report(
            Service.IMESSAGE,
            "outage",
            since=nine,
            message="メッセージを送れないことがあります。詳細 を調査中です。",
        ),
        Report(Service.FACETIME, "issue", since=nine + HOUR, message="通話が途切れることがあります。"),
        Report(Service.APPLE_ACCOUNT, "ok"),
        Report(Service.ICLOUD_SIGN_IN, "issue", since=nine + HOUR / 2),
        Report(Service.DEVICE_ACTIVATION, "ok"),
    )


def test_maintenance_is_reported_with_its_planned_end_and_announced_beforehand() -> None:
    board = read_board((RECORDED / "maintenance_en.json").read_bytes(), checked_at=NOON)
    words = "We are exchanging parts of this service."
    assert board.reports[:3] == (
        Report(Service.IMESSAGE, "maintenance", since=NOON - 3 * HOUR, until=NOON, message=words),
        Report(Service.FACETIME, "ok", planned=NOON + 21 * HOUR),
        Report(Service.APPLE_ACCOUNT, "ok"),
    )


def test_the_developers_feed_says_nothing_about_our_services() -> None:
    board = read_board((RECORDED / "developer.js").read_bytes(), checked_at=NOON)
    assert states(board) == ["unknown"] * len(Service)


def test_a_service_that_is_absent_is_unknown_and_the_others_are_read() -> None:
    assert states(read(listing(FaceTime=[]))) == ["unknown", "ok", "unknown", "unknown", "unknown"]
    assert states(read({"services": []})) == ["unknown"] * len(Service)


@pytest.mark.parametrize(
    "wrap",
    [
        lambda document: b"\xef\xbb\xbf" + document,
        lambda document: b"jsonCallback(" + document + b");",
        lambda document: b"\r\n\t " + document + b"\n\n",
        lambda document: document.replace(b"App Store", b"App \xff\xfeStore"),
    ],
    ids=["byte order mark", "JSONP", "blanks around it", "broken UTF-8 in a name"],
)
def test_a_wrapping_changes_nothing(wrap: Callable[[bytes], bytes]) -> None:
    document = (RECORDED / "trouble_ja.json").read_bytes()
    assert read_board(wrap(document), checked_at=NOON) == read_board(document, checked_at=NOON)


@pytest.mark.parametrize(
    ("reason", "documents"),
    [
        ("came back empty", [b"", b" \r\n"]),
        (
            "sent something other than its status",
            [b"<!DOCTYPE html><p>Hello", b"404", b"\x00\xff", b"}{", b"[]"],
        ),
        (
            "is cut off, damaged or not a status at all",
            [b"<style>p {color: red}</style>", b'{"services": [{"events": []}, {', b'{"a":' * 100_000 + b"}"],
        ),
        (
            "came without its list of services",
            [b"{}", b'{"services": null}', b'{"services": {"iMessage": []}}', b'{"error": "maintenance"}'],
        ),
    ],
)
def test_what_is_not_a_status_document_is_refused_in_one_clear_line(
    reason: str, documents: list[bytes]
) -> None:
    for document in documents:
        with pytest.raises(StatusUnreadable) as refusal:
            read_board(document, checked_at=NOON)
        assert str(refusal.value) == f"Apple's System Status {reason}"


# --- names ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "service"),
    [
        ("iMessage", Service.IMESSAGE),
        ("ｉＭｅｓｓａｇｅ", Service.IMESSAGE),
        ("\u200bimessage\u00a0", Service.IMESSAGE),
        ("Apple ID", Service.APPLE_ACCOUNT),
        ("Apple\u3000Account", Service.APPLE_ACCOUNT),
        ("Apple アカウント", Service.APPLE_ACCOUNT),
        ("iCloud Account &amp; Sign In", Service.ICLOUD_SIGN_IN),
        ("iCloud Account & Sign In", Service.ICLOUD_SIGN_IN),
        ("iCloudアカウントおよびサインイン", Service.ICLOUD_SIGN_IN),
        ("iCloud アカウントとサインイン", Service.ICLOUD_SIGN_IN),
        ("iOS Device Activation", Service.DEVICE_ACTIVATION),
        ("iOSﾃﾞﾊﾞｲｽｱｸﾃｨﾍﾞｰｼｮﾝ", Service.DEVICE_ACTIVATION),
    ],
)
def test_a_service_is_known_by_any_spelling_of_its_names(name: str, service: Service) -> None:
    board = read({"services": [{"serviceName": name, "events": []}]})
    assert [each.service for each in board.reports if each.state == "ok"] == [service]


def test_names_that_only_resemble_ours_are_other_services() -> None:
    names = ("Sign in with Apple", "Account", "iMessage Games", "iCloud Mail", "Appleでサインイン", "")
    assert states(read(listing(**{name: [] for name in names}))) == ["unknown"] * len(Service)


def test_a_service_listed_under_its_old_and_its_new_name_has_the_events_of_both() -> None:
    board = read(listing(**{"Apple ID": [event(kind="Outage")], "Apple Account": []}))
    assert report(board, Service.APPLE_ACCOUNT).state == "outage"


# --- what events mean -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("kind", "state"),
    [
        ("Outage", "outage"),
        ("OUTAGE ", "outage"),
        ("Maintenance", "maintenance"),
        ("Issue", "issue"),
        ("Performance", "issue"),
        ("Solar flare", "issue"),
        ("", "issue"),
        (None, "issue"),
        (7, "issue"),
    ],
)
def test_the_kind_of_an_active_event_gives_the_state(kind: object, state: str) -> None:
    assert imessage(event(kind=kind)).state == state


@pytest.mark.parametrize("status", ["resolved", "Completed", " RESOLVED"])
def test_an_event_that_is_over_is_no_trouble(status: str) -> None:
    over = event(status, "Outage", epochEndDate=epoch(NOON - 2 * HOUR))
    assert imessage(over) == Report(Service.IMESSAGE, "ok")


@pytest.mark.parametrize("status", ["resolved", "Completed", " RESOLVED"])
def test_a_problem_that_was_over_within_the_last_hour_is_told(status: str) -> None:
    for kind in ("Outage", "Issue"):
        for ended in (NOON, NOON - timedelta(minutes=13), NOON - HOUR):
            over = event(status, kind, epochEndDate=epoch(ended))
            assert imessage(over) == Report(Service.IMESSAGE, "ok", ended=ended)
    older = event(status, epochEndDate=epoch(NOON - HOUR - timedelta(minutes=1)))
    assert imessage(older) == Report(Service.IMESSAGE, "ok")
    both = imessage(older, event(status, epochEndDate=epoch(NOON - HOUR / 2)))
    assert both.ended == NOON - HOUR / 2


@pytest.mark.parametrize("kind", ["Maintenance"])
def test_maintenance_and_what_has_no_end_are_not_told_of_afterwards(kind: str) -> None:
    assert imessage(event("completed", kind, epochEndDate=epoch(NOON))).ended is None
    assert imessage(event("resolved", epochEndDate=None)).ended is None
    assert imessage(event("resolved", epochEndDate=epoch(NOON)), event("ongoing")).ended is None


@pytest.mark.parametrize("status", ["ongoing", "Ongoing", "investigating", "", None, 1, ["resolved"]])
def test_any_other_status_is_active_even_after_its_end(status: object) -> None:
    assert imessage(event(status, epochEndDate=epoch(NOON - HOUR))).state == "issue"


def test_an_event_that_was_reopened_is_active_again() -> None:
    assert imessage(event("resolved", messageId="1"), event("ongoing", messageId="1")).state == "issue"


def test_the_worst_of_several_events_speaks_for_the_service_and_the_oldest_of_equals() -> None:
    early, late = epoch(NOON - 2 * HOUR), epoch(NOON - HOUR)
    found = imessage(
        event(kind="Maintenance", epochStartDate=epoch(NOON - 9 * HOUR), message="maintenance"),
        event(kind="Issue", epochStartDate=epoch(NOON - 8 * HOUR), message="issue"),
        event(kind="Outage", epochStartDate=None, message="of unknown age"),
        event(kind="Outage", epochStartDate=late, message="late"),
        event(kind="Outage", epochStartDate=early, message="early"),
    )
    assert found == Report(Service.IMESSAGE, "outage", since=NOON - 2 * HOUR, message="early")


def test_only_maintenance_has_an_end_that_can_be_told() -> None:
    end = epoch(NOON + HOUR)
    assert imessage(event(kind="Maintenance", epochEndDate=end)).until == NOON + HOUR
    assert imessage(event(kind="Issue", epochEndDate=end)).until is None


def test_announced_maintenance_counts_from_its_start_to_its_end_whatever_apple_has_posted() -> None:
    planned = event("upcoming", "Maintenance", epochStartDate=epoch(NOON), epochEndDate=epoch(NOON + HOUR))
    assert imessage(planned, now=NOON - HOUR) == Report(Service.IMESSAGE, "ok", planned=NOON)
    begun = imessage(planned, now=NOON)
    assert (begun.state, begun.since, begun.until, begun.planned) == ("maintenance", NOON, NOON + HOUR, None)
    assert imessage(planned, now=NOON + HOUR) == Report(Service.IMESSAGE, "ok")


def test_announced_maintenance_without_an_end_has_not_begun_until_apple_says_so() -> None:
    assert imessage(event("upcoming", "Maintenance")) == Report(Service.IMESSAGE, "ok")


def test_the_next_of_several_announcements_is_told_beside_present_trouble() -> None:
    later, sooner = (
        event("upcoming", "Maintenance", epochStartDate=epoch(NOON + wait)) for wait in (9 * HOUR, HOUR)
    )
    found = imessage(later, event(), sooner)
    assert (found.state, found.planned) == ("issue", NOON + HOUR)


@pytest.mark.parametrize(
    "absurd",
    [
        "-1",
        "0",
        "1e30",
        "1e999",
        "1" + "0" * 5000,
        "NaN",
        "-Infinity",
        "true",
        '"1777939200000"',
        "null",
        "[]",
    ],
    ids=lambda text: text[:20],
)
def test_an_absurd_time_is_no_time(absurd: str) -> None:
    text = json.dumps(listing(iMessage=[event(epochStartDate="absurd", epochEndDate="absurd")]))
    found = read_board(text.replace('"absurd"', absurd).encode(), checked_at=NOON).reports[0]
    assert (found.state, found.since, found.until) == ("issue", None, None)


@pytest.mark.parametrize("events", [None, {}, "none", 3, [None], ["resolved"], [[]]])
def test_events_that_cannot_be_read_leave_their_service_unknown_and_no_other(events: object) -> None:
    board = read(listing(iMessage=events, FaceTime=[]))
    assert states(board)[:2] == ["unknown", "ok"]


def test_an_unreadable_event_hides_no_readable_trouble() -> None:
    assert imessage("?", event(kind="Outage")).state == "outage"
    assert imessage("?", event("resolved")) == Report(Service.IMESSAGE, "unknown")
