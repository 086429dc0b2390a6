"""One connection of Socket Mode: a client of Slack's library that reports what becomes of it."""

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import suppress
from typing import Any, Final, TypeAlias

import aiohttp
from slack_sdk.socket_mode.aiohttp import SocketModeClient
from slack_sdk.socket_mode.async_client import AsyncBaseSocketModeClient
from slack_sdk.socket_mode.request import SocketModeRequest
from slack_sdk.web.async_client import AsyncWebClient

from adapters.slack.app import QUIET

GOODBYE: Final = 1.0
"""Seconds for the other side to take note that we close."""

Take: TypeAlias = Callable[[AsyncBaseSocketModeClient, SocketModeRequest], Awaitable[None]]


class NotConnected(Exception):
    """Slack ended the connection instead of greeting; the text says why."""


class Line(SocketModeClient):
    """A connection for one time. It must be made within the running event loop."""

    def __init__(self, client: AsyncWebClient, token: str, url: str, *, ping: float, take: Take) -> None:
        """Connect to `url`, as Slack has just given it, and hand every envelope to `take`."""
        super().__init__(
            token, logger=QUIET, web_client=client, auto_reconnect_enabled=False, ping_interval=ping
        )
        self.wss_uri = url
        self.proxy = None  # the session knows the environment's proxies, and their exceptions
        self.over = asyncio.Event()
        """Set when Slack says that it will close."""
        self.why = ""
        """Slack's reason for that."""
        self._take, self._greeted, self._heard = take, asyncio.Event(), 0
        self._under_way: set[asyncio.Task[object]] = set()

    @property
    def is_open(self) -> bool:
        """Whether Slack has greeted us, and neither side has closed."""
        return self._greeted.is_set() and self.current_session is not None and not self.current_session.closed

    @property
    def signs(self) -> tuple[int, float | None]:
        """Something that changes with every sign of life: messages, and answers to pings."""
        return self._heard, self.last_ping_pong_time

    async def open(self) -> None:
        """Connect, and wait for the greeting. It tries until it is called off."""
        await self.aiohttp_client_session.close()
        self.aiohttp_client_session = aiohttp.ClientSession(trust_env=True)
        await self.connect()  # type: ignore[no-untyped-call]  # theirs
        ends = [asyncio.create_task(event.wait()) for event in (self._greeted, self.over)]
        try:
            await asyncio.wait(ends, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for each in ends:
                each.cancel()
        if not self._greeted.is_set():
            raise NotConnected(self.why)

    async def run_message_listeners(self, message: dict[str, Any], raw_message: str) -> None:
        """Do what a message says, in place of the library, which would connect anew by itself."""
        del raw_message
        self._heard += 1
        match message.get("type"):
            case "hello":
                self._greeted.set()
            case "disconnect":
                self.why = str(message.get("reason") or "disconnect")[:40]
                self.over.set()
            case _:
                await self._hand_on(message)

    async def _hand_on(self, message: dict[str, Any]) -> None:
        request, task = SocketModeRequest.from_dict(message), asyncio.current_task()
        if request is None or task is None:
            return
        self._under_way.add(task)
        task.add_done_callback(self._under_way.discard)
        await self._take(self, request)

    async def finish(self, seconds: float) -> None:
        """Let what came be acknowledged, within so many seconds."""
        if self._under_way:
            await asyncio.wait(self._under_way, timeout=seconds)

    async def leave(self) -> None:
        """Close; what is not acknowledged then, Slack brings over another connection."""
        tasks = (self.message_processor, self.current_session_monitor, self.message_receiver)
        try:
            async with asyncio.timeout(GOODBYE):
                with suppress(aiohttp.ClientError, ConnectionError):
                    await self.close()  # type: ignore[no-untyped-call]  # theirs
        except TimeoutError:  # the other side is gone
            for task in tasks:
                if task is not None:
                    task.cancel()
        await self.aiohttp_client_session.close()
