"""A worker as a whole: events of one conversation in their order, faults survived, a clean end."""

import asyncio
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

import pytest
import structlog

from adapters.store.memory.store import MemoryStore
from bot.codec import decode_conversation
from bot.dialogue.book import Book
from bot.events import Event, Said
from bot.model import Address, Board, EventId, Language, Reply
from bot.ports import Receive, StatusSource, StatusUnreadable, StoreUnusable
from bot.runtime.metrics import Metrics
from bot.runtime.poller import Poller
from bot.runtime.receive import receive as take
from bot.runtime.worker import Platform, Worker
from tests.outside import ANN, APPLES_WORDS, world
from tests.runtime.fleet import FakeApple


class NoApple:
    """An Apple that cannot be reached."""

    async def fetch(self, language: Language, *, now: datetime) -> Board:
        """Fail at once."""
        del language, now
        raise StatusUnreadable("down", "no_connection")

    async def close(self) -> None:
        """Nothing is open."""


@dataclass
class Chat:
    """A platform in memory: the way in and the channel in one."""

    story: Callable[[Receive], Awaitable[None]]
    delay: float = 0.0
    is_ready: bool = True
    bot_pause: timedelta = timedelta()
    sent: list[tuple[Address, str]] = field(default_factory=list)
    shown: asyncio.Event = field(default_factory=asyncio.Event)

    async def run(self, receive: Receive, stop: asyncio.Event) -> None:
        """Let the story happen, then tell the worker to stop."""
        await self.story(receive)
        stop.set()

    async def send(self, address: Address, reply: Reply, *, key: str, attempt: int) -> None:
        """Show the reply after a moment."""
        del key, attempt
        await asyncio.sleep(self.delay)
        self.sent.append((address, reply.text))
        self.shown.set()

    def pause(self, address: Address) -> timedelta:
        """Give no pause."""
        del address
        return timedelta()


def worker_on(
    book: Book,
    store: MemoryStore,
    chat: Chat,
    metrics: Metrics | None = None,
    apple: StatusSource | None = None,
) -> Worker:
    """Give a worker that speaks with this chat, on a day on which no Apple answers unless there is one."""
    return Worker(
        *(book, store, Poller(store, apple or NoApple()), UTC),
        platforms=[Platform("test", chat, chat)],
        metrics=metrics or Metrics(),
        stop=asyncio.Event(),
        monotonic=time.monotonic,
        random=lambda: 0.0,
    )


def live(book: Book, store: MemoryStore, chat: Chat, apple: StatusSource | None = None) -> str:
    """Run a worker to its end, and give what it counted."""
    metrics = Metrics()

    async def life() -> None:
        await worker_on(book, store, chat, metrics, apple).run()

    asyncio.run(life())
    return metrics.text().decode()


def said(number: int, text: str = "help") -> Event:
    return Said(EventId(str(number)), text)


def test_what_comes_in_is_answered_before_the_end(book: Book) -> None:
    async def story(receive: Receive) -> None:
        await receive(ANN, said(1, "iPhone"))

    chat, store = Chat(story, delay=0.05), MemoryStore()
    counted = live(book, store, chat)
    assert len(chat.sent) == 1
    assert asyncio.run(store.backlog(now=datetime.now(UTC))).waiting == 0
    assert 'imessage_support_turns_total{outcome="committed"} 1.0' in counted
    assert 'imessage_support_sends_total{outcome="done",platform="test"} 1.0' in counted


def test_fifty_messages_at_once_are_fifty_turns_in_their_order(book: Book) -> None:
    async def story(receive: Receive) -> None:
        words = ["iPhone", *["skip", "back"] * 24, "start over"]
        await asyncio.gather(*(receive(ANN, said(number, word)) for number, word in enumerate(words)))

    chat, store = Chat(story), MemoryStore()
    counted = live(book, store, chat)
    record = asyncio.run(store.load(ANN, now=datetime.now(UTC)))
    assert record.version == 50
    assert decode_conversation(record.body).place.flow == "start", "the last one came last"
    assert "imessage_support_conflicts_total 0.0" in counted


def test_a_turn_that_breaks_is_apologised_for_once_and_the_worker_goes_on(book: Book) -> None:
    async def story(receive: Receive) -> None:
        for number in (1, 1, 2):
            await receive(ANN, said(number))
        async with asyncio.timeout(5):
            while len(chat.sent) < 2:
                chat.shown.clear()
                await chat.shown.wait()

    store = MemoryStore()
    lease = timedelta(seconds=1)
    broken = (ANN, 0, EventId("broken"), b"\xff")
    asyncio.run(store.commit(*broken, [], now=datetime.now(UTC), lease=lease))
    chat = Chat(story)
    with structlog.testing.capture_logs() as logged:
        counted = live(book, store, chat)
    assert [line["event"] for line in logged] == ["turn failed"] * 3
    assert len(chat.sent) == 2
    assert book.say("turn.failed", "en") in chat.sent[0][1]
    assert 'imessage_support_turns_total{outcome="failed"} 3.0' in counted


def test_an_event_that_the_store_could_not_take_is_refused_and_taken_later(book: Book) -> None:
    store = MemoryStore()
    commit = store.commit

    async def away(*_: object, **__: object) -> None:
        raise StoreUnusable("unreachable", "the store")

    async def story(receive: Receive) -> None:
        store.commit = away  # type: ignore[method-assign, assignment]
        with pytest.raises(StoreUnusable):
            await receive(ANN, said(1))
        store.commit = commit  # type: ignore[method-assign]
        await receive(ANN, said(1))

    chat = Chat(story)
    counted = live(book, store, chat)
    assert len(chat.sent) == 1
    assert 'imessage_support_turns_total{outcome="refused"} 1.0' in counted


def test_what_another_worker_left_is_done(book: Book) -> None:
    store = MemoryStore()

    async def story(receive: Receive) -> None:
        now = datetime.now(UTC) - timedelta(minutes=1)
        del receive
        await take(store, book, ANN, said(1, "iPhone"), world("clear", now))
        async with asyncio.timeout(5):
            await chat.shown.wait()

    chat = Chat(story)
    live(book, store, chat)
    assert [who for who, _ in chat.sent] == [ANN]


def test_it_is_ready_only_while_store_and_platform_answer(book: Book) -> None:
    async def check() -> None:
        chat = Chat(lambda _: asyncio.sleep(0))
        worker = worker_on(book, MemoryStore(), chat)
        assert worker.ready() == {"store": False, "test": True}
        await worker.run()
        assert worker.ready() == {"store": True, "test": True}
        chat.is_ready = False
        assert worker.ready() == {"store": True, "test": False}

    asyncio.run(check())


def test_no_turn_waits_for_apple(book: Book) -> None:
    async def story(receive: Receive) -> None:
        await apple.arrived.wait()
        await receive(ANN, said(1, "iPhone"))
        async with asyncio.timeout(5):
            await chat.shown.wait()
        apple.free.set()

    chat, apple = Chat(story), FakeApple()
    apple.free.clear()
    live(book, MemoryStore(), chat, apple)
    assert len(chat.sent) == 1
    assert sorted(language for language, _ in apple.asked) == ["en", "ja"]


def test_what_another_process_read_at_apple_is_there_at_the_first_turn(book: Book) -> None:
    async def story(receive: Receive) -> None:
        await receive(ANN, said(1, "iPhone"))

    async def read_before() -> None:
        await Poller(store, FakeApple("down")).look(now=datetime.now(UTC))

    store, chat = MemoryStore(), Chat(story)
    asyncio.run(read_before())
    live(book, store, chat)
    assert APPLES_WORDS["en"] in chat.sent[0][1]


def test_locks_of_conversations_do_not_pile_up(book: Book) -> None:
    async def check() -> None:
        chat = Chat(lambda _: asyncio.sleep(0))
        worker = worker_on(book, MemoryStore(), chat)
        for number in range(20):
            await worker.receive(Address("test", "chat", str(number)), said(number))
        await worker.run()
        assert len(worker._turns) == 0

    asyncio.run(check())


def test_what_is_wrong_with_one_habit_ends_neither_the_worker_nor_the_others(book: Book) -> None:
    async def broken(**_: object) -> None:
        raise ValueError("not enough values to unpack")

    async def story(receive: Receive) -> None:
        await receive(ANN, said(1, "iPhone"))
        async with asyncio.timeout(5):
            await chat.shown.wait()

    store, chat = MemoryStore(), Chat(story)
    store.backlog = store.claim = broken  # type: ignore[method-assign, assignment]
    with structlog.testing.capture_logs() as logged:
        live(book, store, chat)
    assert len(chat.sent) == 1
    assert {line["habit"] for line in logged if line["event"] == "habit failed"} == {"look", "_sweep"}
