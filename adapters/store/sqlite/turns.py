"""What a turn leaves in the SQLite file: the conversation, what it follows, and the trace of its event.

All functions work within the caller's transaction.
"""

import sqlite3
from collections.abc import Collection
from datetime import datetime

from adapters.store.moments import micros
from adapters.store.names import address_of, quoted
from bot.ports import Followers, Forgotten, Record, Retention

CLEANED_PER_COMMIT = 8
"""How many ended things of each kind a commit takes out at most: more than it adds, so they stay few."""

_CLEAN = "DELETE FROM {table} WHERE {key} IN (SELECT {key} FROM {table} WHERE {at} < ? ORDER BY {at} LIMIT ?)"
_CLEAN_CONVERSATIONS = _CLEAN.format(table="conversations", key="address", at="at")
_CLEAN_SEEN = _CLEAN.format(table="seen", key="trace", at="at")
_CLEAN_PARKED = _CLEAN.format(table="parked", key="number", at="at")
_CLEAN_CHATS = _CLEAN.format(table="chats", key="chat", at="max(paid_until, silent_until)")
_CLEAN_TOPICS = """
    DELETE FROM topics WHERE address IN (SELECT address FROM conversations WHERE at < ? ORDER BY at LIMIT ?)
"""


def record_of(database: sqlite3.Connection, key: str, oldest: datetime) -> Record:
    """Read a conversation whose last turn was not before the oldest moment that is still kept."""
    wanted = "SELECT version, body FROM conversations WHERE address = ? AND at >= ?"
    row = database.execute(wanted, (key, micros(oldest))).fetchone()
    return Record(*row) if row else Record(0, b"")


def has(database: sqlite3.Connection, key: str) -> bool:
    """Say whether a conversation is stored, however old."""
    wanted = "SELECT 1 FROM conversations WHERE address = ?"
    return database.execute(wanted, (key,)).fetchone() is not None


def knows(database: sqlite3.Connection, trace: bytes, oldest: datetime) -> bool:
    """Say whether an event's turn is stored."""
    wanted = "SELECT 1 FROM seen WHERE trace = ? AND at >= ?"
    return database.execute(wanted, (trace, micros(oldest))).fetchone() is not None


def remember(
    database: sqlite3.Connection, key: str, record: Record, topics: Collection[str], now: datetime
) -> None:
    """Store the conversation, and the topics it follows from now on."""
    turn = (key, record.version, micros(now), record.body)
    database.execute("INSERT OR REPLACE INTO conversations VALUES (?, ?, ?, ?)", turn)
    database.execute("DELETE FROM topics WHERE address = ?", (key,))
    following = ((quoted(topic), key) for topic in {*topics})
    database.executemany("INSERT INTO topics VALUES (?, ?)", following)


def mark(database: sqlite3.Connection, trace: bytes, now: datetime) -> None:
    """Store that an event has had its turn."""
    database.execute("INSERT OR REPLACE INTO seen VALUES (?, ?)", (trace, micros(now)))


def clean(database: sqlite3.Connection, retention: Retention, now: datetime) -> None:
    """Take out a few of those things that were kept for their time."""
    for statement, moment in (
        (_CLEAN_SEEN, now - retention.events),
        (_CLEAN_TOPICS, now - retention.conversations),
        (_CLEAN_CONVERSATIONS, now - retention.conversations),
        (_CLEAN_PARKED, now - retention.parked),
        (_CLEAN_CHATS, now),
    ):
        database.execute(statement, (micros(moment), CLEANED_PER_COMMIT))


def followers_of(
    database: sqlite3.Connection, topic: str, after: str | None, limit: int, oldest: datetime
) -> Followers:
    """List those who follow a topic, in the order of their keys; one more is read to see if there is."""
    rows = database.execute(
        """SELECT address FROM topics JOIN conversations USING (address)
            WHERE topic = ? AND at >= ? AND address > ? ORDER BY address LIMIT ?""",
        (quoted(topic), micros(oldest), after or "", limit + 1),
    )
    keys = [key for (key,) in rows]
    page = keys[:limit]
    return Followers(tuple(address_of(key) for key in page), page[-1] if len(keys) > limit else None)


def forget(database: sqlite3.Connection, key: str) -> Forgotten:
    """Delete what has the address, and count it. The traces of its events have none."""
    conversations, jobs, topics, parked = (
        database.execute(f"DELETE FROM {table} WHERE address = ?", (key,)).rowcount  # noqa: S608
        for table in ("conversations", "jobs", "topics", "parked")
    )
    return Forgotten(conversations, jobs, topics, parked)
