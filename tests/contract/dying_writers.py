"""Processes that kill themselves: `python -m tests.contract.dying_writers FOLDER TURNS BYTES`.

The first takes turns on `FOLDER/1` and dies just before its first call of SQLite, the second on `FOLDER/2`
before its second, and so on until one comes to its end. What each told is beside its file, in `1.told`.
They are forked, since starting Python forty times would take seconds.
"""

import asyncio
import os
import sqlite3
import sys
from itertools import count
from pathlib import Path
from signal import SIGKILL
from types import FrameType

from adapters.store.sqlite.store import SqliteStore
from tests.contract.writer import write


def main(folder: Path, turns: int, size: int) -> int:
    """Let them die one after another, and give the exit code of the one that did not."""
    for call in count(1):
        process = os.fork()
        if process == 0:
            sys.stdout = (folder / f"{call}.told").open("w")
            die_at(call)
            asyncio.run(write(SqliteStore(folder / str(call)), turns, size))
            return 0
        code = os.waitstatus_to_exitcode(os.waitpid(process, 0)[1])
        if code != -SIGKILL:
            return code
    raise AssertionError


def die_at(call: int) -> None:
    """Watch the calls of SQLite from here on, and stop dead just before that one."""
    calls = count(1)

    def watch(_: FrameType, event: str, called: object) -> None:
        of_sqlite = isinstance(getattr(called, "__self__", None), sqlite3.Connection)
        if event == "c_call" and of_sqlite and next(calls) == call:
            os.kill(os.getpid(), SIGKILL)

    sys.setprofile(watch)


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3])))
