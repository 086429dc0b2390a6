"""What the outside can look like to the tests: a moment, and Apple's board in each of its kinds."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta, timezone
from typing import Literal, TypeAlias

from bot.apple import Board, Outlook, Report, Service
from bot.model import Address, Language, World

START = datetime(2026, 3, 1, 1, 32, tzinfo=UTC)
"""10:32 in Tokyo, where the tests take place."""

TOKYO = timezone(timedelta(hours=9), "JST")

ANN = Address("test", "chat", "ann")

Weather: TypeAlias = Literal["clear", "down", "maintenance", "unknown", "partly", "old", "crowd", "ended"]
"""How Apple's board looks: `old` has not been read for an hour, and `unknown` could not be read at all.

At `crowd` it is clear, but many people have had the same trouble since 09:40. At `ended` a problem with
iMessage was over 13 minutes ago.
"""

CROWD_SINCE = START - timedelta(minutes=52)

APPLES_WORDS: Mapping[Language, str] = {
    "en": "Users are experiencing a problem with this service.",
    "ja": "このサービスで問題が発生しています。",
}


def world(weather: Weather, now: datetime = START, *, words: Mapping[Language, str] = APPLES_WORDS) -> World:
    """Give the outside at that moment; `words` are what Apple says of whatever is wrong."""
    if weather == "unknown":
        return World(now, {}, TOKYO)
    read_at = now - timedelta(hours=1) if weather == "old" else now
    boards: dict[Language, Board] = {
        language: Board(read_at, tuple(_report(service, weather, now, said) for service in Service))
        for language, said in words.items()
    }
    return World(now, boards, TOKYO, _outlook(weather, now), CROWD_SINCE if weather == "crowd" else None)


def _outlook(weather: Weather, now: datetime) -> Outlook | None:
    """Give what has settled when the board looks like that for long; None where it tells too little."""
    if weather in ("old", "partly"):
        return None
    states = ((service, _report(service, weather, now, "").state) for service in Service)
    return Outlook(tuple(each for each in states if each[1] != "ok"), now)


def _report(service: Service, weather: Weather, now: datetime, words: str) -> Report:
    since = now - timedelta(days=1)
    if weather == "down":
        return Report(service, "outage", since, None, words)
    if weather == "maintenance" and service is Service.IMESSAGE:
        return Report(service, "maintenance", since, now + timedelta(hours=2), words)
    if weather == "partly" and service is Service.APPLE_ACCOUNT:
        return Report(service, "unknown")
    is_ended = weather == "ended" and service is Service.IMESSAGE
    return Report(service, "ok", ended=now - timedelta(minutes=13) if is_ended else None)
