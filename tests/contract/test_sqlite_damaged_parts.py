"""A row or a page of the file that cannot be read costs those whose it is, and nobody else."""

import asyncio
import sqlite3
from collections.abc import Awaitable, Callable
from contextlib import closing
from pathlib import Path

import pytest

from adapters.store.sqlite.store import SqliteStore
from bot.model import Address, EventId
from bot.ports import Damaged, Record, StoreUnusable
from tests.contract.shorthand import (
    ANN,
    BEN,
    LATER,
    LEASE,
    NOW,
    bury,
    claim,
    forget,
    offer,
    say,
    settle,
    take,
    wake,
)

PEOPLE = [Address("console", f"home {n:03}", "x" * 200) for n in range(120)]
"""So many that a table of them has a page for each few."""


def on_file(path: Path, trial: Callable[[SqliteStore], Awaitable[None]]) -> None:
    """Open the file, have the trial, and close it."""

    async def run() -> None:
        store = SqliteStore(path)
        try:
            await trial(store)
        finally:
            store._database.close()

    asyncio.run(run())


def altered(path: Path, *statements: str) -> None:
    """Do to the file what another program might: no column of SQLite insists on its type."""
    with closing(sqlite3.connect(path, isolation_level=None)) as database:
        database.execute("PRAGMA writable_schema = ON")
        database.execute("UPDATE sqlite_schema SET sql = replace(sql, ' NOT NULL', '')")
        database.execute("PRAGMA writable_schema = RESET")
        for statement in statements:
            database.execute(statement)


def overwritten(store: SqliteStore, path: Path, table: str) -> int:
    """Overwrite a leaf page in the middle of a table, and say how many it has. None stays in memory."""
    database = store._database
    database.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
    query = "SELECT pageno FROM dbstat WHERE name = ? AND pagetype = 'leaf' ORDER BY path"
    pages = [number for (number,) in database.execute(query, (table,))]
    (size,) = database.execute("PRAGMA page_size").fetchone()
    with path.open("r+b") as file:
        file.seek((pages[len(pages) // 2] - 1) * size)
        file.write(b"\xde\xad" * (size // 2))
    database.execute("PRAGMA shrink_memory")
    return len(pages)


def has_dbstat() -> bool:
    with closing(sqlite3.connect(":memory:")) as database:
        try:
            database.execute("SELECT * FROM dbstat")
        except sqlite3.OperationalError:
            return False
    return True


needs_dbstat = pytest.mark.skipif(not has_dbstat(), reason="this SQLite cannot say which page is whose")


@pytest.mark.parametrize(
    "change",
    ["version = NULL", "version = 'x'", "body = NULL", "body = 'text'", "version = 1.5", "body = 7"],
)
def test_a_damaged_conversation_is_told_as_such_and_the_next_is_served(change: str, tmp_path: Path) -> None:
    path = tmp_path / "store.db"

    async def begin(store: SqliteStore) -> None:
        for who in (ANN, BEN):
            await take(store, "e1", who=who, topics=["status"])

    async def go_on(store: SqliteStore) -> None:
        for doing in (store.load(ANN, now=NOW), offer(store, "e2", on=1)):
            with pytest.raises(Damaged):
                await doing
        await take(store, "e2", on=1, who=BEN, body=b"two")
        assert ANN in (await store.followers("status", limit=9, now=NOW)).addresses
        await forget(store, ANN)
        assert await store.load(ANN, now=NOW) == Record(0, b"")

    on_file(path, begin)
    altered(path, f"UPDATE conversations SET {change} WHERE address LIKE '%ann'")  # noqa: S608  ours
    on_file(path, go_on)


@pytest.mark.parametrize(
    "change",
    [
        "address = NULL",
        "address = 'garbage'",
        "address = CAST(x'ff61' AS TEXT)",
        "address = 'console/%ff/ann'",
        "address = x'636f6e736f6c652f612f62'",
        "body = NULL",
        "body = 'text'",
        "at = 'x'",
        "at = NULL",
        "pause = 'x'",
        f"at = {10**18}",
        "attempt = 'x'",
        "next_attempt = NULL",
        "kind = 'x'",
        "free_at = 'x'",
        "free_at = NULL",
    ],
)
def test_a_damaged_job_stops_no_claim(change: str, tmp_path: Path) -> None:
    path = tmp_path / "store.db"

    async def begin(store: SqliteStore) -> None:
        for who in (ANN, BEN):
            await take(store, "e1", who=who, jobs=[say(b"reply"), wake(b"reminder")])

    async def go_on(store: SqliteStore) -> None:
        claimed = [job for job in await claim(store) if job.address == BEN]
        assert {job.body for job in claimed} == {b"reply", b"reminder"}
        assert all([(await settle(store, job, LATER)).struck for job in claimed])
        for job in await claim(store, LATER):
            assert (await bury(store, job, "unreadable", LATER)).struck
        assert all(job.address == ANN for job in await claim(store, LATER + 9 * LEASE))
        assert {each.why for each in await store.parked(now=LATER, limit=9)} <= {"unreadable"}
        await store.backlog(now=NOW)

    on_file(path, begin)
    altered(path, f"UPDATE jobs SET {change} WHERE address LIKE '%ann'")  # noqa: S608  ours
    on_file(path, go_on)


@needs_dbstat
def test_a_damaged_page_of_conversations_costs_those_on_it(tmp_path: Path) -> None:
    path = tmp_path / "store.db"

    async def trial(store: SqliteStore) -> None:
        for who in PEOPLE:
            await take(store, "e1", who=who, body=b"x" * 300, topics=["status"])
        assert overwritten(store, path, "conversations") > 5
        served, damaged = 0, 0
        for who in PEOPLE:
            try:
                await take(store, "e2", on=1, who=who, body=b"two", jobs=[say(b"reply")])
                served += 1
            except Damaged:
                damaged += 1
                assert await store.set_aside(who, EventId("e2"), b"event", "damaged", now=NOW)
        assert served > 100
        assert damaged > 0
        assert len(await claim(store, limit=999)) == served
        assert len(await store.parked(now=NOW, limit=999)) == damaged
        await store.probe(now=NOW)

    on_file(path, trial)


@needs_dbstat
def test_a_damaged_page_of_jobs_costs_those_on_it(tmp_path: Path) -> None:
    path = tmp_path / "store.db"

    async def trial(store: SqliteStore) -> None:
        for who in PEOPLE:
            await take(store, "e1", who=who, jobs=[wake(b"x" * 300, LATER)])
        assert overwritten(store, path, "jobs") > 5
        for turn in range(1, 4):
            claimed = await claim(store, LATER, limit=999)
            assert len(claimed) == len(PEOPLE) if turn > 1 else 100 < len(claimed) < len(PEOPLE)
            assert all([(await settle(store, job, LATER)).struck for job in claimed])
            for who in PEOPLE:
                await take(store, f"turn {turn}", on=turn, who=who, jobs=[wake(b"x" * 300, LATER)])
        await store.backlog(now=NOW)
        await store.probe(now=NOW)

    on_file(path, trial)


@needs_dbstat
def test_a_table_that_is_damaged_at_its_root_is_a_store_that_cannot_be_used(tmp_path: Path) -> None:
    path = tmp_path / "store.db"

    async def trial(store: SqliteStore) -> None:
        await take(store, "e1")
        await store.probe(now=NOW)
        assert overwritten(store, path, "conversations") == 1
        with pytest.raises(StoreUnusable, match="not_a_database"):
            await store.probe(now=NOW)

    on_file(path, trial)


def test_a_probe_leaves_nothing_and_meets_a_file_that_may_not_grow(tmp_path: Path) -> None:
    path = tmp_path / "store.db"

    async def trial(store: SqliteStore) -> None:
        await store.probe(now=NOW)
        for table in ("conversations", "topics", "seen", "chats", "jobs"):
            rows = f"SELECT count(*) FROM {table}"  # noqa: S608  ours
            assert store._database.execute(rows).fetchone()[0] == 0
        store._database.execute("PRAGMA query_only = ON")
        with pytest.raises(StoreUnusable, match="read_only"):
            await store.probe(now=NOW)

    on_file(path, trial)
