"""Parked jobs in Redis, which operators look through and may send again."""

import re
from datetime import datetime
from typing import Any

from adapters.store.moments import length, micros, moment
from adapters.store.names import address_of, unquoted
from adapters.store.redis.jobs import KINDS
from adapters.store.redis.keys import Partition
from adapters.store.redis.scripts import UNPARK, Ask, Call
from adapters.store.redis.site import Site
from bot.ports import Parked

_ID = re.compile(r"(0|[1-9][0-9]{0,4})-([1-9][0-9]{0,15})")
"""The number of a partition, and the job's in it."""


async def parked(site: Site, now: datetime, limit: int) -> tuple[Parked, ...]:
    """List parked jobs that are still kept, those parked first coming first."""
    found = (await _numbers(site, now, limit))[:limit]
    asks = [Ask(("HGET", partition.parked, number)) for _, number, partition in found]
    stored = zip(found, await site.link.call_all(asks), strict=True)
    return tuple(_parked(partition, number, at, raw) for (at, number, partition), raw in stored if raw)


async def unpark(site: Site, id_: str, now: datetime) -> bool:
    """Put a parked job at the end of its lane again."""
    match = _ID.fullmatch(id_)
    if match is None or int(match[1]) >= site.partitions:
        return False
    partition, number = Partition(int(match[1])), match[2]
    raw = await site.link.call(Ask(("HGET", partition.parked, number)))
    if raw is None:
        return False
    keys = site.keys_of_written(raw.split(b" ", 4)[3].decode())
    names = [keys.lane, keys.wakes, partition.due, partition.stats, partition.park, partition.parked]
    args = [keys.address, micros(now), number, length(site.retention.parked)]
    return bool(await site.link.call(Call(UNPARK, names, args, durable=True)))


async def _numbers(site: Site, now: datetime, limit: int) -> list[tuple[int, int, Partition]]:
    """List since when jobs are parked, their numbers and their partitions."""
    partitions = list(site.all_partitions())
    words = (micros(now - site.retention.parked), "+inf", "WITHSCORES", "LIMIT", 0, limit)
    answers = await site.link.call_all([Ask(("ZRANGEBYSCORE", each.park, *words)) for each in partitions])
    found = [
        (int(float(score)), int(number), partition)
        for partition, answer in zip(partitions, answers, strict=True)
        for number, score in zip(answer[0::2], answer[1::2], strict=True)
    ]
    return sorted(found, key=lambda each: (each[0], each[1], each[2].number))


def _parked(partition: Partition, number: int, at: int, raw: Any) -> Parked:  # noqa: ANN401
    kind, _pause, why, address, body = raw.split(b" ", 4)
    return Parked(
        f"{partition.number}-{number}",
        address_of(address.decode()),
        KINDS[kind],
        body,
        unquoted(why.decode()),
        moment(at),
    )
