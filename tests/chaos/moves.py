"""Waits for what a platform tells of: acknowledgements and replies."""

import asyncio
import time
from collections.abc import Callable


async def until(moved: asyncio.Event, condition: Callable[[], bool], within: float) -> bool:
    """Wait so many seconds for something to become true, looking whenever something `moved`."""
    end = time.monotonic() + within
    while not condition():
        left = end - time.monotonic()
        if left <= 0:
            return False
        moved.clear()
        try:
            async with asyncio.timeout(min(left, 0.1)):
                await moved.wait()
        except TimeoutError:
            continue
    return True
