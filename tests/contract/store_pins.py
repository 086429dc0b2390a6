"""The part of the store contract about what is pinned up for all to read."""

import asyncio
from datetime import datetime, timedelta
from typing import cast

from bot.ports import Record, Store
from tests.contract.shorthand import NOW, SECOND
from tests.contract.store_values import NASTY

KEEP = timedelta(minutes=10)
NOTHING = Record(0, b"")


async def put(
    store: Store, body: bytes, *, on: int = 0, at: datetime = NOW, keep: timedelta = KEEP, name: str = "board"
) -> bool:
    return await store.pin(name, body, expected=on, now=at, keep=keep)


async def where_nothing_was_pinned_there_is_version_0(store: Store) -> None:
    assert await store.pinned("board", now=NOW) == NOTHING
    assert not await put(store, b"two", on=1)
    assert await store.pinned("board", now=NOW) == NOTHING


async def what_is_pinned_last_is_read_with_its_version(store: Store) -> None:
    for version, body in enumerate((b"one", b"two", b"three"), start=1):
        assert await put(store, body, on=version - 1)
        assert await store.pinned("board", now=NOW) == Record(version, body)


async def pinning_on_another_version_changes_nothing(store: Store) -> None:
    await put(store, b"one")
    await put(store, b"two", on=1)
    for other in (0, 1, 3):
        assert not await put(store, b"other", on=other, at=NOW + SECOND)
    assert await store.pinned("board", now=NOW) == Record(2, b"two")
    assert await store.pinned("board", now=NOW + KEEP) == NOTHING, "nor has it a later end"


async def of_many_who_pin_at_once_on_one_version_one_does(store: Store) -> None:
    await put(store, b"one")
    bodies = [b"%d" % number for number in range(20)]
    pinned = await asyncio.gather(*(put(store, body, on=1) for body in bodies))
    assert sum(pinned) == 1
    assert await store.pinned("board", now=NOW) == Record(2, bodies[pinned.index(True)])


async def pinning_the_same_again_is_no_new_version(store: Store) -> None:
    """Whoever does not know whether it was done, because the answer was lost, does it once more."""
    assert all([await put(store, b"one") for _ in range(3)])
    assert await store.pinned("board", now=NOW) == Record(1, b"one")
    assert await put(store, b"two", on=1)
    assert not await put(store, b"one")


async def the_same_on_the_version_that_stands_there_is_the_next_version(store: Store) -> None:
    assert await put(store, b"same")
    assert await put(store, b"same", on=1)
    assert await store.pinned("board", now=NOW) == Record(2, b"same")


async def it_is_there_until_its_end(store: Store) -> None:
    await put(store, b"one")
    assert await store.pinned("board", now=NOW + KEEP - SECOND) == Record(1, b"one")
    assert await store.pinned("board", now=NOW + KEEP) == NOTHING


async def each_pin_has_an_end_of_its_own(store: Store) -> None:
    await put(store, b"one", keep=2 * KEEP)
    await put(store, b"two", on=1, at=NOW + SECOND, keep=KEEP)
    assert await store.pinned("board", now=NOW + KEEP) == Record(2, b"two")
    assert await store.pinned("board", now=NOW + KEEP + SECOND) == NOTHING


async def the_same_again_keeps_the_later_end(store: Store) -> None:
    await put(store, b"one", keep=KEEP)
    assert await put(store, b"one", keep=2 * KEEP)
    assert await put(store, b"one", keep=KEEP)
    assert await store.pinned("board", now=NOW + KEEP) == Record(1, b"one")
    assert await store.pinned("board", now=NOW + 2 * KEEP) == NOTHING


async def what_has_ended_is_begun_anew(store: Store) -> None:
    await put(store, b"one")
    await put(store, b"two", on=1)
    assert not await put(store, b"late", on=2, at=NOW + KEEP)
    assert not await put(store, b"two", on=1, at=NOW + KEEP)
    assert await put(store, b"anew", on=0, at=NOW + KEEP)
    assert await store.pinned("board", now=NOW + KEEP) == Record(1, b"anew")


async def every_name_has_a_pin_of_its_own(store: Store) -> None:
    for number, name in enumerate(NASTY):
        assert await put(store, b"%d" % number, name=name)
    for number, name in enumerate(NASTY):
        assert await store.pinned(name, now=NOW) == Record(1, b"%d" % number)


async def any_bytes_can_be_pinned(store: Store) -> None:
    for version, body in enumerate((b"", b"\x00", b" 1 2 ", b"\xff\n", bytes(range(256)) * 4096)):
        assert await put(store, body, on=version)
        assert await store.pinned("board", now=NOW) == Record(version + 1, body)


async def what_its_writer_changes_afterwards_is_not_pinned(store: Store) -> None:
    body = bytearray(b"as it was")
    await put(store, cast("bytes", body))
    body[:] = b"changed"
    assert await store.pinned("board", now=NOW) == Record(1, b"as it was")
