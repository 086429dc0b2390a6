"""Whether an SQLite file is damaged inside."""

import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

CHECKED_AT_ONCE = 16 * 2**20
"""Bytes of a file that is checked before it is used: about a tenth of a second. A larger one is meanwhile."""

_STEPS = 100_000
"""Steps of SQLite between two questions whether to go on: some milliseconds."""


class Stopped(Exception):
    """The check was not brought to its end."""


def is_sound(database: sqlite3.Connection) -> bool:
    """Look at every page; not whether indexes and tables agree, which would take twice as long."""
    try:
        (answer,) = database.execute("PRAGMA quick_check(1)").fetchone()
    except sqlite3.DatabaseError as error:
        if getattr(error, "sqlite_errorcode", sqlite3.SQLITE_CORRUPT) == sqlite3.SQLITE_INTERRUPT:
            raise Stopped from error
        if isinstance(error, sqlite3.OperationalError):
            raise
        return False
    return bool(answer == "ok")


def is_sound_aside(path: Path, is_stopped: Callable[[], bool]) -> bool:
    """Look at the file beside the connection that holds it, while nothing moves from the log into it.

    `immutable` takes no lock, and so none away. Raises `Stopped`.
    """
    name = f"{path.as_uri()}?mode=ro&immutable=1"
    with closing(sqlite3.connect(name, uri=True, isolation_level=None)) as database:
        database.set_progress_handler(is_stopped, _STEPS)
        return is_sound(database)
