"""Apple in the chaos: its troubles come and go, as fast as the workers can follow."""

import asyncio
import contextlib
import random
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from bot.apple import Board
from bot.model import Language
from bot.ports import Store, StoreUnusable
from bot.runtime.bulletin import BULLETINS
from bot.runtime.poller import PIN
from tests.outside import world

LOOK_AGAIN = 0.2
"""Seconds until the harness looks again whether all know of the change."""


@dataclass(frozen=True)
class Sky:
    """An Apple that reports trouble while that file is there, without a network."""

    file: Path

    async def fetch(self, language: Language, *, now: datetime) -> Board:
        """Give a board that was read just now."""
        return world("down" if self.file.exists() else "clear", now).boards[language]

    async def close(self) -> None:
        """Nothing is open."""

    async def change(self, store: Store, over: asyncio.Event, lots: random.Random) -> None:
        """Have trouble come, and go once workers know of it, until it is over; then all is well."""
        while not over.is_set():
            self._turn(down=not self.file.exists())
            while not over.is_set() and not await self._is_known(store):
                await _within(LOOK_AGAIN, over)
            await _within(lots.uniform(0.5, 3.0), over)
        self._turn(down=False)

    def _turn(self, *, down: bool) -> None:
        if down:
            self.file.touch()
        else:
            self.file.unlink(missing_ok=True)

    async def _is_known(self, store: Store) -> bool:
        try:
            record = await store.pinned(PIN, now=await store.clock())
        except StoreUnusable:
            return False
        bulletin = BULLETINS.decode(record.body)
        outlook = bulletin.settling.outlook if bulletin else None
        return outlook is not None and bool(outlook.troubles) == self.file.exists()


async def _within(seconds: float, over: asyncio.Event) -> None:
    with contextlib.suppress(TimeoutError):
        async with asyncio.timeout(seconds):
            await over.wait()
