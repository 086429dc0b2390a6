"""Examines the SQLite file without changing it. Only for a process that does not have it open itself."""

import os
import sqlite3
from contextlib import closing
from pathlib import Path

from adapters.store.sqlite.check import is_sound
from adapters.store.sqlite.file import is_readable_for_others, translated
from adapters.store.sqlite.schema import APPLICATION, FORMAT
from bot.ports import Finding, StoreFault, StoreUnusable

_CHOOSE = "Choose another file with IMESSAGE_SUPPORT_STORE."
_FAULTS: dict[StoreFault, tuple[str, str]] = {
    "not_a_database": ("It is damaged, or not a file of ours", f"Restore a copy of it, or: {_CHOOSE}"),
    "newer_format": ("It was written by a newer version of imessage-support", "Update the program."),
    "read_only": ("It cannot be written to", f"Give this user the right to, or: {_CHOOSE}"),
    "full": ("The disk is full", "Free up some space."),
}


def examine_sqlite(path: Path) -> Finding:
    """Say whether conversations can be kept in that file; there may be none yet."""
    try:
        with translated(path):
            return _existing(path) if path.exists() else _missing(path)
    except StoreUnusable as error:
        if error.fault == "in_use":
            remedy = "That is as it should be while the bot or a chat runs: one process at a time."
            return Finding("store", "ok", f"{path}: in use by another process", remedy)
        says, remedy = _FAULTS.get(error.fault, ("It cannot be opened", _CHOOSE))
        return Finding("store", "fault", f"{path}: {says}", remedy)


def _missing(path: Path) -> Finding:
    """Look whether the file could be made: in the nearest folder that is there."""
    folder = next(parent for parent in path.parents if parent.exists())
    if not folder.is_dir() or not os.access(folder, os.W_OK | os.X_OK):
        raise StoreUnusable("read_only", str(path))
    return Finding("store", "ok", f"{path}: none yet, the first start makes it")


def _existing(path: Path) -> Finding:
    if not path.is_file():
        raise StoreUnusable("not_a_database", str(path))
    if not all(os.access(each, os.W_OK) for each in (path, path.parent)):
        raise StoreUnusable("read_only", str(path))
    if path.stat().st_size == 0:
        return Finding("store", "ok", f"{path}: still empty")
    with closing(sqlite3.connect(f"{path.as_uri()}?mode=ro", uri=True, timeout=0)) as database:
        if _ask(database, "application_id") != APPLICATION:
            raise StoreUnusable("not_a_database", str(path))
        if int(_ask(database, "user_version")) > FORMAT:
            raise StoreUnusable("newer_format", str(path))
        if not is_sound(database):
            raise StoreUnusable("not_a_database", str(path))
    if is_readable_for_others(path):
        remedy = f"The next start takes that right away; or: chmod 600 {path}"
        return Finding("store", "warning", f"{path}: sound, but others on this machine can read it", remedy)
    return Finding("store", "ok", f"{path}: sound, {path.stat().st_size / 2**20:,.1f} MB")


def _ask(database: sqlite3.Connection, pragma: str) -> str | int:
    answer: str | int = database.execute(f"PRAGMA {pragma}").fetchone()[0]
    return answer
