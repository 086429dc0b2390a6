"""Looks after our SQLite file while turns go on: wipes what deleted rows have left, looks for damage.

A thread goes through the file; a few milliseconds of the event loop empty the log before and after. A note in
the file says that there is something to wipe, so that a process that dies meanwhile leaves it to the next.
"""

import asyncio
import logging
import sqlite3
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor, wait
from contextlib import contextmanager
from functools import partial
from io import FileIO
from pathlib import Path
from threading import Event
from typing import TypeVar

from adapters.store.sqlite.check import CHECKED_AT_ONCE, is_sound_aside
from adapters.store.sqlite.file import translated
from adapters.store.sqlite.pages import AT_ONCE, Pages, in_log
from bot.ports import StoreUnusable

SOON = 1.0
"""Seconds that are waited before, so that one time does for many; by then most of them have been told."""

AGAIN = 60.0
"""Seconds until another try where the disk refused."""

BETWEEN_LOGS = 64 * AT_ONCE
"""Pages that are gone through before the log is emptied again: it grows meanwhile."""

CHECKPOINT_EVERY = 1_000
"""Pages after which SQLite empties the log into the file by itself, as it does by default."""

_NOTE = " wipe"
"""The name of a pin that no other can have: blanks are percent-encoded."""

_UNTOLD = "SELECT 1 FROM jobs WHERE address NOT IN (SELECT address FROM conversations) LIMIT 1"

_T = TypeVar("_T")

_log = logging.getLogger(__name__)


def note(database: sqlite3.Connection) -> None:
    """Note in the caller's transaction that there is something to wipe."""
    database.execute("INSERT OR REPLACE INTO pins VALUES (?, 1, ?, x'')", (_NOTE, 2**62))


class Upkeep:
    """The upkeep of a file that `database` holds alone and that is used on one thread."""

    def __init__(self, database: sqlite3.Connection, path: Path) -> None:
        """Look whether something was left to wipe, and whether the file was too large to check at once."""
        self._database, self._path = database, path
        self._log = path.with_name(f"{path.name}-wal")
        self._size = int(database.execute("PRAGMA page_size").fetchone()[0])
        self._file: FileIO | None = None
        self._one_at_a_time = asyncio.Lock()
        self._thread = ThreadPoolExecutor(1, "wiping")
        self._task: asyncio.Task[None] | None = None
        self.is_noted = database.execute("SELECT 1 FROM pins WHERE name = ?", (_NOTE,)).fetchone() is not None
        """Whether somebody was forgotten of whom there may be something left."""
        self._is_to_wipe = self.is_noted
        self._is_to_check = path.stat().st_size > CHECKED_AT_ONCE
        self.is_damaged = False
        """Whether a page was found that is damaged."""

    def begin(self) -> None:
        """Begin with what was left to do, if anything was and nothing is under way."""
        if (self._is_to_wipe or self._is_to_check) and (self._task is None or self._task.done()):
            self._task = asyncio.create_task(self._while_due())

    def wipe_soon(self) -> None:
        """Wipe in a moment, with all that is to be wiped by then."""
        self.is_noted = self._is_to_wipe = True
        self.begin()

    async def wipe(self) -> None:
        """Wipe, and take the note off once nothing can be left. Raises `StoreUnusable`."""
        async with self._one_at_a_time:
            self._is_to_wipe = False
            try:
                with translated(self._path), self._without_checkpoints():
                    await self._wipe()
            except BaseException:
                self._is_to_wipe = True
                raise

    async def check(self) -> None:
        """Look for damage. Raises `StoreUnusable`."""
        async with self._one_at_a_time:
            with translated(self._path), self._without_checkpoints():
                self._move_log()
                is_sound = await self._aside(lambda stop: is_sound_aside(self._path, stop.is_set))
            self._is_to_check, self.is_damaged = False, not is_sound

    async def finish(self) -> None:
        """Do what is due and begin nothing more; what the disk refuses is left to the next start."""
        if self._task is not None and not self._task.done():
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)
        if self._is_to_wipe:
            try:
                await self.wipe()
            except StoreUnusable as error:
                _log.warning("What was deleted is not wiped yet: %s", error.fault)
                self._is_to_wipe = False  # the note stays in the file

    def let_go(self) -> None:
        """Close the file, once the database is closed: before, that would drop its lock."""
        self._thread.shutdown()
        if self._file is not None:
            self._file.close()

    async def _while_due(self) -> None:
        was_told = False
        while self._is_to_wipe or self._is_to_check:
            await asyncio.sleep(AGAIN if was_told else SOON)
            try:
                await (self.wipe() if self._is_to_wipe else self.check())
                was_told = False
            except StoreUnusable as error:
                if not was_told:
                    _log.warning("The upkeep of the file is put off: %s", error.fault)
                was_told = True

    @contextmanager
    def _without_checkpoints(self) -> Iterator[None]:
        """Let SQLite write to nothing but the log, so that the file stands still."""
        self._database.execute("PRAGMA wal_autocheckpoint = 0")
        try:
            yield
        finally:
            self._database.execute(f"PRAGMA wal_autocheckpoint = {CHECKPOINT_EVERY}")

    async def _wipe(self) -> None:
        """Go through the whole file."""
        if self._file is None:
            self._file = FileIO(self._path, "r+")
        pages = Pages(self._file, self._size)
        self._move_and_wipe_log(pages)
        for begin in range(1, pages.count + 1, BETWEEN_LOGS):
            numbers = range(begin, begin + BETWEEN_LOGS)
            await self._aside(partial(_zero, pages, numbers))
            self._move_and_wipe_log(pages)
        if self._database.execute(_UNTOLD).fetchone() is None and not self._is_to_wipe:
            self._database.execute("DELETE FROM pins WHERE name = ?", (_NOTE,))
            self.is_noted = False

    def _move_and_wipe_log(self, pages: Pages) -> None:
        """Move the log into the file, and wipe the pages that come from it.

        What SQLite has in memory may have been read before it was wiped, so it is dropped.
        """
        moved = in_log(self._log, self._size)
        self._move_log()
        self._database.execute("PRAGMA shrink_memory")
        if moved:
            pages.zero(moved)
            pages.sync()

    def _move_log(self) -> None:
        (is_busy, *_) = self._database.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
        if is_busy:
            raise StoreUnusable("in_use", str(self._path))

    async def _aside(self, work: Callable[[Event], _T]) -> _T:
        """Do that in the thread, and never return before it has ended: nobody may write beside it."""
        stop = Event()
        under_way = self._thread.submit(work, stop)
        try:
            return await asyncio.wrap_future(under_way)
        finally:
            stop.set()
            wait([under_way])


def _zero(pages: Pages, numbers: range, stop: Event) -> None:
    for begin in range(numbers.start, numbers.stop, AT_ONCE):
        if stop.is_set() or begin > pages.count:
            break
        pages.zero(range(begin, begin + AT_ONCE))
    pages.sync()
