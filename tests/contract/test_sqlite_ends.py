"""What is pinned or counted in the SQLite file outlives its process, but not its end."""

import asyncio
import sqlite3
from contextlib import closing
from pathlib import Path

from adapters.store.sqlite.store import SqliteStore
from bot.ports import Record
from tests.contract.shorthand import LEASE, NOW, SECOND
from tests.contract.store_tallies import MINUTE


def rows(path: Path, table: str) -> int:
    with closing(sqlite3.connect(path)) as database:
        (number,) = database.execute(f"SELECT count(*) FROM {table}").fetchone()  # noqa: S608
    return int(number)


def test_pins_and_tallies_outlive_their_process(tmp_path: Path) -> None:
    async def run() -> None:
        for version in range(5):
            store = SqliteStore(tmp_path / "store")
            body = b"%d" % version
            assert await store.pin("board", body, expected=version, now=NOW, keep=LEASE)
            await store.tally("iphone", f"person {version % 3}", now=NOW + version * MINUTE, keep=9 * MINUTE)
            await store.close()
        store = SqliteStore(tmp_path / "store")
        assert await store.pin("board", b"4", expected=4, now=NOW, keep=LEASE), "it knows its own pin again"
        assert not await store.pin("board", b"3", expected=3, now=NOW, keep=LEASE)
        assert await store.pinned("board", now=NOW) == Record(5, b"4")
        assert await store.tallied("iphone", since=NOW + 2 * MINUTE, until=NOW + 9 * MINUTE) == 3
        await store.close()

    asyncio.run(run())


def test_what_has_ended_is_taken_out_by_later_writes(tmp_path: Path) -> None:
    async def run() -> None:
        store = SqliteStore(tmp_path / "store")
        for number in range(20):
            await store.pin(f"board {number}", b"old", expected=0, now=NOW, keep=LEASE)
            await store.tally("iphone", str(number), now=NOW, keep=LEASE)
        await store.pin("board", b"new", expected=0, now=NOW + LEASE, keep=LEASE)
        for number in range(20):
            await store.tally("iphone", str(number), now=NOW + LEASE + number * SECOND, keep=LEASE)
        await store.close()

    asyncio.run(run())
    assert rows(tmp_path / "store", "pins") == 1
    assert rows(tmp_path / "store", "tallies") == 20
