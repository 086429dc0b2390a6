"""What is stored after a run, read from Redis: versions, known events, counters, and what has no end."""

import asyncio
import time
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import timedelta

from redis import Redis

from adapters.store.redis.keys import SETTINGS, Partition, keys_of
from adapters.store.redis.store import RedisStore
from bot.model import Address, EventId
from bot.ports import Duplicate

AT_ONCE = 48
DIGITS = 14
"""Of a job's number, with which its member of the set of due jobs begins."""

LATER = 3600.0
"""Seconds from now: no run takes as long."""


@dataclass(frozen=True)
class Stored:
    """All that a checker has to know of the store."""

    versions: Mapping[Address, int]
    known: Collection[tuple[Address, str]]
    """Events, with reminders and people who left, whose turn is stored."""
    partitions: Mapping[Address, int]
    counters: Mapping[int, Mapping[str, int]]
    """By partition: `jobs`, `turns`, `sent`, `woken`, `buried`, `waiting`."""
    parked: Collection[tuple[int, int]]
    """Partition and number of each parked job."""
    endless: Collection[str]
    """Keys without an end that should have one."""
    planned: Collection[tuple[int, int]] = ()
    """Partition and number of each job that is due only after all runs, as the end of somebody's watch."""


def wake_id(number: int) -> str:
    """Give the id of the event that the reminder of that number is."""
    return f"wake:{number}"


def read_plain(redis: Redis, addresses: Iterable[Address], partitions: int) -> Stored:
    """Read all but the known events and the versions, with a client that gives texts."""
    counters, parked, planned = {}, set(), planned_jobs(redis, partitions)
    lasting = tuple(f"{{p{number:02}}}:" for number, _ in planned)
    for number in range(partitions):
        partition = Partition(number)
        counters[number] = {str(name): int(value) for name, value in redis.hgetall(partition.stats).items()}
        parked |= {(number, int(str(job))) for job in redis.zrange(partition.park, 0, -1)}
    endless = [
        str(key)
        for key in redis.scan_iter(count=1000)
        if redis.ttl(key) < 0 and not key.endswith(":stats") and key != SETTINGS
        if not (key.startswith(lasting) and (key.endswith(":due") or ":w:" in key))
    ]
    where = {each: keys_of(each, partitions).partition.number for each in addresses}
    return Stored({}, set(), where, counters, parked, endless, planned)


def planned_jobs(redis: Redis, partitions: int) -> Collection[tuple[int, int]]:
    """Find the jobs that are due only after all runs."""
    later = (time.time() + LATER) * 1e6
    return {
        (number, int(str(member)[:DIGITS]))
        for number in range(partitions)
        for member in redis.zrangebyscore(Partition(number).due, later, "+inf")
    }


async def known_events(
    store: RedisStore, asked: Iterable[tuple[Address, str]]
) -> Collection[tuple[Address, str]]:
    """Offer each event again on an impossible version, which stores nothing: a known one is a duplicate."""
    now = await store.clock()
    questions = list(asked)
    known: set[tuple[Address, str]] = set()

    async def ask() -> None:
        while questions:
            address, event = questions.pop()
            turn = (address, -1, EventId(event), b"", ())
            if isinstance(await store.commit(*turn, now=now, lease=timedelta(seconds=1)), Duplicate):
                known.add((address, event))

    await asyncio.gather(*(ask() for _ in range(AT_ONCE)))
    return known
