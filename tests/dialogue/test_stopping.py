"""Who wants no more news, wherever they say so."""

import pytest

from bot.dialogue.book import Book
from bot.dialogue.stopping import asks_to_stop
from bot.events import Event, Invoked, Opened, Picked, Said, Shared
from bot.model import EventId
from tests.dialogue.pasted_texts import CERTIFICATE

ID = EventId("e")


@pytest.mark.parametrize(
    "event",
    [
        *(Said(ID, text) for text in ("stop", "Please stop!", "やめて", "stop watching", "お知らせをやめて")),
        Picked(ID, 3, "stop"),
        Picked(ID, 3, "unwatch"),
        Invoked(ID, "stop"),
    ],
)
def test_these_do(event: Event, book: Book) -> None:
    assert asks_to_stop(book, event)


@pytest.mark.parametrize(
    "event",
    [
        *(Said(ID, text) for text in ("", "help", "it stopped working", "don't ask again", CERTIFICATE, "1")),
        Said(ID, "stop", addressed=False),
        Picked(ID, 3, "not_yet"),
        Invoked(ID, "restart"),
        Opened(ID),
        Shared(ID, "x.log", "stop"),
    ],
)
def test_these_do_not(event: Event, book: Book) -> None:
    assert not asks_to_stop(book, event)
