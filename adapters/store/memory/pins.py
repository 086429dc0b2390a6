"""What is pinned up in memory for all to read, each until its end."""

from datetime import datetime
from typing import NamedTuple

from bot.ports import Record

NOTHING = Record(0, b"")


class Pin(NamedTuple):
    """What is pinned, and until when."""

    record: Record
    until: datetime


class Pins:
    """The pins, by name. Names are few, and known to the program."""

    def __init__(self) -> None:
        self._pins: dict[str, Pin] = {}

    def read(self, name: str, now: datetime) -> Record:
        """Give what stands there and has not ended."""
        pin = self._pins.get(name)
        return pin.record if pin and now < pin.until else NOTHING

    def put(self, name: str, new: Record, now: datetime, until: datetime) -> bool:
        """Put up the version after the one that stands there, or the same again; False if neither is so."""
        record = self.read(name, now)
        if record == new:
            until = max(until, self._pins[name].until)
        elif record.version + 1 != new.version:
            return False
        self._pins[name] = Pin(new, until)
        return True
