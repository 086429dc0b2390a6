"""The program as people run it, `imessage-support telegram`, between a local Telegram and a real Redis."""

import asyncio
import json
import signal
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Literal, TypeAlias

from tests.live import SAFE, SETTLES_WITHIN, LiveProgram, delivered, feed, lapse_roles
from tests.ports import free_port
from tests.redis_server import RedisServer
from tests.wire.apple import AppleServer, apple, document
from tests.wire.telegram import TelegramServer

Way: TypeAlias = Literal["polling", "webhook"]
PUBLIC = "https://bot.example"
"""The address that Telegram is told; `TelegramServer` knows who listens behind it."""


@dataclass(eq=False)
class Scene:
    """Everything round the program, and the program itself, which can be killed and started again."""

    telegram: TelegramServer
    redis: RedisServer
    apple: AppleServer
    program: LiveProgram

    async def start(self) -> None:
        """Start the program and wait until it says that it has."""
        await self.program.start()

    async def says(self, what: str) -> None:
        """Wait until it logs that."""
        await self.program.says(what)

    async def kill(self) -> None:
        """Kill it as a crash would, once it has marked what it delivered: so nothing may come twice.

        Nobody is left who has its roles, so the next one need not wait until they lapse.
        """
        await self.settled()
        await self.program.end(signal.SIGKILL)
        lapse_roles(self.redis)

    async def stop(self) -> None:
        """Let it end well."""
        assert await self.program.end(signal.SIGTERM) == 0

    async def settled(self) -> None:
        """Wait until everything that came is confirmed and everything owed is delivered."""
        await self.until(lambda: not self.telegram.updates.waiting)
        await delivered(self.redis)

    async def until(self, holds: Callable[[], object]) -> None:
        """Wait until that holds."""
        await self.telegram.until(holds, within=SETTLES_WITHIN)


@asynccontextmanager
async def scene(way: Way = "polling", status: bytes = feed()) -> AsyncIterator[Scene]:
    """Set everything up and start the program."""
    with RedisServer(*SAFE) as redis, apple(document(status)) as feed_server:
        async with TelegramServer() as telegram:
            settings = {
                "APPLE_STATUS_URL": feed_server.url,
                "REDIS_URL": redis.url,
                "TELEGRAM_BOT_TOKEN": telegram.token,
                "TELEGRAM_API_URL": telegram.url,
            }
            if way == "webhook":
                port = free_port()
                telegram.webhook.proxies[PUBLIC] = f"http://127.0.0.1:{port}"
                settings |= {"TELEGRAM_WEBHOOK_URL": PUBLIC, "LISTEN_PORT": str(port)}
            here = Scene(telegram, redis, feed_server, LiveProgram("telegram", settings))
            try:
                await here.start()
                yield here
            finally:
                await here.program.close()
            assert telegram.token not in json.dumps(here.program.log), "the token is in the log"


def played(story: Callable[[Scene], Awaitable[None]], way: Way = "polling", status: bytes = feed()) -> None:
    """Run a story in a scene of its own."""

    async def run() -> None:
        async with scene(way, status) as here:
            await story(here)

    asyncio.run(run())
