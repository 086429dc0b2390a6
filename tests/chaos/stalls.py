"""Notes when the whole machine stood still, or its disk: answers then come later than a worker may wait.

The platform runs in the harness's own loop, so a loop that is late answers late, too. And a Redis that waits
for its disk answers nobody.
"""

import asyncio
import contextlib
import time

from adapters.store.redis.store import RedisStore
from bot.ports import StoreUnusable
from tests.chaos.record import Record, Spell

TICK = 0.05
"""Seconds between two looks at the clock."""

TOO_LATE = 0.25
"""Seconds late that count. Reading, showing and answering a reply may each be that late unseen, and a worker
still has its answer within the second that it waits.
"""


async def note_stalls(record: Record) -> None:
    """Note each stall as a spell, for as long as this runs."""
    while True:
        begun = time.monotonic()
        await asyncio.sleep(TICK)
        now = time.monotonic()
        if now - begun - TICK > TOO_LATE:
            record.spells.append(Spell("stall", "machine", begun, now))


async def note_slow_answers(record: Record, store: RedisStore) -> None:
    """Note as such, too, when the server let the harness wait, for as long as this runs."""
    while True:
        begun = time.monotonic()
        with contextlib.suppress(StoreUnusable):  # it was killed, which is a spell of its own
            await store.clock()
        now = time.monotonic()
        if now - begun > TOO_LATE:
            record.spells.append(Spell("stall", "redis", begun, now))
        await asyncio.sleep(TICK)
