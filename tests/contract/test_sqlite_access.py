"""What the SQLite store may and may not do to the disk: rights, folders, room, and which fault is told."""

import asyncio
import errno
import os
import sqlite3
import stat
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

from adapters.store.memory.store import MemoryStore
from adapters.store.sqlite.file import fault_of_sqlite, fault_of_system
from adapters.store.sqlite.store import SqliteStore
from bot.model import Address
from bot.ports import Record, Retention, Store, StoreFault, StoreUnusable
from tests.contract.shorthand import ANN, NOW, SECOND, bodies, bury, say, take

NOBODY = 65534


def make(path: Path) -> None:
    asyncio.run(SqliteStore(path).close())


def fault_of_opening(path: Path) -> StoreFault:
    with pytest.raises(StoreUnusable) as refused:
        SqliteStore(path)
    return refused.value.fault


# --- what is made -----------------------------------------------------------------------------------------


def test_files_are_readable_for_their_owner_alone(tmp_path: Path) -> None:
    before = os.umask(0)
    try:
        store = SqliteStore(tmp_path / "store.sqlite3")
        asyncio.run(take(store, "e1"))
        modes = {each.name: stat.S_IMODE(each.stat().st_mode) for each in tmp_path.iterdir()}
        asyncio.run(store.close())
    finally:
        os.umask(before)
    assert modes == {"store.sqlite3": 0o600, "store.sqlite3-wal": 0o600}


def test_a_file_that_others_can_read_is_taken_away_from_them(tmp_path: Path) -> None:
    path, log = tmp_path / "store.sqlite3", tmp_path / "store.sqlite3-wal"
    make(path)
    log.touch()
    for each in (path, log):
        each.chmod(0o644)
    store = SqliteStore(path)
    asyncio.run(take(store, "e1"))
    assert [stat.S_IMODE(each.stat().st_mode) for each in (path, log)] == [0o600, 0o600]
    asyncio.run(store.close())


def test_where_the_right_cannot_be_taken_away_that_is_said(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    path = tmp_path / "store.sqlite3"
    make(path)
    path.chmod(0o644)

    def chmod(path: Path, mode: int) -> None:
        raise PermissionError(errno.EPERM, "Operation not permitted", str(path), mode)

    monkeypatch.setattr(Path, "chmod", chmod)
    make(path)
    said = f"Others can read the conversations in {path}: Operation not permitted"
    assert [line.getMessage() for line in caplog.records] == [said]


def test_missing_folders_are_made_for_their_owner_alone(tmp_path: Path) -> None:
    path = tmp_path / "new" / "newer" / "store.sqlite3"
    make(path)
    assert [stat.S_IMODE(folder.stat().st_mode) for folder in path.parents[:2]] == [0o700, 0o700]


def test_an_empty_file_becomes_a_store(tmp_path: Path) -> None:
    """It is what a crash leaves before the first write, and what `mktemp` makes."""
    (tmp_path / "store.sqlite3").touch()
    make(tmp_path / "store.sqlite3")


def test_a_name_may_have_any_character(tmp_path: Path) -> None:
    path = tmp_path / "会話 100%?mode=memory&#.sqlite3"
    make(path)
    assert path.read_bytes().startswith(b"SQLite format 3\0")


def test_the_file_stays_the_same_when_the_working_folder_changes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    store = SqliteStore(Path("store.sqlite3"))
    monkeypatch.chdir("/")
    asyncio.run(take(store, "e1", body=b"one"))
    asyncio.run(store.close())
    assert (tmp_path / "store.sqlite3").exists()


# --- what may not be written ------------------------------------------------------------------------------


@pytest.fixture
def folder() -> Iterator[Path]:
    """Give a folder that also an ordinary user can reach."""
    with TemporaryDirectory() as name:
        Path(name).chmod(0o755)
        yield Path(name)


@contextmanager
def ordinary_user(*owned: Path) -> Iterator[None]:
    """Give up being root, whom no permission stops; the paths belong to the ordinary user."""
    if os.geteuid() != 0:
        yield
        return
    for path in owned:
        os.chown(path, NOBODY, NOBODY)
    os.seteuid(NOBODY)
    try:
        yield
    finally:
        os.seteuid(0)


@pytest.mark.parametrize(
    ("of_folder", "of_file"), [(0o755, 0o400), (0o755, 0o000), (0o500, 0o600), (0o500, 0o400)], ids=oct
)
def test_a_file_or_folder_that_may_not_be_written_is_read_only(
    of_folder: int, of_file: int, folder: Path
) -> None:
    path = folder / "store.sqlite3"
    make(path)
    before = path.read_bytes()
    path.chmod(of_file)
    folder.chmod(of_folder)
    with ordinary_user(folder, path):
        assert fault_of_opening(path) == "read_only"
    assert list(folder.iterdir()) == [path]
    path.chmod(0o600)
    assert path.read_bytes() == before


@pytest.mark.parametrize("name", ["store.sqlite3", "new/store.sqlite3"])
def test_a_folder_in_which_nothing_may_be_made_is_read_only(name: str, folder: Path) -> None:
    folder.chmod(0o500)
    with ordinary_user(folder):
        assert fault_of_opening(folder / name) == "read_only"


# --- where there is no place ------------------------------------------------------------------------------


def test_a_full_disk_loses_nothing_and_the_store_lives_on(tmp_path: Path) -> None:
    """SQLite's own limit of pages makes it meet a full disk."""

    async def run() -> None:
        store = SqliteStore(tmp_path / "store.sqlite3")
        await take(store, "e1", body=b"one")
        store._database.execute("PRAGMA max_page_count = 20")
        with pytest.raises(StoreUnusable) as refused:
            await take(store, "e2", on=1, body=bytes(200_000), jobs=[say(b"lost")])
        assert refused.value.fault == "full"
        assert await store.load(ANN, now=NOW) == Record(1, b"one")
        assert bodies(await take(store, "e2", on=1, body=b"two", jobs=[say(b"reply")])) == [b"reply"]
        await store.close()

    asyncio.run(run())


@pytest.mark.parametrize("name", ["/dev/null/store", "/proc/no/store", "x" * 300, "a\0b", "loop/store"])
def test_a_path_that_cannot_be_is_unreachable(name: str, tmp_path: Path) -> None:
    (tmp_path / "loop").symlink_to(tmp_path / "loop")
    assert fault_of_opening(tmp_path / name) == "unreachable"


# --- which fault is told ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("code", "fault"),
    [
        (sqlite3.SQLITE_NOTADB, "not_a_database"),
        (sqlite3.SQLITE_CORRUPT_VTAB, "not_a_database"),
        (sqlite3.SQLITE_BUSY_RECOVERY, "in_use"),
        (sqlite3.SQLITE_READONLY_DBMOVED, "read_only"),
        (sqlite3.SQLITE_CANTOPEN_ISDIR, "read_only"),
        (sqlite3.SQLITE_FULL, "full"),
        (sqlite3.SQLITE_IOERR_FSYNC, "unreachable"),
        (sqlite3.SQLITE_NOMEM, "unreachable"),
    ],
)
def test_each_code_of_sqlite_has_its_fault(code: int, fault: StoreFault) -> None:
    assert fault_of_sqlite(code) == fault


@pytest.mark.parametrize(
    ("number", "fault"),
    [(errno.EROFS, "read_only"), (errno.ENOSPC, "full"), (errno.EIO, "unreachable"), (None, "unreachable")],
)
def test_each_error_of_the_system_has_its_fault(number: int | None, fault: StoreFault) -> None:
    assert fault_of_system(number) == fault


def test_a_mistake_of_the_caller_is_not_called_a_fault_of_the_file(tmp_path: Path) -> None:
    store = SqliteStore(tmp_path / "store.sqlite3")
    asyncio.run(store.close())
    with pytest.raises(sqlite3.ProgrammingError):
        asyncio.run(store.load(ANN, now=NOW))


# --- what is cleaned --------------------------------------------------------------------------------------


async def months(store: Store) -> None:
    """Let a hundred people have a job parked each, and much later one of them come for twenty turns."""
    for number in range(100):
        person = ANN if number == 0 else Address("console", str(number), "somebody")
        jobs = [say(b"reply", pause=SECOND)]
        (job,) = await take(store, "e1", who=person, jobs=jobs, topics=["a", "b"])
        await bury(store, job)
    much_later = NOW + Retention().conversations + SECOND
    for version in range(20):
        await take(store, f"later {version}", on=version, at=much_later, topics=["a", "b"])


def test_memory_does_not_grow_with_what_has_ended() -> None:
    store = MemoryStore()
    asyncio.run(months(store))
    kept = (store._turns, store._seen, store._parked, store._lanes.chats, store._lanes.jobs)
    assert [len(each) for each in kept] == [1, 20, 0, 0, 0]


def test_the_file_does_not_grow_with_what_has_ended(tmp_path: Path) -> None:
    async def run() -> dict[str, int]:
        store = SqliteStore(tmp_path / "store.sqlite3")
        await months(store)
        tables = ("conversations", "topics", "seen", "parked", "chats", "jobs")
        rows = {each: store._database.execute(f"SELECT * FROM {each}").fetchall() for each in tables}  # noqa: S608
        await store.close()
        return {table: len(each) for table, each in rows.items()}

    counts = {"conversations": 1, "topics": 2, "seen": 20, "parked": 0, "chats": 0, "jobs": 0}
    assert asyncio.run(run()) == counts
