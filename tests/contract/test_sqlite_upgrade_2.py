"""A file of format 2 is brought to today's format when it is opened, and loses nothing."""

import asyncio
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from adapters.store.names import key_of, trace_of
from adapters.store.sqlite import schema
from adapters.store.sqlite.store import SqliteStore
from bot.model import EventId
from bot.ports import Backlog, Duplicate, Owed, Parked, Record
from tests.contract.shorthand import ANN, BEN, LATER, LEASE, NOW, SECOND, claim, offer
from tests.contract.test_sqlite_upgrade import micros, tables

FORMAT_2 = """
    PRAGMA application_id = 0x694D5375;
    PRAGMA user_version = 2;
    CREATE TABLE conversations (
        address TEXT PRIMARY KEY, version INTEGER NOT NULL, at INTEGER NOT NULL, body BLOB NOT NULL);
    CREATE INDEX conversations_at ON conversations (at);
    CREATE TABLE topics (topic TEXT, address TEXT, PRIMARY KEY (topic, address)) WITHOUT ROWID;
    CREATE INDEX topics_address ON topics (address);
    CREATE TABLE seen (trace BLOB PRIMARY KEY, at INTEGER NOT NULL) WITHOUT ROWID;
    CREATE INDEX seen_at ON seen (at);
    CREATE TABLE jobs (
        number INTEGER PRIMARY KEY AUTOINCREMENT, address TEXT NOT NULL, chat BLOB NOT NULL,
        kind TEXT NOT NULL, at INTEGER NOT NULL, pause INTEGER NOT NULL,
        free_at INTEGER NOT NULL, leased INTEGER NOT NULL, attempt INTEGER NOT NULL,
        next_attempt INTEGER NOT NULL, body BLOB NOT NULL);
    CREATE INDEX jobs_free_at ON jobs (free_at);
    CREATE INDEX jobs_lane ON jobs (address, kind, number);
    CREATE TABLE chats (
        chat BLOB PRIMARY KEY, paid_until INTEGER NOT NULL, silent_until INTEGER NOT NULL) WITHOUT ROWID;
    CREATE INDEX chats_until ON chats (max(paid_until, silent_until));
    CREATE TABLE parked (
        number INTEGER PRIMARY KEY, address TEXT NOT NULL, kind TEXT NOT NULL, pause INTEGER NOT NULL,
        body BLOB NOT NULL, why TEXT NOT NULL, at INTEGER NOT NULL);
    CREATE INDEX parked_at ON parked (at);
    CREATE INDEX parked_address ON parked (address);
    CREATE TABLE bots (bot TEXT PRIMARY KEY, booked_until INTEGER NOT NULL) WITHOUT ROWID;
    PRAGMA journal_mode = WAL;
"""
"""As it was; texts were percent-encoded, and times microseconds since 1970."""


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """Give a file of format 2: Ann follows the status and has a reply coming, and one of Ben's is parked."""
    path = tmp_path / "store.sqlite3"
    job = (7, key_of(ANN), b"chat", "say", micros(NOW), 0, micros(NOW), 0, 1, 2, b"reply")
    rows: dict[str, tuple[object, ...]] = {
        "conversations": (key_of(ANN), 3, micros(NOW), b"three"),
        "topics": ("apple", key_of(ANN)),
        "seen": (trace_of(ANN, EventId("e1")), micros(NOW)),
        "jobs": job,
        "parked": (5, key_of(BEN), "say", 0, b"refused", "gone", micros(NOW)),
        "bots": ("bot", micros(LATER)),
    }
    with closing(sqlite3.connect(path)) as old:
        old.executescript(FORMAT_2)
        for table, row in rows.items():
            old.execute(f"INSERT INTO {table} VALUES ({', '.join('?' * len(row))})", row)  # noqa: S608
        old.commit()
    return path


def test_everything_is_still_there(path: Path) -> None:
    async def run() -> None:
        store = SqliteStore(path)
        assert await store.load(ANN, now=NOW) == Record(3, b"three")
        assert await offer(store, "e1", on=3) == Duplicate(Record(3, b"three"))
        assert (await store.followers("apple", limit=9, now=NOW)).addresses == (ANN,)
        assert await store.backlog(now=NOW) == Backlog(due=1, waiting=1, parked=1)
        assert await claim(store, NOW) == (Owed(ANN, 7, "say", b"reply", NOW, attempt=2),)
        assert await store.parked(now=NOW, limit=9) == (Parked("5", BEN, "say", b"refused", "gone", NOW),)
        assert await store.reserve("bot", 1, SECOND, now=NOW) == LATER
        await store.close()

    asyncio.run(run())


def test_it_can_do_what_is_new(path: Path) -> None:
    async def run() -> None:
        store = SqliteStore(path)
        assert await store.pin("board", b"one", expected=0, now=NOW, keep=LEASE)
        await store.tally("iphone", "ann", now=NOW, keep=LEASE)
        await store.close()
        store = SqliteStore(path)
        assert await store.pinned("board", now=NOW) == Record(1, b"one")
        assert await store.tallied("iphone", since=NOW, until=LATER) == 1
        await store.close()

    asyncio.run(run())


def test_an_upgraded_file_has_the_tables_of_a_new_one(path: Path, tmp_path: Path) -> None:
    assert tables(path) == tables(tmp_path / "new")


def test_an_upgrade_that_fails_leaves_the_file_as_it_was(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    whole = schema._FROM_2
    for steps in range(len(whole)):
        monkeypatch.setattr(schema, "_FROM_2", (*whole[:steps], "fail"))
        with pytest.raises(Exception, match="not_a_database"):
            SqliteStore(path)
        with closing(sqlite3.connect(path)) as old:
            assert old.execute("PRAGMA user_version").fetchone() == (2,)
            assert not old.execute("SELECT 1 FROM sqlite_master WHERE name = 'pins'").fetchone()
    monkeypatch.setattr(schema, "_FROM_2", whole)
    asyncio.run(SqliteStore(path).close())
