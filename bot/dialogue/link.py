"""What a link into the chat asks for, as `mac`, `ja-mac-vpn` or `en`: a language, a flow, a state of it.

Anybody can write such a link, so it leads to no place that has to be agreed to first.
"""

import re
from collections.abc import Iterable

from msgspec import Struct

from bot.dialogue.book import Book
from bot.dialogue.flow import Flow
from bot.dialogue.machine import SKIP, WAIT
from bot.dialogue.vocabulary import CONSENT
from bot.model import LANGUAGES, Language, Place

_PAYLOAD = re.compile(r"[A-Za-z0-9_-]{0,64}")
"""What Telegram lets through in `t.me/<bot>?start=<payload>`."""


class Link(Struct, frozen=True):
    """What a link asks for; what it leaves open is None."""

    language: Language | None = None
    place: Place | None = None


def read_link(start: str, book: Book) -> Link:
    """Read the payload of a link. Words that mean nothing are ignored, and so is all of what is no payload.

    A state that is an end, loses settings, or lies behind consent stands for the begin of its flow.
    """
    words = start.casefold().split("-") if _PAYLOAD.fullmatch(start) else []
    language = next((spoken for word in words for spoken in LANGUAGES if word == spoken), None)
    flow = next((book.flows[word] for word in words if word in book.flows), None)
    return Link(language, _place(book, flow, words) if flow else None)


def _place(book: Book, flow: Flow, words: Iterable[str]) -> Place:
    named = (_known(book, Place(flow.name, word)) for word in words)
    place = next((place for place in named if place is not None), flow.begin)
    return place if _is_open(book, place) else flow.begin


def _known(book: Book, place: Place) -> Place | None:
    renamed = book.renamed.get(place, place)
    return renamed if renamed.state in book.flows[renamed.flow].states else None


def _is_open(book: Book, place: Place) -> bool:
    """Say whether people come to this place in the middle of a guide, without having agreed to anything."""
    state = book.state(place)
    if state.end or state.loses:
        return False
    reached, frontier = set[Place](), {flow.begin for flow in book.flows.values()}
    while frontier:
        reached |= frontier
        frontier = {to for each in frontier for to in _next(book, each)} - reached
    return place in reached


def _next(book: Book, place: Place) -> Iterable[Place]:
    triggers = (option.id for option in book.state(place).options if option.id != CONSENT)
    steps = (book.machine.go(place, trigger) for trigger in (*triggers, SKIP, WAIT))
    return (to for to in steps if to is not None)
