"""Planted bugs, which the checker has to find: they stand round the real store and the real way in."""

import asyncio
from collections.abc import Collection, Sequence
from datetime import datetime, timedelta

from redis.asyncio import Redis
from redis.exceptions import RedisError

from bot.events import Event
from bot.model import Address, EventId
from bot.ports import Committed, Conflict, Due, Duplicate, Owed, Receive, Settled, Store, StoreUnusable
from bot.runtime.receive import TooManyConflicts
from tests.chaos.failpoints import Failpoints, PointedStore
from tests.chaos.plan import Mutant


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


def mutated(mutant: Mutant | None, store: Store, points: Failpoints) -> Store:
    """Give the store with its failpoints, and with the bug if it is one of the store's."""
    kinds = {"no-version-check": UncheckedStore, "no-lease": LeaselessStore}
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
