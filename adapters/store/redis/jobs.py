"""Jobs in Redis: who holds them until when, how they end, and how many there are."""

import re
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from itertools import groupby
from typing import Any

import structlog
from msgspec import Struct

from adapters.store.moments import length, micros, moment
from adapters.store.names import address_of, is_key, quoted
from adapters.store.redis.keys import Keys, Partition
from adapters.store.redis.scripts import BURY, CLAIM, POSTPONE, SETTLE, Ask, Call, Word
from adapters.store.redis.site import Site
from bot.model import Address
from bot.ports import Backlog, Damaged, JobKind, Owed, Settled

_LETTERS: dict[JobKind, str] = {"say": "s", "wake": "w"}
KINDS: dict[bytes, JobKind] = {b"s": "say", b"w": "wake"}
_DIGITS = 14
_MEMBER = re.compile(rb"\d{14}[sw]([!-~]*)")
_log = structlog.get_logger()


class _Candidate(Struct, frozen=True, order=True):
    """A member of the set of due jobs: the head of a lane, or a wake. Ordered as they are to be claimed."""

    free_since: float
    member: bytes
    partition: Partition

    @property
    def kind(self) -> JobKind:
        return KINDS[self.member[_DIGITS : _DIGITS + 1]]

    @property
    def address(self) -> str:
        return self.member[_DIGITS + 1 :].decode()

    @property
    def is_sound(self) -> bool:
        """Whether it is a member that we may have written."""
        written = _MEMBER.fullmatch(self.member)
        return written is not None and is_key(written[1].decode(errors="replace"))


async def claim(site: Site, now: datetime, till: datetime, limit: int) -> Sequence[Owed]:
    """Look what is due, then take it; look again where somebody was quicker, or a chat has to wait."""
    claimed: list[tuple[_Candidate, Owed]] = []
    while len(claimed) < limit:
        wanted = limit - len(claimed)
        candidates = await _look(site, now, wanted)
        taken = await _take(site, candidates, now, till)
        claimed += taken
        if len(taken) == len(candidates) < wanted or not candidates:
            break
    return tuple(owed for _, owed in sorted(claimed, key=lambda each: each[0]))


async def settle(site: Site, job: Owed, now: datetime, till: datetime) -> Settled:
    """Strike out a job that was done, whoever holds it."""
    keys = site.keys(job.address)
    names = [keys.lane, keys.wakes, keys.partition.due, keys.gate, keys.partition.stats]
    what = f"{micros(now)} {micros(till)} {_LETTERS[job.kind]} {job.number}"
    settled = await site.link.call(Call(SETTLE, names, [keys.address, what], durable=True))
    return _settled(job.address, settled)


async def postpone(site: Site, job: Owed, until: datetime, *, attempted: bool, whole_chat: bool) -> bool:
    """Give a job back until then."""
    keys = site.keys(job.address)
    names = [keys.lane, keys.wakes, keys.partition.due, keys.gate]
    args: list[Word] = [
        *(keys.address, micros(until), _LETTERS[job.kind], job.number, job.attempt),
        *(int(attempted), int(whole_chat)),
    ]
    # Done twice it could take a job from whoever has got it since, and cost no more if it is not done at all:
    # the job then comes up when the lease ends.
    return bool(await site.link.call(Call(POSTPONE, names, args), again=False))


async def bury(site: Site, job: Owed, why: str, now: datetime, till: datetime) -> Settled:
    """Park a job."""
    keys, partition = site.keys(job.address), site.keys(job.address).partition
    names = [
        *(keys.lane, keys.wakes, partition.due, keys.gate, partition.stats),
        *(partition.park, partition.parked),
    ]
    args: list[Word] = [
        *(keys.address, micros(now), micros(till), _LETTERS[job.kind], job.number, job.attempt),
        *(quoted(why), length(site.retention.parked)),
    ]
    return _settled(job.address, await site.link.call(Call(BURY, names, args, durable=True)))


async def backlog(site: Site, now: datetime) -> Backlog:
    """Count what there is to do. Lanes whose chat has to wait count as due until a claim has met them.

    A partition of which one key is of another type or no number is left out, as unreadable.
    """
    oldest = micros(now - site.retention.parked)
    asks = [
        ask
        for each in site.all_partitions()
        for ask in (
            Ask(("ZCOUNT", each.due, "-inf", micros(now))),
            Ask(("HGET", each.stats, "waiting")),
            Ask(("ZCOUNT", each.park, oldest, "+inf")),
        )
    ]
    try:
        counts = [int(answer or 0) for answer in await site.link.call_all(asks)]
    except (Damaged, ValueError):
        found = [await _counted(site, asks[n : n + 3]) for n in range(0, len(asks), 3)]
        counts = [number for each in found if each for number in each]
        return Backlog(*_summed(counts), unreadable=found.count(None))
    return Backlog(*_summed(counts))


async def _counted(site: Site, asks: Sequence[Ask]) -> list[int] | None:
    try:
        return [int(answer or 0) for answer in await site.link.call_all(asks)]
    except (Damaged, ValueError):
        return None


def _summed(counts: Sequence[int]) -> tuple[int, int, int]:
    return sum(counts[0::3]), sum(counts[1::3]), sum(counts[2::3])


async def _look(site: Site, now: datetime, limit: int) -> list[_Candidate]:
    """List what may be free, the longest free first. It changes nothing."""
    partitions = list(site.all_partitions())
    words = ("-inf", micros(now), "WITHSCORES", "LIMIT", 0, limit)
    asks = [Ask(("ZRANGEBYSCORE", each.due, *words)) for each in partitions]
    candidates: list[_Candidate] = []
    for partition, answer in zip(partitions, await site.link.call_each(asks), strict=True):
        found = [_Candidate(float(score), member, partition) for member, score in pairs(answer or ())]
        candidates += await _without_strangers(site, partition, found)
    return sorted(candidates)[:limit]


async def _without_strangers(
    site: Site, partition: Partition, found: Sequence[_Candidate]
) -> Sequence[_Candidate]:
    """Take out of the set what is none of ours: it belongs to nobody, and would be in everybody's way."""
    strange = [each.member for each in found if not each.is_sound]
    if not strange:
        return found
    _log.error("what nobody wrote was among the due jobs", partition=partition.number, members=len(strange))
    await site.link.call(Ask(("ZREM", partition.due, *strange)))
    return [each for each in found if each.is_sound]


async def _take(
    site: Site, candidates: Iterable[_Candidate], now: datetime, till: datetime
) -> list[tuple[_Candidate, Owed]]:
    """Lend those that are still free, all partitions in one round trip."""
    by_partition = sorted(candidates, key=lambda each: each.partition.number)
    groups = [list(group) for _, group in groupby(by_partition, key=lambda each: each.partition)]
    calls = [_claim_call(site, group, now, till) for group in groups]
    return [
        (group[index], _owed(address_of(group[index].address), group[index].kind, job))
        for group, lent in zip(groups, await site.link.call_each(calls), strict=True)
        for index, job in lent or ()
    ]


def _claim_call(site: Site, candidates: Sequence[_Candidate], now: datetime, till: datetime) -> Call:
    names = [candidates[0].partition.due, candidates[0].partition.stats]
    for each in candidates:
        keys: Keys = site.keys_of_written(each.address)
        names += [keys.lane if each.kind == "say" else keys.wakes, keys.gate]
    return Call(CLAIM, names, [micros(now), micros(till), *(each.member for each in candidates)])


def pairs(flat: Sequence[bytes]) -> Iterator[tuple[bytes, bytes]]:
    """Take two by two what Redis answers one after the other."""
    return zip(flat[0::2], flat[1::2], strict=True)


def _settled(address: Address, answer: int | list[Any]) -> Settled:
    """Read 0, 1 if the job was struck out, or the next of the lane if there is one to hand out."""
    if isinstance(answer, list):
        return Settled(struck=True, next=_owed(address, "say", answer))
    return Settled(struck=bool(answer))


def _owed(address: Address, kind: JobKind, job: list[Any]) -> Owed:
    number, at, attempt, body = job
    return Owed(address, int(number), kind, body, moment(int(at)), attempt)
