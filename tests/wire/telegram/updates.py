"""The updates that wait for the bot, and `getUpdates`."""

import asyncio
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import count

from tests.wire.telegram.limits import Clock
from tests.wire.telegram.refusals import OTHER_POLL, Payload, Refusal, conflict

KEPT = 24 * 3600
"""Seconds for which Telegram keeps an update."""
ONLY_WHEN_ASKED_FOR = {"chat_member", "message_reaction", "message_reaction_count"}
MOST_AT_ONCE = 100


@dataclass(eq=False, slots=True)
class Updates:
    """A queue that forgets nothing before it is confirmed or a day old."""

    clock: Clock
    on_change: Callable[[], None]
    numbers: Iterator[int] = field(default_factory=lambda: count(500_000))
    waiting: dict[int, tuple[float, Payload]] = field(default_factory=dict)
    confirmed: set[int] = field(default_factory=set)
    allowed: Sequence[str] = ()
    _arrived: asyncio.Event = field(default_factory=asyncio.Event)
    _poll: "asyncio.Future[None] | None" = None

    def add(self, kind: str, content: Payload) -> int | None:
        """Queue an update and give its number; None if the bot did not ask for that kind."""
        if kind not in self.allowed if self.allowed else kind in ONLY_WHEN_ASKED_FOR:
            return None
        number = next(self.numbers)
        self.waiting[number] = self.clock.now(), {"update_id": number, kind: content}
        self._arrived.set()
        self.on_change()
        return number

    def pending(self) -> list[Payload]:
        """Give what is not confirmed, oldest first."""
        since = self.clock.now() - KEPT
        self.waiting = {number: each for number, each in self.waiting.items() if each[0] >= since}
        return [update for _, update in self.waiting.values()]

    def confirm(self, numbers: Sequence[int]) -> None:
        """Forget these."""
        for number in numbers:
            if self.waiting.pop(number, None):
                self.confirmed.add(number)
        self.on_change()

    async def poll(self, offset: int = 0, limit: int = MOST_AT_ONCE, patience: float = 0.0) -> list[Payload]:
        """Answer `getUpdates`. Raises `Refusal` once another one comes or a webhook is set."""
        if offset < 0:
            self.confirm(list(self.waiting)[:offset])
        self.confirm([number for number in self.waiting if number < offset])
        limit = limit if 1 <= limit <= MOST_AT_ONCE else MOST_AT_ONCE
        with self._only_poll() as ended:
            end = asyncio.get_running_loop().time() + patience
            while not self.waiting and (left := end - asyncio.get_running_loop().time()) > 0:
                arrived = self.arrival()
                await asyncio.wait((arrived, ended), timeout=left, return_when=asyncio.FIRST_COMPLETED)
                arrived.cancel()
                if ended.done():
                    ended.result()
        return self.pending()[:limit]

    def arrival(self) -> "asyncio.Task[bool]":
        """Wait from now on for an update to come."""
        self._arrived.clear()
        return asyncio.create_task(self._arrived.wait())

    def end_poll(self, why: Refusal) -> None:
        """End the poll that waits, if one does."""
        if self._poll and not self._poll.done():
            self._poll.set_exception(why)
            self._poll.exception()  # it may never be looked at: its client can be gone

    @contextmanager
    def _only_poll(self) -> "Iterator[asyncio.Future[None]]":
        self.end_poll(conflict(OTHER_POLL))
        mine = self._poll = asyncio.get_running_loop().create_future()
        try:
            yield mine
        finally:
            if self._poll is mine:
                self._poll = None
