"""The part of the store contract about values: any address, any body, copies, and closing."""

from collections.abc import Sequence
from typing import cast

import pytest

from bot.model import Address
from bot.ports import Due, Record, Store
from tests.contract.shorthand import ANN, NOW, bodies, claim, done, say, take, wake

NASTY = (
    *(
        "",
        " ",
        "\x00",
        "a\x00",
        "/",
        "//",
        ":",
        "::",
        "%",
        "%2F",
        "%00",
        "\\",
        "\n",
        "'",
        '"',
        ";--",
        "{}",
        "*",
    ),
    *(
        "0",
        "00",
        "1e3",
        "None",
        "日本語",
        "é",
        "e\u0301",
        "\u202e",
        "🍎",
        "\ud83d",
        "\ud83c\udf4e",
        "x" * 10_000,
    ),
)
"""Texts that would be one if they were joined, cut, trimmed, normalised or compared carelessly."""

ADDRESSES = (
    *(Address(text, "chat", "person") for text in NASTY),
    *(Address("platform", text, "person") for text in NASTY),
    *(Address("platform", "chat", text) for text in NASTY),
    *(Address("a/b", "c", ""), Address("a", "b/c", ""), Address("a", "b", "/c"), Address("", "a", "b/c")),
    *(Address("1:2", "3", "4"), Address("1", "2:3", "4"), Address("", "", ""), Address("\x00", "", "")),
)


async def every_address_has_a_conversation_of_its_own(store: Store) -> None:
    for number, address in enumerate(ADDRESSES):
        await take(store, "e1", who=address, body=b"%d" % number)
    for number, address in enumerate(ADDRESSES):
        assert await store.load(address, now=NOW) == Record(1, b"%d" % number), address


async def every_address_has_a_lane_of_its_own_and_gets_it_back_unchanged(store: Store) -> None:
    for number, address in enumerate(ADDRESSES):
        (job,) = await take(store, "e1", who=address, jobs=[say(b"%d" % number)])
        assert job.address == address
    claimed = await claim(store, limit=len(ADDRESSES))
    assert {job.address: job.body for job in claimed} == {who: b"%d" % n for n, who in enumerate(ADDRESSES)}
    assert all([await done(store, job) for job in claimed])


async def an_empty_body_is_a_body(store: Store) -> None:
    await take(store, "e1", body=b"", jobs=[say(b"")])
    assert await store.load(ANN, now=NOW) == Record(1, b"")
    assert bodies(await claim(store)) == [b""]


async def a_body_may_have_a_million_bytes(store: Store) -> None:
    large = bytes(range(256)) * 4096
    assert bodies(await take(store, "e1", body=large, jobs=[say(large), wake(large)])) == [large, large]
    assert await store.load(ANN, now=NOW) == Record(1, large)
    assert bodies(await claim(store)) == [large, large]


async def a_turn_may_owe_hundreds_of_jobs(store: Store) -> None:
    await take(store, "e1", jobs=[wake(b"%d" % n) for n in range(500)])
    assert bodies(await claim(store, limit=1000)) == [b"%d" % n for n in range(500)]


async def what_the_caller_changes_afterwards_is_not_stored(store: Store) -> None:
    body, job_body = bytearray(b"as it was"), bytearray(b"as it was")
    jobs = [say(cast("bytes", job_body))]
    await take(store, "e1", body=cast("bytes", body), jobs=jobs)
    body[:] = job_body[:] = b"changed"
    jobs.clear()
    assert await store.load(ANN, now=NOW) == Record(1, b"as it was")
    assert bodies(await claim(store)) == [b"as it was"]


class HalfReadable(Sequence[Due]):
    """Two jobs, the second of which cannot be read."""

    def __len__(self) -> int:
        return 2

    def __getitem__(self, index: int) -> Due:  # type: ignore[override]  # nobody takes a slice
        if index:
            raise LookupError
        return say(b"1")


async def a_turn_that_cannot_be_read_to_its_end_is_not_stored_at_all(store: Store) -> None:
    with pytest.raises(LookupError):
        await take(store, "e1", body=b"one", jobs=HalfReadable())
    assert await claim(store) == ()
    assert bodies(await take(store, "e1", jobs=[say(b"reply")])) == [b"reply"]


async def closing_twice_is_harmless(store: Store) -> None:
    await store.close()
    await store.close()
