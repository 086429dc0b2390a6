"""A store in one SQLite file, for a single machine: what was committed survives a crash and a power cut."""

import sqlite3
from collections.abc import Callable, Collection, Iterator, Sequence
from contextlib import contextmanager, nullcontext, suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TypeAlias

from adapters.store.leads import Leads
from adapters.store.moments import length, micros, moment
from adapters.store.names import key_of, number_of, quoted, trace_of
from adapters.store.sqlite import lanes, pins, tallies, turns
from adapters.store.sqlite.file import of_one, open_file, translated
from adapters.store.sqlite.upkeep import Upkeep, note
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
from bot.replace import replace


class SqliteStore:
    """The `Store` port on an SQLite file that one process at a time may open.

    Methods call SQLite directly and so hold up the event loop for the few milliseconds of a write: one
    person at one machine does not notice, and a thread would cost more than it saves. `StoreUnusable` from
    a commit means that nothing of it was stored, or, where the disk failed at the very end, that all of it
    may have been: giving the same event again finds out.
    """

    def __init__(self, path: Path, *, retention: Retention = Retention()) -> None:  # noqa: B008  frozen
        """Open or make the file. Leases in it are of a process that is gone, so they end here."""
        self._path = _resolved(path)
        self._retention = retention
        self._leads = Leads()
        self._database = open_file(self._path)
        try:
            with translated(self._path):
                self._upkeep = Upkeep(self._database, self._path)
            with self._transaction() as database:
                lanes.take_over(database)
        except BaseException:
            self._database.close()
            raise

    async def clock(self) -> datetime:
        """Read this machine's clock."""
        return datetime.now(UTC)

    async def probe(self, *, now: datetime) -> None:
        """Write rows and delete them, here and there in each table of a turn.

        What is damaged at one place is no fault of the file; what is damaged at all of them is.
        """
        for place in turns.PLACES:
            try:
                with self._transaction() as database:
                    turns.probe(database, place, now)
            except StoreUnusable as error:
                if error.fault != "not_a_database" or place == turns.PLACES[-1]:
                    raise
            else:
                return

    async def load(self, address: Address, *, now: datetime) -> Record:
        """Read a conversation; one that was kept for its time no longer exists."""
        with translated(self._path), of_one(self._path):
            return turns.record_of(self._database, key_of(address), now - self._retention.conversations)

    def recall(self, address: Address, *, now: datetime) -> None:
        """Return no copy: the file is near, and other processes may have written to it."""

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
        key, trace = key_of(address), trace_of(address, event)
        with self._transaction(one=True) as database:
            record = turns.record_of(database, key, now - self._retention.conversations)
            if turns.knows(database, trace, now - self._retention.events):
                return Duplicate(record)
            if record.version != expected:
                return Conflict(record)
            turns.remember(database, key, Record(expected + 1, body), topics, now)
            turns.mark(database, trace, now)
            turns.clean(database, self._retention, now)
            return Committed(lanes.hand_out(database, lanes.add(database, key, jobs), now, lease))

    async def claim(self, *, now: datetime, lease: timedelta, limit: int) -> Sequence[Owed]:
        """Take over due jobs that nobody holds, the longest free first.

        Looking for them may meet damage, after which SQLite would not commit: so that comes before.
        """
        self._upkeep.begin()
        with translated(self._path):
            free = lanes.free(self._database, now)
        with self._transaction() as database:
            return lanes.hand_out(database, free, now, lease, limit)

    async def settle(self, job: Owed, *, now: datetime, lease: timedelta) -> Settled:
        """Strike out a job that was done, whoever holds it, and hand out the next of its lane."""

        def settle(by: _Strike) -> Settled:
            with self._transaction(one=True) as database:
                return _strike(database, job, now, lease, by)

        settled = _one_way_or_other(settle)
        self._wipe_after(job)
        return settled

    async def postpone(
        self, job: Owed, until: datetime, *, attempted: bool, whole_chat: bool = False
    ) -> bool:
        """Give a job back until then; False, and no change, if somebody else has got it since."""
        with self._transaction(one=True) as database:
            postponed = lanes.postpone(database, job, until, attempted=attempted)
            if postponed and whole_chat:
                lanes.hush(database, job, until)
            return postponed

    async def bury(self, job: Owed, why: str, *, now: datetime, lease: timedelta) -> Settled:
        """Park a job that cannot be done, and hand out the next of its lane."""

        def park(by: _Strike) -> Settled:
            with self._transaction(one=True) as database:
                parked = lanes.park(database, job, why, now)
                return _strike(database, job, now, lease, by) if parked else Settled(struck=False)

        buried = _one_way_or_other(park)
        self._wipe_after(job)
        return buried

    async def set_aside(
        self, address: Address, event: EventId, body: bytes, why: str, *, now: datetime
    ) -> bool:
        """Park an event; its number comes from its trace, so that it is parked once."""
        parked = Parked(str(number_of(address, event)), address, "wake", body, why, now)
        with self._transaction(one=True) as database:
            return lanes.set_aside(database, parked)

    async def parked(self, *, now: datetime, limit: int) -> Sequence[Parked]:
        """List parked jobs that are still kept, those parked first coming first."""
        with translated(self._path):
            return lanes.parked(self._database, now - self._retention.parked, limit)

    async def unpark(self, id: str, *, now: datetime) -> bool:  # noqa: A002  the port's name
        """Put a parked job at the end of its lane again, due now, as if it had never been handed out."""
        with self._transaction(one=True) as database:
            return lanes.unpark(database, id, now - self._retention.parked, now)

    async def followers(
        self, topic: str, *, after: str | None = None, limit: int, now: datetime
    ) -> Followers:
        """List whose conversations follow the topic, in the order of their keys."""
        with translated(self._path):
            oldest = now - self._retention.conversations
            return turns.followers_of(self._database, topic, after, limit, oldest)

    async def forget(
        self,
        address: Address,
        event: EventId,
        farewell: Farewell | None = None,
        *,
        now: datetime,
        lease: timedelta,
    ) -> Forgotten | None:
        """Delete everything about a conversation but the traces of its events, and leave the farewell.

        What that leaves in the file and its log, where no row is any more, is wiped soon after.
        """
        key, trace = key_of(address), trace_of(address, event)
        with self._transaction(one=True) as database:
            if turns.knows(database, trace, now - self._retention.events):
                return None
            gone = turns.forget(database, key)
            turns.mark(database, trace, now)
            if not gone.is_nothing:
                note(database)
            if farewell is not None:
                job = farewell.nothing if gone.is_nothing else farewell.done
                owed = lanes.hand_out(database, lanes.add(database, key, [job]), now, lease)
                gone = replace(gone, owed=owed)
        if not gone.is_nothing:
            self._upkeep.wipe_soon()
        return gone

    async def wipe(self) -> None:
        """Wipe what deleted rows have left in the file and its log now, and not only soon."""
        await self._upkeep.wipe()

    async def reserve(
        self, bot: str, count: int, pause: timedelta, *, now: datetime, within: timedelta | None = None
    ) -> datetime:
        """Book `count` sends of a bot, `pause` apart, behind those that are booked already."""
        booking = {"bot": quoted(bot), "now": micros(now), "taken": count * length(pause)}
        with self._transaction() as database:
            database.execute("INSERT OR IGNORE INTO bots VALUES (:bot, :now)", booking)
            until = database.execute("SELECT booked_until FROM bots WHERE bot = :bot", booking).fetchone()
            start = max(now, moment(until["booked_until"]))
            if within is None or start - now <= within:
                later = "UPDATE bots SET booked_until = max(booked_until, :now) + :taken WHERE bot = :bot"
                database.execute(later, booking)
            return start

    async def lead(self, role: str, who: str, *, now: datetime, lease: timedelta) -> bool:
        """Take or renew a role that one at a time has; it ends with the process, as all leases do."""
        return self._leads.take(role, who, now, lease)

    async def pin(self, name: str, body: bytes, *, expected: int, now: datetime, keep: timedelta) -> bool:
        """Put up the version after the expected one; False, and no change, if another stands there."""
        with self._transaction(one=True) as database:
            return pins.put(database, name, Record(expected + 1, body), now, now + keep)

    async def pinned(self, name: str, *, now: datetime) -> Record:
        """Read what was pinned last under that name and has not ended."""
        with translated(self._path), of_one(self._path):
            return pins.read(self._database, name, now)

    async def tally(self, series: str, who: str, *, now: datetime, keep: timedelta) -> None:
        """Count somebody in the minute of `now`."""
        with self._transaction(one=True) as database:
            tallies.add(database, series, who, now, now + keep)

    async def tallied(self, series: str, *, since: datetime, until: datetime) -> int:
        """Count the different people in the minutes from `since` to before `until`."""
        with translated(self._path), of_one(self._path):
            return tallies.count(self._database, series, since, until)

    async def backlog(self, *, now: datetime) -> Backlog:
        """Count what there is to do; where damage was found in the file, this is what says so."""
        if self._upkeep.is_damaged:
            raise StoreUnusable("not_a_database", str(self._path))
        with translated(self._path):
            return lanes.backlog(self._database, now, now - self._retention.parked)

    async def close(self) -> None:
        """Let go of the file; closing twice is harmless."""
        await self._upkeep.finish()
        with translated(self._path):
            self._database.close()
        self._upkeep.let_go()

    def _wipe_after(self, job: Owed) -> None:
        """Wipe once more when somebody who was forgotten has been told so.

        What was done is done: a fault here is no fault of it.
        """
        with suppress(StoreUnusable), translated(self._path):
            self._wipe_if_gone(job)

    def _wipe_if_gone(self, job: Owed) -> None:
        if self._upkeep.is_noted and not turns.has(self._database, key_of(job.address)):
            self._upkeep.wipe_soon()

    @contextmanager
    def _transaction(self, *, one: bool = False) -> Iterator[sqlite3.Connection]:
        """Give the connection; keep all that is done with it, or nothing if something is raised.

        It is about `one` conversation where damage that is met is damage of that one.
        """
        with translated(self._path), of_one(self._path) if one else nullcontext():
            self._database.execute("BEGIN IMMEDIATE")
            try:
                yield self._database
                self._database.execute("COMMIT")
            finally:
                if self._database.in_transaction:  # SQLite itself rolls back on some faults, as a full disk
                    self._database.execute("ROLLBACK")


_Strike: TypeAlias = Callable[[sqlite3.Connection, Owed], bool]


def _one_way_or_other(end: Callable[[_Strike], Settled]) -> Settled:
    """End a job by deleting its row; by crossing it out where that cannot be."""
    try:
        return end(lanes.strike)
    except Damaged:
        return end(lanes.cross_out)


def _strike(database: sqlite3.Connection, job: Owed, now: datetime, lease: timedelta, by: _Strike) -> Settled:
    if not by(database, job):
        return Settled(struck=False)
    following = lanes.hand_out(database, lanes.after(database, job), now, lease)
    return Settled(struck=True, next=following[0] if following else None)


def _resolved(path: Path) -> Path:
    try:
        return path.resolve()
    except (OSError, RuntimeError, ValueError) as error:  # a loop of links; a NUL in the name
        raise StoreUnusable("unreachable", str(path)) from error
