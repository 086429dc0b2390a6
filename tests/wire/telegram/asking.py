"""Asks the server as a bot does, for its own tests."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from functools import wraps
from typing import Any, ParamSpec

import aiohttp

from tests.wire.telegram.refusals import Payload
from tests.wire.telegram.server import TelegramServer

P = ParamSpec("P")


def awaited(story: Callable[P, Awaitable[None]]) -> Callable[P, None]:
    """Make a test of a coroutine."""

    @wraps(story)
    def test(*args: P.args, **kwargs: P.kwargs) -> None:
        async def run() -> None:
            async with asyncio.timeout(30):
                await story(*args, **kwargs)

        asyncio.run(run())

    return test


@dataclass(frozen=True, slots=True)
class Asker:
    """A bot that knows nothing but HTTP."""

    telegram: TelegramServer
    client: aiohttp.ClientSession

    async def ask(self, method: str, **arguments: object) -> Payload:
        """Call a method and give the whole answer."""
        return await self.post(f"/bot{self.telegram.token}/{method}", json=arguments)

    async def do(self, method: str, **arguments: object) -> Any:  # noqa: ANN401  whatever the method gives
        """Call a method that has to work, and give its result."""
        answer = await self.ask(method, **arguments)
        assert answer["ok"], answer
        return answer["result"]

    async def why_not(self, method: str, **arguments: object) -> str:
        """Call a method that has to be refused, and give Telegram's words."""
        answer = await self.ask(method, **arguments)
        assert not answer["ok"], answer
        return str(answer["description"])

    async def post(self, path: str, **options: Any) -> Payload:  # noqa: ANN401  whatever aiohttp takes
        """Post and give the JSON of the answer, whose code is also its status."""
        async with self.client.post(f"{self.telegram.url}{path}", **options) as answer:
            body: Payload = await answer.json()
        assert body.get("error_code", 200) == answer.status
        return body


@asynccontextmanager
async def asking(*, checked: bool = True) -> AsyncIterator[Asker]:
    """Run a server and give somebody who asks it."""
    async with TelegramServer(checked=checked) as telegram, aiohttp.ClientSession() as client:
        yield Asker(telegram, client)
