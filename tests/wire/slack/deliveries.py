"""What Slack brings to the app, again and again until it is acknowledged within three seconds."""

import asyncio
from collections.abc import Callable, Coroutine
from dataclasses import dataclass, field
from typing import Any, Literal, Protocol, TypeAlias

from tests.wire.slack.clock import Clock
from tests.wire.slack.refusal import Json

Kind: TypeAlias = Literal["events_api", "slash_commands", "interactive"]

ACK_SECONDS = 3.0
RETRIES = (0.0, 60.0, 300.0)
"""Seconds after the attempt before: at once, a minute later, five minutes later."""


@dataclass(eq=False, slots=True)
class Attempt:
    """One attempt: its number and why it was made, and what came back.

    `failed` is Slack's word for what went wrong, as `http_timeout` or `timeout`; `answer` is the payload of
    the acknowledgement; an `acked_at` beside a `failed` came too late.
    """

    at: float
    number: int
    reason: str = ""
    over: str = ""
    """The connection's name, or the address."""
    acked_at: float | None = None
    answer: Json = field(default_factory=dict)
    status: int = 0
    failed: str = ""
    no_retry: bool = False
    arrived: asyncio.Event = field(default_factory=asyncio.Event)
    """Set with the acknowledgement or the failure."""

    @property
    def good(self) -> bool:
        return self.acked_at is not None and not self.failed


@dataclass(eq=False, slots=True)
class Delivery:
    """One event, command or press, and all attempts to bring it."""

    kind: Kind
    payload: Json
    attempts: list[Attempt] = field(default_factory=list)
    over: bool = False
    """Whether Slack has stopped trying."""

    @property
    def acked(self) -> bool:
        return any(each.good for each in self.attempts)

    @property
    def event(self) -> Json:
        """The inner event; empty for commands and presses."""
        event = self.payload.get("event", {})
        return dict(event)


class Way(Protocol):
    """How a delivery travels."""

    timeout_word: str

    async def carry(self, delivery: Delivery, attempt: Attempt) -> None:
        """Bring it, and fill in the attempt until `arrived`. Cancelled when its time is over."""
        ...


@dataclass(slots=True)
class Post:
    """Brings deliveries over one way, each in a task of its own, so that their order is not certain."""

    clock: Clock
    way: Way
    on_end: Callable[[Delivery], None]
    """Called when a delivery was acknowledged, or given up."""
    changed: Callable[[], None]
    retries: tuple[float, ...] = RETRIES
    copies: int = 1
    """How often each attempt is made at the same moment."""
    deliveries: list[Delivery] = field(default_factory=list)
    tasks: set[asyncio.Task[None]] = field(default_factory=set)

    def send(self, kind: Kind, payload: Json) -> Delivery:
        """Bring this, now and as often as need be."""
        delivery = Delivery(kind, payload)
        self.deliveries.append(delivery)
        self._run(self._deliver(delivery))
        return delivery

    def again(self, delivery: Delivery, *, number: int = 0, reason: str = "") -> None:
        """Bring it once more although there is no need: with `number` 0 it looks like the first time."""
        self._run(self._attempt(delivery, number, reason))

    async def close(self) -> None:
        for task in self.tasks:
            task.cancel()
        await asyncio.gather(*self.tasks, return_exceptions=True)

    def _run(self, coroutine: Coroutine[Any, Any, None]) -> None:
        task = asyncio.get_running_loop().create_task(coroutine)
        self.tasks.add(task)
        task.add_done_callback(self.tasks.discard)

    async def _deliver(self, delivery: Delivery) -> None:
        waits = (0.0, *self.retries) if delivery.kind == "events_api" else (0.0,)
        due, reason = self.clock.now(), ""
        for number, wait in enumerate(waits):
            due += wait
            await self.clock.until(due)
            before = len(delivery.attempts)
            await asyncio.gather(*(self._attempt(delivery, number, reason) for _ in range(self.copies)))
            made = delivery.attempts[before:]
            if any(each.good or each.no_retry for each in made):
                break
            reason, due = made[-1].failed, max(due, made[-1].at)
        delivery.over = True
        self.on_end(delivery)
        self.changed()

    async def _attempt(self, delivery: Delivery, number: int, reason: str) -> None:
        attempt = Attempt(self.clock.now(), number, reason)
        delivery.attempts.append(attempt)
        travelling = asyncio.ensure_future(self.way.carry(delivery, attempt))
        patience = asyncio.ensure_future(self.clock.until(attempt.at + ACK_SECONDS))
        try:
            await asyncio.wait({travelling, patience}, return_when=asyncio.FIRST_COMPLETED)
            if not attempt.arrived.is_set():
                attempt.failed = self.way.timeout_word
        finally:
            travelling.cancel()
            patience.cancel()
            await asyncio.gather(travelling, patience, return_exceptions=True)
            self.changed()
