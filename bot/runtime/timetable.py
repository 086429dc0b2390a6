"""Keeps all workers together under a bot's speed limit: every send has its moment in one timetable."""

import asyncio
from collections import defaultdict, deque
from collections.abc import Callable
from datetime import datetime, timedelta

from bot.ports import Store

BOOKED_AT_ONCE = 5
"""Moments that are booked in one call of the store, if as many sends are waiting."""


class Full(Exception):
    """The timetable is full until `until`; nothing was booked."""

    def __init__(self, until: datetime) -> None:
        super().__init__(f"full until {until}")
        self.until = until


class Timetable:
    """Books moments in the store's timetable, a few at a time for those who wait for one."""

    def __init__(self, store: Store, now: Callable[[], datetime]) -> None:
        """Use the timetable in that store; `now` is the store's time."""
        self._store = store
        self._now = now
        self._booked: defaultdict[str, deque[datetime]] = defaultdict(deque)
        self._waiting: defaultdict[str, int] = defaultdict(int)
        self._turns: defaultdict[str, asyncio.Lock] = defaultdict(asyncio.Lock)

    async def moment(self, bot: str, pause: timedelta, within: timedelta) -> datetime:
        """Give the moment at which that bot may send once; `pause` lies between any two.

        Raises `Full` if that would be later than `within` from now, and `StoreUnusable`. A moment that nobody
        keeps would move everybody else's for nothing, so it is not booked then.
        """
        self._waiting[bot] += 1
        try:
            async with self._turns[bot]:
                if not self._booked[bot]:
                    await self._book(bot, pause, within)
                return self._booked[bot].popleft()
        finally:
            self._waiting[bot] -= 1

    async def _book(self, bot: str, pause: timedelta, within: timedelta) -> None:
        now, count = self._now(), min(BOOKED_AT_ONCE, self._waiting[bot])
        first = await self._store.reserve(bot, count, pause, now=now, within=within)
        if first - now > within:
            raise Full(first)
        self._booked[bot].extend(first + number * pause for number in range(count))
