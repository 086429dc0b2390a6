"""The one door in: an event becomes a committed turn exactly once, whatever others do meanwhile."""

import asyncio
from collections.abc import Collection, Sequence
from datetime import datetime, timedelta

import pytest

from adapters.store.memory.store import MemoryStore
from bot.codec import Unreadable, decode_conversation, decode_job, encode_conversation
from bot.dialogue.book import Book
from bot.events import Event, Opened, Picked, Said
from bot.model import Address, EventId, Place, Say
from bot.ports import Committed, Conflict, Due, Duplicate, Owed, Record
from bot.runtime.receive import ATTEMPTS, MixedUp, TooManyConflicts, receive
from tests.outside import ANN, START, world

BEN = Address("test", "chat", "ben")
CLEAR = world("clear")


class OvertakenStore(MemoryStore):
    """A store in which somebody else's turn is committed between each load or conflict and our commit."""

    def __init__(self, book: Book, others: Sequence[Event]) -> None:
        super().__init__()
        self.commits = 0
        self._book = book
        self._others = list(others)

    async def commit(
        self,
        address: Address,
        expected: int,
        event: EventId,
        body: bytes,
        jobs: Sequence[Due],
        *,
        topics: Collection[str] = (),
        now: datetime,
        lease: timedelta,
    ) -> Committed | Conflict | Duplicate:
        """Let the next of the others go first."""
        self.commits += 1
        if self._others:
            other, waiting = self._others[0], self._others[1:]
            self._others = []
            await receive(self, self._book, address, other, CLEAR)
            self._others = waiting
            self.commits -= 1
        return await super().commit(address, expected, event, body, jobs, topics=topics, now=now, lease=lease)


def take(store: MemoryStore, book: Book, event: Event, who: Address = ANN) -> Sequence[Owed]:
    return asyncio.run(receive(store, book, who, event, CLEAR)).owed


def record(store: MemoryStore, who: Address = ANN) -> Record:
    return asyncio.run(store.load(who, now=START))


def put(store: MemoryStore, body: bytes) -> Record:
    """Store these bytes as Ann's conversation."""
    asyncio.run(store.commit(ANN, 0, EventId("put"), body, [], now=START, lease=timedelta(seconds=1)))
    return record(store)


def text_of(owed: Sequence[Owed]) -> str:
    (job,) = owed
    say = decode_job(job.body)
    assert isinstance(say, Say)
    return say.reply.text


def test_an_event_gives_a_stored_conversation_and_the_reply_that_is_owed(book: Book) -> None:
    store = MemoryStore()
    owed = take(store, book, Said(EventId("1"), "iPhone"))
    assert record(store).version == 1
    assert decode_conversation(record(store).body).place == Place("iphone", "web_page")
    assert "10:32" in text_of(owed)


def test_the_same_event_again_gives_nothing_and_changes_nothing(book: Book) -> None:
    store = MemoryStore()
    take(store, book, Said(EventId("1"), "iPhone"))
    take(store, book, Picked(EventId("2"), 1, "page_opens"))
    before = record(store)
    assert take(store, book, Picked(EventId("2"), 1, "page_opens")) == ()
    assert take(store, book, Said(EventId("1"), "iPhone")) == ()
    assert record(store) == before


def test_the_same_id_from_somebody_else_is_another_event(book: Book) -> None:
    store = MemoryStore()
    take(store, book, Said(EventId("1"), "iPhone"))
    assert take(store, book, Said(EventId("1"), "Mac"), BEN)
    assert decode_conversation(record(store).body).place.flow == "iphone"
    assert decode_conversation(record(store, BEN).body).place.flow == "mac"


def test_on_a_conflict_the_turn_is_computed_again_on_the_newer_conversation(book: Book) -> None:
    """Two typed "still not" that cross each other are two steps, and each has a reply of its own."""
    store = OvertakenStore(book, ())
    take(store, book, Said(EventId("1"), "iPhone"))
    take(store, book, Picked(EventId("2"), 1, "page_opens"))
    store._others = [Said(EventId("3"), "still not")]
    owed = take(store, book, Said(EventId("4"), "still not"))
    assert decode_conversation(record(store).body).place == Place("iphone", "sign_out_in")
    assert record(store).version == 4
    assert owed == (), "it waits in the lane behind the reply that came first"
    *_, first, second = asyncio.run(_all_texts(store))
    assert first != second


def test_a_button_that_was_overtaken_is_old(book: Book) -> None:
    store = OvertakenStore(book, ())
    take(store, book, Said(EventId("1"), "iPhone"))
    store._others = [Picked(EventId("2"), 1, "page_opens")]
    take(store, book, Picked(EventId("3"), 1, "skip"))
    assert decode_conversation(record(store).body).place == Place("iphone", "internet")
    assert decode_conversation(record(store).body).tried == ()


def test_an_event_that_somebody_else_commits_meanwhile_is_a_duplicate(book: Book) -> None:
    """Two processes get the same delivery: one of them owes the reply."""
    store = OvertakenStore(book, [Said(EventId("1"), "iPhone")])
    assert take(store, book, Said(EventId("1"), "iPhone")) == ()
    assert record(store).version == 1


def test_after_too_many_conflicts_nothing_of_the_event_is_stored(book: Book) -> None:
    others = [Said(EventId(f"other:{number}"), "help") for number in range(ATTEMPTS)]
    store = OvertakenStore(book, others)
    with pytest.raises(TooManyConflicts):
        take(store, book, Said(EventId("mine"), "iPhone"))
    assert record(store).version == ATTEMPTS
    assert decode_conversation(record(store).body).place == Place("start", "which_device")
    assert take(store, book, Said(EventId("mine"), "iPhone")) is not None
    assert decode_conversation(record(store).body).place.flow == "iphone"


def test_one_conflict_less_is_no_harm(book: Book) -> None:
    others = [Said(EventId(f"other:{number}"), "help") for number in range(ATTEMPTS - 1)]
    store = OvertakenStore(book, others)
    take(store, book, Said(EventId("mine"), "iPhone"))
    assert store.commits == ATTEMPTS
    assert decode_conversation(record(store).body).place.flow == "iphone"


def test_somebody_elses_conversation_is_never_shown_nor_overwritten(book: Book) -> None:
    store = MemoryStore()
    before = put(store, encode_conversation(book.begin(BEN, "ja")))
    with pytest.raises(MixedUp):
        take(store, book, Said(EventId("1"), "iPhone"))
    assert record(store) == before


@pytest.mark.parametrize("body", [b"", b"\x00\xff", b"{}", b'{"f": 99}'])
def test_a_conversation_that_cannot_be_read_is_left_as_it_is(book: Book, body: bytes) -> None:
    store = MemoryStore()
    before = put(store, body)
    with pytest.raises(Unreadable):
        take(store, book, Opened(EventId("1")))
    assert record(store) == before
    assert asyncio.run(_all_texts(store)) == []


async def _all_texts(store: MemoryStore) -> list[str]:
    """Give what is owed to everybody, once the leases have ended."""
    texts, now = [], START + timedelta(minutes=1)
    while owed := await store.claim(now=now, lease=timedelta(minutes=1), limit=1):
        texts.append(text_of(owed))
        assert (await store.settle(owed[0], now=now, lease=timedelta())).struck
    return texts
