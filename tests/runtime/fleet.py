"""Several processes on one store, of which one asks Apple, by a clock that the tests move."""

import asyncio
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from bot.model import Address, Board, EventId, Language, World
from bot.ports import StatusUnreadable, Store
from bot.runtime.lead import LEASE
from bot.runtime.poller import Poller
from tests.outside import START, TOKYO, Weather, world

MINUTE = timedelta(minutes=1)


class FakeApple:
    """A source that has that weather, waits while it is not `free`, and notes each question."""

    def __init__(self, weather: Weather | None = "clear") -> None:
        """Have that weather; None is an Apple that does not answer."""
        self.weather: dict[Language, Weather | None] = {"ja": weather, "en": weather}
        self.asked: list[tuple[Language, datetime]] = []
        self.free = asyncio.Event()
        self.free.set()
        self.arrived = asyncio.Event()
        self.closed = 0

    def becomes(self, weather: Weather | None) -> None:
        """Change the weather in both languages."""
        self.weather = {"ja": weather, "en": weather}

    def times(self, language: Language = "ja") -> list[datetime]:
        """Give when it was asked in that language."""
        return [at for spoken, at in self.asked if spoken == language]

    async def fetch(self, language: Language, *, now: datetime) -> Board:
        self.asked.append((language, now))
        self.arrived.set()
        async with asyncio.timeout(10):
            await self.free.wait()
        if (weather := self.weather[language]) is None:
            raise StatusUnreadable("Apple's System Status did not answer within 6 seconds")
        return world(weather, now).boards[language]

    async def close(self) -> None:
        self.closed += 1


@dataclass
class Fleet:
    """Processes on that store, which ask that Apple, and the time."""

    store: Store
    apple: FakeApple = field(default_factory=FakeApple)
    now: datetime = START
    jitter: float = 0.0

    def process(self, name: str, store: Store | None = None, *, believes: bool = False) -> Poller:
        """Start a process; whoever `believes` takes itself for the leader whatever the store says."""
        own = store or self.store

        async def lead() -> bool:
            return believes or await own.lead("apple", name, now=self.now, lease=LEASE)

        return Poller(own, self.apple, who=name, lead=lead, random=lambda: self.jitter)

    async def look(self, *pollers: Poller, after: timedelta = timedelta()) -> None:
        """Let the time pass at once, and all look."""
        self.now += after
        for poller in pollers:
            await poller.look(now=self.now)

    async def pass_by(self, span: timedelta, *pollers: Poller, step: timedelta = MINUTE / 30) -> None:
        """Let the time pass, in which all look again and again."""
        end = self.now + span
        while self.now < end:
            await self.look(*pollers, after=step)

    def seen_by(self, poller: Poller) -> World:
        """Give what a turn of that process is made with now."""
        return poller.bulletin.world(self.now, TOKYO)

    async def follow(self, *names: str) -> None:
        """Have these people follow Apple's board."""
        for name in names:
            who, first = Address("test", "chat", name), EventId("first")
            await self.store.commit(who, 0, first, b"", [], topics=["apple"], now=self.now, lease=MINUTE)
