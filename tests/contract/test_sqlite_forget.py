"""What is left in the SQLite file of somebody who was forgotten: not a byte with their name."""

import asyncio
import random
from pathlib import Path

import pytest

from adapters.store.sqlite.store import SqliteStore
from bot.model import Address
from bot.ports import Duplicate, Forgotten, Owed, Record
from tests.contract.shorthand import (
    LATER,
    NOW,
    SECOND,
    bury,
    claim,
    forget,
    offer,
    postpone,
    say,
    settle,
    take,
    wake,
)


async def live(store: SqliteStore, people: list[Address], draw: random.Random) -> None:
    """Let many people talk at once: long and short, done, parked and open, so that pages split and join."""
    store._database.execute("PRAGMA synchronous = OFF")
    versions = dict.fromkeys(people, 0)
    held: list[Owed] = []
    for number in range(1_000):
        who, at = draw.choice(people), NOW + number * SECOND
        words = who.person.encode() * 200
        jobs = [
            draw.choice([say, wake])(words[: draw.choice([20, 500, 4_000])]) for _ in range(draw.randrange(4))
        ]
        turn = (f"{who.person} {number}", words[: draw.choice([30, 300, 3_000])], versions[who])
        held += await take(
            store, turn[0], body=turn[1], on=turn[2], who=who, jobs=jobs, topics=["a", "b"], at=at
        )
        versions[who] += 1
        while held and draw.random() < 0.6:
            await finish(store, held.pop(draw.randrange(len(held))), draw)


async def finish(store: SqliteStore, job: Owed, draw: random.Random) -> None:
    match draw.randrange(4):
        case 0:
            await bury(store, job)
        case 1:
            await postpone(store, job, LATER, whole_chat=True)
        case _:
            await settle(store, job)


def copies(folder: Path, people: list[Address]) -> int:
    """Count how often their names are in any file there."""
    everything = b"".join(file.read_bytes() for file in folder.iterdir())
    return sum(everything.count(who.person.encode()) for who in people)


@pytest.mark.parametrize("seed", [1, 2])
def test_no_byte_of_the_forgotten_is_left_in_any_file(seed: int, tmp_path: Path) -> None:
    draw = random.Random(seed)  # noqa: S311  not a secret
    people = [Address("console", f"chat of person-{n:03}.", f"person-{n:03}.") for n in range(100)]

    async def run() -> None:
        store = SqliteStore(tmp_path / "store.sqlite3")
        await live(store, people, draw)
        for who in people[::2]:
            await forget(store, who)
        assert copies(tmp_path, people[::2]) > 0
        await store.wipe()
        assert copies(tmp_path, people[::2]) == 0  # reading lets go of the lock, which nobody else wants
        assert copies(tmp_path, people[1::2]) > 0
        await store.close()

    asyncio.run(run())
    assert copies(tmp_path, people[::2]) == 0
    assert copies(tmp_path, people[1::2]) > 0


def test_what_the_forgotten_left_open_does_not_come_back_when_the_file_is_opened_again(
    tmp_path: Path,
) -> None:
    async def run() -> None:
        store = SqliteStore(tmp_path / "store.sqlite3")
        await take(store, "e1", jobs=[say(b"1"), wake(b"2")])
        assert await forget(store) == Forgotten(1, 2, 0, 0)
        await store.close()
        store = SqliteStore(tmp_path / "store.sqlite3")
        assert await claim(store) == ()
        assert await offer(store, "e1", on=0) == Duplicate(Record(0, b""))
        await store.close()

    asyncio.run(run())
