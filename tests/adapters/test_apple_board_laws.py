"""What holds for any document: Apple's words as plain text, and the promises of a board."""

import json
import unicodedata
from contextlib import suppress
from datetime import UTC

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from adapters.apple.board import MESSAGE_LIMIT, read_board
from bot.apple import Report, Service
from bot.ports import StatusUnreadable
from tests.adapters.feed import NOON, Fields, event, imessage, read, report

# --- Apple's words ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("words", "plain"),
    [
        ("  Users\tcan't\r\n sign in. ", "Users can't sign in."),
        ("<p>One.</p><p>Two<br/>lines</p>", "One. Two lines"),
        ("<b>一部</b>のユーザに<!-- x -->影響", "一部のユーザに影響"),
        ("Sign In &amp; Apple&nbsp;ID &lt;b&gt;now&lt;/b&gt;", "Sign In & Apple ID now"),
        ("1 < 2 and 4 > 3", "1 < 2 and 4 > 3"),
        ("\u202eesrever\u202c \x1b[31mred\x00 \ud800 \u200bend", "esrever [31mred end"),
        (None, ""),
        (["a"], ""),
    ],
)
def test_apples_words_become_one_plain_line(words: object, plain: str) -> None:
    assert imessage(event(message=words)).message == plain


def test_a_long_message_is_cut_after_a_sentence_if_it_can_be_and_else_after_a_word() -> None:
    for piece in ("This service is slow. ", "遅れています。", "word "):
        whole = (MESSAGE_LIMIT - 1) // len(piece)
        assert imessage(event(message=piece * 90)).message == (piece * whole).rstrip() + "…"
    assert imessage(event(message="x" * 900)).message == "x" * (MESSAGE_LIMIT - 1) + "…"
    assert imessage(event(message="x" * MESSAGE_LIMIT)).message == "x" * MESSAGE_LIMIT


def test_two_megabytes_of_the_worst_markup_take_no_noticeable_time() -> None:
    for piece in ("<", "<!--", "<p", "&lt;", "&amp;", "<br ", ". "):
        imessage(event(message=piece * (2**21 // len(piece))))


# --- laws -------------------------------------------------------------------------------------------------

Json = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner, max_size=4),
    max_leaves=12,
)
EVENT = st.fixed_dictionaries(
    {},
    optional={
        "eventStatus": st.sampled_from(["resolved", "ongoing", "upcoming", "completed", ""]) | Json,
        "statusType": st.sampled_from(["Issue", "Outage", "Maintenance", "Performance"]) | Json,
        "epochStartDate": st.integers() | st.integers(10**12, 3 * 10**12) | Json,
        "epochEndDate": st.integers() | st.integers(10**12, 3 * 10**12) | Json,
        "message": st.text(max_size=700) | Json,
    },
)
NAME = st.sampled_from(["iMessage", "FaceTime", "Apple ID", "iCloud Mail"])
SERVICE = st.fixed_dictionaries(
    {"serviceName": NAME | Json, "events": st.lists(EVENT | Json, max_size=3) | Json}
)
DOCUMENT = st.fixed_dictionaries({"services": st.lists(SERVICE | Json, max_size=5)})


@given(
    st.binary()
    | st.binary().map(lambda noise: b"{" + noise + b"}")
    | Json.map(lambda any_: json.dumps(any_).encode())
)
@example(b'{"services": [{"serviceName": "\\ud800iMessage", "events": [{"message": "\\udfff"}]}]}')
@settings(deadline=None)
def test_any_bytes_give_a_board_or_are_refused(document: bytes) -> None:
    with suppress(StatusUnreadable):
        board = read_board(document, checked_at=NOON)
        assert [each.service for each in board.reports] == list(Service)


@given(DOCUMENT)
@settings(deadline=None)
def test_any_list_of_services_gives_a_board_that_keeps_its_promises(document: Fields) -> None:
    board = read(document)
    assert report(board, Service.DEVICE_ACTIVATION) == Report(Service.DEVICE_ACTIVATION, "unknown")
    for each in board.reports:
        assert len(each.message) <= MESSAGE_LIMIT
        assert all(unicodedata.category(character)[0] != "C" for character in each.message)
        if each.state in {"ok", "unknown"}:
            assert (each.since, each.until, each.message) == (None, None, "")
        assert all(
            moment is None or moment.tzinfo is UTC for moment in (each.since, each.until, each.planned)
        )


@given(st.lists(EVENT, max_size=3))
@settings(deadline=None)
def test_ok_is_said_only_when_every_event_is_over_or_announced(events: list[Fields]) -> None:
    if imessage(*events).state == "ok":
        words = [str(each.get("eventStatus")).strip().casefold() for each in events]
        assert set(words) <= {"resolved", "completed", "upcoming"}
