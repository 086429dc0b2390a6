"""The time that all workers share: the store's clock, carried on by this machine's monotonic one.

A machine whose wall clock is wrong, or is put right while we run, changes nothing: leases, reminders and
limits are compared with times that came from one clock.
"""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

from bot.ports import Store


class SharedClock:
    """Gives the store's time (UTC) without asking the store each time."""

    def __init__(self, monotonic: Callable[[], float]) -> None:
        """Count on from `monotonic` (seconds); `follow` must have been awaited before the first `now`."""
        self._monotonic = monotonic
        self._at = datetime.min.replace(tzinfo=UTC)
        self._since = 0.0

    def now(self) -> datetime:
        """Give the store's time, as far as we know."""
        return self._at + timedelta(seconds=self._monotonic() - self._since)

    async def follow(self, store: Store) -> None:
        """Ask the store; its answer is taken to be of the middle of the wait. May raise `StoreUnusable`."""
        asked = self._monotonic()
        at = await store.clock()
        self._at, self._since = at, (asked + self._monotonic()) / 2
