"""Which step of how many a message is: said with the question of a step only, numbered as people count."""

import pytest

from bot.dialogue.book import Book
from bot.dialogue.turn import take_turn
from bot.events import Invoked, Opened, Picked, Said, Sent, Woke
from bot.model import Conversation, EventId, Reply
from tests.dialogue.test_landing import GUIDE, START, book_of
from tests.fit import reply
from tests.outside import ANN, world

ID = EventId("event")


def at(book: Book, *texts: str) -> Conversation:
    """Give the conversation that those words lead to."""
    conversation = None
    for text in texts:
        conversation = take_turn(book, conversation, Said(ID, text), world("clear"), ANN).conversation
    assert conversation is not None
    return conversation


def said(book: Book, conversation: Conversation, text: str) -> Reply:
    message = reply(take_turn(book, conversation, Said(ID, text), world("clear"), ANN))
    assert message is not None
    return message


def test_the_steps_are_numbered_as_their_file_has_them(book: Book) -> None:
    for flow in book.flows.values():
        numbers = [
            book.steps[place]
            for place in (each.place for each in flow.states.values())
            if place in book.steps
        ]
        assert numbers == sorted(numbers)
        assert {count for _, count in numbers} <= {len({number for number, _ in numbers})}


def test_what_has_no_title_is_no_step_and_does_not_count() -> None:
    book = book_of(START, GUIDE)
    assert {str(place): step for place, step in book.steps.items()} == {
        "guide.one": (1, 3),
        "guide.two": (2, 3),
        "guide.three": (3, 3),
    }


def test_a_step_and_the_consent_to_it_are_one(book: Book) -> None:
    steps = {str(place): step for place, step in book.steps.items()}
    assert steps["iphone.reset_network"] == steps["iphone.reset_network_now"] == (7, 9)


@pytest.mark.parametrize("text", ["status", "how", "help", "tell me when it’s back"])
def test_what_is_not_the_question_is_no_step(book: Book, text: str) -> None:
    before = at(book, "iPhone", "it opens")
    assert said(book, before, text).progress is None
    assert said(book, before, "hm?").progress == (1, 9), "the question is asked again"
    assert said(book, before, "back").progress == (1, 9), "whether the page opens is asked in the same step"
    assert said(book, before, "not yet").progress == (2, 9)


def test_an_aside_and_a_reminder_are_no_step(book: Book) -> None:
    before = at(book, "iPhone", "it opens", "status")
    aside = reply(take_turn(book, before, Picked(ID, 1, "not_yet"), world("clear"), ANN))
    assert aside is not None
    assert (aside.aside, aside.progress) == (True, None)
    restart = at(book, "iPhone", *["skip"] * 5)
    assert str(restart.place) == "iphone.restart"
    reminder = reply(take_turn(book, restart, Woke(ID, restart.prompt), world("clear"), ANN))
    assert reminder is not None
    assert reminder.progress is None


def test_coming_back_and_what_cannot_be_read_show_the_step_again(book: Book) -> None:
    before = at(book, "Mac", "it opens", "not yet")
    for event in (Opened(ID), Sent(ID, "photo"), Invoked(ID, "language")):
        message = reply(take_turn(book, before, event, world("clear"), ANN))
        assert message is not None
        assert message.progress == (2, 6)
