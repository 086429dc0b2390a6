"""Who counts as one of those who have trouble: who begins a guide, or shows a symptom, and nobody else."""

import pytest

from bot.dialogue.book import Book
from bot.dialogue.trouble import tells_trouble
from bot.dialogue.turn import take_turn
from bot.events import Event, Invoked, Opened, Said
from bot.model import Conversation, EventId
from tests.dialogue.pasted_texts import NOT_AVAILABLE
from tests.outside import ANN, world

ID = EventId("event")
CLEAR = world("clear")


def said(text: str) -> Said:
    return Said(ID, text)


def told(book: Book, *events: Event) -> bool:
    """Say whether the last event tells of trouble."""
    before: Conversation | None = None
    for event in events[:-1]:
        before = take_turn(book, before, event, CLEAR, ANN).conversation
    return tells_trouble(book, before, take_turn(book, before, events[-1], CLEAR, ANN).conversation)


@pytest.mark.parametrize(
    "events",
    [
        (said("My iPhone says iMessage is signed out"),),
        (Opened(ID), said("Mac")),
        (Opened(ID, start="iphone"),),
        (said("iPhone"), said("start over"), said("Mac")),
        (said("Mac"), said(NOT_AVAILABLE)),
    ],
    ids=repr,
)
def test_who_begins_a_guide_or_shows_a_symptom_tells_of_trouble(
    book: Book, events: tuple[Event, ...]
) -> None:
    assert told(book, *events)


@pytest.mark.parametrize(
    "events",
    [
        (Opened(ID),),
        (said("hello"),),
        (Invoked(ID, "status"),),
        (said("iPhone"), said("continue")),
        (said("iPhone"), said("status")),
        (said("iPhone"), said("stop")),
        (said("iPhone"), said("start over")),
        (said("Mac"), said(NOT_AVAILABLE), said(NOT_AVAILABLE)),
        (said("Mac"), said("macOS 15.1")),
    ],
    ids=repr,
)
def test_who_only_looks_or_goes_on_does_not(book: Book, events: tuple[Event, ...]) -> None:
    assert not told(book, *events)
