"""What the tests of the Telegram adapter share."""

import asyncio
import json
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from functools import wraps
from pathlib import Path
from typing import Any, ParamSpec

import telegram

from adapters.telegram.bot import open_bot
from adapters.telegram.inbound import Me
from bot.events import Event
from bot.model import Address
from tests.wire.telegram import TelegramServer

P = ParamSpec("P")

ME = Me(7_000_000_001, "imessage_helper_bot")
RECORDED = Path(__file__).parents[1] / "recorded" / "telegram"


def recorded(kind: str) -> dict[str, dict[str, Any]]:
    """Give the recorded updates of a file by what happened."""
    updates: dict[str, dict[str, Any]] = json.loads((RECORDED / f"{kind}.json").read_text())
    return updates


def awaited(story: Callable[P, Awaitable[None]]) -> Callable[P, None]:
    """Make a test of a coroutine."""

    @wraps(story)
    def test(*args: P.args, **kwargs: P.kwargs) -> None:
        async def run() -> None:
            async with asyncio.timeout(30):
                await story(*args, **kwargs)

        asyncio.run(run())

    return test


@asynccontextmanager
async def connected(*, checked: bool = True) -> AsyncIterator[tuple[TelegramServer, telegram.Bot]]:
    """Run a local Bot API server, and give it with a bot of it."""
    async with TelegramServer(checked=checked) as server:
        bot = open_bot(server.token, server.url)
        try:
            yield server, bot
        finally:
            await bot.shutdown()


class Door:
    """Takes events, and remembers them."""

    def __init__(self) -> None:
        self.events: list[tuple[Address, Event]] = []

    async def __call__(self, address: Address, event: Event) -> None:
        self.events.append((address, event))
