"""An event loop whose time passes at once: when all that runs waits, the clock moves to what comes next."""

import asyncio
from collections.abc import Coroutine
from datetime import UTC, datetime, timedelta
from typing import TypeVar

from adapters.store.memory.store import MemoryStore
from tests.outside import START

_T = TypeVar("_T")


class VirtualLoop(asyncio.SelectorEventLoop):
    """A loop that never waits."""

    def __init__(self) -> None:
        super().__init__()
        self._seconds = 0.0

    def time(self) -> float:
        """Give the seconds that have passed."""
        return self._seconds

    def _run_once(self) -> None:
        if not self._ready and self._scheduled:  # type: ignore[attr-defined]
            self._seconds = max(self._seconds, self._scheduled[0].when())  # type: ignore[attr-defined]
        super()._run_once()  # type: ignore[misc]


class StoreInTime(MemoryStore):
    """A store whose clock is the loop's."""

    async def clock(self) -> datetime:
        """Give the time that has passed since the start."""
        return now()


def seconds() -> float:
    """Give the seconds that have passed in this loop."""
    return asyncio.get_running_loop().time()


def now() -> datetime:
    """Give the time that has passed since the start."""
    return (START + timedelta(seconds=seconds())).astimezone(UTC)


def play(story: Coroutine[object, object, _T]) -> _T:
    """Run a story in such a loop."""
    with asyncio.Runner(loop_factory=VirtualLoop) as runner:
        return runner.run(story)
