"""What a worker does again and again until it is told to stop."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import TypeAlias

import structlog
from msgspec import Struct

AFTER_A_FAULT = 2.0
"""Seconds of rest."""

Habit: TypeAlias = Callable[[], Awaitable[float]]
"""Does something once, and gives the seconds of rest before the next time."""

_log = structlog.get_logger()


class Habits(Struct, frozen=True):
    """Keeps habits until `stop` is set; `random` gives numbers from 0 to 1."""

    stop: asyncio.Event
    random: Callable[[], float]

    async def keep(self, habit: Habit) -> None:
        """Do it again and again, whatever goes wrong in it."""
        while not self.stop.is_set():
            try:
                rest = await habit()
            except Exception as error:  # noqa: BLE001  what is wrong with one thing must not end the others
                _log.error("habit failed", habit=habit.__name__, exc_info=error)
                rest = AFTER_A_FAULT
            await self._rest(rest)

    async def _rest(self, seconds: float) -> None:
        """Wait about as long, so that workers do not march in step, and no longer than until the stop."""
        try:
            async with asyncio.timeout(seconds * (0.75 + 0.5 * self.random())):
                await self.stop.wait()
        except TimeoutError:
            return
