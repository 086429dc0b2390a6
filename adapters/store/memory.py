"""A store in memory, for a conversation that may be forgotten when the program ends, and for tests."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import count

from bot.model import Address, EventId
from bot.ports import DEDUP_FOR, KEEP_FOR, Committed, Conflict, Due, Duplicate, Owed, Record

CLEANED_PER_COMMIT = 8
"""How many ended ids, and conversations, a commit takes out at most: more than it adds, so they stay few."""


class MemoryStore:
    """The `Store` port on dictionaries. No method waits inside, so one event loop sees each as atomic."""

    def __init__(self) -> None:
        self._turns: dict[Address, _LastTurn] = {}  # oldest turn first
        self._seen: dict[tuple[Address, EventId], datetime] = {}  # oldest first
        self._jobs: dict[Address, dict[int, _Job]] = {}  # by number, lowest first; no address without jobs
        self._held_until: dict[int, datetime] = {}  # by number
        self._numbers = count(1)

    async def load(self, address: Address, *, now: datetime) -> Record:
        """Read a conversation; one whose last turn is older than `KEEP_FOR` no longer exists."""
        turn = self._turns.get(address)
        return Record(0, b"") if turn is None or now - turn.at > KEEP_FOR else turn.record

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
    ) -> Committed | Conflict | Duplicate:
        """Store one turn, all or nothing. Whether the event is known is asked before the version."""
        record = await self.load(address, now=now)
        if self._knows(address, event, now):
            return Duplicate(record)
        if record.version != expected:
            return Conflict(record)
        new = self._numbered(address, jobs)
        self._remember(address, event, _LastTurn(now, Record(expected + 1, bytes(body))))
        if new:
            self._jobs.setdefault(address, {}).update(new)
        owed = [job for job in new.values() if self._is_free(job, now)]
        return Committed(tuple(self._lend(owed, now + lease)))

    async def claim(self, *, now: datetime, lease: timedelta, limit: int) -> Sequence[Owed]:
        """Take over due jobs that nobody holds, oldest first: the head of each lane, and any `wake`."""
        everything = (job for jobs in self._jobs.values() for job in jobs.values())
        free = [job for job in everything if self._is_free(job, now)]
        free.sort(key=lambda job: (job.at, job.owed.number))
        return tuple(self._lend(free[:limit], now + lease))

    async def settle(self, job: Owed) -> bool:
        """Strike out a job that was done; False, and no change, if it is gone or not the head of its lane."""
        jobs = self._jobs.get(job.address, {})
        if job.number not in jobs or not self._is_first(jobs[job.number]):
            return False
        del jobs[job.number]
        self._held_until.pop(job.number, None)
        if not jobs:
            del self._jobs[job.address]
        return True

    async def close(self) -> None:
        """Do nothing: memory needs no letting go."""

    def _knows(self, address: Address, event: EventId, now: datetime) -> bool:
        at = self._seen.get((address, event))
        return at is not None and now - at <= DEDUP_FOR

    def _remember(self, address: Address, event: EventId, turn: "_LastTurn") -> None:
        """Take the old entries out first, so that the new ones go to the end and both stay in time order."""
        self._turns.pop(address, None)
        self._turns[address] = turn
        self._seen.pop((address, event), None)
        self._seen[address, event] = turn.at
        self._clean(turn.at)

    def _clean(self, now: datetime) -> None:
        for _ in range(CLEANED_PER_COMMIT):
            oldest = next(iter(self._seen))  # never empty: the commit has just added its own
            if now - self._seen[oldest] > DEDUP_FOR:
                del self._seen[oldest]
            idlest = next(iter(self._turns))
            if now - self._turns[idlest].at > KEEP_FOR:
                del self._turns[idlest]

    def _numbered(self, address: Address, jobs: Sequence[Due]) -> dict[int, "_Job"]:
        """Number the jobs, without storing them yet."""
        numbered = zip(jobs, self._numbers, strict=False)
        return {n: _Job(Owed(address, n, due.kind, bytes(due.body)), due.at) for due, n in numbered}

    def _is_free(self, job: "_Job", now: datetime) -> bool:
        held_until = self._held_until.get(job.owed.number)
        return job.at <= now and (held_until is None or held_until <= now) and self._is_first(job)

    def _is_first(self, job: "_Job") -> bool:
        """Say whether nothing is before it: a `wake` is in no lane, a `say` waits for lower numbers."""
        lane = (each.owed.number for each in self._jobs[job.owed.address].values() if each.owed.kind == "say")
        return job.owed.kind == "wake" or job.owed.number == next(lane)

    def _lend(self, jobs: Iterable["_Job"], until: datetime) -> Iterator[Owed]:
        for job in jobs:
            self._held_until[job.owed.number] = until
            yield job.owed


@dataclass(frozen=True, slots=True)
class _LastTurn:
    """A conversation and when its last turn was."""

    at: datetime
    record: Record


@dataclass(frozen=True, slots=True)
class _Job:
    """A stored job and when it is due."""

    owed: Owed
    at: datetime
