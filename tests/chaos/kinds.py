"""The platforms that a run can be about: the chaos' own, and those of the field behind their adapters."""

import random
from collections.abc import Callable, Sequence
from contextlib import AbstractAsyncContextManager
from pathlib import Path
from typing import Protocol

from bot.model import Address
from tests.chaos.plan import Kind
from tests.chaos.platform import ChaosPlatform
from tests.chaos.record import Answered, Record, Shown
from tests.chaos.slack import SlackPlatform
from tests.chaos.slack_names import direct, thread
from tests.chaos.telegram import TelegramPlatform
from tests.chaos.wire import Push, Send


class Platform(Protocol):
    """What people, runs and schedules see of one."""

    record: Record
    watchers: list[Callable[[Shown, Send], None]]
    ack_watchers: list[Callable[[], None]]

    @property
    def workers(self) -> set[str]:
        """The workers that it knows."""
        ...

    @property
    def address(self) -> str:
        """Where workers find it."""
        ...

    def calm(self) -> None:
        """Misbehave no more."""
        ...

    def find_workers(self, doors: Callable[[], Sequence[int]]) -> None:
        """Bring events to these ports, if this platform is one that calls."""
        ...

    def bring(self, push: Push) -> None:
        """Let this happen, and bring it to workers until one acknowledges it."""
        ...

    async def until(self, condition: Callable[[], bool], within: float) -> bool:
        """Wait for something to become true that is told by acknowledgements and replies."""
        ...


def platform(
    kind: Kind,
    place: Path,
    lots: random.Random,
    *,
    judge: Callable[[Send], Answered],
    echo: float = 0.0,
    latency: float = 0.0,
    again_after: float = 1.0,
    later: float = 0.3,
    gives_up: bool = True,
) -> AbstractAsyncContextManager[Platform]:
    """Give a platform. `echo`, `later` and the place are for our own; Slack `gives_up` bringing an event."""
    if kind == "own":
        return ChaosPlatform(place, lots, judge, again_after, echo, latency, later=later)
    if kind in ("slack-socket", "slack-http"):
        waits = (again_after, 5 * again_after) if gives_up else (again_after,) * 20
        return SlackPlatform(lots, judge, latency, (0.0, *waits), by_http=kind == "slack-http")
    return TelegramPlatform(lots, judge, latency, patience=3 * again_after)


def house(kind: Kind, seed: int) -> Callable[[int, int, int], Address]:
    """Give the way in which people get addresses there."""

    def own(chat: int, _: int, number: int) -> Address:
        return Address("test", f"chat{chat}-{seed}", f"canary{number:012x}")

    def telegram(chat: int, together: int, number: int) -> Address:
        place = number if together == 1 else -(10**12) - chat
        return Address("telegram", str(place), str(number))

    def slack(chat: int, together: int, number: int) -> Address:
        person = f"U{number:012X}"
        return Address("slack", direct(person) if together == 1 else thread(chat), person)

    if kind in ("slack-socket", "slack-http"):
        return slack
    return own if kind == "own" else telegram
