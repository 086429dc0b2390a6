"""Damage in the middle of an SQLite file: found at the start, whoever is asked for first."""

import asyncio
from collections.abc import Callable
from pathlib import Path

import pytest

from adapters.store.sqlite import file, upkeep
from adapters.store.sqlite.check import is_sound_aside
from adapters.store.sqlite.examine import examine_sqlite
from adapters.store.sqlite.store import SqliteStore
from bot.model import Address
from bot.ports import Record, StoreUnusable
from tests.contract.shorthand import ANN, NOW, claim, take
from tests.contract.test_sqlite_crash import writing

PAGE = 4096


@pytest.fixture
def large(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let every file be too large to be looked through at the start."""
    monkeypatch.setattr(file, "CHECKED_AT_ONCE", 0)
    monkeypatch.setattr(upkeep, "CHECKED_AT_ONCE", 0)
    monkeypatch.setattr(upkeep, "SOON", 0.0)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """Give a file of two hundred people."""

    async def make() -> None:
        store = SqliteStore(tmp_path / "store.sqlite3")
        store._database.execute("PRAGMA synchronous = OFF")
        for number in range(200):
            await take(store, "e1", who=Address("console", "home", str(number)), body=bytes(1_000))
        await take(store, "e1", body=b"ann")
        await store.close()

    asyncio.run(make())
    return tmp_path / "store.sqlite3"


def damage(path: Path) -> None:
    """Overwrite a page of rows in the middle."""
    content = bytearray(path.read_bytes())
    pages = range(0, len(content), PAGE)
    rows = [at for at in pages if content[at] == 13 and content.count(bytes(900), at, at + PAGE)]
    middle = rows[len(rows) // 2]
    content[middle : middle + PAGE] = b"\xa5" * PAGE
    path.write_bytes(content)


async def until_checked(store: SqliteStore) -> None:
    await claim(store)
    async with asyncio.timeout(60):
        while store._upkeep._is_to_check:  # noqa: ASYNC110  nothing tells when it is done
            await asyncio.sleep(0.001)


def test_a_damaged_file_is_refused_at_the_start_and_left_as_it_was(path: Path) -> None:
    """It was opened, and whoever's conversation was on that page was refused for ever."""
    damage(path)
    before = path.read_bytes()
    with pytest.raises(StoreUnusable) as refused:
        SqliteStore(path)
    assert refused.value.fault == "not_a_database"
    assert path.read_bytes() == before


def test_doctor_finds_it_too(path: Path) -> None:
    assert examine_sqlite(path).grade == "ok"
    damage(path)
    assert examine_sqlite(path).grade == "fault"


def test_doctor_warns_of_a_file_that_others_can_read(path: Path) -> None:
    path.chmod(0o644)
    finding = examine_sqlite(path)
    assert (finding.grade, "others on this machine can read it" in finding.says) == ("warning", True)


@pytest.mark.usefixtures("large")
def test_damage_in_a_large_file_is_found_while_others_are_served_and_the_store_says_so(path: Path) -> None:
    damage(path)

    async def run() -> None:
        store = SqliteStore(path)
        await store.backlog(now=NOW)
        await until_checked(store)
        with pytest.raises(StoreUnusable) as said:
            await store.backlog(now=NOW)
        assert said.value.fault == "not_a_database"
        assert await store.load(ANN, now=NOW) == Record(1, b"ann")
        await store.close()

    asyncio.run(run())


@pytest.mark.usefixtures("large")
def test_a_large_file_that_is_sound_stays_ours_alone_while_it_is_looked_through(path: Path) -> None:
    async def run() -> None:
        store = SqliteStore(path)
        looking = asyncio.create_task(until_checked(store))
        for number in range(50):
            await take(store, f"during {number}", on=number + 1, body=b"ann")
            await asyncio.sleep(0)
        await looking
        await store.backlog(now=NOW)
        with writing(path) as stranger:
            assert stranger.wait() != 0, "looking has not let go of the lock"
        assert await store.load(ANN, now=NOW) == Record(51, b"ann")
        await store.close()

    asyncio.run(run())


@pytest.mark.usefixtures("large")
def test_whoever_closes_a_large_file_need_not_wait_until_it_was_looked_through(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    begun = asyncio.Event()

    async def run() -> None:
        loop = asyncio.get_running_loop()

        def endless(path: Path, is_stopped: Callable[[], bool]) -> bool:
            loop.call_soon_threadsafe(begun.set)
            while not is_stopped():
                pass
            return is_sound_aside(path, is_stopped)

        monkeypatch.setattr(upkeep, "is_sound_aside", endless)
        store = SqliteStore(path)
        await claim(store)
        async with asyncio.timeout(60):
            await begun.wait()
            await store.close()

    asyncio.run(run())
    asyncio.run(SqliteStore(path).close())
