"""What the store tests have in common: a moment, two people, and short ways to take a turn."""

from collections.abc import Collection, Iterable, Sequence
from datetime import UTC, datetime, timedelta

from bot.model import Address, EventId
from bot.ports import Committed, Conflict, Due, Duplicate, Farewell, Forgotten, Owed, Settled, Store
from bot.replace import replace

NOW = datetime(2026, 3, 1, 9, 30, tzinfo=UTC)
SECOND = timedelta(seconds=1)
LEASE = timedelta(seconds=60)
LATER = NOW + LEASE + SECOND
"""A moment at which every lease that was given `NOW` has ended."""

ANN = Address("console", "home", "ann")
BEN = Address("console", "home", "ben")


def say(body: bytes, at: datetime = NOW, pause: timedelta = timedelta()) -> Due:
    """Make a job of the lane."""
    return Due("say", at, body, pause)


def wake(body: bytes, at: datetime = NOW) -> Due:
    """Make a job beside the lane."""
    return Due("wake", at, body)


async def offer(
    store: Store,
    event: str,
    *,
    on: int,
    body: bytes = b"",
    jobs: Sequence[Due] = (),
    who: Address = ANN,
    topics: Collection[str] = (),
    at: datetime = NOW,
) -> Committed | Conflict | Duplicate:
    """Offer a turn that was computed on version `on`."""
    turn = (who, on, EventId(event), body, jobs)
    return await store.commit(*turn, topics=topics, now=at, lease=LEASE)


async def take(
    store: Store,
    event: str,
    *,
    on: int = 0,
    body: bytes = b"",
    jobs: Sequence[Due] = (),
    who: Address = ANN,
    topics: Collection[str] = (),
    at: datetime = NOW,
) -> tuple[Owed, ...]:
    """Take a turn that must be stored, and give the jobs that are owed at once."""
    result = await offer(store, event, on=on, body=body, jobs=jobs, who=who, topics=topics, at=at)
    assert isinstance(result, Committed), result
    return result.owed


async def claim(store: Store, at: datetime = LATER, limit: int = 100) -> tuple[Owed, ...]:
    """Claim what is free at that moment."""
    return tuple(await store.claim(now=at, lease=LEASE, limit=limit))


async def settle(store: Store, job: Owed, at: datetime = NOW) -> Settled:
    """Settle a job at that moment, and take what comes next."""
    return await store.settle(job, now=at, lease=LEASE)


async def done(store: Store, job: Owed, at: datetime = NOW) -> bool:
    """Settle a job at that moment, and say only whether that was right."""
    return (await settle(store, job, at)).struck


async def postpone(
    store: Store, job: Owed, until: datetime, *, attempted: bool = True, whole_chat: bool = False
) -> bool:
    """Give a job back that was attempted, unless it says otherwise."""
    return await store.postpone(job, until, attempted=attempted, whole_chat=whole_chat)


async def bury(store: Store, job: Owed, why: str = "refused", at: datetime = NOW) -> Settled:
    """Bury a job at that moment, and take what comes next."""
    return await store.bury(job, why, now=at, lease=LEASE)


async def forget(
    store: Store,
    who: Address = ANN,
    event: str = "forget",
    farewell: Farewell | None = None,
    *,
    at: datetime = NOW,
) -> Forgotten | None:
    """Forget somebody at that moment."""
    return await store.forget(who, EventId(event), farewell, now=at, lease=LEASE)


def after(settled: Settled) -> tuple[Owed, ...]:
    """Give what comes after a job that was rightly settled or buried, if anything does."""
    assert settled.struck
    return () if settled.next is None else (settled.next,)


def again(owed: Iterable[Owed]) -> tuple[Owed, ...]:
    """Give the same jobs as they look when they are handed out once more."""
    return tuple(replace(job, attempt=job.attempt + 1) for job in owed)


def bodies(owed: Iterable[Owed]) -> list[bytes]:
    """Give the bodies alone, in their order."""
    return [job.body for job in owed]
