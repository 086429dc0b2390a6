"""What is pinned up in the SQLite file for all to read, each until its end.

All functions work within the caller's transaction.
"""

import sqlite3
from datetime import datetime

from adapters.store.moments import micros
from adapters.store.names import quoted
from bot.ports import Record


def read(database: sqlite3.Connection, name: str, now: datetime) -> Record:
    """Give what stands there and has not ended; what nobody wrote is nothing, and is written over."""
    wanted = "SELECT version, body FROM pins WHERE name = ? AND until > ?"
    row = database.execute(wanted, (quoted(name), micros(now))).fetchone()
    is_ours = row and type(row["version"]) is int and type(row["body"]) is bytes
    return Record(*row) if is_ours else Record(0, b"")


def put(database: sqlite3.Connection, name: str, new: Record, now: datetime, until: datetime) -> bool:
    """Put up the version after the one that stands there, or the same again; False if neither is so.

    All that has ended is taken out: it is little, since there are few names.
    """
    database.execute("DELETE FROM pins WHERE until <= ?", (micros(now),))
    standing = read(database, name, now)
    if standing == new:
        longer = "UPDATE pins SET until = max(until, ?) WHERE name = ?"
        database.execute(longer, (micros(until), quoted(name)))
    elif standing.version + 1 == new.version:
        pin = (quoted(name), new.version, micros(until), new.body)
        database.execute("INSERT OR REPLACE INTO pins VALUES (?, ?, ?, ?)", pin)
    else:
        return False
    return True
