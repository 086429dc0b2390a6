"""The one door in when a turn cannot be computed: the event counts once, the conversation stays as it was."""

import asyncio
from datetime import datetime, timedelta

import pytest

from adapters.store.memory.store import MemoryStore
from bot.codec import decode_conversation, decode_job, encode_conversation
from bot.dialogue.book import Book
from bot.events import Said, Sent, Shared
from bot.model import Address, EventId, Say
from bot.ports import Record
from bot.runtime.receive import Received, apologise, receive
from tests.outside import ANN, START, world

BEN = Address("test", "chat", "ben")
CLEAR = world("clear")
EVENT = Said(EventId("1"), "iPhone")


def stored_as(body: bytes) -> MemoryStore:
    """Give a store in which these bytes are Ann's conversation."""
    store = MemoryStore()
    lease = timedelta(seconds=1)
    asyncio.run(store.commit(ANN, 0, EventId("put"), body, [], topics=["board"], now=START, lease=lease))
    return store


def sorry(store: MemoryStore, book: Book) -> Received:
    return asyncio.run(apologise(store, book, ANN, EVENT, START))


@pytest.mark.parametrize("body", [b"", b'{"f": 99}'])
def test_before_others_nothing_is_said_about_what_was_not_said_to_us(book: Book, body: bytes) -> None:
    store = stored_as(body)
    for event in (
        Said(EVENT.id, "iPhone", addressed=False),
        Shared(EVENT.id, "log.txt", "iPhone", addressed=False),
        Sent(EVENT.id, "photo", addressed=False),
    ):
        assert asyncio.run(apologise(store, book, ANN, event, START)) == Received("ignored")
    assert text(sorry(store, book))


def text(received: Received) -> str:
    (job,) = received.owed
    say = decode_job(job.body)
    assert isinstance(say, Say)
    return say.reply.text


@pytest.mark.parametrize("body", [b"", b"\xff", b'{"f": 99}', b'{"f": 1}'])
def test_bytes_that_cannot_be_read_stay_and_the_person_is_told_in_both_languages(
    book: Book, body: bytes
) -> None:
    store = stored_as(body)
    told = text(sorry(store, book))
    assert book.say("turn.failed", "ja") in told
    assert book.say("turn.failed", "en") in told
    assert asyncio.run(store.load(ANN, now=START)).body == body


def test_somebody_elses_conversation_stays_and_nothing_of_it_is_said(book: Book) -> None:
    body = encode_conversation(book.begin(BEN, "ja"))
    store = stored_as(body)
    assert "ben" not in text(sorry(store, book)).lower()
    assert asyncio.run(store.load(ANN, now=START)).body == body


def test_a_conversation_that_can_be_read_is_told_in_its_own_language(book: Book) -> None:
    body = encode_conversation(book.begin(ANN, "ja"))
    assert text(sorry(stored_as(body), book)) == book.say("turn.failed", "ja")


def test_a_first_event_leaves_a_conversation_that_can_go_on(book: Book) -> None:
    store = MemoryStore()
    sorry(store, book)
    assert decode_conversation(asyncio.run(store.load(ANN, now=START)).body) == book.begin(ANN, "en")
    asyncio.run(receive(store, book, ANN, Said(EventId("2"), "iPhone"), CLEAR))
    after = asyncio.run(store.load(ANN, now=START))
    assert decode_conversation(after.body).place.flow == "iphone"


def test_the_event_counts_once(book: Book) -> None:
    store = stored_as(b"\xff")
    sorry(store, book)
    again = sorry(store, book)
    assert (again.outcome, again.owed) == ("duplicate", ())


class CachingStore(MemoryStore):
    """A store whose copy may tell of a turn that is stored no more."""

    cached: Record | None = None

    def recall(self, address: Address, *, now: datetime) -> Record | None:  # type: ignore[override]  # noqa: ARG002
        return self.cached


def test_a_store_that_went_back_is_noticed(book: Book) -> None:
    store = CachingStore()
    first = asyncio.run(receive(store, book, ANN, EVENT, CLEAR))
    store.cached = Record(3, encode_conversation(book.begin(ANN, "en")))
    received = asyncio.run(receive(store, book, ANN, Said(EventId("2"), "iPhone"), CLEAR))
    assert (first.outcome, first.went_back) == ("committed", False)
    assert (received.outcome, received.went_back, received.conflicts) == ("committed", True, 1)
