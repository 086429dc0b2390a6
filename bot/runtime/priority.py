"""A lock that goes to whoever is first by a number of theirs, and among equals to whoever came first."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from heapq import heappop, heappush
from itertools import count


class PriorityLock:
    """Held by one at a time; the lowest number of those who wait is next."""

    def __init__(self) -> None:
        self._waiting: list[tuple[int, int, asyncio.Future[None]]] = []
        self._is_held = False
        self._arrivals = count()

    @asynccontextmanager
    async def held(self, number: int, *, within: float | None = None) -> AsyncIterator[None]:
        """Wait for it, and hold it within the block. Raises `TimeoutError` after so many seconds in vain."""
        async with asyncio.timeout(within):
            await self._wait(number)
        try:
            yield
        finally:
            self._pass_on()

    async def _wait(self, number: int) -> None:
        if not self._is_held:
            self._is_held = True
            return
        turn = asyncio.get_running_loop().create_future()
        heappush(self._waiting, (number, next(self._arrivals), turn))
        try:
            await turn
        except asyncio.CancelledError:
            if turn.done() and not turn.cancelled():
                self._pass_on()
            raise

    def _pass_on(self) -> None:
        while self._waiting:
            *_, turn = heappop(self._waiting)
            if not turn.done():
                turn.set_result(None)
                return
        self._is_held = False
