"""A clock that can be moved, and how often Telegram lets a bot send."""

import math
import time
from collections import defaultdict, deque
from dataclasses import dataclass, field

from tests.wire.telegram.refusals import too_many


@dataclass(slots=True)
class Clock:
    """The server's time in seconds since 1970; `move` lets it pass at once."""

    shift: float = 0.0

    def now(self) -> float:
        """Give the time."""
        return time.time() + self.shift

    def move(self, seconds: float) -> None:
        """Let so much time pass."""
        self.shift += seconds


@dataclass(slots=True)
class Limits:
    """How many messages may be shown in how many seconds: in a private chat, in a group, by the whole bot.

    A call that comes before the pause is over that an earlier answer asked for is in `too_early`.
    """

    clock: Clock
    private: tuple[int, float] = (1, 1.0)
    group: tuple[int, float] = (20, 60.0)
    everywhere: tuple[int, float] = (30, 1.0)
    too_early: list[int] = field(default_factory=list)
    _shown: dict[int, deque[float]] = field(default_factory=lambda: defaultdict(deque))
    _closed_until: dict[int, float] = field(default_factory=dict)

    def count(self, chat: int) -> None:
        """Count a message for this chat, or refuse it."""
        now = self.clock.now()
        if now < self._closed_until.get(chat, 0.0):
            self.too_early.append(chat)
            self._refuse(chat, self._closed_until[chat])
        for lane, (most, span) in ((chat, self.private if chat > 0 else self.group), (0, self.everywhere)):
            shown = self._shown[lane]
            while shown and shown[0] <= now - span:
                shown.popleft()
            if len(shown) >= most:
                self._refuse(chat, shown[0] + span)
        self._shown[chat].append(now)
        self._shown[0].append(now)

    def _refuse(self, chat: int, until: float) -> None:
        seconds = max(1, math.ceil(until - self.clock.now()))
        self._closed_until[chat] = max(until, self._closed_until.get(chat, 0.0))
        raise too_many(seconds)
