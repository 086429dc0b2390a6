"""Zeroes the gaps in the pages of an SQLite file, where copies of rows stay that are deleted by now.

`secure_delete` overwrites a row where it is. But when SQLite balances a tree it writes the rows of
neighbouring pages anew, and leaves the space between the pointers and the rows of each page with whatever
stood there. `VACUUM` is the only statement that clears it: it needs as much room as the file has, and holds
everybody up for its length. The format is fixed for ever: https://sqlite.org/fileformat2.html, sections 1.3,
1.6 and 4.
"""

import os
from collections.abc import Iterable, Iterator
from io import FileIO
from itertools import groupby
from pathlib import Path

from msgspec import Struct

AT_ONCE = 256
"""Pages that are read at once: a megabyte of the usual size."""

MOST_PAGES = 1 << 24
"""Below that no page but one of a tree begins with another byte than 0."""

_FILE_HEADER = 100
_TREE_HEADERS = {2: 12, 5: 12, 10: 8, 13: 8}
"""How long the header of a tree's page is, by its first byte."""

_LOG_HEADER, _FRAME_HEADER = 32, 24


class Pages(Struct, frozen=True):
    """An SQLite file that nobody else writes to meanwhile: with a write-ahead log only a checkpoint would.

    Whoever reads it through SQLite meanwhile is not disturbed, since nothing reads the gaps.
    """

    file: FileIO
    size: int
    """Bytes of a page."""

    @property
    def count(self) -> int:
        """How many pages there are."""
        return min(os.fstat(self.file.fileno()).st_size // self.size, MOST_PAGES)

    def zero(self, numbers: Iterable[int]) -> None:
        """Zero the gaps of these pages, counted from 1; without gaps or not there, they are passed over."""
        for first, many in _runs(numbers, self.count):
            begin = (first - 1) * self.size
            self.file.seek(begin)
            found = self.file.read(many * self.size)
            clean = bytearray(found)
            for start in range(0, len(found) - self.size + 1, self.size):
                _zero_gap(clean, start, self.size, header=_FILE_HEADER if begin + start == 0 else 0)
            if clean != found:
                self.file.seek(begin)
                self.file.write(clean)

    def sync(self) -> None:
        """Let the disk have what was written."""
        os.fsync(self.file.fileno())


def in_log(path: Path, size: int) -> set[int]:
    """List the pages of that size that a write-ahead log has, and perhaps some of an older log."""
    try:
        length = path.stat().st_size
    except FileNotFoundError:
        return set()
    with path.open("rb") as log:  # which nobody locks, so closing it lets go of nothing
        return {_number_at(log.fileno(), at) for at in range(_LOG_HEADER, length, _FRAME_HEADER + size)}


def _number_at(log: int, at: int) -> int:
    os.lseek(log, at, os.SEEK_SET)
    return int.from_bytes(os.read(log, 4), "big")


def _runs(numbers: Iterable[int], last: int) -> Iterator[tuple[int, int]]:
    """Give the pages as runs of neighbours: the first, and how many."""
    there = sorted({each for each in numbers if 1 <= each <= last})
    for _, run in groupby(enumerate(there), key=lambda each: (each[1] - each[0], each[0] // AT_ONCE)):
        pages = [number for _, number in run]
        yield pages[0], len(pages)


def _zero_gap(pages: bytearray, start: int, size: int, *, header: int) -> None:
    at = start + header
    length = _TREE_HEADERS.get(pages[at])
    if length is None:
        return
    pointers = int.from_bytes(pages[at + 3 : at + 5], "big")
    gap = at + length + 2 * pointers
    rows = start + (int.from_bytes(pages[at + 5 : at + 7], "big") or 65_536)
    if gap < rows <= start + size:
        pages[gap:rows] = bytes(rows - gap)
