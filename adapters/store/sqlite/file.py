"""Our SQLite file: making it, knowing it from any other file, and holding it alone."""

import errno
import logging
import os
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from pathlib import Path

from adapters.store.sqlite.check import CHECKED_AT_ONCE, is_sound
from adapters.store.sqlite.schema import APPLICATION, FORMAT, make_tables, upgrade
from bot.ports import Damaged, StoreFault, StoreUnusable

_log = logging.getLogger(__name__)


def open_file(path: Path) -> sqlite3.Connection:
    """Open our file, or make it with its folder, and hold it alone until the connection closes.

    The lock is the operating system's and ends with the process, however that ends. What is not ours is
    refused with `StoreUnusable` and left as it was, and so is what is damaged; a large file is not looked
    through here. Files are made with mode 0600, or given it, and folders made with 0700, because what people
    told us is inside.
    """
    with translated(path):
        _make(path)
        _refuse_strangers(path)
        _make_private(path)
        database = _connect(path, "mode=rw")
        try:
            _take(database, path)
            _refuse_damage(database, path)
        except BaseException:
            database.close()
            raise
        database.row_factory = sqlite3.Row
        database.text_factory = _text
        return database


@contextmanager
def translated(path: Path) -> Iterator[None]:
    """Turn what SQLite and the operating system raise into `StoreUnusable`.

    `sqlite3.ProgrammingError` passes as it is: it means a mistake of the caller, as using a closed store.
    """
    try:
        yield
    except sqlite3.ProgrammingError:
        raise
    except sqlite3.Error as error:
        # Where stored text is damaged Python itself complains, and gives no code.
        code = getattr(error, "sqlite_errorcode", sqlite3.SQLITE_CORRUPT)
        raise StoreUnusable(fault_of_sqlite(code), str(path)) from error
    except UnicodeDecodeError as error:  # SQLite's message quotes a damaged schema, which need not be UTF-8
        raise StoreUnusable("not_a_database", str(path)) from error
    except OSError as error:
        raise StoreUnusable(fault_of_system(error.errno), str(path)) from error


@contextmanager
def of_one(path: Path) -> Iterator[None]:
    """Turn damage that is met into `Damaged`: what is done is about one conversation. Within `translated`."""
    try:
        yield
    except sqlite3.ProgrammingError:
        raise
    except sqlite3.Error as error:
        if is_damage(error):
            raise Damaged(str(path)) from error
        raise


def is_damage(error: sqlite3.Error) -> bool:
    """Say whether it is about what is stored at one place of the file, not about the whole of it."""
    code = getattr(error, "sqlite_errorcode", sqlite3.SQLITE_CORRUPT)  # none: text that is no UTF-8
    return code in _UNREADABLE or code & 0xFF in _DAMAGE


_DAMAGE = (sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_CONSTRAINT, sqlite3.SQLITE_MISMATCH, sqlite3.SQLITE_TOOBIG)
_UNREADABLE = (
    sqlite3.SQLITE_IOERR_READ,
    sqlite3.SQLITE_IOERR_SHORT_READ,
    sqlite3.SQLITE_IOERR_DATA,
    sqlite3.SQLITE_IOERR_CORRUPTFS,
)
"""A page that cannot be read or is not what was written (https://sqlite.org/rescode.html)."""


def fault_of_sqlite(code: int) -> StoreFault:
    """Name the fault behind an SQLite code, primary or extended (https://sqlite.org/rescode.html)."""
    match code & 0xFF:
        case sqlite3.SQLITE_NOTADB | sqlite3.SQLITE_CORRUPT | sqlite3.SQLITE_FORMAT | sqlite3.SQLITE_ERROR:
            return (
                "not_a_database"  # SQLITE_ERROR: our statements are right, so it is a table that is missing
            )
        case sqlite3.SQLITE_BUSY | sqlite3.SQLITE_LOCKED | sqlite3.SQLITE_PROTOCOL:
            return "in_use"
        case sqlite3.SQLITE_READONLY | sqlite3.SQLITE_PERM | sqlite3.SQLITE_CANTOPEN:
            return "read_only"  # SQLITE_CANTOPEN: the file is there, so it is the journal that cannot be made
        case sqlite3.SQLITE_FULL:
            return "full"
        case _:
            return "unreachable"


def fault_of_system(number: int | None) -> StoreFault:
    """Name the fault behind an `errno`."""
    match number:
        case errno.EACCES | errno.EPERM | errno.EROFS:
            return "read_only"
        case errno.ENOSPC | errno.EDQUOT | errno.EFBIG:
            return "full"
        case _:
            return "unreachable"


def _text(stored: bytes) -> str:
    """Read text that may be damaged: whoever uses it finds that it is none of ours."""
    return stored.decode(errors="surrogateescape")


def _make(path: Path) -> None:
    """Make an empty file where there is none: SQLite itself would make it readable for everybody."""
    if not path.exists():
        _make_folder(path.parent)
        with suppress(FileExistsError):
            os.close(os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600))
    if not path.is_file():
        raise StoreUnusable("not_a_database", str(path))
    # SQLite would open such a file for reading alone, and then fail to lock it with a mere SQLITE_IOERR.
    if not os.access(path, os.W_OK, effective_ids=os.access in os.supports_effective_ids):
        raise StoreUnusable("read_only", str(path))


def _make_folder(folder: Path) -> None:
    if not folder.exists():
        _make_folder(folder.parent)
        folder.mkdir(mode=0o700, exist_ok=True)


def _make_private(path: Path) -> None:
    """Let nobody else read our file and its log, whoever let them."""
    for each in (path, path.with_name(f"{path.name}-wal")):
        if is_readable_for_others(each):
            try:
                each.chmod(0o600)
            except OSError as error:
                _log.warning("Others can read the conversations in %s: %s", each, error.strerror)


def is_readable_for_others(path: Path) -> bool:
    """Say whether other users of the machine have any right to that file."""
    return os.name == "posix" and path.exists() and bool(path.stat().st_mode & 0o077)


def _refuse_strangers(path: Path) -> None:
    """Look at the header before opening for real, since opening may already repair somebody else's file.

    It must be SQLite that looks: closing a plain `open(path)` would drop this process's lock on the file
    (https://sqlite.org/howtocorrupt.html section 2.2). `immutable` takes no lock and touches no journal.
    """
    size = path.stat().st_size
    if size == 0:
        return
    with closing(_connect(path, "mode=ro&immutable=1")) as database:
        # A crash in the middle of a checkpoint leaves a file that is shorter than its header says, until
        # the write-ahead log is read. Without this SQLite would call it malformed here.
        database.execute("PRAGMA writable_schema = ON")
        _check_header(database, path)
        in_the_middle = any(Path(f"{path}{end}").exists() for end in ("-wal", "-journal"))
        if size % _ask(database, "page_size") != 0 and not in_the_middle:
            raise StoreUnusable("not_a_database", str(path))  # cut short within its last page


def _take(database: sqlite3.Connection, path: Path) -> None:
    """Lock the file, make the tables if it is new, and switch to write-ahead logging.

    The tables come first: a crash then never leaves a header without our number in it. What is deleted,
    because it is done or was kept for its time, is overwritten with zeros (`secure_delete`).
    """
    database.execute("PRAGMA locking_mode = EXCLUSIVE")
    database.execute("PRAGMA secure_delete = ON")
    database.execute("BEGIN EXCLUSIVE")
    if _ask(database, "schema_version") == 0:
        make_tables(database)
    _check_header(database, path)
    if (found := _ask(database, "user_version")) < FORMAT:
        upgrade(database, found)
    database.execute("COMMIT")
    database.execute("PRAGMA journal_mode = WAL")
    database.execute("PRAGMA synchronous = FULL")


def _refuse_damage(database: sqlite3.Connection, path: Path) -> None:
    if path.stat().st_size <= CHECKED_AT_ONCE and not is_sound(database):
        raise StoreUnusable("not_a_database", str(path))


def _check_header(database: sqlite3.Connection, path: Path) -> None:
    if _ask(database, "application_id") != APPLICATION or _ask(database, "user_version") < 1:
        raise StoreUnusable("not_a_database", str(path))
    if _ask(database, "user_version") > FORMAT:
        raise StoreUnusable("newer_format", str(path))


def _ask(database: sqlite3.Connection, pragma: str) -> int:
    (answer,) = database.execute(f"PRAGMA {pragma}").fetchone()
    return int(answer)


def _connect(path: Path, how: str) -> sqlite3.Connection:
    """Connect without waiting for a lock and without transactions that begin by themselves."""
    return sqlite3.connect(f"{path.as_uri()}?{how}", uri=True, timeout=0, isolation_level=None)
