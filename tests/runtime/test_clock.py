"""The time that all workers share is the store's, whatever their own machines say."""

import asyncio
from datetime import UTC, datetime, timedelta

from adapters.store.memory.store import MemoryStore
from bot.runtime.clock import SharedClock

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)
HOURS = timedelta(hours=2)


class Wall(MemoryStore):
    """A store whose clock is set by hand; each reading takes two seconds of ours."""

    def __init__(self) -> None:
        super().__init__()
        self.at = NOON
        self.ours = 1000.0

    async def clock(self) -> datetime:
        """Answer in the middle of the wait."""
        self.ours += 2
        return self.at


def test_this_machines_own_clock_changes_nothing() -> None:
    """Only the monotonic clock is asked: it goes on at the same speed when the wall clock is put right."""
    wall = Wall()
    clock = SharedClock(lambda: wall.ours)
    asyncio.run(clock.follow(wall))
    assert clock.now() == NOON + timedelta(seconds=1)
    wall.ours += 60
    assert clock.now() == NOON + timedelta(seconds=61)


def test_a_jump_of_the_stores_clock_is_followed() -> None:
    wall = Wall()
    clock = SharedClock(lambda: wall.ours)
    asyncio.run(clock.follow(wall))
    for jump in (HOURS, -2 * HOURS):
        wall.at += jump
        asyncio.run(clock.follow(wall))
        assert clock.now() == wall.at + timedelta(seconds=1)
