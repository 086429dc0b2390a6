"""What the store tests have in common: a moment, two people, and short ways to take a turn."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

from bot.model import Address, EventId
from bot.ports import Committed, Conflict, Due, Duplicate, Owed, Store

NOW = datetime(2026, 3, 1, 9, 30, tzinfo=UTC)
SECOND = timedelta(seconds=1)
LEASE = timedelta(seconds=60)
LATER = NOW + LEASE + SECOND
"""A moment at which every lease that was given `NOW` has ended."""

ANN = Address("console", "home", "ann")
BEN = Address("console", "home", "ben")


def say(body: bytes, at: datetime = NOW) -> Due:
    """Make a job of the lane."""
    return Due("say", at, body)


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
    at: datetime = NOW,
) -> Committed | Conflict | Duplicate:
    """Offer a turn that was computed on version `on`."""
    return await store.commit(who, on, EventId(event), body, jobs, now=at, lease=LEASE)


async def take(
    store: Store,
    event: str,
    *,
    on: int = 0,
    body: bytes = b"",
    jobs: Sequence[Due] = (),
    who: Address = ANN,
    at: datetime = NOW,
) -> tuple[Owed, ...]:
    """Take a turn that must be stored, and give the jobs that are owed at once."""
    result = await offer(store, event, on=on, body=body, jobs=jobs, who=who, at=at)
    assert isinstance(result, Committed), result
    return result.owed


async def claim(store: Store, at: datetime = LATER, limit: int = 100) -> tuple[Owed, ...]:
    """Claim what is free at that moment."""
    return tuple(await store.claim(now=at, lease=LEASE, limit=limit))


def bodies(owed: Sequence[Owed]) -> list[bytes]:
    """Give the bodies alone, in their order."""
    return [job.body for job in owed]
