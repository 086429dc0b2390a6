"""What all processes that share a store know of Apple's services, and how it is pinned there.

A bulletin that cannot be read is none: it is written again within a minute or two, from Apple's own words.
"""

from collections.abc import Mapping
from datetime import datetime, timedelta, tzinfo
from typing import Final

from msgspec import Struct, field

from bot.apple import Board
from bot.crowd import TOO_LONG
from bot.model import Language, World
from bot.outlook import Settling
from bot.runtime.pin_format import PinFormat


class Bulletin(Struct, frozen=True):
    """Apple's boards as they were read last, what follows from them, and when to read them again."""

    boards: Mapping[Language, Board] = field(default_factory=dict)
    """Of any age: `World.board` is what tells an old one from none."""
    settling: Settling = field(default_factory=Settling)
    asked_at: datetime | None = None
    """When Apple was asked last (UTC), whatever came of it."""
    asked_by: str = ""
    """Who asked: two who would at the same instant must not pin the same."""
    pause: timedelta = timedelta()
    """For how long Apple is left alone after that."""
    failures: int = 0
    """How many times in a row nothing came of it."""
    crowd: datetime | None = None
    """As in `World`."""

    def world(self, now: datetime, zone: tzinfo) -> World:
        """Give the outside at that moment, as far as we know it.

        Nobody is told of a surge that is longer than one can be, for then nobody has counted for long.
        """
        crowd = self.crowd if self.crowd and now - self.crowd <= TOO_LONG else None
        return World(now, self.boards, zone, self.settling.outlook, crowd)

    def was_asked_within(self, span: timedelta, now: datetime) -> bool:
        """Say whether Apple was asked so short a time ago; a clock that was set back must not stop us."""
        return self.asked_at is not None and abs(now - self.asked_at) < span


BULLETINS: Final = PinFormat(Bulletin, 1)
