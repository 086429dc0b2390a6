"""Which files the SQLite store refuses, leaving them as they were, and which damage it repairs."""

import asyncio
import os
import random
import shutil
import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest

from adapters.store.sqlite.schema import FORMAT
from adapters.store.sqlite.store import SqliteStore
from bot.ports import Record, StoreFault, StoreUnusable
from tests.contract.shorthand import ANN, NOW, say, take


def make(path: Path, turns: int = 3, size: int = 10_000) -> None:
    """Make a store of ours with something in it."""

    async def run() -> None:
        store = SqliteStore(path)
        for version in range(turns):
            await take(store, f"e{version}", on=version, body=bytes(size), jobs=[say(b"reply")])
        await store.close()

    asyncio.run(run())


def fault_of_opening(path: Path) -> StoreFault:
    with pytest.raises(StoreUnusable) as refused:
        SqliteStore(path)
    assert refused.value.where == str(path)
    return refused.value.fault


def contents(folder: Path) -> dict[str, bytes | None]:
    """Read all that lies in a folder; None is for what is no file."""
    return {each.name: each.read_bytes() if each.is_file() else None for each in folder.iterdir()}


def alter(path: Path, *statements: str) -> None:
    """Do something to a database behind the store's back."""
    with closing(sqlite3.connect(path, isolation_level=None)) as database:
        for statement in statements:
            database.execute(statement)


# --- what is not ours -------------------------------------------------------------------------------------


def of_somebody_else(path: Path) -> None:
    alter(path, "CREATE TABLE theirs (x)", "INSERT INTO theirs VALUES (1)")


def of_somebody_else_who_crashed(path: Path) -> None:
    """Their last words are still in the write-ahead log: opening the file for real would move them."""
    with closing(sqlite3.connect(path.with_name("elsewhere"), isolation_level=None)) as database:
        database.execute("PRAGMA journal_mode = WAL")
        database.execute("CREATE TABLE theirs (x)")
        shutil.copy(path.with_name("elsewhere"), path)
        shutil.copy(path.with_name("elsewhere-wal"), f"{path}-wal")


def cut_short(length: int) -> Callable[[Path], None]:
    def cut(path: Path) -> None:
        make(path)
        os.truncate(path, length if length > 0 else path.stat().st_size + length)

    cut.__name__ = f"ours_cut_short_at_{length}"
    return cut


def ours_without_a_table(path: Path) -> None:
    make(path)
    alter(path, "DROP TABLE jobs")


def ours_without_pins(path: Path) -> None:
    make(path)
    alter(path, "DROP TABLE pins")


def ours_with_a_damaged_schema(path: Path) -> None:
    """SQLite quotes the damaged name in its message, which is then no UTF-8."""
    make(path)
    damaged = path.read_bytes().replace(b"CREATE TABLE seen", b"CREATE TABEL seen")
    path.write_bytes(damaged.replace(b"tableseenseen", b"table\x88\xff\x88\xffseen"))


def a_text(path: Path) -> None:
    path.write_text("Dear diary,\n" * 1000)


def a_short_text(path: Path) -> None:
    path.write_text("x")


def random_bytes(path: Path) -> None:
    path.write_bytes(random.Random(1).randbytes(50_000))  # noqa: S311  not a secret


def a_folder(path: Path) -> None:
    path.mkdir()


def a_pipe(path: Path) -> None:
    os.mkfifo(path)


NOT_OURS: list[Callable[[Path], None]] = [
    *(a_text, a_short_text, random_bytes, a_folder, a_pipe, of_somebody_else, of_somebody_else_who_crashed),
    *(cut_short(length) for length in (10, 99, 100, 1_000, 4_096, 20_000, -1, -4_096)),
    *(ours_without_a_table, ours_without_pins, ours_with_a_damaged_schema),
]


@pytest.mark.parametrize("what", NOT_OURS, ids=lambda what: what.__name__)
def test_what_is_not_our_database_is_refused_and_left_as_it_was(
    what: Callable[[Path], None], tmp_path: Path
) -> None:
    what(tmp_path / "file")
    before = contents(tmp_path)
    assert fault_of_opening(tmp_path / "file") == "not_a_database"
    assert contents(tmp_path) == before


def test_a_newer_format_is_refused_and_left_as_it_was(tmp_path: Path) -> None:
    make(tmp_path / "file")
    alter(tmp_path / "file", f"PRAGMA user_version = {FORMAT + 1}")
    before = contents(tmp_path)
    assert fault_of_opening(tmp_path / "file") == "newer_format"
    assert contents(tmp_path) == before


def test_a_newer_format_that_is_still_in_the_log_of_a_crash_is_refused(tmp_path: Path) -> None:
    make(tmp_path / "file")
    with closing(sqlite3.connect(tmp_path / "file", isolation_level=None)) as newer:
        newer.execute(f"PRAGMA user_version = {FORMAT + 1}")
        shutil.copy(tmp_path / "file", tmp_path / "crashed")
        shutil.copy(tmp_path / "file-wal", tmp_path / "crashed-wal")
    assert fault_of_opening(tmp_path / "crashed") == "newer_format"


def test_our_number_without_our_format_is_not_ours(tmp_path: Path) -> None:
    make(tmp_path / "file")
    alter(tmp_path / "file", "PRAGMA user_version = 0")
    assert fault_of_opening(tmp_path / "file") == "not_a_database"


def test_a_checkpoint_that_a_crash_interrupted_is_finished(tmp_path: Path) -> None:
    """Its first page is new already and speaks of pages of which the next is there by half."""
    path, crashed = tmp_path / "file", tmp_path / "crashed"
    make(path, turns=1)

    async def grow() -> None:
        store = SqliteStore(path)
        await take(store, "e2", on=1, body=b"2" * 100_000)
        shutil.copy(f"{path}-wal", f"{crashed}-wal")
        shutil.copy(path, crashed)
        await store.close()

    asyncio.run(grow())
    crashed.write_bytes(path.read_bytes()[:4096] + crashed.read_bytes()[4096:] + bytes(100))

    async def recovered() -> Record:
        store = SqliteStore(crashed)
        record = await store.load(ANN, now=NOW)
        await store.close()
        return record

    assert asyncio.run(recovered()) == Record(2, b"2" * 100_000)


def test_what_was_committed_is_on_the_disk_before_anything_is_acknowledged(tmp_path: Path) -> None:
    """The two settings of SQLite that a power cut would be needed to tell from others."""
    store = SqliteStore(tmp_path / "conversations.db")
    asked = (
        store._database.execute(f"PRAGMA {name}").fetchone()[0] for name in ("synchronous", "journal_mode")
    )

    assert tuple(asked) == (2, "wal")
    asyncio.run(store.close())
