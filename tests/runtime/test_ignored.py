"""What changes nothing and is answered by nothing leaves no trace in the store."""

import asyncio
from datetime import timedelta

import pytest

from adapters.store.memory.store import MemoryStore
from bot.dialogue.book import Book
from bot.events import Event, ForgetMe, Invoked, Left, Opened, Said, Sent, Shared, StatusChanged, Woke
from bot.model import EventId
from bot.ports import Record
from bot.runtime.receive import Received, receive
from tests.outside import ANN, START, world

ID = EventId("event")
OVERHEARD = (
    Said(ID, "stop", addressed=False),
    Shared(ID, "log.txt", "Serial Number (system): Not Available", addressed=False),
    Sent(ID, "photo", addressed=False),
)


async def take(store: MemoryStore, book: Book, event: Event) -> Received:
    return await receive(store, book, ANN, event, world("clear"))


async def nothing_is_stored(store: MemoryStore) -> None:
    assert await store.load(ANN, now=START) == Record(0, b"")
    forgotten = await store.forget(ANN, EventId("forget"), now=START, lease=timedelta())
    assert forgotten
    assert forgotten.is_nothing


@pytest.mark.parametrize(
    "event", [Left(ID), Woke(ID, 1), StatusChanged(ID), ForgetMe(ID), *OVERHEARD], ids=repr
)
def test_nothing_is_stored_about_somebody_who_never_spoke_to_us(book: Book, event: Event) -> None:
    async def story() -> None:
        store = MemoryStore()
        for _ in range(2):
            received = await take(store, book, event)
            assert (received.outcome, received.owed) == ("ignored", ())
        await nothing_is_stored(store)
        assert (await take(store, book, Opened(ID))).outcome == "committed", "the event's id is not kept"

    asyncio.run(story())


@pytest.mark.parametrize("event", OVERHEARD, ids=repr)
def test_what_is_overheard_after_the_end_changes_not_a_byte(book: Book, event: Event) -> None:
    async def story() -> None:
        store = MemoryStore()
        for number, text in enumerate(("iPhone", "stop")):
            await take(store, book, Said(EventId(str(number)), text))
        before = await store.load(ANN, now=START)
        assert (await take(store, book, event)).outcome == "ignored"
        assert await store.load(ANN, now=START) == before

    asyncio.run(story())


def test_somebody_known_who_leaves_is_noted(book: Book) -> None:
    async def story() -> None:
        store = MemoryStore()
        await take(store, book, Invoked(EventId("first"), "status"))
        received = [await take(store, book, Left(ID)) for _ in range(2)]
        assert [each.outcome for each in received] == ["committed", "duplicate"]

    asyncio.run(story())
