"""Reads a file that somebody wants looked at."""

import stat
from pathlib import Path
from typing import BinaryIO, Literal, TypeAlias

FILE_LIMIT = 10_000_000
"""Bytes of a file that are read; a day's log of a Mac has a few million."""

FileFault: TypeAlias = Literal["missing", "folder", "forbidden", "too_large"]

_WORDS: dict[FileFault, str] = {
    "missing": "there is no such file",
    "folder": "this is a folder, not a file",
    "forbidden": "you are not allowed to read this file",
    "too_large": f"this file is larger than {FILE_LIMIT:,} bytes",
}


class FileUnreadable(Exception):
    """The file cannot be read. `fault` says why, and the text says it in one English line."""

    def __init__(self, fault: FileFault, path: Path) -> None:
        super().__init__(f"{_WORDS[fault]}: {str(path)[:500]}")
        self.fault: FileFault = fault
        self.path = path


def read_file(path: Path, *, pipes: bool = False) -> str:
    """Read a text file of whatever encoding; what is no text becomes replacement characters.

    A pipe counts as missing unless `pipes` says that it may be waited for.
    """
    try:
        if not pipes and stat.S_ISFIFO(path.stat().st_mode):
            raise FileUnreadable("missing", path)
        with path.open("rb") as file:
            return read_stream(file, path)
    except IsADirectoryError as error:
        raise FileUnreadable("folder", path) from error
    except PermissionError as error:
        raise FileUnreadable("forbidden", path) from error
    except (OSError, ValueError) as error:
        raise FileUnreadable("missing", path) from error


def read_stream(stream: BinaryIO, path: Path) -> str:
    """Read what comes until the end, but no more than `FILE_LIMIT` bytes. `path` is for the error only."""
    content = stream.read(FILE_LIMIT + 1)
    if len(content) > FILE_LIMIT:
        raise FileUnreadable("too_large", path)
    return decode(content)


def decode(content: bytes) -> str:
    """Give the text of the bytes: UTF-16 where its mark says so, else UTF-8."""
    if content.startswith((b"\xff\xfe", b"\xfe\xff")):
        return content.decode("utf-16", errors="replace")
    return content.decode("utf-8-sig", errors="replace")
