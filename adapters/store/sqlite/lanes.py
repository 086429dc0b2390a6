"""Jobs in the SQLite file: each conversation's lane, who holds what until when, and the pauses of the chats.

A chat is silent until `silent_until`. Each reply moves `paid_until` on by its pause; how far ahead of the
clock it may run is how many replies may come at once (the generic cell rate algorithm, ITU-T I.371).
All functions work within the caller's transaction.
"""

import sqlite3
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime, timedelta
from itertools import islice

from adapters.store.moments import length, micros, moment
from adapters.store.names import address_of, chat_of, key_of, quoted, unquoted
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
    """List what could be handed out, the longest free first."""
    wanted = """
        SELECT number FROM heads WHERE free_at <= :now AND free_since <= :now ORDER BY free_since, number
    """
    rows = database.execute(wanted, {"now": micros(now)})
    return [row["number"] for row in rows]


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
    rows = database.execute(wanted, (micros(oldest), limit))
    return tuple(
        Parked(
            *(str(row["number"]), address_of(row["address"]), row["kind"], row["body"]),
            *(unquoted(row["why"]), moment(row["at"])),
        )
        for row in rows
    )


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
    counts = database.execute(
        """SELECT (SELECT count(*) FROM heads WHERE free_at <= :now AND free_since <= :now),
            (SELECT count(*) FROM jobs), (SELECT count(*) FROM parked WHERE at >= :oldest)""",
        {"now": micros(now), "oldest": micros(oldest_parked)},
    )
    return Backlog(*counts.fetchone())


def _times(due: Due) -> dict[str, int]:
    return {"at": micros(due.at), "pause": length(due.pause)}


def _lent(
    database: sqlite3.Connection, numbers: Iterable[int], now: datetime, lease: timedelta
) -> Iterator[Owed]:
    wanted = "SELECT * FROM heads WHERE number = ? AND free_since <= ?"
    for number in numbers:
        row = database.execute(wanted, (number, micros(now))).fetchone()
        if row is not None:
            yield _lend(database, row, now, lease)


def _lend(database: sqlite3.Connection, row: sqlite3.Row, now: datetime, lease: timedelta) -> Owed:
    held = """
        UPDATE jobs SET free_at = ?, leased = 1, attempt = next_attempt, next_attempt = next_attempt + 1
        WHERE number = ?
    """
    database.execute(held, (micros(now + lease), row["number"]))
    if row["kind"] == "say" and row["pause"]:
        database.execute(_PAY, {"chat": row["chat"], "now": micros(now), "pause": row["pause"]})
    address, at = address_of(row["address"]), moment(row["at"])
    return Owed(address, row["number"], row["kind"], row["body"], at, row["next_attempt"])
