"""What keeps us from a platform: told once when it begins and once when it is over, and how long to wait."""

import asyncio
from collections.abc import Callable
from contextlib import suppress

import structlog
from msgspec import Struct

_log = structlog.get_logger()


class Pace(Struct, frozen=True):
    """Seconds, so that a test need not wait for them."""

    first: float = 1.0
    """Before the second try; each further wait is twice as long."""
    longest: float = 30.0
    refused: float = 60.0
    """Between tries while the platform does not know the token, which only a new one mends."""
    asked: float = 300.0
    """At most, where the platform asks for a wait: a broken value must not keep everybody out for longer."""
    grace: float = 10.0
    """For what has begun, at the end."""


class Setback(Struct, frozen=True):
    """Why a call to the platform failed, in words that hold no secret."""

    kind: str
    says: str = ""
    wait: float | None = None
    """Seconds that the platform wants to be left alone."""
    setting: str = ""
    """Where the token is set that the platform does not know."""
    alarm: str = ""
    """What an operator has to see to at once."""


class Outage:
    """Why a platform cannot be used at present, if it cannot."""

    def __init__(self, platform: str, pace: Pace, random: Callable[[], float]) -> None:
        """Wait at that pace; `random` gives numbers from 0 to 1."""
        self._platform, self._pace, self._random = platform, pace, random
        self._failures = 0
        self._told = ""

    @property
    def is_on(self) -> bool:
        """Whether it is more than a connection that was closed while it was idle, which is no news."""
        return bool(self._told)

    def failed(self, why: Setback) -> float:
        """Note a failure, and give the seconds until the next try."""
        self._failures += 1
        if self._failures > 1 or why.setting or why.alarm:
            self._tell(why)
        if why.wait is not None:
            return min(why.wait, self._pace.asked)
        if why.setting:
            return self._pace.refused
        doubled = self._pace.first * 2.0 ** min(self._failures - 1, 16)
        return min(self._pace.longest, doubled) * (0.5 + 0.5 * self._random())

    def worked(self) -> None:
        """Note that a call was answered."""
        if self._told:
            _log.info(f"{self._platform} is back")
        self._failures, self._told = 0, ""

    def _tell(self, why: Setback) -> None:
        if self._told == why.kind:
            return
        self._told = why.kind
        if why.setting:
            _log.error(f"{self._platform} refuses the token", setting=why.setting)
        elif why.alarm:
            _log.error(why.alarm, says=why.says)
        else:
            _log.warning(f"{self._platform} is away", kind=why.kind, says=why.says)


async def rest(stop: asyncio.Event, seconds: float) -> None:
    """Wait so long, or until the stop."""
    with suppress(TimeoutError):
        async with asyncio.timeout(seconds):
            await stop.wait()
