"""Jobs in the SQLite file: each conversation's lane, who holds what until when, and the pauses of the chats.

A chat is silent until `silent_until`. Each reply moves `paid_until` on by its pause; how far ahead of the
clock it may run is how many replies may come at once (the generic cell rate algorithm, ITU-T I.371).
All functions work within the caller's transaction.
"""

import sqlite3
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime, timedelta
from itertools import islice

import structlog

from adapters.store.moments import length, micros, moment
from adapters.store.names import address_of, chat_of, is_key, key_of, quoted, readable
from adapters.store.sqlite.file import is_damage
from bot.model import Address
from bot.ports import Backlog, Due, Owed, Parked
from bot.ports.stored import CHAT_BURST

_HEADS = f"""
    CREATE TEMP VIEW heads AS SELECT jobs.*, CASE kind WHEN 'wake' THEN free_at ELSE max(
        free_at, ifnull(silent_until, 0),
        CASE pause WHEN 0 THEN 0 ELSE ifnull(paid_until, 0) - {CHAT_BURST - 1} * pause END
    ) END AS free_since
    FROM jobs LEFT JOIN chats USING (chat)
    WHERE kind = 'wake' OR number = (
        SELECT min(number) FROM jobs AS lane WHERE lane.address = jobs.address AND lane.kind = 'say')
"""  # noqa: S608  the number is a constant of ours
"""What may be handed out or struck out: whatever nothing is before. A view of this connection alone."""

_PAY = """
    INSERT INTO chats VALUES (:chat, :now + :pause, 0)
    ON CONFLICT (chat) DO UPDATE SET paid_until = max(paid_until, :now) + :pause
"""
_HUSH = """
    INSERT INTO chats VALUES (:chat, 0, :until)
    ON CONFLICT (chat) DO UPDATE SET silent_until = max(silent_until, :until)
"""


_DUE = "SELECT number FROM jobs INDEXED BY {index} WHERE free_at <= ? ORDER BY number"
_COUNTS = (
    "SELECT count(*) FROM heads WHERE free_at <= :now AND free_since <= :now",
    "SELECT count(*) FROM jobs",
    "SELECT count(*) FROM parked WHERE at >= :oldest",
)
_SHELVE = """
    INSERT OR IGNORE INTO parked SELECT number, ifnull(CAST(address AS TEXT), ''),
        CASE kind WHEN 'say' THEN kind ELSE 'wake' END, 0,
        ifnull(CAST(body AS BLOB), x''), 'unreadable', ? FROM jobs WHERE number = ?
"""
_NOBODY = Address("", "", "")
_FAR = 10**17
"""Microseconds: the year 5138."""
_log = structlog.get_logger()


def take_over(database: sqlite3.Connection) -> None:
    """Begin to work with the file. Who held leases is gone, so they end; what was postponed stays so."""
    database.execute(_HEADS)
    database.execute("UPDATE jobs SET free_at = at, leased = 0 WHERE leased")


def add(database: sqlite3.Connection, key: str, jobs: Iterable[Due]) -> list[int]:
    """Store jobs that nobody holds yet, at the end of their lane, and give their numbers."""
    statement = """
        INSERT INTO jobs (address, chat, kind, at, pause, free_at, leased, attempt, next_attempt, body)
        VALUES (:key, :chat, :kind, :at, :pause, :at, 0, 0, 1, :body)
    """
    chat = chat_of(key)
    rows = ({"key": key, "chat": chat, "kind": due.kind, "body": due.body, **_times(due)} for due in jobs)
    return [database.execute(statement, row).lastrowid or 0 for row in rows]


def free(database: sqlite3.Connection, now: datetime) -> list[int]:
    """List what could be handed out, the longest free first; without what a damaged page holds."""
    wanted = """
        SELECT number FROM heads WHERE free_at <= :now AND free_since <= :now ORDER BY free_since, number
    """
    try:
        return [row["number"] for row in database.execute(wanted, {"now": micros(now)})]
    except sqlite3.Error as error:
        if not is_damage(error):
            raise
        return _free_one_by_one(database, now)


def _free_one_by_one(database: sqlite3.Connection, now: datetime) -> list[int]:
    """Look at each job alone. An index knows their numbers without the pages on which they are."""
    found: list[tuple[int, int]] = []
    wanted = "SELECT free_since FROM heads WHERE number = ? AND free_since <= ?"
    for (number,) in database.execute(_DUE.format(index="jobs_free_at"), (micros(now),)).fetchall():
        with _passing_over_damage(database):
            row = database.execute(wanted, (number, micros(now))).fetchone()
            found += [(row["free_since"], number)] if row else []
    return [number for _, number in sorted(found)]


@contextmanager
def _passing_over_damage(database: sqlite3.Connection) -> Iterator[None]:
    """Leave what is damaged alone, unless SQLite has given up the whole transaction."""
    was_in_transaction = database.in_transaction
    try:
        yield
    except sqlite3.Error as error:
        if not is_damage(error) or database.in_transaction != was_in_transaction:
            raise


def hand_out(
    database: sqlite3.Connection,
    numbers: Iterable[int],
    now: datetime,
    lease: timedelta,
    limit: int | None = None,
) -> tuple[Owed, ...]:
    """Lend those that are free, one after the other: the chat's pause may begin with the first."""
    return tuple(islice(_lent(database, numbers, now, lease), limit))


def after(database: sqlite3.Connection, job: Owed) -> Sequence[int]:
    """Give the one that is first now in the lane of a job that was struck out; none after a `wake`."""
    if job.kind == "wake":
        return []
    lane = "SELECT number FROM jobs WHERE address = ? AND kind = 'say' ORDER BY number LIMIT 1"
    return [row["number"] for row in database.execute(lane, (key_of(job.address),))]


def strike(database: sqlite3.Connection, job: Owed) -> bool:
    """Take a job out, if it is still there and nothing is before it."""
    statement = """
        DELETE FROM jobs WHERE number = (SELECT number FROM heads WHERE number = ? AND address = ?)
    """
    return database.execute(statement, (job.number, key_of(job.address))).rowcount == 1


def cross_out(database: sqlite3.Connection, job: Owed) -> bool:
    """Take a job out of its lane where its row cannot be deleted, because the page beside it is damaged.

    Otherwise it would come up again and again after it was done.
    """
    statement = """
        UPDATE jobs SET kind = 'done', body = x'', leased = 0
        WHERE number = (SELECT number FROM heads WHERE number = ? AND address = ?)
    """
    return database.execute(statement, (job.number, key_of(job.address))).rowcount == 1


def postpone(database: sqlite3.Connection, job: Owed, until: datetime, *, attempted: bool) -> bool:
    """Give a job back until then, if nobody else has got it since."""
    statement = """
        UPDATE jobs SET free_at = ?, leased = 0, next_attempt = attempt + ?
        WHERE number = (SELECT number FROM heads WHERE number = ? AND address = ? AND attempt = ?)
    """
    wanted = (micros(until), attempted, job.number, key_of(job.address), job.attempt)
    return database.execute(statement, wanted).rowcount == 1


def hush(database: sqlite3.Connection, job: Owed, until: datetime) -> None:
    """Let nothing be said in the job's chat until then."""
    database.execute(_HUSH, {"chat": chat_of(key_of(job.address)), "until": micros(until)})


def park(database: sqlite3.Connection, job: Owed, why: str, now: datetime) -> bool:
    """Copy a job to the parked ones, if nobody else has got it since."""
    statement = """
        INSERT INTO parked SELECT number, address, kind, pause, body, ?, ? FROM heads
        WHERE number = ? AND address = ? AND attempt = ?
    """
    wanted = (quoted(why), micros(now), job.number, key_of(job.address), job.attempt)
    return database.execute(statement, wanted).rowcount == 1


def parked(database: sqlite3.Connection, oldest: datetime, limit: int) -> tuple[Parked, ...]:
    """List what was parked at the oldest moment that is still kept, or since."""
    wanted = "SELECT * FROM parked WHERE at >= ? ORDER BY at, number LIMIT ?"
    found: list[Parked] = []
    with _passing_over_damage(database):
        found.extend(map(_parked, database.execute(wanted, (micros(oldest), limit))))
    return tuple(found)


def set_aside(database: sqlite3.Connection, parked: Parked) -> bool:
    """Park what comes from no lane; False if there is something of that number already."""
    row = (int(parked.id), key_of(parked.address), parked.kind, parked.body, quoted(parked.why))
    statement = "INSERT OR IGNORE INTO parked VALUES (?, ?, ?, 0, ?, ?, ?)"
    return database.execute(statement, (*row, micros(parked.at))).rowcount == 1


def unpark(database: sqlite3.Connection, id_: str, oldest: datetime, now: datetime) -> bool:
    """Put a parked job at the end of its lane, as if it had never been handed out."""
    wanted = "SELECT * FROM parked WHERE CAST(number AS TEXT) = ? AND at >= ?"
    row = database.execute(wanted, (quoted(id_), micros(oldest))).fetchone()
    if row is None:
        return False
    database.execute("DELETE FROM parked WHERE number = ?", (row["number"],))
    add(database, row["address"], [Due(row["kind"], now, row["body"], timedelta(microseconds=row["pause"]))])
    return True


def backlog(database: sqlite3.Connection, now: datetime, oldest_parked: datetime) -> Backlog:
    """Count what is free, what is stored, and what is parked."""
    span = {"now": micros(now), "oldest": micros(oldest_parked)}
    due, waiting, kept = (_count(database, count, span) for count in _COUNTS)
    return Backlog(due or 0, waiting or 0, kept or 0, (due, waiting, kept).count(None))


def _count(database: sqlite3.Connection, wanted: str, span: dict[str, int]) -> int | None:
    """Count, or give None where a page is damaged."""
    counted: int | None = None
    with _passing_over_damage(database):
        (counted,) = database.execute(wanted, span).fetchone()
    return counted


def _times(due: Due) -> dict[str, int]:
    return {"at": micros(due.at), "pause": length(due.pause)}


def _lent(
    database: sqlite3.Connection, numbers: Iterable[int], now: datetime, lease: timedelta
) -> Iterator[Owed]:
    wanted = "SELECT * FROM heads WHERE number = ? AND free_since <= ?"
    for number in numbers:
        owed = None
        with _passing_over_damage(database):
            row = database.execute(wanted, (number, micros(now))).fetchone()
            if row is not None and not _is_ours(row):
                _shelve(database, number, now)
            elif row is not None:
                owed = _lend(database, row, now, lease)
        if owed is not None:
            yield owed


def _is_ours(row: sqlite3.Row) -> bool:
    """Say whether we may have written it: other programs may put anything into any column."""
    numbers = (row[name] for name in ("at", "pause", "attempt", "next_attempt"))
    is_sound = type(row["body"]) is bytes and all(type(each) is int for each in numbers)
    return is_sound and abs(row["at"]) < _FAR and is_key(row["address"])


def _shelve(database: sqlite3.Connection, number: int, now: datetime) -> None:
    """Park a job that nobody wrote: it cannot be done, and would come up for ever."""
    _log.error("a damaged job is parked", number=number)
    database.execute(_SHELVE, (micros(now), number))
    database.execute("DELETE FROM jobs WHERE number = ?", (number,))


def _lend(database: sqlite3.Connection, row: sqlite3.Row, now: datetime, lease: timedelta) -> Owed:
    held = """
        UPDATE jobs SET free_at = ?, leased = 1, attempt = next_attempt, next_attempt = next_attempt + 1
        WHERE number = ?
    """
    database.execute(held, (micros(now + lease), row["number"]))
    if row["kind"] == "say" and row["pause"]:
        with _passing_over_damage(database):
            database.execute(_PAY, {"chat": row["chat"], "now": micros(now), "pause": row["pause"]})
    address, at = address_of(row["address"]), moment(row["at"])
    return Owed(address, row["number"], row["kind"], row["body"], at, row["next_attempt"])


def _parked(row: sqlite3.Row) -> Parked:
    """Read what is parked; what is none of ours is nobody's."""
    is_sound = is_key(row["address"]) and row["kind"] in {"say", "wake"} and type(row["body"]) is bytes
    at = moment(row["at"] if type(row["at"]) is int and abs(row["at"]) < _FAR else 0)
    id_ = str(row["number"])
    if not is_sound:
        return Parked(id_, _NOBODY, "say", b"", "unreadable", at)
    return Parked(id_, address_of(row["address"]), row["kind"], row["body"], readable(str(row["why"])), at)
