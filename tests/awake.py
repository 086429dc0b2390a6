"""Time as it passes while the machine runs: where it stands still for a second, no program is to blame."""

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass

TICK = 0.01

LONGEST = 0.1
"""Seconds that count at most between two ticks."""


@dataclass
class Awake:
    """What has passed so far."""

    seconds: float = 0.0

    async def count(self) -> None:
        """Count until cancelled."""
        before = time.monotonic()
        while True:
            await asyncio.sleep(TICK)
            now = time.monotonic()
            self.seconds += min(now - before, LONGEST)
            before = now


@asynccontextmanager
async def awake() -> AsyncIterator[Awake]:
    """Count within the block."""
    passed = Awake()
    counting = asyncio.create_task(passed.count())
    try:
        yield passed
    finally:
        counting.cancel()
        with suppress(asyncio.CancelledError):
            await counting
