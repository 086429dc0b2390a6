"""Finds the shortest way to every place of a book: pressing buttons, saying that it works, saying nothing."""

from collections import deque
from datetime import timedelta
from typing import NamedTuple

from bot.dialogue.book import Book
from bot.dialogue.turn import take_turn
from bot.events import Opened, Picked, Said, Woke
from bot.model import Conversation, EventId, Place, WakeReason
from tests.fit import reply
from tests.outside import ANN, START, Weather, world
from tests.transcript import Step

WEATHERS: tuple[Weather, ...] = ("clear", "unknown", "down")
REASONS: tuple[WakeReason, ...] = ("wait", "check_in")


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
        for following in (*_following(book, standing), *_a_day_later(book, standing)):
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


def _a_day_later(book: Book, standing: _Standing) -> list[_Standing]:
    """Give where a day leads on which nothing is said; a step's reminder would come in between."""
    conversation, following = standing.conversation, []
    if book.state(conversation.place).remind is None:
        for why in REASONS:
            woke = Woke(_ID, conversation.prompt, why)
            turn = take_turn(book, conversation, woke, world("clear", START + timedelta(days=1)), ANN)
            if reply(turn):
                following.append(_Standing(turn.conversation, (*standing.steps, Step(wait="1 day"))))
    return following


_ID = EventId("event")
