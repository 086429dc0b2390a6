"""Whether the store is there, what its clock says, and what waits in it: asked every few seconds."""

import asyncio
from contextlib import suppress
from itertools import count

import structlog

from bot.ports import Store, StoreUnusable
from bot.runtime.clock import SharedClock
from bot.runtime.metrics import Metrics
from bot.runtime.poller import Poller

EVERY = 2.0
"""Seconds between two looks."""

_log = structlog.get_logger()


class Pulse:
    """The store as this worker sees it."""

    def __init__(self, store: Store, clock: SharedClock, poller: Poller, metrics: Metrics) -> None:
        """Keep `clock` to the store's, and tell `metrics` of its backlog and of Apple's board."""
        self._store, self._clock, self._poller, self._metrics = store, clock, poller, metrics
        self.store_answers = False

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
                self.store_answers = True
                break
        return self.store_answers

    async def look(self) -> float:
        """Look once; give the seconds until the next time."""
        try:
            await self._clock.follow(self._store)
            backlog = await self._store.backlog(now=self._clock.now())
        except StoreUnusable as error:
            self._lost(error)
        else:
            if not self.store_answers:
                _log.info("store is back")
            self.store_answers = True
            self._metrics.looked_at(backlog, self._poller.bulletin, self._clock.now())
        return EVERY

    def _lost(self, error: StoreUnusable) -> None:
        self._metrics.store_failed(error.fault)
        if self.store_answers:
            _log.error("store lost", where=error.where, why=error.fault)
        self.store_answers = False
