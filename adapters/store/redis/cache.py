"""Conversations that this process has seen, so that a turn of a warm one needs no reading."""

from collections import OrderedDict
from datetime import datetime
from typing import NamedTuple

from bot.ports import Record

MOST = 10_000
MOST_BYTES = 16 * 1024 * 1024
_ABOUT_EACH = 400
"""Bytes beside the body and the address: the objects around them."""


class Kept(NamedTuple):
    """A conversation as it was after its last turn, which was `at`."""

    record: Record
    at: datetime


class Cache:
    """The conversations used last, by address, within a bound of number and of bytes.

    What it gives may be older than what is stored: a commit finds out.
    """

    def __init__(self, most: int = MOST, most_bytes: int = MOST_BYTES) -> None:
        self._most = most
        self._most_bytes = most_bytes
        self._bytes = 0
        self._kept: OrderedDict[str, Kept] = OrderedDict()  # used last comes last

    def get(self, address: str) -> Kept | None:
        kept = self._kept.get(address)
        if kept:
            self._kept.move_to_end(address)
        return kept

    def put(self, address: str, kept: Kept) -> None:
        self.drop(address)
        self._kept[address] = kept
        self._bytes += _size(address, kept)
        while len(self._kept) > self._most or self._bytes > self._most_bytes:
            self.drop(next(iter(self._kept)))

    def drop(self, address: str) -> None:
        kept = self._kept.pop(address, None)
        if kept:
            self._bytes -= _size(address, kept)


def _size(address: str, kept: Kept) -> int:
    return _ABOUT_EACH + len(address) + len(kept.record.body)
