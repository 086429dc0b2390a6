"""Wipes what deleted rows have left in our SQLite file and its log, while turns go on.

A thread goes through the file; a few milliseconds of the event loop empty the log before and after. A note in
the file says that there is something to wipe, so that a process that dies meanwhile leaves it to the next.
"""

import asyncio
import logging
import sqlite3
from concurrent.futures import Future, ThreadPoolExecutor, wait
from io import FileIO
from pathlib import Path
from threading import Event

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

_log = logging.getLogger(__name__)


def note(database: sqlite3.Connection) -> None:
    """Note in the caller's transaction that there is something to wipe."""
    database.execute("INSERT OR REPLACE INTO pins VALUES (?, 1, ?, x'')", (_NOTE, 2**62))


class Wiping:
    """The wiping of a file that `database` holds alone and that is used on one thread."""

    def __init__(self, database: sqlite3.Connection, path: Path) -> None:
        """Look whether something was left to wipe."""
        self._database, self._path = database, path
        self._log = path.with_name(f"{path.name}-wal")
        self._size = int(database.execute("PRAGMA page_size").fetchone()[0])
        self._file: FileIO | None = None
        self._one_at_a_time = asyncio.Lock()
        self._thread = ThreadPoolExecutor(1, "wiping")
        self._task: asyncio.Task[None] | None = None
        self.is_noted = database.execute("SELECT 1 FROM pins WHERE name = ?", (_NOTE,)).fetchone() is not None
        """Whether somebody was forgotten of whom there may be something left."""
        self.is_due = self.is_noted

    def soon(self) -> None:
        """Wipe in a moment, with all that is to be wiped by then."""
        self.is_noted = self.is_due = True
        if self._task is None or self._task.done():
            self._task = asyncio.create_task(self._while_due())

    async def now(self) -> None:
        """Wipe, and take the note off once nothing can be left. Raises `StoreUnusable`."""
        async with self._one_at_a_time:
            self.is_due = False
            try:
                with translated(self._path):
                    await self._wipe()
            except BaseException:
                self.is_due = True
                raise

    async def finish(self) -> None:
        """Do what is due and begin nothing more; what the disk refuses is left to the next start."""
        if self._task is not None and not self._task.done():
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)
        if self.is_due:
            try:
                await self.now()
            except StoreUnusable as error:
                _log.warning("What was deleted is not wiped yet: %s", error.fault)

    def let_go(self) -> None:
        """Close the file, once the database is closed: before, that would drop its lock."""
        self._thread.shutdown()
        if self._file is not None:
            self._file.close()

    async def _while_due(self) -> None:
        was_told = False
        while self.is_due:
            await asyncio.sleep(AGAIN if was_told else SOON)
            try:
                await self.now()
                was_told = False
            except StoreUnusable as error:
                if not was_told:
                    _log.warning("What was deleted is not wiped yet, but tried again: %s", error.fault)
                was_told = True

    async def _wipe(self) -> None:
        """Go through the whole file. Between two checkpoints only this writes to it."""
        if self._file is None:
            self._file = FileIO(self._path, "r+")
        pages = Pages(self._file, self._size)
        self._database.execute("PRAGMA wal_autocheckpoint = 0")
        try:
            self._empty_log(pages)
            for begin in range(1, pages.count + 1, BETWEEN_LOGS):
                await self._in_thread(pages, range(begin, begin + BETWEEN_LOGS))
                self._empty_log(pages)
            if self._database.execute(_UNTOLD).fetchone() is None and not self.is_due:
                self._database.execute("DELETE FROM pins WHERE name = ?", (_NOTE,))
                self.is_noted = False
        finally:
            self._database.execute(f"PRAGMA wal_autocheckpoint = {CHECKPOINT_EVERY}")

    def _empty_log(self, pages: Pages) -> None:
        """Move the log into the file, and wipe the pages that come from it.

        What SQLite has in memory may have been read before it was wiped, so it is dropped.
        """
        moved = in_log(self._log, self._size)
        (is_busy, *_) = self._database.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
        if is_busy:
            raise StoreUnusable("in_use", str(self._path))
        self._database.execute("PRAGMA shrink_memory")
        if moved:
            pages.zero(moved)
            pages.sync()

    async def _in_thread(self, pages: Pages, numbers: range) -> None:
        """Wipe these, and never return before the thread has ended: nobody may write beside it."""
        stop = Event()

        def zero() -> None:
            for begin in range(numbers.start, numbers.stop, AT_ONCE):
                if stop.is_set() or begin > pages.count:
                    break
                pages.zero(range(begin, begin + AT_ONCE))
            pages.sync()

        work: Future[None] = self._thread.submit(zero)
        try:
            await asyncio.wrap_future(work)
        finally:
            stop.set()
            wait([work])
