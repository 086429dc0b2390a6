"""Wiping what deleted rows have left in the SQLite file: while turns go on, on a full disk, over kills."""

import asyncio
import logging
import random
import signal
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from adapters.store.sqlite import turns, upkeep
from adapters.store.sqlite.pages import Pages
from adapters.store.sqlite.store import SqliteStore
from bot.model import Address
from bot.ports import Farewell, Record
from tests.contract.shorthand import ANN, BEN, NOW, done, forget, say, take
from tests.contract.test_sqlite_forget import copies, live

ROOT = Path(__file__).parents[2]
TRACES = ("words of ann", "adieu", "home/ann")
FAREWELL = Farewell(done=say(b"done"), nothing=say(b"nothing"))
PEOPLE = [Address("console", f"chat of person-{n:03}.", f"person-{n:03}.") for n in range(60)]


@pytest.fixture
def at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let nothing wait before it is wiped, nor before the next try."""
    monkeypatch.setattr(upkeep, "SOON", 0.0)
    monkeypatch.setattr(upkeep, "AGAIN", 0.0)


def statements_of(store: SqliteStore) -> list[str]:
    did: list[str] = []
    store._database.set_trace_callback(did.append)
    return did


def gaps(path: Path, size: int = 4096) -> Iterator[bytes]:
    """Give what stands between the pointers and the rows of each page of a tree."""
    content = path.read_bytes()
    for start in range(0, len(content), size):
        page = content[start : start + size]
        at = 100 if start == 0 else 0
        if page[at] in (2, 5, 10, 13):
            begin = at + (8 if page[at] > 5 else 12) + 2 * int.from_bytes(page[at + 3 : at + 5], "big")
            yield page[begin : int.from_bytes(page[at + 5 : at + 7], "big")]


def is_sound(path: Path) -> bool:
    database = sqlite3.connect(path)
    answer = database.execute("PRAGMA integrity_check").fetchone()[0]
    database.close()
    return bool(answer == "ok")


async def until_wiped(store: SqliteStore) -> None:
    async with asyncio.timeout(60):
        while store._upkeep.is_noted:  # noqa: ASYNC110  nothing tells when it is taken off
            await asyncio.sleep(0.001)


def test_no_gap_of_the_file_keeps_a_byte_and_the_file_stays_sound(tmp_path: Path) -> None:
    """As many pages as are gone through between two emptyings of the log, and some."""
    path = tmp_path / "store.sqlite3"

    async def run() -> None:
        store = SqliteStore(path)
        await live(store, PEOPLE, random.Random(3))  # noqa: S311  not a secret
        store._database.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
        assert any(any(gap) for gap in gaps(path)), "there is something to wipe"
        await forget(store, PEOPLE[0])
        await store.wipe()
        assert not any(any(gap) for gap in gaps(path))
        await store.close()

    asyncio.run(run())
    assert is_sound(path)


def test_what_is_stored_meanwhile_is_kept_and_whoever_is_forgotten_meanwhile_leaves_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """With turns and wishes between any two steps of the wiping, and the log emptied again and again."""
    monkeypatch.setattr(upkeep, "BETWEEN_LOGS", 8)
    path, draw = tmp_path / "store.sqlite3", random.Random(4)  # noqa: S311  not a secret

    async def run() -> None:
        store = SqliteStore(path)
        await live(store, PEOPLE, draw)
        gone, stay = PEOPLE[::2], PEOPLE[1::2]
        await asyncio.gather(_talk(store, stay, draw), _wish(store, gone), _wipe(store, 5))
        await store.wipe()
        assert copies(tmp_path, gone) == 0
        for who in stay:
            body = (await store.load(who, now=NOW)).body
            assert who.person.encode().startswith(body[: len(who.person)])
        await store.close()

    asyncio.run(run())
    assert is_sound(path)


async def _talk(store: SqliteStore, people: list[Address], draw: random.Random) -> None:
    for number in range(200):
        who = draw.choice(people)
        version = (await store.load(who, now=NOW)).version
        words = who.person.encode() * draw.choice([1, 30, 300])
        for job in await take(store, f"during {number}", on=version, body=words, jobs=[say(words)], who=who):
            await done(store, job)
        await asyncio.sleep(0)


async def _wish(store: SqliteStore, people: list[Address]) -> None:
    for who in people:
        forgotten = await forget(store, who, farewell=FAREWELL)
        assert forgotten
        await asyncio.sleep(0)
        for job in forgotten.owed:
            await done(store, job)


async def _wipe(store: SqliteStore, times: int) -> None:
    for _ in range(times):
        await store.wipe()


@pytest.mark.usefixtures("at_once")
def test_it_is_wiped_by_itself_and_again_once_they_were_told(tmp_path: Path) -> None:
    async def run() -> None:
        store = SqliteStore(tmp_path / "store.sqlite3")
        await take(store, "e1", body=b"words of ann", jobs=[say(b"words of ann")])
        forgotten = await forget(store, farewell=Farewell(say(b"adieu"), say(b"nothing")))
        assert forgotten
        await done(store, forgotten.owed[0])
        await until_wiped(store)
        assert [copies(tmp_path, [Address("", "", trace)]) for trace in TRACES] == [0, 0, 0]
        await store.close()

    asyncio.run(run())


@pytest.mark.usefixtures("at_once")
def test_for_a_stranger_nothing_is_wiped_and_nothing_is_ever_written_anew(tmp_path: Path) -> None:
    """Each `/forget` of anybody held everybody up for a `VACUUM`."""

    async def run() -> None:
        store = SqliteStore(tmp_path / "store.sqlite3")
        await take(store, "e1", who=BEN)
        did = statements_of(store)
        forgotten = await forget(store, farewell=FAREWELL)
        assert forgotten
        await done(store, forgotten.owed[0])
        await asyncio.sleep(0.01)
        assert not store._upkeep.is_noted
        assert not [each for each in did if "wal_checkpoint" in each]
        await forget(store, BEN)
        await until_wiped(store)
        assert [each for each in did if "wal_checkpoint" in each]
        assert not [each for each in did if "VACUUM" in each]
        await store.close()

    asyncio.run(run())


def test_many_wishes_are_wiped_at_once(tmp_path: Path) -> None:
    async def run() -> None:
        store = SqliteStore(tmp_path / "store.sqlite3")
        for who in PEOPLE:
            await take(store, "e1", who=who)
        did = statements_of(store)
        for who in PEOPLE:
            await forget(store, who)
        await store.close()
        assert len([each for each in did if "wal_checkpoint" in each]) == 2

    asyncio.run(run())


# --- where there is no place ------------------------------------------------------------------------------


@pytest.mark.usefixtures("at_once")
def test_wiping_that_the_disk_refuses_is_no_failure_of_forgetting_and_is_tried_again(
    tmp_path: Path, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The update was tried for ever, and soon nobody else was answered."""
    refused = 0

    async def run() -> None:
        store = SqliteStore(tmp_path / "store.sqlite3")
        await take(store, "e1", body=b"words of ann")
        zero = Pages.zero

        def no_place(*_: object) -> None:
            nonlocal refused
            refused += 1
            if refused == 3:
                monkeypatch.setattr(Pages, "zero", zero)
            raise OSError(28, "No space left on device")

        monkeypatch.setattr(Pages, "zero", no_place)
        with caplog.at_level(logging.WARNING):
            forgotten = await forget(store, farewell=FAREWELL)
            assert forgotten
            await done(store, forgotten.owed[0])
            await take(store, "e1", who=BEN)
            await until_wiped(store)
        assert copies(tmp_path, [Address("", "", "words of ann")]) == 0
        await store.close()

    asyncio.run(run())
    assert refused == 3
    assert [line.getMessage() for line in caplog.records] == ["The upkeep of the file is put off: full"]


def test_a_store_that_cannot_wipe_closes_all_the_same_and_the_next_one_does(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    path = tmp_path / "store.sqlite3"

    def no_place(*_: object) -> None:
        raise OSError(28, "No space left on device")

    async def first() -> None:
        store = SqliteStore(path)
        await take(store, "e1", body=b"words of ann")
        await forget(store)
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(Pages, "zero", no_place)
            await store.close()
        await store.close()

    asyncio.run(first())
    assert [line.getMessage() for line in caplog.records] == ["What was deleted is not wiped yet: full"]
    store = SqliteStore(path)
    assert store._upkeep.is_noted
    asyncio.run(store.close())
    assert not SqliteStore(path)._upkeep.is_noted


def test_a_fault_after_a_settlement_is_no_fault_of_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def damaged(*_: object) -> bool:
        raise sqlite3.DatabaseError("database disk image is malformed")

    async def run() -> None:
        store = SqliteStore(tmp_path / "store.sqlite3")
        await take(store, "e1")
        forgotten = await forget(store, farewell=FAREWELL)
        assert forgotten
        monkeypatch.setattr(turns, "has", damaged)
        assert await done(store, forgotten.owed[0])
        await store.close()

    asyncio.run(run())


LIMITED = """
import asyncio, resource, signal, sys
from pathlib import Path
from adapters.store.sqlite.store import SqliteStore
from tests.contract.shorthand import *
from tests.contract.test_sqlite_wiping import FAREWELL, until_wiped

async def run():
    path = Path(sys.argv[1])
    store = SqliteStore(path)
    store._database.execute("PRAGMA synchronous = OFF")
    for number in range(2_000):
        await take(store, "e1", who=Address("console", str(number), "x"), body=bytes(4_000))
    store._database.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
    signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    limit = path.stat().st_size  # a write-ahead log of the whole file does not fit: it has headers too
    resource.setrlimit(resource.RLIMIT_FSIZE, (limit, limit))
    for number in range(150):
        who = Address("console", str(number), "x")
        forgotten = await forget(store, who, farewell=FAREWELL)
        await done(store, forgotten.owed[0])
        await take(store, f"turn {number}", who=Address("console", f"other {number}", "x"))
    await store.wipe()
    assert not store._upkeep.is_noted
    print((path.parent / (path.name + "-wal")).stat().st_size)
    await store.close()

asyncio.run(run())
"""


def test_there_need_not_be_as_much_room_as_the_file_has(tmp_path: Path) -> None:
    """The operating system limits the size of each file: no log of the whole database fits."""
    ran = subprocess.run(
        [sys.executable, "-c", LIMITED, str(tmp_path / "store.sqlite3")],
        cwd=ROOT, check=True, stdout=subprocess.PIPE, text=True,
    )  # fmt: skip
    assert int(ran.stdout) < 100_000, "nothing is left in the log but the note that was taken off"


# --- whoever dies in the middle ---------------------------------------------------------------------------


DYING = """
import asyncio, os, signal, sys
from pathlib import Path
from adapters.store.sqlite import upkeep
from adapters.store.sqlite.pages import Pages
from adapters.store.sqlite.store import SqliteStore
from tests.contract.shorthand import *

async def run():
    store = SqliteStore(Path(sys.argv[1]))
    await take(store, "e1", body=b"words of ann " * 100, jobs=[say(b"words of ann"), wake(b"words of ann")])
    await take(store, "e1", who=BEN, body=b"ben")
    moment = int(sys.argv[2])
    if moment == 0:
        await forget(store)
        os.kill(os.getpid(), signal.SIGKILL)
    calls, zero = [], Pages.zero
    def die(pages, numbers):
        calls.append(numbers)
        if len(calls) == moment:
            os.kill(os.getpid(), signal.SIGKILL)
        zero(pages, numbers)
    Pages.zero = die
    await forget(store)
    await store.wipe()

asyncio.run(run())
"""


@pytest.mark.parametrize("moment", [0, 1, 2])
@pytest.mark.usefixtures("at_once")
def test_whoever_was_forgotten_is_wiped_by_the_next_process_if_the_first_was_killed(
    moment: int, tmp_path: Path
) -> None:
    """Killed after the deletion, before the log's pages are wiped, and before the file's are."""
    path = tmp_path / "store.sqlite3"
    killed = subprocess.run([sys.executable, "-c", DYING, str(path), str(moment)], cwd=ROOT, check=False)
    assert killed.returncode == -signal.SIGKILL

    async def run() -> None:
        store = SqliteStore(path)
        assert await store.load(ANN, now=NOW) == Record(0, b"")
        assert await store.load(BEN, now=NOW) == Record(1, b"ben")
        await store.claim(now=NOW, lease=NOW - NOW, limit=1)
        await until_wiped(store)
        assert copies(tmp_path, [Address("", "", "words of ann")]) == 0
        await store.close()

    asyncio.run(run())
    assert is_sound(path)


def test_a_loop_that_ends_in_the_middle_leaves_it_to_the_closing(tmp_path: Path) -> None:
    path = tmp_path / "store.sqlite3"
    store = SqliteStore(path)

    async def begin() -> None:
        await take(store, "e1", body=b"words of ann")
        await forget(store)
        wipe = asyncio.create_task(store.wipe())
        await asyncio.sleep(0)
        wipe.cancel()

    asyncio.run(begin())
    asyncio.run(store.close())
    assert copies(tmp_path, [Address("", "", "words of ann")]) == 0
    assert is_sound(path)
    assert [*tmp_path.iterdir()] == [path]
