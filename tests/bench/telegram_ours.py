"""Our bot for the Telegram benchmark: the worker on a real Redis, with the adapter's intake and channel."""

import asyncio
import random
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, timedelta

from adapters.store.redis.store import RedisStore
from adapters.telegram.bot import open_bot
from adapters.telegram.buttons import Button
from adapters.telegram.channel import TelegramChannel
from adapters.telegram.incoming import Me
from adapters.telegram.intake import Intake
from bot.dialogue.book import Book
from bot.model import Address, Reply
from bot.ports import Channel, Receive
from bot.runtime.metrics import Metrics
from bot.runtime.poller import Poller
from bot.runtime.worker import Platform, Worker
from tests.bench.telegram_people import Talker
from tests.bench.telegram_server import ME, TOKEN
from tests.bench.worker import ClearBoard

PLATFORM = "telegram"
HARDLY = timedelta(microseconds=10)
"""A pause that is watched but never lasts: Telegram's own would be all that is measured."""


@dataclass(eq=False, slots=True)
class Watched:
    """The channel, and what it has shown; nothing comes in by itself."""

    channel: Channel
    is_ready: bool = True
    bot_pause: timedelta = HARDLY
    begun: asyncio.Event = field(default_factory=asyncio.Event)
    shown: "dict[Address, asyncio.Future[Reply]]" = field(default_factory=dict)

    async def run(self, receive: Receive, stop: asyncio.Event) -> None:
        """Bring nothing in: updates are given to the intake."""
        del receive
        self.begun.set()
        await stop.wait()

    async def send(self, address: Address, reply: Reply, *, key: str, attempt: int) -> None:
        """Send it, and note that it is shown."""
        await self.channel.send(address, reply, key=key, attempt=attempt)
        self.shown[address].set_result(reply)

    def pause(self, address: Address) -> timedelta:
        """Give the same for every chat."""
        del address
        return HARDLY


@dataclass(eq=False, slots=True)
class OurBot:
    """A running worker."""

    worker: Worker
    intake: Intake
    watched: Watched

    async def turn(self, who: Talker) -> None:
        """Let somebody take a turn; when it returns, the reply is shown."""
        address = Address(PLATFORM, str(who.id), str(who.id))
        shown = self.watched.shown[address] = asyncio.get_running_loop().create_future()
        await self.intake.take(who.update(_data), self.worker.receive)
        who.last = await shown


def _data(reply: Reply, choice: str, owner: int) -> str:
    return str(Button(reply.prompt, owner, choice))


@asynccontextmanager
async def running(book: Book, redis_url: str, api_url: str) -> AsyncIterator[OurBot]:
    """Run the worker on that Redis and that Bot API server."""
    api, store, stop = open_bot(TOKEN, api_url), await RedisStore.open(redis_url), asyncio.Event()
    watched = Watched(TelegramChannel(api))
    worker = Worker(
        *(book, store, Poller(store, ClearBoard()), UTC),
        platforms=[Platform(PLATFORM, watched, watched)],
        metrics=Metrics(),
        stop=stop,
        monotonic=time.monotonic,
        random=random.random,
    )
    intake = Intake(api, Me(int(str(ME["id"])), str(ME["username"])), lambda name, _: name)
    life = asyncio.create_task(worker.run())
    try:
        await watched.begun.wait()
        yield OurBot(worker, intake, watched)
    finally:
        stop.set()
        await life
        await api.shutdown()
        await store.close()
