"""A file of format 1 is brought to today's format when it is opened, and loses nothing."""

import asyncio
import sqlite3
from contextlib import closing
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from adapters.store.names import quoted
from adapters.store.sqlite import schema
from adapters.store.sqlite.schema import FORMAT
from adapters.store.sqlite.store import SqliteStore
from bot.model import Address
from bot.ports import Backlog, Committed, Duplicate, Owed, Record, Retention
from tests.contract.shorthand import (
    ANN,
    BEN,
    LATER,
    NOW,
    SECOND,
    after,
    claim,
    done,
    offer,
    say,
    settle,
    take,
)
from tests.contract.store_values import ADDRESSES

FORMAT_1 = """
    PRAGMA application_id = 0x694D5375;
    PRAGMA user_version = 1;
    CREATE TABLE conversations (
        address TEXT PRIMARY KEY, version INTEGER NOT NULL, at INTEGER NOT NULL, body BLOB NOT NULL);
    CREATE INDEX conversations_at ON conversations (at);
    CREATE TABLE seen (
        address TEXT NOT NULL, event TEXT NOT NULL, at INTEGER NOT NULL, PRIMARY KEY (address, event));
    CREATE INDEX seen_at ON seen (at);
    CREATE TABLE jobs (
        number INTEGER PRIMARY KEY AUTOINCREMENT, address TEXT NOT NULL, kind TEXT NOT NULL,
        at INTEGER NOT NULL, held_until INTEGER NOT NULL, body BLOB NOT NULL);
    CREATE INDEX jobs_at ON jobs (at);
    CREATE INDEX jobs_lane ON jobs (address, kind, number);
    PRAGMA journal_mode = WAL;
"""
"""As released; keys were percent-encoded, and times microseconds since 1970."""


def key(who: Address) -> str:
    return "/".join(quoted(part) for part in (who.platform, who.chat, who.person))


def micros(at: datetime) -> int:
    return round(at.timestamp() * 1_000_000)


def tables(file: Path) -> list[tuple[str, ...]]:
    """Open the store in that file once, and give its tables of today's format."""
    asyncio.run(SqliteStore(file).close())
    with closing(sqlite3.connect(file)) as database:
        assert database.execute("PRAGMA user_version").fetchone() == (FORMAT,)
        return database.execute("SELECT type, name, sql FROM sqlite_master ORDER BY name").fetchall()


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """Give a file of format 1: Ann holds a reply, with another behind it, and Ben waits for a reminder."""
    path = tmp_path / "store.sqlite3"
    jobs = [
        (7, key(ANN), "say", micros(NOW), micros(LATER), b"held"),
        (8, key(ANN), "say", micros(NOW), 0, b"behind"),
        (9, key(BEN), "wake", micros(LATER), 0, b"reminder"),
        (20, key(BEN), "say", micros(NOW), 0, b"settled long ago"),
    ]
    with closing(sqlite3.connect(path)) as old:
        old.executescript(FORMAT_1)
        turns = [(key(who), 3, micros(NOW), b"three") for who in (ANN, BEN)]
        old.executemany("INSERT INTO conversations VALUES (?, ?, ?, ?)", turns)
        seen = [(key(who), quoted(event), micros(NOW)) for who in ADDRESSES for event in ("e1", "é/ %")]
        old.executemany("INSERT INTO seen VALUES (?, ?, ?)", seen)
        old.executemany("INSERT INTO jobs VALUES (?, ?, ?, ?, ?, ?)", jobs)
        old.execute("DELETE FROM jobs WHERE number = 20")
        old.commit()
    return path


def test_conversations_and_events_are_still_known(path: Path) -> None:
    async def run() -> None:
        store = SqliteStore(path)
        assert [await store.load(who, now=NOW) for who in (ANN, BEN)] == [Record(3, b"three")] * 2
        for who in ADDRESSES:
            for event in ("e1", "é/ %"):
                assert await offer(store, event, on=0, who=who) == Duplicate(Record(0, b"")), who
        known_for = Retention().events
        again = await offer(store, "e1", on=0, who=ADDRESSES[0], at=NOW + known_for + SECOND)
        assert isinstance(again, Committed)
        await store.close()

    asyncio.run(run())


def test_jobs_are_still_owed_in_their_order_and_may_have_been_attempted(path: Path) -> None:
    async def run() -> None:
        store = SqliteStore(path)
        assert await store.backlog(now=NOW) == Backlog(due=1, waiting=3, parked=0)
        (held,) = await claim(store, NOW)
        assert held == Owed(ANN, 7, "say", b"held", NOW, attempt=2)
        (behind,) = after(await settle(store, held))
        assert behind == Owed(ANN, 8, "say", b"behind", NOW, attempt=1)
        assert await done(store, behind)
        assert await claim(store, LATER - SECOND) == ()
        assert await claim(store, LATER) == (Owed(BEN, 9, "wake", b"reminder", LATER, attempt=1),)
        await store.close()

    asyncio.run(run())


def test_numbers_that_were_used_do_not_come_back(path: Path) -> None:
    async def run() -> None:
        store = SqliteStore(path)
        (job,) = await take(store, "e4", on=3, who=BEN, jobs=[say(b"new")])
        assert job.number > 20
        await store.close()

    asyncio.run(run())


def test_an_upgraded_file_has_the_tables_of_a_new_one(path: Path, tmp_path: Path) -> None:
    assert tables(path) == tables(tmp_path / "new")


def test_an_upgraded_file_names_nobody_beside_its_events(path: Path) -> None:
    stranger = Address("console", "home", "somebody whose conversation ended")
    with closing(sqlite3.connect(path)) as old:
        old.execute("INSERT INTO seen VALUES (?, ?, ?)", (key(stranger), "e1", micros(NOW)))
        old.commit()
    asyncio.run(SqliteStore(path).close())
    assert quoted(stranger.person).encode() not in path.read_bytes()


def test_an_upgrade_that_fails_leaves_the_file_as_it_was(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    whole = schema._FROM_1
    for steps in range(len(whole)):
        monkeypatch.setattr(schema, "_FROM_1", (*whole[:steps], "fail"))
        with pytest.raises(Exception, match="not_a_database"):
            SqliteStore(path)
        with closing(sqlite3.connect(path)) as old:
            assert old.execute("PRAGMA user_version").fetchone() == (1,)
            assert old.execute("SELECT count(*) FROM jobs WHERE held_until >= 0").fetchone() == (3,)
    monkeypatch.setattr(schema, "_FROM_1", whole)
    asyncio.run(SqliteStore(path).close())


def test_opening_twice_upgrades_once(path: Path) -> None:
    async def run() -> None:
        store = SqliteStore(path)
        (held,) = await claim(store, NOW, limit=1)
        await store.close()
        store = SqliteStore(path)
        (again,) = await claim(store, NOW + timedelta(milliseconds=1), limit=1)
        assert (held.attempt, again.attempt) == (2, 3)
        await store.close()

    asyncio.run(run())
