"""A conversation that many share speaks as whoever asked last; one's own stays in the language one chose."""

import pytest

from bot.dialogue.book import Book
from bot.dialogue.turn import take_turn
from bot.events import Command, Invoked
from bot.model import EventId
from tests.outside import ANN, world


@pytest.mark.parametrize(("insists", "spoken"), [(True, "en"), (False, "ja")])
@pytest.mark.parametrize("command", ["watch", "unwatch", "status"])
def test_who_insists_is_answered_in_their_language(
    book: Book,
    command: Command,
    insists: bool,  # noqa: FBT001
    spoken: str,
) -> None:
    first = Invoked(EventId("1"), "watch", "ja", insists=insists)
    begun = take_turn(book, None, first, world("down"), ANN).conversation
    again = Invoked(EventId("2"), command, "en", insists=insists)

    assert begun.language == "ja"
    assert take_turn(book, begun, again, world("down"), ANN).conversation.language == spoken
