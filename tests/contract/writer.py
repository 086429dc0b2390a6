"""A process to kill: `python -m tests.contract.writer FILE TURNS BYTES` takes turns one after another.

It prints the version of each turn once it is committed.
"""

import asyncio
import sys
from pathlib import Path

from adapters.store.sqlite.store import SqliteStore
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


if __name__ == "__main__":
    asyncio.run(write(SqliteStore(Path(sys.argv[1])), int(sys.argv[2]), int(sys.argv[3])))
