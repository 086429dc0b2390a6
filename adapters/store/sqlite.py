"""A store in one SQLite file, for a single machine: what was committed survives a crash and a power cut."""

import sqlite3
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from urllib.parse import quote, unquote

from adapters.store.sqlite_file import open_file, translated
from bot.model import Address, EventId
from bot.ports import (
    DEDUP_FOR,
    KEEP_FOR,
    Committed,
    Conflict,
    Due,
    Duplicate,
    JobKind,
    Owed,
    Record,
    StoreUnusable,
)

CLEANED_PER_COMMIT = 8
"""How many ended ids, and conversations, a commit takes out at most: more than it adds, so they stay few."""

_CLEAN_SEEN = "DELETE FROM seen WHERE rowid IN (SELECT rowid FROM seen WHERE at < ? ORDER BY at LIMIT ?)"
_CLEAN_CONVERSATIONS = """
    DELETE FROM conversations
    WHERE rowid IN (SELECT rowid FROM conversations WHERE at < ? ORDER BY at LIMIT ?)
"""
_FREE = """
    SELECT number, address, kind, body FROM jobs AS job
    WHERE at <= :now AND held_until <= :now
        AND (kind = 'wake' OR number = (
            SELECT min(number) FROM jobs AS lane WHERE lane.address = job.address AND lane.kind = 'say'))
"""


class SqliteStore:
    """The `Store` port on an SQLite file that one process at a time may open.

    Methods call SQLite directly and so hold up the event loop for the few milliseconds of a write: one
    person at one machine does not notice, and a thread would cost more than it saves. `StoreUnusable` from
    a commit means that nothing of it was stored, or, where the disk failed at the very end, that all of it
    may have been: giving the same event again finds out.
    """

    def __init__(self, path: Path) -> None:
        """Open or make the file. Leases in it are of a process that is gone, so they end here."""
        self._path = _resolved(path)
        self._database = open_file(self._path)
        try:
            with self._transaction() as database:
                database.execute("UPDATE jobs SET held_until = 0 WHERE held_until > 0")
        except BaseException:
            self._database.close()
            raise

    async def load(self, address: Address, *, now: datetime) -> Record:
        """Read a conversation; one whose last turn is older than `KEEP_FOR` no longer exists."""
        with translated(self._path):
            return self._record(_key(address), now)

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
        key = _key(address)
        with self._transaction():
            record = self._record(key, now)
            if self._knows(key, event, now):
                return Duplicate(record)
            if record.version != expected:
                return Conflict(record)
            self._remember(key, event, now, Record(expected + 1, body))
            return Committed(self._lend(self._free(self._store(key, jobs), now), now + lease))

    async def claim(self, *, now: datetime, lease: timedelta, limit: int) -> Sequence[Owed]:
        """Take over due jobs that nobody holds, oldest first: the head of each lane, and any `wake`."""
        with self._transaction() as database:
            wanted = {"now": _micros(now), "limit": limit}
            free = database.execute(f"{_FREE} ORDER BY at, number LIMIT :limit", wanted)
            return self._lend(free, now + lease)

    async def settle(self, job: Owed) -> bool:
        """Strike out a job that was done; False, and no change, if it is gone or not the head of its lane."""
        with self._transaction() as database:
            struck = database.execute(
                """DELETE FROM jobs WHERE number = :number AND address = :key AND NOT EXISTS (
                    SELECT 1 FROM jobs AS ahead WHERE ahead.address = :key AND ahead.number < :number
                        AND ahead.kind = 'say' AND jobs.kind = 'say')""",
                {"number": job.number, "key": _key(job.address)},
            )
            return struck.rowcount == 1

    async def close(self) -> None:
        """Let go of the file; closing twice is harmless."""
        with translated(self._path):
            self._database.close()

    @contextmanager
    def _transaction(self) -> Iterator[sqlite3.Connection]:
        """Give the connection; keep all that is done with it, or nothing if something is raised."""
        with translated(self._path):
            self._database.execute("BEGIN IMMEDIATE")
            try:
                yield self._database
                self._database.execute("COMMIT")
            finally:
                if self._database.in_transaction:  # SQLite itself rolls back on some faults, as a full disk
                    self._database.execute("ROLLBACK")

    def _record(self, key: str, now: datetime) -> Record:
        row = self._database.execute(
            "SELECT version, body FROM conversations WHERE address = ? AND at >= ?",
            (key, _micros(now - KEEP_FOR)),
        ).fetchone()
        return Record(*row) if row else Record(0, b"")

    def _knows(self, key: str, event: EventId, now: datetime) -> bool:
        wanted = (key, _quoted(event), _micros(now - DEDUP_FOR))
        seen = self._database.execute(
            "SELECT 1 FROM seen WHERE address = ? AND event = ? AND at >= ?", wanted
        )
        return seen.fetchone() is not None

    def _remember(self, key: str, event: EventId, now: datetime, record: Record) -> None:
        turn = (key, record.version, _micros(now), record.body)
        self._database.execute("INSERT OR REPLACE INTO conversations VALUES (?, ?, ?, ?)", turn)
        seen = (key, _quoted(event), _micros(now))
        self._database.execute("INSERT OR REPLACE INTO seen VALUES (?, ?, ?)", seen)
        self._clean(now)

    def _clean(self, now: datetime) -> None:
        for statement, kept in ((_CLEAN_SEEN, DEDUP_FOR), (_CLEAN_CONVERSATIONS, KEEP_FOR)):
            self._database.execute(statement, (_micros(now - kept), CLEANED_PER_COMMIT))

    def _store(self, key: str, jobs: Sequence[Due]) -> list[int]:
        """Store jobs that nobody holds yet, and give their numbers."""
        statement = "INSERT INTO jobs (address, kind, at, held_until, body) VALUES (?, ?, ?, 0, ?)"
        rows = ((key, due.kind, _micros(due.at), due.body) for due in jobs)
        return [self._database.execute(statement, row).lastrowid or 0 for row in rows]

    def _free(self, numbers: Sequence[int], now: datetime) -> Iterator[tuple[int, str, JobKind, bytes]]:
        """Read those of the jobs that are due and that nothing is before."""
        for number in numbers:
            wanted = {"now": _micros(now), "number": number}
            yield from self._database.execute(f"{_FREE} AND number = :number", wanted)

    def _lend(self, rows: Iterable[tuple[int, str, JobKind, bytes]], until: datetime) -> tuple[Owed, ...]:
        owed = tuple(Owed(_address(key), number, kind, body) for number, key, kind, body in rows)
        held = ((_micros(until), job.number) for job in owed)
        self._database.executemany("UPDATE jobs SET held_until = ? WHERE number = ?", held)
        return owed


def _resolved(path: Path) -> Path:
    try:
        return path.resolve()
    except (OSError, RuntimeError, ValueError) as error:  # a loop of links; a NUL in the name
        raise StoreUnusable("unreachable", str(path)) from error


def _micros(at: datetime) -> int:
    """Count the microseconds since 1970, exactly: SQLite's integers compare faster than its texts."""
    return (at - datetime(1970, 1, 1, tzinfo=UTC)) // timedelta(microseconds=1)


def _key(address: Address) -> str:
    """Write an address as one text that no other address has."""
    return "/".join(_quoted(part) for part in (address.platform, address.chat, address.person))


def _address(key: str) -> Address:
    return Address(*(unquote(part, errors="surrogatepass") for part in key.split("/")))


def _quoted(text: str) -> str:
    """Percent-encode: no separator, NUL or half of a surrogate pair is left, and nothing is lost."""
    return quote(text, safe=":", errors="surrogatepass")
