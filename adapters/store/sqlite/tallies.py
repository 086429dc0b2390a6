"""Who was counted in which minute, in the SQLite file.

All functions work within the caller's transaction.
"""

import sqlite3
from datetime import datetime

from adapters.store.moments import micros, minute
from adapters.store.names import quoted

CLEANED_PER_TALLY = 8
"""How many ended rows a tally takes out at most: more than it adds, so they stay few."""

_ADD = """
    INSERT INTO tallies VALUES (?, ?, ?, ?)
        ON CONFLICT (series, minute, who) DO UPDATE SET until = max(until, excluded.until)
"""
_COUNT = "SELECT count(DISTINCT who) FROM tallies WHERE series = ? AND minute >= ? AND minute < ?"
_CLEAN = """
    DELETE FROM tallies WHERE (series, minute, who) IN
        (SELECT series, minute, who FROM tallies WHERE until <= ? ORDER BY until LIMIT ?)
"""


def add(database: sqlite3.Connection, series: str, who: str, now: datetime, until: datetime) -> None:
    """Count somebody, and forget a few whose time is over."""
    database.execute(_ADD, (quoted(series), minute(now), quoted(who), micros(until)))
    database.execute(_CLEAN, (micros(now), CLEANED_PER_TALLY))


def count(database: sqlite3.Connection, series: str, since: datetime, until: datetime) -> int:
    """Count the different people from one minute to before the other."""
    found = database.execute(_COUNT, (quoted(series), minute(since), minute(until))).fetchone()
    return int(found[0])
