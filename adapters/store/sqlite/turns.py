"""What a turn leaves in the SQLite file: the conversation, what it follows, and the trace of its event.

All functions work within the caller's transaction.
"""

import sqlite3
from collections.abc import Collection
from datetime import datetime

from adapters.store.moments import micros
from adapters.store.names import address_of, is_key, quoted
from adapters.store.sqlite.file import is_damage
from bot.ports import Followers, Forgotten, Record, Retention

PLACES = (" ", "telegram/5 ", "~ ")
"""Where a probe is written, among the addresses: none of these is one."""

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
    if row is None:
        return Record(0, b"")
    version, body = row
    if type(version) is not int or type(body) is not bytes:
        raise sqlite3.DatabaseError("a conversation that nobody wrote")
    return Record(version, body)


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
    """Take out a few of those things that were kept for their time; what is damaged stays."""
    for statement, moment in (
        (_CLEAN_SEEN, now - retention.events),
        (_CLEAN_TOPICS, now - retention.conversations),
        (_CLEAN_CONVERSATIONS, now - retention.conversations),
        (_CLEAN_PARKED, now - retention.parked),
        (_CLEAN_CHATS, now),
    ):
        try:
            database.execute(statement, (micros(moment), CLEANED_PER_COMMIT))
        except sqlite3.Error as error:
            if not is_damage(error) or not database.in_transaction:
                raise


def probe(database: sqlite3.Connection, place: str, now: datetime) -> None:
    """Write into each table of a turn, and delete it."""
    name, at = place.encode(), micros(now)
    database.execute("INSERT OR REPLACE INTO conversations VALUES (?, 1, ?, x'')", (place, at))
    database.execute("INSERT OR REPLACE INTO topics VALUES ('', ?)", (place,))
    database.execute("INSERT OR REPLACE INTO seen VALUES (?, ?)", (name, at))
    database.execute("INSERT OR REPLACE INTO chats VALUES (?, 0, 0)", (name,))
    job = "INSERT INTO jobs VALUES (NULL, ?, x'', 'probe', 0, 0, 0, 0, 0, 0, x'')"
    number = database.execute(job, (place,)).lastrowid
    database.execute("DELETE FROM jobs WHERE number = ?", (number,))
    database.execute("DELETE FROM chats WHERE chat = ?", (name,))
    database.execute("DELETE FROM seen WHERE trace = ?", (name,))
    database.execute("DELETE FROM topics WHERE topic = '' AND address = ?", (place,))
    database.execute("DELETE FROM conversations WHERE address = ?", (place,))


def followers_of(
    database: sqlite3.Connection, topic: str, after: str | None, limit: int, oldest: datetime
) -> Followers:
    """List those who follow a topic, in the order of their keys; one more is read to see if there is.

    One whose conversation is damaged counts as following, so that it does not go unnoticed.
    """
    wanted = "SELECT address FROM topics WHERE topic = ? AND address > ? ORDER BY address LIMIT ?"
    keys: list[str] = []
    last: str | None = after or ""
    while last is not None and len(keys) <= limit:
        listed = [key for (key,) in database.execute(wanted, (quoted(topic), last, limit + 1))]
        keys += (key for key in listed if is_key(key) and _is_kept(database, key, oldest))
        last = listed[-1] if len(listed) > limit else None
    page = keys[:limit]
    return Followers(tuple(address_of(key) for key in page), page[-1] if len(keys) > limit else None)


def _is_kept(database: sqlite3.Connection, key: str, oldest: datetime) -> bool:
    wanted = "SELECT 1 FROM conversations WHERE address = ? AND at >= ?"
    try:
        return database.execute(wanted, (key, micros(oldest))).fetchone() is not None
    except sqlite3.Error as error:
        if is_damage(error):
            return True
        raise


def forget(database: sqlite3.Connection, key: str) -> Forgotten:
    """Delete what has the address, and count it. The traces of its events have none."""
    conversations, jobs, topics, parked = (
        database.execute(f"DELETE FROM {table} WHERE address = ?", (key,)).rowcount  # noqa: S608
        for table in ("conversations", "jobs", "topics", "parked")
    )
    return Forgotten(conversations, jobs, topics, parked)
