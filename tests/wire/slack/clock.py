"""A clock that tests move: retries that Slack makes after minutes happen at once when a test says so."""

import asyncio
import time


class Clock:
    """Seconds since 1970; stands still between two `advance()` unless it is `running`."""

    def __init__(self, start: float | None = None, *, running: bool = False) -> None:
        self._start = time.time() if start is None else start
        self._began = time.monotonic()
        self._running = running
        self._moved = 0.0
        self._waiting: set[tuple[float, asyncio.Future[None]]] = set()

    def now(self) -> float:
        passed = time.monotonic() - self._began if self._running else 0.0
        return self._start + self._moved + passed

    def advance(self, seconds: float) -> None:
        """Move on, and wake whoever waited for a moment that is now past."""
        self._moved += seconds
        for due, woken in self._waiting:
            if due <= self.now() and not woken.done():
                woken.set_result(None)

    async def until(self, due: float) -> None:
        """Wait for a moment. On a clock that stands still only `advance()` brings it."""
        while (left := due - self.now()) > 0:
            waiting = (due, asyncio.get_running_loop().create_future())
            self._waiting.add(waiting)
            try:
                await asyncio.wait({waiting[1]}, timeout=left if self._running else None)
            finally:
                self._waiting.discard(waiting)
