"""A store in memory, for a conversation that may be forgotten when the program ends, and for tests."""

from collections.abc import Collection, Iterator, Sequence
from datetime import UTC, datetime, timedelta
from itertools import islice

from msgspec import Struct

from adapters.store.leads import Leads
from adapters.store.memory.lanes import Job, Lanes
from adapters.store.memory.pins import Pins
from adapters.store.memory.tallies import Tallies
from adapters.store.names import key_of, number_of, trace_of
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
    Parked,
    Record,
    Retention,
    Settled,
)
from bot.replace import replace

CLEANED_PER_COMMIT = 8
"""How many ended things of each kind a commit takes out at most: more than it adds, so they stay few."""


class MemoryStore:
    """The `Store` port on dictionaries. No method waits inside, so one event loop sees each as atomic."""

    def __init__(self, *, retention: Retention = Retention()) -> None:  # noqa: B008  frozen
        self._retention = retention
        self._turns: dict[Address, _LastTurn] = {}  # oldest turn first
        self._seen: dict[bytes, datetime] = {}  # by `trace_of`, oldest first
        self._lanes = Lanes()
        self._parked: dict[str, _Unfinished] = {}  # by id, in the order of burying
        self._booked_until: dict[str, datetime] = {}  # by bot
        self._leads = Leads()
        self._pins = Pins()
        self._tallies = Tallies()

    async def clock(self) -> datetime:
        """Read this machine's clock."""
        return datetime.now(UTC)

    async def probe(self, *, now: datetime) -> None:
        """Do nothing: memory takes any turn."""

    async def load(self, address: Address, *, now: datetime) -> Record:
        """Read a conversation; one that was kept for its time no longer exists."""
        turn = self._turns.get(address)
        return turn.record if turn and self._is_kept(turn, now) else Record(0, b"")

    def recall(self, address: Address, *, now: datetime) -> None:
        """Return no copy: what is stored is as near."""

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
        record = await self.load(address, now=now)
        if self._knows(address, event, now):
            return Duplicate(record)
        if record.version != expected:
            return Conflict(record)
        due = [replace(job, body=bytes(job.body)) for job in jobs]
        turn = _LastTurn(now, Record(expected + 1, bytes(body)), frozenset(topics))
        self._remember(address, event, turn)
        return Committed(tuple(self._lanes.hand_out(self._lanes.add(address, due), now, lease)))

    async def claim(self, *, now: datetime, lease: timedelta, limit: int) -> Sequence[Owed]:
        """Take over due jobs that nobody holds, the longest free first."""
        return tuple(self._lanes.hand_out(self._lanes.free(now), now, lease, limit))

    async def settle(self, job: Owed, *, now: datetime, lease: timedelta) -> Settled:
        """Strike out a job that was done, whoever holds it, and hand out the next of its lane."""
        found = self._lanes.find(job)
        return self._strike(found, now, lease) if found else Settled(struck=False)

    async def postpone(
        self, job: Owed, until: datetime, *, attempted: bool, whole_chat: bool = False
    ) -> bool:
        """Give a job back until then; False, and no change, if somebody else has got it since."""
        found = self._lanes.held(job)
        if found is None:
            return False
        found.free_at = until
        found.next_attempt = found.attempt + int(attempted)
        if whole_chat:
            self._lanes.hush(job.address, until)
        return True

    async def bury(self, job: Owed, why: str, *, now: datetime, lease: timedelta) -> Settled:
        """Park a job that cannot be done, and hand out the next of its lane."""
        found = self._lanes.held(job)
        if found is None:
            return Settled(struck=False)
        parked = Parked(str(found.number), found.address, found.due.kind, found.due.body, why, now)
        self._parked[parked.id] = _Unfinished(parked, found.due)
        return self._strike(found, now, lease)

    async def set_aside(
        self, address: Address, event: EventId, body: bytes, why: str, *, now: datetime
    ) -> bool:
        """Park an event; its number comes from its trace, so that it is parked once."""
        parked = Parked(str(number_of(address, event)), address, "wake", bytes(body), why, now)
        if parked.id in self._parked:
            return False
        self._parked[parked.id] = _Unfinished(parked, Due("wake", now, parked.body))
        return True

    async def parked(self, *, now: datetime, limit: int) -> Sequence[Parked]:
        """List parked jobs that are still kept, those parked first coming first."""
        return tuple(islice(self._kept_parked(now), limit))

    async def unpark(self, id: str, *, now: datetime) -> bool:  # noqa: A002  the port's name
        """Put a parked job at the end of its lane again, due now, as if it had never been handed out."""
        if all(parked.id != id for parked in self._kept_parked(now)):
            return False
        unfinished = self._parked.pop(id)
        self._lanes.add(unfinished.parked.address, [replace(unfinished.due, at=now)])
        return True

    async def followers(
        self, topic: str, *, after: str | None = None, limit: int, now: datetime
    ) -> Followers:
        """List whose conversations follow the topic, in the order of their keys."""
        following = (who for who, turn in self._turns.items() if self._follows(turn, topic, now))
        keys = {key_of(who): who for who in following}
        left = sorted(key for key in keys if after is None or key > after)
        page = left[:limit]
        return Followers(tuple(keys[key] for key in page), page[-1] if len(left) > limit else None)

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
        if self._knows(address, event, now):
            return None
        gone = self._delete(address)
        self._mark(address, event, now)
        if farewell is None:
            return gone
        job = farewell.nothing if gone.is_nothing else farewell.done
        owed = self._lanes.hand_out(self._lanes.add(address, [job]), now, lease)
        return replace(gone, owed=tuple(owed))

    async def reserve(
        self, bot: str, count: int, pause: timedelta, *, now: datetime, within: timedelta | None = None
    ) -> datetime:
        """Book `count` sends of a bot, `pause` apart, behind those that are booked already."""
        start = max(now, self._booked_until.get(bot, now))
        if within is None or start - now <= within:
            self._booked_until[bot] = start + count * pause
        return start

    async def lead(self, role: str, who: str, *, now: datetime, lease: timedelta) -> bool:
        """Take or renew a role that one at a time has."""
        return self._leads.take(role, who, now, lease)

    async def pin(self, name: str, body: bytes, *, expected: int, now: datetime, keep: timedelta) -> bool:
        """Put up the version after the expected one; False, and no change, if another stands there."""
        return self._pins.put(name, Record(expected + 1, bytes(body)), now, now + keep)

    async def pinned(self, name: str, *, now: datetime) -> Record:
        """Read what was pinned last under that name and has not ended."""
        return self._pins.read(name, now)

    async def tally(self, series: str, who: str, *, now: datetime, keep: timedelta) -> None:
        """Count somebody in the minute of `now`."""
        self._tallies.add(series, who, now, now + keep)

    async def tallied(self, series: str, *, since: datetime, until: datetime) -> int:
        """Count the different people in the minutes from `since` to before `until`."""
        return self._tallies.count(series, since, until)

    async def backlog(self, *, now: datetime) -> Backlog:
        """Count what there is to do."""
        waiting = sum(len(jobs) for jobs in self._lanes.jobs.values())
        return Backlog(len(self._lanes.free(now)), waiting, sum(1 for _ in self._kept_parked(now)))

    async def close(self) -> None:
        """Do nothing: memory needs no letting go."""

    def _is_kept(self, turn: "_LastTurn", now: datetime) -> bool:
        return now - turn.at <= self._retention.conversations

    def _knows(self, address: Address, event: EventId, now: datetime) -> bool:
        at = self._seen.get(trace_of(address, event))
        return at is not None and now - at <= self._retention.events

    def _follows(self, turn: "_LastTurn", topic: str, now: datetime) -> bool:
        return topic in turn.topics and self._is_kept(turn, now)

    def _delete(self, address: Address) -> Forgotten:
        turn = self._turns.pop(address, None)
        jobs = self._lanes.jobs.pop(address, {})
        parked = [id_ for id_, each in self._parked.items() if each.parked.address == address]
        for id_ in parked:
            del self._parked[id_]
        return Forgotten(int(turn is not None), len(jobs), len(turn.topics) if turn else 0, len(parked))

    def _strike(self, job: Job, now: datetime, lease: timedelta) -> Settled:
        self._lanes.strike(job)
        return Settled(struck=True, next=next(self._lanes.hand_out(self._lanes.after(job), now, lease), None))

    def _kept_parked(self, now: datetime) -> Iterator[Parked]:
        everything = (each.parked for each in self._parked.values())
        return (each for each in everything if now - each.at <= self._retention.parked)

    def _remember(self, address: Address, event: EventId, turn: "_LastTurn") -> None:
        """Take the old entries out first, so that the new ones go to the end and both stay in time order."""
        self._turns.pop(address, None)
        self._turns[address] = turn
        self._mark(address, event, turn.at)
        self._clean(turn.at)

    def _mark(self, address: Address, event: EventId, now: datetime) -> None:
        trace = trace_of(address, event)
        self._seen.pop(trace, None)
        self._seen[trace] = now

    def _clean(self, now: datetime) -> None:
        for trace in [*islice(self._seen, CLEANED_PER_COMMIT)]:
            if now - self._seen[trace] > self._retention.events:
                del self._seen[trace]
        for address in [*islice(self._turns, CLEANED_PER_COMMIT)]:
            if not self._is_kept(self._turns[address], now):
                del self._turns[address]
        for id_ in [*islice(self._parked, CLEANED_PER_COMMIT)]:
            if now - self._parked[id_].parked.at > self._retention.parked:
                del self._parked[id_]
        self._lanes.clean(now, CLEANED_PER_COMMIT)


class _LastTurn(Struct, frozen=True):
    """A conversation, what it follows, and when its last turn was."""

    at: datetime
    record: Record
    topics: frozenset[str]


class _Unfinished(Struct, frozen=True):
    """A parked job, and how it was due."""

    parked: Parked
    due: Due
