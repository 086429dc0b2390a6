"""Finds the shortest way to every place of a book by pressing buttons or saying that it works."""

from collections import deque
from typing import NamedTuple

from bot.dialogue.book import Book
from bot.dialogue.turn import take_turn
from bot.events import Opened, Picked, Said
from bot.model import Conversation, EventId, Place
from tests.outside import ANN, Weather, world
from tests.transcript import Step

WEATHERS: tuple[Weather, ...] = ("clear", "unknown", "down")


class _Standing(NamedTuple):
    conversation: Conversation
    steps: tuple[Step, ...]


def routes(book: Book) -> dict[Place, tuple[Step, ...]]:
    """Give the steps from the opening of a conversation to each place, breadth first."""
    opened = take_turn(book, None, Opened(_ID), world("clear"), ANN).conversation
    waiting = deque([_Standing(opened, (Step(open="yes"),))])
    found = {opened.place: waiting[0].steps}
    while waiting:
        standing = waiting.popleft()
        for following in _following(book, standing):
            if following.conversation.place not in found:
                found[following.conversation.place] = following.steps
                waiting.append(following)
    return found


def _following(book: Book, standing: _Standing) -> list[_Standing]:
    """Give where each button and "it works now" lead, whatever the board looks like; an end leads nowhere."""
    if book.state(standing.conversation.place).end:
        return []
    following = []
    for weather in WEATHERS:
        look = Step(board=weather, open="yes")
        shown = take_turn(book, standing.conversation, Opened(_ID), world(weather), ANN).conversation
        for choice in shown.offered:
            after = take_turn(
                book, shown, Picked(_ID, shown.prompt, choice), world(weather), ANN
            ).conversation
            following.append(_Standing(after, (*standing.steps, look, Step(press=choice))))
        after = take_turn(book, shown, Said(_ID, "fixed"), world(weather), ANN).conversation
        following.append(_Standing(after, (*standing.steps, look, Step(say="fixed"))))
    return following


_ID = EventId("event")
