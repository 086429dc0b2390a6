"""Keeps all workers together under a bot's speed limit: every send has its moment in one timetable.

The limit is for any second, however the messages lie in it, and one that is late comes too near to those
that follow. So a moment that was missed is given up for another, and a message that took long to arrive is
paid for with another moment, which nobody uses.
"""

import asyncio
from collections import defaultdict, deque
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from datetime import datetime, timedelta
from functools import partial

from bot.ports import Store, StoreUnusable

BOOKED_AT_ONCE = 5
"""Moments that are booked in one call of the store, if as many sends are waiting."""

AHEAD, BEHIND = 0.2, 0.3
"""How much of a pause before, and after, the next moment may be asked for one that is to spare.

Whoever has something to say meanwhile waits for `AHEAD` and one pause at most: 41 ms where a bot sends 30
times a second. A worker that asks later than `BEHIND` leaves the bot idle; until then the message is a little
late.
"""

LAST, GAP = "talks_much", 0.5
"""The queue that comes last, and how much of a pause passes after each moment before it asks for another: so
others who come meanwhile go first, and what a late message costs falls on that queue.
"""

LEEWAY = 0.5
"""How much of a pause a message may be late in all: `Channel.bot_pause` leaves room for it."""

SHARE_OF_NEWEST = 1 / 16
"""How fast what is usual follows what happens."""


class Full(Exception):
    """The timetable is full until `until`; nothing was booked."""

    def __init__(self, until: datetime) -> None:
        super().__init__(f"full until {until}")
        self.until = until


class Timetable:
    """Books moments in the store's timetable, a few at a time for those who wait for one."""

    def __init__(
        self,
        store: Store,
        now: Callable[[], datetime],
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> None:
        """Use the timetable in that store; `now` is the store's time, and `sleep` waits so many seconds."""
        self._store, self._now, self._sleep = store, now, sleep
        self._booked: defaultdict[str, deque[datetime]] = defaultdict(deque)
        self._waiting: defaultdict[str, int] = defaultdict(int)
        self._turns: defaultdict[str, asyncio.Lock] = defaultdict(asyncio.Lock)
        self._spare_turns: defaultdict[tuple[str, str], asyncio.Lock] = defaultdict(asyncio.Lock)
        self._ends: dict[str, datetime] = {}  # as far as is known here
        self._usual: dict[tuple[str, bool], timedelta] = {}  # from the moment to the platform's answer

    @asynccontextmanager
    async def turn(
        self, bot: str, pause: timedelta, within: timedelta, *, spare: bool, queue: str = ""
    ) -> AsyncIterator[None]:
        """Wait for a moment in which that bot may send once; what is sent in it ends with the block.

        `spare` lets others go first. Of what is to spare, several queues get about the same, but `LAST` gets
        only what those leave. Raises as `moment` and `spare_moment` do, and only before the block.
        """
        book = partial(self.spare_moment, queue=queue) if spare else self.moment
        moment = await self._until(await book(bot, pause, within))
        if self._now() - moment > LEEWAY * pause:
            moment = await self._until(await book(bot, pause, within))
        yield
        await self._pay(bot, pause, self._now() - moment, spare=spare)

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

    async def spare_moment(
        self, bot: str, pause: timedelta, within: timedelta, *, queue: str = ""
    ) -> datetime:
        """Give a moment that nobody else wants: it is booked only once hardly any is booked before it.

        So it leaves the next moment to whoever wants one meanwhile, in whichever process. Raises `Full` if
        there was none `within` that time, and `StoreUnusable`.
        """
        latest, behind = self._now() + within, BEHIND * pause
        ahead = (-GAP if queue == LAST else AHEAD) * pause
        early = max(ahead, timedelta()) + behind
        async with self._spare_turns[bot, queue]:
            while (begins := self._ends.get(bot, self._now()) - ahead) <= latest:
                await self._until(begins)
                asked = self._now() - behind
                first = await self._store.reserve(bot, 1, pause, now=asked, within=early)
                if first - asked <= early:
                    self._ends[bot] = first + pause
                    return first
                self._ends[bot] = first
            raise Full(begins + ahead)

    async def _until(self, moment: datetime) -> datetime:
        if (early := moment - self._now()) > timedelta():
            await self._sleep(early.total_seconds())
        return moment

    async def _pay(self, bot: str, pause: timedelta, took: timedelta, *, spare: bool) -> None:
        """Leave a moment unused for a message that was later than is usual for its kind.

        It then is one too many in the second after it, however late it was.
        """
        usual = self._usual.get((bot, spare), took)
        self._usual[bot, spare] = usual + (took - usual) * SHARE_OF_NEWEST
        if took - usual > LEEWAY * pause:
            with suppress(StoreUnusable):
                await self._store.reserve(bot, 1, min(took - usual, pause), now=self._now())

    async def _book(self, bot: str, pause: timedelta, within: timedelta) -> None:
        now, count = self._now(), min(BOOKED_AT_ONCE, self._waiting[bot])
        first = await self._store.reserve(bot, count, pause, now=now, within=within)
        if first - now > within:
            raise Full(first)
        self._booked[bot].extend(first + number * pause for number in range(count))
