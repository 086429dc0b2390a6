"""The tables of our SQLite file, and how a file of an earlier format becomes one of today's."""

import sqlite3

from adapters.store.names import chat_of, trace

APPLICATION = 0x694D5375  # "iMsu" in the file's header, where `file` and `sqlite3` show it
FORMAT = 3

_NEW_IN_3 = (
    """CREATE TABLE pins (
        name TEXT PRIMARY KEY, version INTEGER NOT NULL, until INTEGER NOT NULL, body BLOB NOT NULL)""",
    "CREATE INDEX pins_until ON pins (until)",
    """CREATE TABLE tallies (
        series TEXT, minute INTEGER, who TEXT, until INTEGER NOT NULL,
        PRIMARY KEY (series, minute, who)) WITHOUT ROWID""",
    "CREATE INDEX tallies_until ON tallies (until)",
)

_SCHEMA = (
    f"PRAGMA application_id = {APPLICATION}",
    f"PRAGMA user_version = {FORMAT}",
    """CREATE TABLE conversations (
        address TEXT PRIMARY KEY, version INTEGER NOT NULL, at INTEGER NOT NULL, body BLOB NOT NULL)""",
    "CREATE INDEX conversations_at ON conversations (at)",
    "CREATE TABLE topics (topic TEXT, address TEXT, PRIMARY KEY (topic, address)) WITHOUT ROWID",
    "CREATE INDEX topics_address ON topics (address)",
    "CREATE TABLE seen (trace BLOB PRIMARY KEY, at INTEGER NOT NULL) WITHOUT ROWID",
    "CREATE INDEX seen_at ON seen (at)",
    # AUTOINCREMENT: a number that was used once never comes back, also after its job is gone.
    """CREATE TABLE jobs (
        number INTEGER PRIMARY KEY AUTOINCREMENT, address TEXT NOT NULL, chat BLOB NOT NULL,
        kind TEXT NOT NULL, at INTEGER NOT NULL, pause INTEGER NOT NULL,
        free_at INTEGER NOT NULL, leased INTEGER NOT NULL, attempt INTEGER NOT NULL,
        next_attempt INTEGER NOT NULL, body BLOB NOT NULL)""",
    "CREATE INDEX jobs_free_at ON jobs (free_at)",
    "CREATE INDEX jobs_lane ON jobs (address, kind, number)",
    """CREATE TABLE chats (
        chat BLOB PRIMARY KEY, paid_until INTEGER NOT NULL, silent_until INTEGER NOT NULL) WITHOUT ROWID""",
    "CREATE INDEX chats_until ON chats (max(paid_until, silent_until))",
    """CREATE TABLE parked (
        number INTEGER PRIMARY KEY, address TEXT NOT NULL, kind TEXT NOT NULL, pause INTEGER NOT NULL,
        body BLOB NOT NULL, why TEXT NOT NULL, at INTEGER NOT NULL)""",
    "CREATE INDEX parked_at ON parked (at)",
    "CREATE INDEX parked_address ON parked (address)",
    "CREATE TABLE bots (bot TEXT PRIMARY KEY, booked_until INTEGER NOT NULL) WITHOUT ROWID",
    *_NEW_IN_3,
)
"""Times and pauses are microseconds, since 1970 (UTC); addresses and other texts are percent-encoded."""

_FROM_1 = (
    *(f"DROP INDEX {name}" for name in ("conversations_at", "seen_at", "jobs_at", "jobs_lane")),
    *(f"ALTER TABLE {name} RENAME TO old_{name}" for name in ("conversations", "seen", "jobs")),
    *_SCHEMA,
    "INSERT INTO conversations SELECT address, version, at, body FROM old_conversations",
    "INSERT INTO seen SELECT trace(address, event), at FROM old_seen",
    # Who held a job is gone, and may have done it: whoever gets it next is the second.
    """INSERT INTO jobs SELECT number, address, chat_of(address), kind, at, 0, at, 0,
        held_until > 0, 1 + (held_until > 0), body FROM old_jobs""",
    "DELETE FROM sqlite_sequence WHERE name = 'jobs'",
    "UPDATE sqlite_sequence SET name = 'jobs' WHERE name = 'old_jobs'",
    *(f"DROP TABLE old_{name}" for name in ("conversations", "seen", "jobs")),
)

_FROM_2 = (f"PRAGMA user_version = {FORMAT}", *_NEW_IN_3)


def make_tables(database: sqlite3.Connection) -> None:
    """Make the tables of a new file."""
    for statement in _SCHEMA:
        database.execute(statement)


def upgrade(database: sqlite3.Connection, older: int) -> None:
    """Bring a file of an older format to today's; the caller's transaction makes it all or nothing."""
    database.create_function("trace", 2, trace, deterministic=True)
    database.create_function("chat_of", 1, chat_of, deterministic=True)
    for statement in _FROM_1 if older == 1 else _FROM_2:
        database.execute(statement)
