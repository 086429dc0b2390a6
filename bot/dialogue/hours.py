"""When somebody may be spoken to who has said nothing: by day, in their own time zone where it is known.

Time zones are read from the system's or Python's own list of them (`tzdata`), which is as constant as a text.
"""

from datetime import UTC, datetime, timedelta, tzinfo
from typing import Final
from zoneinfo import ZoneInfo

from bot.model import Conversation, World

MORNING: Final = 9
"""The hour from which one may be spoken to."""

EVENING: Final = 21
"""The hour from which one may not."""

SILENCE: Final = timedelta(hours=6)
"""Whoever has said nothing for so long may be asleep; whoever restarted the phone just now is not."""


def known_zone(name: str) -> tzinfo | None:
    """Give the time zone of that IANA name, as `Asia/Tokyo`; None if there is no such zone."""
    try:
        return ZoneInfo(name)
    except (KeyError, ValueError, OSError):  # no such name, no name at all, the name of a folder
        return None


def zone_of(conversation: Conversation, world: World) -> tzinfo:
    """Give the person's time zone, or ours where theirs is not known."""
    return (known_zone(conversation.zone) if conversation.zone else None) or world.zone


def is_silent(conversation: Conversation, at: datetime) -> bool:
    """Say whether nothing will have been heard of them for hours by then."""
    return conversation.heard_at is not None and at - conversation.heard_at >= SILENCE


def considerate(conversation: Conversation, at: datetime, world: World) -> datetime:
    """Move to the morning what would come at night to somebody who has been silent for hours."""
    return by_day(at, zone_of(conversation, world)) if is_silent(conversation, at) else at


def by_day(at: datetime, zone: tzinfo) -> datetime:
    """Give that moment (UTC), or the next morning if it is at night in the zone."""
    local = at.astimezone(zone)
    if MORNING <= local.hour < EVENING:
        return at
    day = local + timedelta(days=1) if local.hour >= EVENING else local
    return day.replace(hour=MORNING, minute=0, second=0, microsecond=0, fold=0).astimezone(UTC)
