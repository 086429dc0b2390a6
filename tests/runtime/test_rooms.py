"""A platform that hangs takes no room from another."""

import asyncio
import time
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from adapters.store.memory.store import MemoryStore
from bot.codec import encode_job
from bot.dialogue.book import Book
from bot.model import Address, EventId, Reply, Say
from bot.ports import Due, Receive
from bot.runtime.metrics import Metrics
from bot.runtime.poller import Poller
from bot.runtime.receive import LEASE
from bot.runtime.rooms import IN_FLIGHT
from bot.runtime.worker import WHILE_FULL, Platform, Worker
from tests.runtime.test_worker import Chat, NoApple


@dataclass
class Hanging(Chat):
    """A chat that shows nothing before it is let go."""

    go_on: asyncio.Event = field(default_factory=asyncio.Event)
    begun: int = 0

    async def send(self, address: Address, reply: Reply, *, key: str, attempt: int) -> None:
        self.begun += 1
        await self.go_on.wait()
        await super().send(address, reply, key=key, attempt=attempt)


async def owe(store: MemoryStore, platform: str, people: int, at: datetime) -> None:
    """Leave a reply for so many people of a platform, which nobody holds."""
    for number in range(people):
        who = Address(platform, str(number), "ann")
        due = Due("say", at, encode_job(Say(who, Reply("hello"))))
        await store.commit(who, 0, EventId("first"), b"", [due], now=at, lease=timedelta())


def worker_on(book: Book, store: MemoryStore, **chats: Chat) -> Worker:
    """Give a worker that speaks with these chats."""
    return Worker(
        *(book, store, Poller(store, NoApple()), UTC),
        platforms=[Platform(name, chat, chat) for name, chat in chats.items()],
        metrics=Metrics(),
        stop=asyncio.Event(),
        monotonic=time.monotonic,
        random=lambda: 0.0,
    )


def test_a_platform_that_hangs_takes_no_room_from_another(book: Book) -> None:
    async def idle(_: Receive) -> None:
        await done.wait()

    async def life() -> None:
        store, now = MemoryStore(), datetime.now(UTC)
        await owe(store, "hangs", 2 * IN_FLIGHT, now - timedelta(minutes=2))
        await owe(store, "works", 30, now - timedelta(minutes=1))
        running = asyncio.create_task(worker_on(book, store, hangs=hangs, works=works).run())
        async with asyncio.timeout(20):
            while len(works.sent) < 30:
                works.shown.clear()
                await works.shown.wait()
        assert (hangs.begun, hangs.sent) == (IN_FLIGHT, [])
        soon = datetime.now(UTC) + 2 * WHILE_FULL
        left_to_others = await store.claim(now=soon, lease=LEASE, limit=999)
        assert len(left_to_others) == IN_FLIGHT
        hangs.go_on.set()
        done.set()
        await running

    done = asyncio.Event()
    hangs, works = Hanging(idle), Chat(idle)
    asyncio.run(life())
