"""Planted bugs, which the checker has to find: they stand round the real store and the real way in."""

import asyncio
from collections.abc import Collection, Sequence
from datetime import datetime, timedelta

from redis.asyncio import Redis
from redis.exceptions import RedisError

from bot.events import Event, Left, StatusChanged, Woke
from bot.model import Address, EventId
from bot.ports import (
    Committed,
    Conflict,
    Due,
    Duplicate,
    Farewell,
    Forgotten,
    Owed,
    Receive,
    Record,
    Settled,
    Store,
    StoreUnusable,
)
from bot.runtime.receive import TooManyConflicts
from tests.chaos.failpoints import Failpoints, PointedStore
from tests.chaos.plan import Mutant
from tests.chaos.witness import doing


class UncheckedStore(PointedStore):
    """Commits on whatever version there is now, although the turn was computed on another."""

    async def commit(
        self,
        address: Address,
        expected: int,
        event: EventId,
        body: bytes,
        jobs: Sequence[Due],
        *,
        topics: Collection[str] = (),
        now: datetime,
        lease: timedelta,
    ) -> Committed | Conflict | Duplicate:
        while True:
            turn = (address, expected, event, body, jobs)
            result = await super().commit(*turn, topics=topics, now=now, lease=lease)
            if not isinstance(result, Conflict):
                return result
            expected = result.record.version


class LeaselessStore(PointedStore):
    """Lends jobs for no time at all, so that others take them at once."""

    async def commit(
        self,
        address: Address,
        expected: int,
        event: EventId,
        body: bytes,
        jobs: Sequence[Due],
        *,
        topics: Collection[str] = (),
        now: datetime,
        lease: timedelta,
    ) -> Committed | Conflict | Duplicate:
        del lease
        turn = (address, expected, event, body, jobs)
        return await super().commit(*turn, topics=topics, now=now, lease=timedelta())

    async def claim(self, *, now: datetime, lease: timedelta, limit: int) -> Sequence[Owed]:
        del lease
        return await super().claim(now=now, lease=timedelta(), limit=limit)

    async def settle(self, job: Owed, *, now: datetime, lease: timedelta) -> Settled:
        del lease
        return await super().settle(job, now=now, lease=timedelta())


class StaleStore(PointedStore):
    """Answers from the memory of this worker, however old that is, wherever it is asked in this matter."""

    def __init__(self, store: Store, points: Failpoints) -> None:
        super().__init__(store, points)
        self._memory: dict[Address, Record] = {}

    def is_stale(self) -> bool:
        """Say whether this is such a matter."""
        return True

    async def load(self, address: Address, *, now: datetime) -> Record:
        if self.is_stale() and address in self._memory:
            return self._memory[address]
        self._memory[address] = await super().load(address, now=now)
        return self._memory[address]

    async def commit(
        self,
        address: Address,
        expected: int,
        event: EventId,
        body: bytes,
        jobs: Sequence[Due],
        *,
        topics: Collection[str] = (),
        now: datetime,
        lease: timedelta,
    ) -> Committed | Conflict | Duplicate:
        turn = (address, expected, event, body, jobs)
        result = await super().commit(*turn, topics=topics, now=now, lease=lease)
        newest = Record(expected + 1, body) if isinstance(result, Committed) else result.record
        self._memory[address] = newest
        return result

    async def forget(
        self,
        address: Address,
        event: EventId,
        farewell: Farewell | None = None,
        *,
        now: datetime,
        lease: timedelta,
    ) -> Forgotten | None:
        self._memory.pop(address, None)
        return await super().forget(address, event, farewell, now=now, lease=lease)


class StaleLeft(StaleStore):
    """Whoever has left is not there, unless this worker remembers them."""

    def is_stale(self) -> bool:
        return isinstance(doing.get(), Left)

    async def load(self, address: Address, *, now: datetime) -> Record:
        if self.is_stale():
            return self._memory.get(address, Record(0, b""))
        return await super().load(address, now=now)


class StaleWake(StaleStore):
    def is_stale(self) -> bool:
        return isinstance(doing.get(), Woke)


class StaleNews(StaleStore):
    def is_stale(self) -> bool:
        return isinstance(doing.get(), StatusChanged)


class StaleGlance(StaleStore):
    def is_stale(self) -> bool:
        return doing.get() == "glance"


def mutated(mutant: Mutant | None, store: Store, points: Failpoints) -> Store:
    """Give the store with its failpoints, and with the bug if it is one of the store's."""
    kinds = {
        "no-version-check": UncheckedStore,
        "no-lease": LeaselessStore,
        "stale-copy": StaleStore,
        "stale-left": StaleLeft,
        "stale-wake": StaleWake,
        "stale-news": StaleNews,
        "stale-glance": StaleGlance,
    }
    return kinds.get(mutant or "", PointedStore)(store, points)


def marking_first(receive: Receive, redis: Redis) -> Receive:
    """Take the event for done once it has been seen, before its turn is stored."""

    async def take(address: Address, event: Event) -> None:
        try:
            new = await redis.set(f"seen:{event.id}", 1, nx=True, ex=3600)
        except RedisError as error:
            raise StoreUnusable("unreachable", "the marks") from error
        if new:
            await receive(address, event)

    return take


def acking_first(receive: Receive) -> Receive:
    """Have the platform believe at once that the event is taken in, and take it in then."""
    under_way: set[asyncio.Task[None]] = set()

    async def later(address: Address, event: Event) -> None:
        try:
            await receive(address, event)
        except (StoreUnusable, TooManyConflicts):
            return

    async def take(address: Address, event: Event) -> None:
        task = asyncio.create_task(later(address, event))
        under_way.add(task)
        task.add_done_callback(under_way.discard)

    return take
