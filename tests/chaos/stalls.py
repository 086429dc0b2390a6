"""Notes when the whole machine stood still: then answers come later than a worker may wait for them.

The platform runs in the harness's own loop, so a loop that is late answers late, too.
"""

import asyncio
import time

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
