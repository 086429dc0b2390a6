"""Parked jobs and events in Redis, which operators look through and may have done again."""

import re
from datetime import datetime

from adapters.store.moments import length, micros, moment
from adapters.store.names import address_of, is_key, quoted, readable
from adapters.store.redis.jobs import KINDS, pairs
from adapters.store.redis.keys import Keys, Partition
from adapters.store.redis.scripts import SET_ASIDE, UNPARK, Ask, Call, Word
from adapters.store.redis.site import Site
from bot.model import Address
from bot.ports import Parked

_ID = re.compile(r"(0|[1-9][0-9]{0,4})-([1-9][0-9]{0,15})")
"""The number of a partition, and the job's in it."""

_WRITTEN = re.compile(rb"([sw]) \d+ (\S*) ([!-~]*) ")
"""Its kind, why it is parked, and whose it is; the body comes behind."""

_NOBODY = Address("", "", "")


async def parked(site: Site, now: datetime, limit: int) -> tuple[Parked, ...]:
    """List parked jobs that are still kept, those parked first coming first."""
    found = (await _numbers(site, now, limit))[:limit]
    asks = [Ask(("HGET", partition.parked, number)) for _, number, partition in found]
    stored = zip(found, await site.link.call_each(asks), strict=True)
    return tuple(_parked(partition, number, at, raw) for (at, number, partition), raw in stored if raw)


async def set_aside(site: Site, keys: Keys, number: int, parcel: tuple[bytes, str], now: datetime) -> bool:
    """Park what an event is told by, and why, unless there is something of that number already."""
    (body, why), kept = parcel, length(site.retention.parked)
    names = [keys.partition.park, keys.partition.parked]
    args: list[Word] = [keys.address, micros(now), number, quoted(why), kept, body]
    return bool(await site.link.call(Call(SET_ASIDE, names, args, durable=True)))


async def unpark(site: Site, id_: str, now: datetime) -> bool:
    """Put a parked job at the end of its lane again."""
    match = _ID.fullmatch(id_)
    if match is None or int(match[1]) >= site.partitions:
        return False
    partition, number = Partition(int(match[1])), match[2]
    raw = await site.link.call(Ask(("HGET", partition.parked, number)))
    written = _written(raw or b"")
    if written is None:
        return False
    keys = site.keys_of_written(written[3].decode())
    names = [keys.lane, keys.wakes, partition.due, partition.stats, partition.park, partition.parked]
    args = [keys.address, micros(now), number, length(site.retention.parked)]
    return bool(await site.link.call(Call(UNPARK, names, args, durable=True)))


async def _numbers(site: Site, now: datetime, limit: int) -> list[tuple[int, int, Partition]]:
    """List since when jobs are parked, their numbers and their partitions."""
    partitions = list(site.all_partitions())
    words = (micros(now - site.retention.parked), "+inf", "WITHSCORES", "LIMIT", 0, limit)
    answers = await site.link.call_each([Ask(("ZRANGEBYSCORE", each.park, *words)) for each in partitions])
    found = [
        (int(float(score)), int(number), partition)
        for partition, answer in zip(partitions, answers, strict=True)
        for number, score in pairs(answer or ())
        if number.isdigit()
    ]
    return sorted(found, key=lambda each: (each[0], each[1], each[2].number))


def _written(raw: bytes) -> re.Match[bytes] | None:
    written = _WRITTEN.match(raw)
    return written if written and is_key(written[3].decode(errors="replace")) else None


def _parked(partition: Partition, number: int, at: int, raw: bytes) -> Parked:
    """Read what is parked; what cannot be read is nobody's."""
    id_, written = f"{partition.number}-{number}", _written(raw)
    if written is None:
        return Parked(id_, _NOBODY, "say", raw, "unreadable", moment(at))
    why, whose = readable(written[2].decode(errors="replace")), address_of(written[3].decode())
    return Parked(id_, whose, KINDS[written[1]], raw[written.end() :], why, moment(at))
