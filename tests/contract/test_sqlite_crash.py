"""What SQLite keeps when its process is killed, and who may open the file then."""

import asyncio
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from adapters.store.sqlite.store import SqliteStore
from bot.ports import Committed, Duplicate, Record, StoreUnusable
from tests.contract.shorthand import ANN, NOW, after, bodies, claim, offer, say, settle, take
from tests.contract.writer import body_of

ROOT = Path(__file__).parents[2]
ENDLESS = 1_000_000_000


def program(module: str, where: Path, turns: int, size: int) -> list[str]:
    return [sys.executable, "-m", f"tests.contract.{module}", str(where), str(turns), str(size)]


@contextmanager
def writing(path: Path, *, size: int = 100) -> Iterator["subprocess.Popen[str]"]:
    """Start a writer, and kill it in the end, wherever it is then."""
    arguments = program("writer", path, ENDLESS, size)
    with subprocess.Popen(arguments, cwd=ROOT, stdout=subprocess.PIPE, text=True) as writer:
        try:
            yield writer
        finally:
            writer.kill()


def acknowledged(writer: "subprocess.Popen[str]", turns: int) -> int:
    """Wait for that many turns, and give the version that was told last."""
    assert writer.stdout is not None
    return [int(writer.stdout.readline()) for _ in range(turns)][-1]


async def whole_version(path: Path, size: int) -> int:
    """Open what a killed writer left, check that no turn is there by half, and give its version."""
    store = SqliteStore(path)
    record = await store.load(ANN, now=NOW)
    version = record.version
    assert record.body == (body_of(version, size) if version else b"")
    for turn in range(1, version + 1):
        assert isinstance(await offer(store, f"e{turn}", on=version), Duplicate)
    assert isinstance(await offer(store, f"e{version + 1}", on=version), Committed)
    owed, held = [], [*await claim(store, NOW)]
    while held:
        job = held.pop()
        owed.append(job.body)
        held += after(await settle(store, job))
    await store.close()
    turns = range(1, version + 1)
    assert sorted(owed) == sorted(
        b"%s %d" % (kind, turn) for kind in (b"reply", b"reminder") for turn in turns
    )
    return version


def test_a_process_killed_before_any_call_of_sqlite_leaves_whole_turns(tmp_path: Path) -> None:
    """The calls for making the file, for opening it, for two commits and for closing, each in its turn."""
    subprocess.run(program("dying_writers", tmp_path, turns=2, size=100), cwd=ROOT, check=True)
    told = {each.with_suffix(""): len(each.read_text().split()) for each in tmp_path.glob("*.told")}
    versions = {path: asyncio.run(whole_version(path, size=100)) for path in told}
    assert all(version in (told[path], told[path] + 1) for path, version in versions.items())
    assert {*told.values()} == {0, 1, 2}
    assert len(told) > 30


@pytest.mark.parametrize("turns", [1, 7, 40])
def test_a_process_killed_while_it_writes_leaves_every_turn_it_told_of(turns: int, tmp_path: Path) -> None:
    """With bodies so large that a commit is many writes, and a checkpoint happens now and then."""
    path, size = tmp_path / "store.sqlite3", 300_000
    with writing(path, size=size) as writer:
        told = acknowledged(writer, turns)
    assert asyncio.run(whole_version(path, size)) >= told


def test_a_second_process_is_refused_and_the_first_goes_on(tmp_path: Path) -> None:
    path = tmp_path / "store.sqlite3"
    with writing(path) as writer:
        told = acknowledged(writer, 1)
        with pytest.raises(StoreUnusable) as refused:
            SqliteStore(path)
        assert refused.value.fault == "in_use"
        assert acknowledged(writer, 5) == told + 5


def test_the_lock_dies_with_its_process(tmp_path: Path) -> None:
    path = tmp_path / "store.sqlite3"
    with writing(path) as writer:
        acknowledged(writer, 1)
    asyncio.run(SqliteStore(path).close())


def test_a_second_store_in_the_same_process_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "store.sqlite3"
    store = SqliteStore(path)
    link = tmp_path / "link"
    link.symlink_to(path)
    for name in (path, link):
        with pytest.raises(StoreUnusable) as refused:
            SqliteStore(name)
        assert refused.value.fault == "in_use"
    asyncio.run(store.close())


def test_refusing_a_second_store_does_not_open_the_door_to_a_third(tmp_path: Path) -> None:
    """Closing any plain file handle would drop this process's lock (https://sqlite.org/howtocorrupt.html)."""
    path = tmp_path / "store.sqlite3"
    store = SqliteStore(path)
    with pytest.raises(StoreUnusable):
        SqliteStore(path)
    with writing(path) as stranger:
        assert stranger.wait() != 0
    asyncio.run(store.close())


def test_what_a_dead_process_held_can_be_claimed_at_once(tmp_path: Path) -> None:
    path = tmp_path / "store.sqlite3"
    with writing(path) as writer:
        acknowledged(writer, 1)

    async def reopened() -> None:
        store = SqliteStore(path)
        assert bodies(await claim(store, NOW, limit=1)) == [b"reply 1"]
        await store.close()

    asyncio.run(reopened())


def test_everything_is_there_when_the_file_is_opened_again(tmp_path: Path) -> None:
    path = tmp_path / "store.sqlite3"

    async def before() -> int:
        store = SqliteStore(path)
        (job,) = await take(store, "e1", body=b"one", jobs=[say(b"1"), say(b"2")])
        await settle(store, job)
        await store.close()
        return job.number

    async def after(number: int) -> None:
        store = SqliteStore(path)
        assert await store.load(ANN, now=NOW) == Record(1, b"one")
        assert await offer(store, "e1", on=1) == Duplicate(Record(1, b"one"))
        (job,) = await claim(store, NOW)
        assert job.body == b"2"
        await settle(store, job)
        (job,) = await take(store, "e2", on=1, jobs=[say(b"3")])
        assert job.number > number + 1
        await store.close()

    asyncio.run(after(asyncio.run(before())))
