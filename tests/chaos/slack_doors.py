"""The ways from Slack to the workers of the chaos, and what befalls them."""

import asyncio
import random
from collections.abc import Callable, Coroutine, Sequence
from dataclasses import dataclass, field

from adapters.slack.http import PATH
from tests.wire.slack import SlackServer
from tests.wire.slack.deliveries import Attempt, Delivery

BREAKS = 0.01
"""The chance, for each thing that happens, that a connection of Socket Mode is hurt."""

NOTICE = 0.5
"""Seconds between the word that a connection will be closed and the end of it."""


@dataclass(eq=False)
class Doors:
    """Calls any of the workers' ports, as a proxy at the public address does."""

    server: SlackServer
    lots: random.Random
    ports: Callable[[], Sequence[int]] = tuple
    timeout_word: str = "http_timeout"

    async def carry(self, delivery: Delivery, attempt: Attempt) -> None:
        """Bring it to one of them, if there is any."""
        if ports := self.ports():
            self.server.http.url = f"http://127.0.0.1:{self.lots.choice(ports)}{PATH}"
            await self.server.http.carry(delivery, attempt)
        else:
            attempt.failed = "connection_failed"
            attempt.arrived.set()


@dataclass(eq=False)
class SocketTrouble:
    """Notes whose connections are there, and ends some."""

    server: SlackServer
    lots: random.Random
    workers: set[str]
    moved: asyncio.Event
    asking: set[str] = field(default_factory=set)
    """Workers that have an address to connect to."""
    is_calm: bool = False
    _counted: int = 0
    _under_way: set[asyncio.Task[None]] = field(default_factory=set)

    def __post_init__(self) -> None:
        self._changed, self.server.sockets.changed = self.server.sockets.changed, self._look

    def maybe(self) -> None:
        """Hurt a connection, at times."""
        if self.is_calm or not self.server.connections or self.lots.random() >= BREAKS:
            return
        connection = self.lots.choice(self.server.connections)
        match self.lots.choice(("refresh", "drop", "half-open")):
            case "refresh":
                self._do(self.server.sockets.disconnect("refresh_requested", connection))
                asyncio.get_running_loop().call_later(
                    NOTICE, lambda: self._do(self.server.sockets.drop(connection))
                )
            case "drop":
                self._do(self.server.sockets.drop(connection))
            case _:
                connection.half_open = True

    def close(self) -> None:
        """Do nothing more."""
        self.is_calm = True
        for task in self._under_way:
            task.cancel()

    def _look(self) -> None:
        if len(self.server.sockets.connections) > self._counted:
            self._counted = len(self.server.sockets.connections)
            self.workers |= self.asking
            self.asking.clear()
            self.moved.set()
        self._changed()

    def _do(self, deed: Coroutine[None, None, None]) -> None:
        task = asyncio.get_running_loop().create_task(deed)
        self._under_way.add(task)
        task.add_done_callback(self._under_way.discard)
