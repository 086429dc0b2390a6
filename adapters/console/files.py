"""Reads a file that somebody wants looked at."""

from pathlib import Path
from typing import Literal, TypeAlias

FILE_LIMIT = 10_000_000
"""Bytes of a file that are read; a day's log of a Mac has a few million."""

Fault: TypeAlias = Literal["missing", "folder", "forbidden", "too_large"]


class FileUnreadable(Exception):
    """The file cannot be read. `fault` says why."""

    def __init__(self, fault: Fault, path: Path) -> None:
        super().__init__(f"{path}: {fault.replace('_', ' ')}")
        self.fault: Fault = fault
        self.path = path


def read_file(path: Path) -> str:
    """Read a text file of whatever encoding; what is no text becomes replacement characters."""
    try:
        with path.open("rb") as file:
            content = file.read(FILE_LIMIT + 1)
    except IsADirectoryError as error:
        raise FileUnreadable("folder", path) from error
    except PermissionError as error:
        raise FileUnreadable("forbidden", path) from error
    except (OSError, ValueError) as error:
        raise FileUnreadable("missing", path) from error
    if len(content) > FILE_LIMIT:
        raise FileUnreadable("too_large", path)
    return decode(content)


def decode(content: bytes) -> str:
    """Give the text of the bytes: UTF-16 where its mark says so, else UTF-8."""
    if content.startswith((b"\xff\xfe", b"\xfe\xff")):
        return content.decode("utf-16", errors="replace")
    return content.decode("utf-8-sig", errors="replace")
