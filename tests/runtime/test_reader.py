"""Long texts are read beside the event loop, the shortest first, and one that takes too long ends alone."""

import asyncio
from collections.abc import Awaitable, Callable

import pytest

from bot.dialogue.evidence.find import find
from bot.runtime.reader import Reader, TooMuch
from tests.bench.evidence import HOSTILE, repeated

EVIDENCE = "Serial Number (system): Not Available\n" + "nothing\n" * 1000


def played(story: Callable[[Reader], Awaitable[None]], **spans: float) -> None:
    async def life() -> None:
        reader = Reader(**spans)
        try:
            await story(reader)
        finally:
            await reader.close()

    asyncio.run(life())


def test_it_finds_what_is_found_without_it() -> None:
    async def story(reader: Reader) -> None:
        for text in (EVIDENCE, "\ud800" * 5000, "シリアル番号（システム）：なし\n" * 300, "x" * 1_000_000):
            assert await reader.read(text) == find(text)

    played(story)


def test_a_text_that_takes_too_long_is_given_up_and_those_behind_it_are_read() -> None:
    async def story(reader: Reader) -> None:
        await reader.read(EVIDENCE)
        reader._deadline = 0.001
        first = asyncio.create_task(reader.read(repeated(HOSTILE["half versions"])))
        await asyncio.sleep(0)
        second = asyncio.create_task(reader.read(EVIDENCE))
        with pytest.raises(TooMuch):
            await first
        reader._deadline = 60
        assert await second == find(EVIDENCE)

    played(story, patience=60)


def test_the_event_loop_goes_on_while_a_megabyte_is_read() -> None:
    async def story(reader: Reader) -> None:
        await reader.read("x")
        reading = asyncio.create_task(reader.read(repeated(HOSTILE["invisible"])))
        turns = 0
        while not reading.done():
            await asyncio.sleep(0.001)
            turns += 1
        await reading
        assert turns > 5

    played(story, deadline=60)


def test_the_shortest_goes_first() -> None:
    async def story(reader: Reader) -> None:
        done: list[str] = []

        async def read(name: str, text: str) -> None:
            await reader.read(text)
            done.append(name)

        texts = {"first": "x", "long": "x" * 100_000, "short": "x" * 10, "middle": "x" * 1000}
        await asyncio.gather(*(read(name, text) for name, text in texts.items()))
        assert done == ["first", "short", "middle", "long"]

    played(story, deadline=60, patience=60)


def test_who_waits_too_long_for_a_turn_is_told() -> None:
    async def story(reader: Reader) -> None:
        await reader.read("x")
        reader._patience = 0.0
        reading = asyncio.create_task(reader.read("x" * 100_000))
        await asyncio.sleep(0)
        with pytest.raises(TooMuch):
            await reader.read("y" * 100_000)
        await reading

    played(story, deadline=60)


def test_a_reader_that_dies_costs_one_text() -> None:
    async def story(reader: Reader) -> None:
        await reader.read("x")
        assert reader._process
        reader._process.kill()
        with pytest.raises(TooMuch):
            await reader.read("x" * 5000)
        assert await reader.read(EVIDENCE) == find(EVIDENCE)

    played(story, deadline=60, patience=60)
