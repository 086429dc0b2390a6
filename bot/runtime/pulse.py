"""Whether the store takes turns, what its clock says, and what waits in it: looked at every few seconds.

An answer to a question is not enough: a store that is full, or that refuses to write, answers all questions.
So what counts is what turns, claims and whatever else meet there; and where nothing is written, a probe is.
"""

import asyncio
from collections.abc import Callable
from contextlib import suppress
from itertools import count

import structlog

from bot.ports import Backlog, Store, StoreUnusable
from bot.runtime.clock import SharedClock
from bot.runtime.metrics import Metrics
from bot.runtime.poller import Poller

EVERY = 2.0
"""Seconds between two looks."""

IDLE = 20.0
"""Seconds without a turn after which a look probes; while the store does not work, each look does."""

_log = structlog.get_logger()


class Pulse:
    """The store as this worker sees it."""

    def __init__(
        self,
        store: Store,
        clock: SharedClock,
        poller: Poller,
        metrics: Metrics,
        *,
        monotonic: Callable[[], float],
    ) -> None:
        """Keep `clock` to the store's, and tell `metrics` of its backlog and of Apple's board."""
        self._store, self._clock, self._poller, self._metrics = store, clock, poller, metrics
        self._monotonic = monotonic
        self._worked_at, self._failures = -float("inf"), 0
        self._unreadable = 0
        self.store_works = False

    async def begin(self, stop: asyncio.Event) -> bool:
        """Read the store's clock, without which nothing can be done; False if the stop came first."""
        for times in count():
            try:
                await self._clock.follow(self._store)
            except StoreUnusable as error:
                self._metrics.store_failed(error.fault)
                if not times:
                    _log.error("store lost", where=error.where, why=error.fault)
                with suppress(TimeoutError):
                    async with asyncio.timeout(EVERY):
                        await stop.wait()
                if stop.is_set():
                    break
            else:
                if times:
                    _log.info("store is back")
                self.store_works = True
                break
        return self.store_works

    def worked(self) -> None:
        """Note that a turn was stored."""
        self._worked_at = self._monotonic()

    def failed(self, error: StoreUnusable) -> None:
        """Note a call that the store could not do. That it works again is for a look to say."""
        self._failures += 1
        self._metrics.store_failed(error.fault)
        if self.store_works:
            _log.error("store lost", where=error.where, why=error.fault)
        self.store_works = False

    async def look(self) -> float:
        """Look once; give the seconds until the next time."""
        failures = self._failures
        try:
            await self._clock.follow(self._store)
            backlog = await self._store.backlog(now=self._clock.now())
            if not self.store_works or self._monotonic() - self._worked_at > IDLE:
                await self._store.probe(now=self._clock.now())
                self.worked()
        except StoreUnusable as error:
            self.failed(error)
        else:
            self._note(backlog)
            if not self.store_works and failures == self._failures:
                _log.info("store is back")
                self.store_works = True
        return EVERY

    def _note(self, backlog: Backlog) -> None:
        self._metrics.looked_at(backlog, self._poller.bulletin, self._clock.now())
        if backlog.unreadable:
            self._metrics.store_failed("damaged")
        if backlog.unreadable > self._unreadable:
            _log.error("parts of the store are damaged", parts=backlog.unreadable)
        self._unreadable = backlog.unreadable
