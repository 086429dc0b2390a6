"""Stores with one mistake each about turns, topics or bots, to see that the contract finds it."""

import asyncio
from collections.abc import Collection, Sequence
from datetime import datetime, timedelta
from typing import TypeAlias

from msgspec import Struct

from adapters.store.memory.store import MemoryStore, _LastTurn
from adapters.store.names import trace, trace_of
from bot.model import Address, EventId
from bot.ports import (
    Backlog,
    Committed,
    Conflict,
    Due,
    Duplicate,
    Farewell,
    Followers,
    Forgotten,
    Owed,
    Record,
    Settled,
)
from bot.replace import replace

Result: TypeAlias = Committed | Conflict | Duplicate


class Offer(Struct, frozen=True):
    """What `commit` is given, as one value that can be tampered with."""

    address: Address
    expected: int
    event: EventId
    body: bytes
    jobs: Sequence[Due]
    topics: Collection[str]
    now: datetime
    lease: timedelta


class Wish(Struct, frozen=True):
    """What `forget` is given."""

    address: Address
    event: EventId
    farewell: Farewell | None
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
        topics: Collection[str] = (),
        now: datetime,
        lease: timedelta,
    ) -> Result:
        return await self.take(Offer(address, expected, event, body, jobs, topics, now, lease))

    async def take(self, offer: Offer) -> Result:
        turn = (offer.address, offer.expected, offer.event, offer.body, offer.jobs)
        return await super().commit(*turn, topics=offer.topics, now=offer.now, lease=offer.lease)


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
        self._seen.setdefault(trace_of(offer.address, offer.event), offer.now)
        return result


class StoresTheBodyWithoutTheJobs(Tampered):
    async def take(self, offer: Offer) -> Result:
        return await super().take(replace(offer, jobs=()))


class StoresTheJobsOfAConflict(Tampered):
    async def take(self, offer: Offer) -> Result:
        result = await super().take(offer)
        if isinstance(result, Conflict):
            self._lanes.add(offer.address, offer.jobs)
        return result


class StoresTheBodyOfADuplicate(Tampered):
    async def take(self, offer: Offer) -> Result:
        result = await super().take(offer)
        if isinstance(result, Duplicate):
            record = Record(offer.expected, offer.body)
            self._turns[offer.address] = _LastTurn(offer.now, record, frozenset())
        return result


class NeverForgetsAnEvent(MemoryStore):
    def _knows(self, address: Address, event: EventId, now: datetime) -> bool:
        del now
        return trace_of(address, event) in self._seen


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
        everybodys = trace("", offer.event)
        known = everybodys in self._seen
        self._seen[everybodys] = offer.now
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
        self._lanes.jobs = {who: jobs for who, jobs in self._lanes.jobs.items() if who in self._turns}


class JoinsTheAddressWithSlashes(Tampered):
    async def load(self, address: Address, *, now: datetime) -> Record:
        return await super().load(_joined(address), now=now)

    async def take(self, offer: Offer) -> Result:
        return await super().take(replace(offer, address=_joined(offer.address)))


def _joined(address: Address) -> Address:
    return Address(f"{address.platform}/{address.chat}/{address.person}", "", "")


# --- topics -----------------------------------------------------------------------------------------------


class FollowsNothing(Tampered):
    async def take(self, offer: Offer) -> Result:
        return await super().take(replace(offer, topics=()))


class FollowsForEver(Tampered):
    async def take(self, offer: Offer) -> Result:
        before = self._turns.get(offer.address)
        topics = {*offer.topics, *(before.topics if before else ())}
        return await super().take(replace(offer, topics=topics))


class BeginsEachPageWithTheLastOfTheOneBefore(MemoryStore):
    async def followers(
        self, topic: str, *, after: str | None = None, limit: int, now: datetime
    ) -> Followers:
        last = after and after[:-1]
        page = await super().followers(topic, after=last, limit=limit, now=now)
        return page if page.after != after else Followers(page.addresses, None)


class CountsThePages(MemoryStore):
    """By how many were listed already, so that who leaves moves everybody behind."""

    async def followers(
        self, topic: str, *, after: str | None = None, limit: int, now: datetime
    ) -> Followers:
        begin = int(after or 0)
        everybody = (await super().followers(topic, limit=1_000_000, now=now)).addresses
        more = len(everybody) > begin + limit
        return Followers(everybody[begin : begin + limit], str(begin + limit) if more else None)


class ListsWhoHasEnded(MemoryStore):
    def _follows(self, turn: _LastTurn, topic: str, now: datetime) -> bool:
        del now
        return topic in turn.topics


# --- forgetting -------------------------------------------------------------------------------------------


class Forgetful(MemoryStore):
    """A store that is right as long as nobody overrides `_delete` or `grant`."""

    async def forget(
        self,
        address: Address,
        event: EventId,
        farewell: Farewell | None = None,
        *,
        now: datetime,
        lease: timedelta,
    ) -> Forgotten | None:
        return await self.grant(Wish(address, event, farewell, now, lease))

    async def grant(self, wish: Wish) -> Forgotten | None:
        what = (wish.address, wish.event, wish.farewell)
        return await super().forget(*what, now=wish.now, lease=wish.lease)


class ListsTheForgotten(MemoryStore):
    def _delete(self, address: Address) -> Forgotten:
        turn = self._turns.get(address)
        forgotten = super()._delete(address)
        if turn:
            self._turns[address] = replace(turn, record=Record(0, b""))
        return forgotten


class ForgetsNoJobs(MemoryStore):
    def _delete(self, address: Address) -> Forgotten:
        jobs = self._lanes.jobs.get(address, {})
        forgotten = super()._delete(address)
        if jobs:
            self._lanes.jobs[address] = jobs
        return forgotten


class ForgetsNothingParked(MemoryStore):
    def _delete(self, address: Address) -> Forgotten:
        parked = {**self._parked}
        forgotten = super()._delete(address)
        self._parked = parked
        return forgotten


class ForgetsTheEventsToo(MemoryStore):
    def _delete(self, address: Address) -> Forgotten:
        self._seen.clear()
        return super()._delete(address)


class ForgetsTheChatToo(MemoryStore):
    def _delete(self, address: Address) -> Forgotten:
        self._lanes.chats.clear()
        return super()._delete(address)


class ForgetsTheWishToo(Forgetful):
    async def grant(self, wish: Wish) -> Forgotten | None:
        forgotten = await super().grant(wish)
        self._seen.pop(trace_of(wish.address, wish.event), None)
        return forgotten


class KnowsTheWishAfterItsTime(Forgetful):
    async def grant(self, wish: Wish) -> Forgotten | None:
        if trace_of(wish.address, wish.event) in self._seen:
            return None
        return await super().grant(wish)


class ForgetsWhoeverHasTheSameWish(Forgetful):
    async def grant(self, wish: Wish) -> Forgotten | None:
        return await super().grant(replace(wish, event=EventId("")))


class AnswersBesideTheLane(Forgetful):
    """Tells its caller of the answer, and stores none."""

    async def grant(self, wish: Wish) -> Forgotten | None:
        forgotten = await super().grant(wish)
        for job in [*self._lanes.jobs.get(wish.address, {}).values()]:
            self._lanes.strike(job)
        return forgotten


class TellsEverybodyTheSame(Forgetful):
    async def grant(self, wish: Wish) -> Forgotten | None:
        done = wish.farewell and Farewell(wish.farewell.done, wish.farewell.done)
        return await super().grant(replace(wish, farewell=done))


class AnswersWithoutAPause(Forgetful):
    async def grant(self, wish: Wish) -> Forgotten | None:
        if wish.farewell is None:
            return await super().grant(wish)
        hasty = (replace(due, pause=timedelta()) for due in (wish.farewell.done, wish.farewell.nothing))
        return await super().grant(replace(wish, farewell=Farewell(*hasty)))


# --- counts ------------------------------------------------------------------------------------------------


class CountsAllThatWaitsAsDue(MemoryStore):
    async def backlog(self, *, now: datetime) -> Backlog:
        backlog = await super().backlog(now=now)
        return replace(backlog, due=backlog.waiting)


# --- what is done with jobs -------------------------------------------------------------------------------


class SaysThatAllWasSettled(MemoryStore):
    async def settle(self, job: Owed, *, now: datetime, lease: timedelta) -> Settled:
        return replace(await super().settle(job, now=now, lease=lease), struck=True)


class HandsOutTheNextWithoutALease(MemoryStore):
    async def settle(self, job: Owed, *, now: datetime, lease: timedelta) -> Settled:
        return await super().settle(job, now=now, lease=0 * lease)


class ClaimsWithoutLimit(MemoryStore):
    async def claim(self, *, now: datetime, lease: timedelta, limit: int) -> Sequence[Owed]:
        return await super().claim(now=now, lease=lease, limit=limit + 1_000)


class ClaimsTheNewestFirst(MemoryStore):
    async def claim(self, *, now: datetime, lease: timedelta, limit: int) -> Sequence[Owed]:
        return tuple(reversed(await super().claim(now=now, lease=lease, limit=limit)))


class LeasesOnlyToTheCommitter(MemoryStore):
    async def claim(self, *, now: datetime, lease: timedelta, limit: int) -> Sequence[Owed]:
        return await super().claim(now=now, lease=0 * lease, limit=limit)


class SilencesNoChat(MemoryStore):
    async def postpone(
        self, job: Owed, until: datetime, *, attempted: bool, whole_chat: bool = False
    ) -> bool:
        del whole_chat
        return await super().postpone(job, until, attempted=attempted)


class CountsWhatWasNotAttempted(MemoryStore):
    async def postpone(
        self, job: Owed, until: datetime, *, attempted: bool, whole_chat: bool = False
    ) -> bool:
        del attempted
        return await super().postpone(job, until, attempted=True, whole_chat=whole_chat)


class LosesWhatItBuries(MemoryStore):
    async def bury(self, job: Owed, why: str, *, now: datetime, lease: timedelta) -> Settled:
        settled = await super().bury(job, why, now=now, lease=lease)
        self._parked.clear()
        return settled


class BuriesTheWholeLane(MemoryStore):
    async def bury(self, job: Owed, why: str, *, now: datetime, lease: timedelta) -> Settled:
        settled = await super().bury(job, why, now=now, lease=lease)
        if settled.struck:
            self._lanes.jobs.pop(job.address, None)
        return Settled(settled.struck)


class UnparksAgainAndAgain(MemoryStore):
    async def unpark(self, id: str, *, now: datetime) -> bool:  # noqa: A002  the port's name
        parked = {**self._parked}
        found = await super().unpark(id, now=now)
        self._parked = parked
        return found
