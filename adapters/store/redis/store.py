"""A store in Redis, for many processes on many machines."""

from collections.abc import Collection, Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime, timedelta
from typing import Self

from adapters.store.moments import length, micros, moment
from adapters.store.names import number_of, quoted
from adapters.store.redis import forgetting, parking, pins, tallies, turns
from adapters.store.redis import jobs as jobs_
from adapters.store.redis import topics as topics_
from adapters.store.redis.cache import Cache, Kept
from adapters.store.redis.clients import client_for, untimed
from adapters.store.redis.keys import SETTINGS, role_key, timetable
from adapters.store.redis.link import Link
from adapters.store.redis.scripts import CLOCK, JOIN, LEAD, PROBE, RESERVE, Ask, Call
from adapters.store.redis.site import Site
from bot.model import Address, EventId
from bot.ports import (
    Backlog,
    Committed,
    Conflict,
    Damaged,
    Due,
    Duplicate,
    Farewell,
    Followers,
    Forgotten,
    Owed,
    Parked,
    Record,
    Retention,
    Settled,
    StoreUnusable,
)
from bot.ports.redis_address import read_address
from bot.replace import replace

OPENS_WITHIN = 10.0
"""Seconds: a connection, a login and a script that is not known there yet, at 2.5 seconds a trip."""


class RedisStore:
    """The `Store` port on Redis 6.2 or later, or Valkey: one server, behind Sentinel, or a Cluster.

    What changes something is one script in one round trip; `recall` of a warm conversation needs none. Where
    the line is cut a call is repeated for up to 2.5 seconds. A commit then knows itself again, so that
    neither the turn nor what it owes is there twice; what a repeated `settle`, `bury` or `claim` had lent
    before the cut waits for the end of its lease.
    """

    def __init__(self, site: Site) -> None:
        """Use `RedisStore.open`."""
        self._site = site
        self._cache = Cache()

    @classmethod
    async def open(
        cls,
        url: str,
        *,
        retention: Retention = Retention(),  # noqa: B008  frozen
        partitions: int = 16,
        replicas: int = 0,
    ) -> Self:
        """Connect. The first who ever comes decides the number of partitions.

        Nobody waits for an acknowledgement, so a slow Redis has `OPENS_WITHIN`.
        With `replicas` each turn must have reached so many within 100 ms, or it raises `not_replicated`.
        `ValueError` says what is wrong with the address.
        """
        address = read_address(url)
        if replicas and address.kind == "cluster":
            raise ValueError("a Redis Cluster cannot be waited for: ask for no replicas, or use Sentinel")
        link = Link(lambda: untimed(client_for(address)), address.where, replicas=replicas)
        try:
            joining = Call(JOIN, [SETTINGS], [partitions])
            stored = _positive(await link.call(joining, patience=OPENS_WITHIN))
        except (ValueError, Damaged) as error:
            await link.close()
            raise StoreUnusable("not_a_database", address.where) from error
        except BaseException:
            await link.close()
            raise
        return cls(Site(link, stored, retention))

    @staticmethod
    async def reach(url: str) -> None:
        """Find out whether a Redis is there and knows us, and change nothing. Raises `StoreUnusable`."""
        address = read_address(url)
        link = Link(lambda: untimed(client_for(address)), address.where, replicas=0)
        try:
            await link.call(Ask(("PING",)), patience=OPENS_WITHIN)
        finally:
            await link.close()

    @property
    def partitions(self) -> int:
        """How many parts the conversations are spread over."""
        return self._site.partitions

    async def clock(self) -> datetime:
        """Read the server's clock."""
        with _about_all():
            seconds, micros_ = await self._site.link.call(Call(CLOCK, [SETTINGS]))
        return moment(int(seconds) * 1_000_000 + int(micros_))

    async def probe(self, *, now: datetime) -> None:
        """Write a key of each kind in each partition, and delete it."""
        del now
        probes = [
            Call(PROBE, [partition.key(f"probe:{kind}") for kind in "tlhzs"], durable=True)
            for partition in self._site.all_partitions()
        ]
        with _about_all():
            await self._site.link.call_all(probes)

    async def load(self, address: Address, *, now: datetime) -> Record:
        """Read a conversation as it is stored now."""
        keys = self._site.keys(address)
        self._cache.drop(keys.address)
        kept = await turns.load(self._site, keys)
        if kept:
            self._cache.put(keys.address, kept)
        return self._unless_ended(kept, now)

    def recall(self, address: Address, *, now: datetime) -> Record | None:
        """Return the conversation as this process saw it last; None if it has not, or not lately."""
        kept = self._cache.get(self._site.keys(address).address)
        return self._unless_ended(kept, now) if kept else None

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
        """Store one turn, all or nothing. Whether the event is known is asked before the version."""
        due = tuple(map(_unchanging, jobs))
        keys = self._site.keys(address)
        kept = self._cache.get(keys.address)
        at = kept.at if kept and kept.record.version == expected else None
        turn = turns.Turn(address, expected, at, event, bytes(body), due, frozenset(topics), now, now + lease)
        self._cache.drop(keys.address)  # whatever goes wrong, it is read again
        result, kept = await turns.commit(self._site, keys, turn)
        if kept:
            self._cache.put(keys.address, kept)
        return result

    async def claim(self, *, now: datetime, lease: timedelta, limit: int) -> Sequence[Owed]:
        """Take over due jobs that nobody holds, the longest free first."""
        return await jobs_.claim(self._site, now, now + lease, limit)

    async def settle(self, job: Owed, *, now: datetime, lease: timedelta) -> Settled:
        """Strike out a job that was done, whoever holds it, and hand out the next of its lane."""
        return await jobs_.settle(self._site, job, now, now + lease)

    async def postpone(
        self, job: Owed, until: datetime, *, attempted: bool, whole_chat: bool = False
    ) -> bool:
        """Give a job back until then; False, and no change, if somebody else has got it since."""
        return await jobs_.postpone(self._site, job, until, attempted=attempted, whole_chat=whole_chat)

    async def bury(self, job: Owed, why: str, *, now: datetime, lease: timedelta) -> Settled:
        """Park a job that cannot be done, and hand out the next of its lane."""
        return await jobs_.bury(self._site, job, why, now, now + lease)

    async def set_aside(
        self, address: Address, event: EventId, body: bytes, why: str, *, now: datetime
    ) -> bool:
        """Park an event; its number comes from its trace, so that it is parked once."""
        keys, number = self._site.keys(address), number_of(address, event)
        return await parking.set_aside(self._site, keys, number, (body, why), now)

    async def parked(self, *, now: datetime, limit: int) -> Sequence[Parked]:
        """List parked jobs that are still kept, those parked first coming first."""
        return await parking.parked(self._site, now, limit)

    async def unpark(self, id: str, *, now: datetime) -> bool:  # noqa: A002  the port's name
        """Put a parked job at the end of its lane again, due now, as if it had never been handed out."""
        return await parking.unpark(self._site, id, now)

    async def followers(
        self, topic: str, *, after: str | None = None, limit: int, now: datetime
    ) -> Followers:
        """List whose conversations follow the topic, partition by partition, in the order of their keys."""
        return await topics_.followers(self._site, topic, after, limit, now)

    async def forget(
        self,
        address: Address,
        event: EventId,
        farewell: Farewell | None = None,
        *,
        now: datetime,
        lease: timedelta,
    ) -> Forgotten | None:
        """Delete everything about a conversation but the traces of its events, and leave the farewell."""
        keys = self._site.keys(address)
        self._cache.drop(keys.address)
        wish = forgetting.Wish(address, event, farewell, now, now + lease)
        forgotten = await forgetting.forget(self._site, keys, wish)
        self._cache.drop(keys.address)  # somebody may have read it meanwhile
        return forgotten

    async def reserve(
        self, bot: str, count: int, pause: timedelta, *, now: datetime, within: timedelta | None = None
    ) -> datetime:
        """Book `count` sends of a bot, `pause` apart, behind those that are booked already."""
        latest = length(within) if within is not None else -1
        booked = Call(RESERVE, [timetable(bot)], [micros(now), count, length(pause), latest])
        with _about_all():
            return moment(int(await self._site.link.call(booked)))

    async def lead(self, role: str, who: str, *, now: datetime, lease: timedelta) -> bool:
        """Take or renew a role that one at a time has; the key ends a minute after the lease."""
        taken = Call(LEAD, [role_key(role)], [quoted(who), micros(now), micros(now + lease)])
        with _about_all():
            return bool(await self._site.link.call(taken))

    async def pin(self, name: str, body: bytes, *, expected: int, now: datetime, keep: timedelta) -> bool:
        """Put up the version after the expected one; False, and no change, if another stands there."""
        return await pins.pin(self._site, name, Record(expected + 1, bytes(body)), now, now + keep)

    async def pinned(self, name: str, *, now: datetime) -> Record:
        """Read what was pinned last under that name and has not ended."""
        return await pins.pinned(self._site, name, now)

    async def tally(self, series: str, who: str, *, now: datetime, keep: timedelta) -> None:
        """Count somebody in the minute of `now`."""
        await tallies.tally(self._site, series, who, now, keep)

    async def tallied(self, series: str, *, since: datetime, until: datetime) -> int:
        """Count the different people in the minutes from `since` to before `until`, give or take 0.81 %."""
        return await tallies.tallied(self._site, series, since, until)

    async def backlog(self, *, now: datetime) -> Backlog:
        """Count what there is to do."""
        return await jobs_.backlog(self._site, now)

    async def close(self) -> None:
        """Let go of the connections; closing twice is harmless."""
        await self._site.link.close()

    def _unless_ended(self, kept: Kept | None, now: datetime) -> Record:
        if kept is None or now - kept.at > self._site.retention.conversations:
            return Record(0, b"")
        return kept.record


@contextmanager
def _about_all() -> Iterator[None]:
    """Where something is refused that concerns no conversation, it is the store that cannot be used."""
    try:
        yield
    except Damaged as error:
        raise StoreUnusable("not_a_database", error.where) from error


def _unchanging(due: Due) -> Due:
    """Give the job with a body that the caller cannot change any more."""
    return due if type(due.body) is bytes else replace(due, body=bytes(due.body))


def _positive(number: bytes) -> int:
    """Read a number, or raise `ValueError`."""
    if not number.isdigit() or not int(number):
        raise ValueError(number)
    return int(number)
