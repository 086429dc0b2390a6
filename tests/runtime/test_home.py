"""The look at a conversation without a turn: nothing is stored, and nobody is shown another's."""

import asyncio
from datetime import UTC

import pytest

from adapters.apple.client import AppleStatus
from adapters.store.memory.store import MemoryStore
from bot.codec import encode_conversation
from bot.dialogue.book import Book
from bot.events import Opened
from bot.model import Address, EventId, Language, Reply
from bot.ports import Glance
from bot.runtime.home import glance
from bot.runtime.poller import Poller
from bot.runtime.receive import LEASE, receive
from tests.outside import ANN, START, world

BEN = Address("test", "chat", "ben")


def looking(book: Book, store: MemoryStore) -> Glance:
    poller = Poller(store, AppleStatus("http://127.0.0.1:9"))
    return glance(book, store, poller, UTC, lambda: START)


def look(book: Book, store: MemoryStore, language: Language | None = None) -> Reply:
    return asyncio.run(_look(book, store, language))


async def _look(book: Book, store: MemoryStore, language: Language | None) -> Reply:
    return await looking(book, store)(ANN, language)


@pytest.mark.parametrize(("hint", "language"), [("ja", "ja"), ("en", "en"), (None, "en")])
def test_somebody_new_is_shown_the_beginning_in_their_language(
    book: Book, hint: Language | None, language: Language
) -> None:
    store = MemoryStore()
    assert book.say("home.nothing_begun", language) in look(book, store, hint).text
    assert asyncio.run(store.load(ANN, now=START)).version == 0


def test_who_has_begun_is_shown_where_the_guide_stands_in_the_language_that_was_chosen(book: Book) -> None:
    store = MemoryStore()
    asyncio.run(receive(store, book, ANN, Opened(EventId("1"), "ja"), world("clear")))
    shown = look(book, store, "en")
    assert "restart" in [choice.id for choice in shown.choices]
    assert book.say("home.greeting", "ja") in shown.text


@pytest.mark.parametrize("broken", ["garbage", "another's"])
def test_what_cannot_be_read_is_shown_as_nothing_and_left_as_it_is(book: Book, broken: str) -> None:
    store = MemoryStore()
    body = b"{" if broken == "garbage" else encode_conversation(book.begin(BEN, "en"))

    async def story() -> Reply:
        await store.commit(ANN, 0, EventId("1"), body, (), now=START, lease=LEASE)
        shown = await looking(book, store)(ANN, "en")
        assert (await store.load(ANN, now=START)).body == body
        return shown

    assert book.say("home.nothing_begun", "en") in asyncio.run(story()).text
