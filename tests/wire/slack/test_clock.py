"""The clock that tests move."""

import asyncio

from tests.wire.slack.asking import awaited
from tests.wire.slack.clock import Clock


@awaited
async def test_a_moment_comes_when_the_clock_is_moved_there_and_not_before() -> None:
    clock = Clock(1000.0)
    waiting = asyncio.ensure_future(clock.until(1060.0))
    clock.advance(59.0)
    for _ in range(10):
        await asyncio.sleep(0)
    assert not waiting.done()
    clock.advance(1.0)
    await waiting
    assert clock.now() == 1060.0
    await clock.until(5.0)


@awaited
async def test_a_running_clock_gets_there_by_itself_and_can_be_moved_too() -> None:
    clock = Clock(running=True)
    await clock.until(clock.now() + 0.02)
    waiting = asyncio.ensure_future(clock.until(clock.now() + 3600))
    await asyncio.sleep(0)
    clock.advance(3600)
    await waiting
