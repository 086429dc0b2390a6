"""Conversations that were stored at every place of the guides as they were before they were corrected.

`stored_before.jsonl` has their bytes. A state that kept its sense kept its name, and its answers count; one
that asks something else now asks that, and nobody is sent back to the beginning.
"""

from pathlib import Path
from typing import get_args

import pytest

from bot.codec import decode_conversation
from bot.dialogue.book import Book
from bot.dialogue.turn import take_turn
from bot.events import Event, Opened, Picked, Said, Woke
from bot.model import Conversation, EventId, Place, WakeReason
from tests.fit import assert_fits, reply
from tests.outside import ANN, world

ID = EventId("event")
STORED = [
    decode_conversation(line.encode())
    for line in (Path(__file__).parent / "stored_before.jsonl").read_text(encoding="utf-8").splitlines()
]
BY_PLACE = {str(each.place): each for each in STORED}

ELSEWHERE = {
    # Where an answer of then leads now; all others lead where the state's own answer of that name does.
    ("iphone.apple_status", "go_on"): "iphone.web_page",
    ("mac.apple_status", "go_on"): "mac.web_page",
    ("iphone.internet", "not_yet"): "iphone.toggle_imessage",
    ("iphone.sign_out_in", "not_yet"): "iphone.date_time",
    ("iphone.sign_out_device", "decline"): "iphone.apple_support",
    ("iphone.restart", "not_yet"): "iphone.reset_network",
    ("iphone.update_ios", "not_yet"): "iphone.sign_out_device",
    ("mac.internet", "not_yet"): "mac.date_time",
    ("mac.restart", "not_yet"): "mac.serial_number",
    ("mac.serial_number", "serial_shown"): "mac.serial_is_there",
}


@pytest.mark.parametrize("before", STORED, ids=lambda each: str(each.place))
def test_nobody_is_sent_to_the_beginning_and_whatever_they_do_is_answered(
    book: Book, before: Conversation
) -> None:
    assert before.place in book.places
    changed = book.say("turn.guide_changed", "en")
    presses = [Picked(ID, before.prompt, choice) for choice in before.offered]
    events: tuple[Event, ...] = (Opened(ID), Said(ID, "hm"), Said(ID, "1"), *presses)
    for event in events:
        turn = take_turn(book, before, event, world("clear"), ANN)
        message = reply(turn)
        assert message is not None
        assert_fits(message)
        assert changed not in message.text, (before.place, event)
        assert turn.conversation.place in book.places
    for why in get_args(WakeReason):
        woken = take_turn(book, before, Woke(ID, before.prompt, why), world("clear"), ANN)
        assert woken.conversation.place in book.places


@pytest.mark.parametrize(("place", "choice"), ELSEWHERE, ids=str)
def test_an_answer_that_kept_its_sense_counts(book: Book, place: str, choice: str) -> None:
    before = BY_PLACE[place]
    press = Picked(ID, before.prompt, choice)
    assert choice in before.offered
    now = take_turn(book, before, press, world("clear"), ANN).conversation
    assert str(now.place) == ELSEWHERE[place, choice]


def test_what_was_tried_then_is_still_known(book: Book) -> None:
    before = BY_PLACE["iphone.update_ios"]
    now = book.land(before)
    assert now.tried == before.tried
    assert {each.place for each in now.tried} >= {Place("iphone", "restart")}
