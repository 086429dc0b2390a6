"""Stores with one mistake each, to see that the contract finds it."""

import asyncio
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from itertools import count
from typing import TypeAlias

from adapters.store.memory import MemoryStore, _Job, _LastTurn
from bot.model import Address, EventId
from bot.ports import Committed, Conflict, Due, Duplicate, Owed, Record

Result: TypeAlias = Committed | Conflict | Duplicate


@dataclass(frozen=True, slots=True)
class Offer:
    """What `commit` is given, as one value that can be tampered with."""

    address: Address
    expected: int
    event: EventId
    body: bytes
    jobs: Sequence[Due]
    now: datetime
    lease: timedelta


class Tampered(MemoryStore):
    """A store that is right as long as nobody overrides `take`."""

    async def commit(
        self,
        address: Address,
        expected: int,
        event: EventId,
        body: bytes,
        jobs: Sequence[Due],
        *,
        now: datetime,
        lease: timedelta,
    ) -> Result:
        return await self.take(Offer(address, expected, event, body, jobs, now, lease))

    async def take(self, offer: Offer) -> Result:
        turn = (offer.address, offer.expected, offer.event, offer.body, offer.jobs)
        return await super().commit(*turn, now=offer.now, lease=offer.lease)


# --- turns ------------------------------------------------------------------------------------------------


class DoesNotCheckTheVersion(Tampered):
    async def take(self, offer: Offer) -> Result:
        current = await self.load(offer.address, now=offer.now)
        return await super().take(replace(offer, expected=current.version))


class LooksThenWaitsThenWrites(DoesNotCheckTheVersion):
    async def take(self, offer: Offer) -> Result:
        record = await self.load(offer.address, now=offer.now)
        await asyncio.sleep(0)
        return Conflict(record) if record.version != offer.expected else await super().take(offer)


class AsksForTheVersionFirst(Tampered):
    async def take(self, offer: Offer) -> Result:
        record = await self.load(offer.address, now=offer.now)
        return Conflict(record) if record.version != offer.expected else await super().take(offer)


class MarksTheEventBeforeTheWork(Tampered):
    async def take(self, offer: Offer) -> Result:
        result = await super().take(offer)
        self._seen.setdefault((offer.address, offer.event), offer.now)
        return result


class StoresTheBodyWithoutTheJobs(Tampered):
    async def take(self, offer: Offer) -> Result:
        return await super().take(replace(offer, jobs=()))


class StoresTheJobsOfAConflict(Tampered):
    async def take(self, offer: Offer) -> Result:
        result = await super().take(offer)
        if isinstance(result, Conflict):
            self._jobs.setdefault(offer.address, {}).update(self._numbered(offer.address, offer.jobs))
        return result


class StoresTheBodyOfADuplicate(Tampered):
    async def take(self, offer: Offer) -> Result:
        result = await super().take(offer)
        if isinstance(result, Duplicate):
            self._turns[offer.address] = _LastTurn(offer.now, Record(offer.expected, offer.body))
        return result


class NeverForgetsAnEvent(MemoryStore):
    def _knows(self, address: Address, event: EventId, now: datetime) -> bool:
        del now
        return (address, event) in self._seen


class ForgetsAnEventAtOnce(MemoryStore):
    def _knows(self, address: Address, event: EventId, now: datetime) -> bool:
        del address, event, now
        return False


class CleansAwayKnownEvents(MemoryStore):
    def _clean(self, now: datetime) -> None:
        del now
        while len(self._seen) > 20:
            del self._seen[next(iter(self._seen))]


class OneEventForEverybody(Tampered):
    async def take(self, offer: Offer) -> Result:
        known = any(event == offer.event for _, event in self._seen)
        return Duplicate(Record(0, b"")) if known else await super().take(offer)


class KeepsConversationsForEver(MemoryStore):
    async def load(self, address: Address, *, now: datetime) -> Record:
        del now
        turn = self._turns.get(address)
        return turn.record if turn else Record(0, b"")


class CountsTheDaysFromTheFirstTurn(MemoryStore):
    def _remember(self, address: Address, event: EventId, turn: _LastTurn) -> None:
        first = self._turns.get(address, turn)
        super()._remember(address, event, turn)
        self._turns[address] = replace(turn, at=first.at)


class DropsJobsWithTheConversation(MemoryStore):
    def _clean(self, now: datetime) -> None:
        super()._clean(now)
        self._jobs = {address: jobs for address, jobs in self._jobs.items() if address in self._turns}


class JoinsTheAddressWithSlashes(Tampered):
    async def load(self, address: Address, *, now: datetime) -> Record:
        return await super().load(_joined(address), now=now)

    async def take(self, offer: Offer) -> Result:
        return await super().take(replace(offer, address=_joined(offer.address)))


def _joined(address: Address) -> Address:
    return Address(f"{address.platform}/{address.chat}/{address.person}", "", "")


# --- jobs -------------------------------------------------------------------------------------------------


class HasNoLane(MemoryStore):
    def _is_first(self, job: _Job) -> bool:
        del job
        return True


class TakesTheLaneFromItsEnd(MemoryStore):
    def _is_first(self, job: _Job) -> bool:
        lane = [each.owed.number for each in self._jobs[job.owed.address].values() if each.owed.kind == "say"]
        return job.owed.kind == "wake" or job.owed.number == lane[-1]


class PutsRemindersIntoTheLane(MemoryStore):
    def _is_first(self, job: _Job) -> bool:
        return job.owed.number == min(self._jobs[job.owed.address])


class WakesTooEarly(MemoryStore):
    def _is_free(self, job: _Job, now: datetime) -> bool:
        return super()._is_free(replace(job, at=now), now)


class KnowsNoLeases(MemoryStore):
    def _lend(self, jobs: Iterable[_Job], until: datetime) -> Iterator[Owed]:
        del until
        return (job.owed for job in jobs)


class LeasesForEver(MemoryStore):
    def _lend(self, jobs: Iterable[_Job], until: datetime) -> Iterator[Owed]:
        return super()._lend(jobs, until.replace(year=9999))


class LeasesOnlyToTheCommitter(MemoryStore):
    async def claim(self, *, now: datetime, lease: timedelta, limit: int) -> Sequence[Owed]:
        return await super().claim(now=now, lease=0 * lease, limit=limit)


class ClaimsWithoutLimit(MemoryStore):
    async def claim(self, *, now: datetime, lease: timedelta, limit: int) -> Sequence[Owed]:
        return await super().claim(now=now, lease=lease, limit=limit + 1_000)


class ClaimsTheNewestFirst(MemoryStore):
    async def claim(self, *, now: datetime, lease: timedelta, limit: int) -> Sequence[Owed]:
        return tuple(reversed(await super().claim(now=now, lease=lease, limit=limit)))


class StrikesOutWhateverIsFirst(MemoryStore):
    """What `LPOP` would do for a caller whose job is gone."""

    async def settle(self, job: Owed) -> bool:
        lane = self._jobs.get(job.address, {})
        return bool(lane) and await super().settle(next(iter(lane.values())).owed)


class StrikesOutInAnyOrder(MemoryStore):
    async def settle(self, job: Owed) -> bool:
        return self._jobs.get(job.address, {}).pop(job.number, None) is not None


class SaysThatAllWasSettled(MemoryStore):
    async def settle(self, job: Owed) -> bool:
        await super().settle(job)
        return True


class UsesNumbersAgain(MemoryStore):
    def _numbered(self, address: Address, jobs: Sequence[Due]) -> dict[int, _Job]:
        self._numbers = count(max(self._jobs.get(address, {0: None})) + 1)
        return super()._numbered(address, jobs)
