"""A worker on a real Redis for benchmarks, and people who talk with it."""

import asyncio
import random
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from itertools import count

from adapters.store.redis.store import RedisStore
from bot.apple import Board, Report, Service
from bot.dialogue.book import Book
from bot.events import Event, Picked, Said
from bot.model import Address, EventId, Language, Reply
from bot.ports import Receive
from bot.runtime import garbage
from bot.runtime.metrics import Metrics
from bot.runtime.poller import Poller
from bot.runtime.worker import Platform, Worker

PLATFORM = "bench"


class ClearBoard:
    """An Apple on which all is well."""

    async def fetch(self, language: Language, *, now: datetime) -> Board:
        """Give the board at once."""
        del language
        return Board(now, tuple(Report(service, "ok") for service in Service))

    async def close(self) -> None:
        """Nothing is open."""


@dataclass
class Chat:
    """A platform that answers at once."""

    is_ready: bool = True
    bot_pause: timedelta = timedelta()
    begun: asyncio.Event = field(default_factory=asyncio.Event)
    shown: "dict[Address, asyncio.Future[None]]" = field(default_factory=dict)
    last: dict[Address, Reply] = field(default_factory=dict)

    async def run(self, receive: Receive, stop: asyncio.Event) -> None:
        """Bring nothing in: the people call the door themselves."""
        del receive
        self.begun.set()
        await stop.wait()

    async def send(self, address: Address, reply: Reply, *, key: str, attempt: int) -> None:
        """Show the reply."""
        del key, attempt
        self.last[address] = reply
        self.shown[address].set_result(None)

    def pause(self, address: Address) -> timedelta:
        """Give the same pause for every chat."""
        del address
        return self.bot_pause

    def limit(self) -> None:
        """Have limits from now on, which are kept although they are never reached."""
        self.bot_pause = timedelta(microseconds=10)


@dataclass
class Bench:
    """A running worker."""

    worker: Worker
    chat: Chat
    ids = count()

    async def turn(self, who: Address) -> None:
        """Let somebody answer with a button, or begin, and wait for the reply."""
        shown = self.chat.shown[who] = asyncio.get_running_loop().create_future()
        await self.worker.receive(who, self._answer(who))
        await shown

    async def talk(self, who: Address, turns: int) -> None:
        """Take turns one after the other."""
        for _ in range(turns):
            await self.turn(who)

    def _answer(self, who: Address) -> Event:
        event, last = EventId(f"{next(self.ids)}"), self.chat.last.get(who)
        if last is None:
            return Said(event, "iPhone")
        offered = [choice.id for choice in last.choices if choice.id in ("iphone", "page_opens", "not_yet")]
        if not offered:
            return Said(event, "start over")
        return Picked(event, last.prompt, offered[0])


@asynccontextmanager
async def running(book: Book, url: str) -> AsyncIterator[Bench]:
    """Run a worker on that Redis."""
    store, chat, stop = await RedisStore.open(url), Chat(), asyncio.Event()
    worker = Worker(
        *(book, store, Poller(store, ClearBoard()), UTC),
        platforms=[Platform(PLATFORM, chat, chat)],
        metrics=Metrics(),
        stop=stop,
        monotonic=time.monotonic,
        random=random.random,
    )
    life = asyncio.create_task(worker.run())
    try:
        await chat.begun.wait()
        garbage.seldom()  # as the service does
        yield Bench(worker, chat)
    finally:
        stop.set()
        await life
        await store.close()
