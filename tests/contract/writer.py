"""A process to kill: `python -m tests.contract.writer FILE TURNS BYTES STATEMENT` takes turns one after another.

It prints the version of each turn once it is committed, and kills itself just before it runs the SQL
statement with that number (0: never), counted from the opening of the file.
"""

import asyncio
import os
import signal
import sqlite3
import sys
from itertools import count
from pathlib import Path

from adapters.store.sqlite import SqliteStore
from bot.ports import Due, Store
from tests.contract.shorthand import ANN, NOW, say, take, wake


def body_of(version: int, size: int) -> bytes:
    """Make the body of that version; its last byte tells too."""
    return (b"%d." % version * size)[-size:]


def jobs_of(version: int) -> list[Due]:
    """Make the jobs of the turn that led to that version."""
    return [say(b"reply %d" % version), wake(b"reminder %d" % version)]


async def write(store: Store, turns: int, size: int) -> None:
    """Take the turns, and say so after each."""
    version = (await store.load(ANN, now=NOW)).version
    for turn in range(version + 1, version + turns + 1):
        await take(store, f"e{turn}", on=turn - 1, body=body_of(turn, size), jobs=jobs_of(turn))
        print(turn, flush=True)
    await store.close()


def die_at(statement: int) -> None:
    """Watch each connection that will be opened, and stop dead at that statement of all."""
    statements = count(1)

    def traced(_: str) -> None:
        if next(statements) == statement:
            os.kill(os.getpid(), signal.SIGKILL)

    def audited(event: str, arguments: tuple[object, ...]) -> None:
        if event == "sqlite3.connect/handle" and isinstance(arguments[0], sqlite3.Connection):
            arguments[0].set_trace_callback(traced)

    sys.addaudithook(audited)


if __name__ == "__main__":
    die_at(int(sys.argv[4]))
    asyncio.run(write(SqliteStore(Path(sys.argv[1])), int(sys.argv[2]), int(sys.argv[3])))
