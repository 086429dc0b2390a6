"""The two doors on one store and one screen, at whatever time it is said to be."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import TypeAlias

from adapters.store.memory.store import MemoryStore
from bot.dialogue.book import Book
from bot.events import Event, Said
from bot.model import Address, EventId, Reply
from bot.ports import Owed, Store
from bot.runtime.deliver import Delivery, Held, Outcome
from bot.runtime.receive import LEASE, receive
from bot.runtime.timetable import Timetable
from tests.outside import ANN, START, world

TakeTurn: TypeAlias = Callable[[Address, Event], None]

BEN = Address("test", "chat", "ben")
EVE = Address("test", "other chat", "eve")
RESTART = ("iPhone", *["skip"] * 5)
"""The words that lead to the step that reminds after ten minutes."""

SECOND = timedelta(seconds=1)
AFTER_LEASE = START + LEASE + SECOND
TEN_MINUTES = START + timedelta(minutes=10)


@dataclass
class Screen:
    """A channel that writes down what was sent, and answers with `fault` while there is one."""

    fault: Exception | None = None
    tried: list[tuple[Address, str, int]] = field(default_factory=list)
    """Address, key and attempt of every call."""
    sent: list[tuple[Address, str]] = field(default_factory=list)
    bot_pause: timedelta = timedelta()
    chat_pause: timedelta = timedelta()

    async def send(self, address: Address, reply: Reply, *, key: str, attempt: int) -> None:
        """Show the reply, or raise the fault; an unsure one is shown as well."""
        self.tried.append((address, key, attempt))
        if self.fault is not None:
            raise self.fault
        self.sent.append((address, reply.text))

    def pause(self, address: Address) -> timedelta:
        """Give the same pause for every chat."""
        del address
        return self.chat_pause


class Program:
    """The two doors on one store and one screen, at whatever time it is said to be."""

    def __init__(self, book: Book, store: Store | None = None) -> None:
        self.store = store or MemoryStore()
        self.screen = Screen()
        self.now = START
        self.monotonic = 0.0
        self.events: list[Event] = []
        """What came in, reminders too."""
        self.outcomes: list[Outcome] = []
        self.take_turn: TakeTurn = lambda _who, _event: None
        self._book = book
        self.delivery = Delivery(
            *(self.store, {"test": self.screen}, self.receive, lambda: self.now, lambda: self.monotonic),
            timetable=Timetable(self.store, lambda: self.now, self.pass_time),
            seen=lambda _job, outcome: self.outcomes.append(outcome),
            sleep=self.pass_time,
        )

    async def take(self, text: str, who: Address = ANN) -> tuple[Owed, ...]:
        """Take something said in, and give what is owed for it."""
        return await self.commit(who, Said(EventId(f"said:{len(self.events)}"), text))

    async def commit(self, who: Address, event: Event) -> tuple[Owed, ...]:
        """Take an event in, and give what is owed for it."""
        self.events.append(event)
        self.take_turn(who, event)
        outside = world("clear", self.now)
        pause = self.screen.pause
        return (await receive(self.store, self._book, who, event, outside, pause=pause)).owed

    async def receive(self, who: Address, event: Event) -> None:
        """Take an event in, and do what is owed for it."""
        await self.do(*await self.commit(who, event))

    async def do(self, *jobs: Owed) -> None:
        """Do jobs that were just handed out."""
        for job in jobs:
            await self.delivery.lane(Held(job, self.monotonic))

    async def pass_time(self, seconds: float) -> None:
        """Let so much time pass at once."""
        self.now += timedelta(seconds=seconds)
        self.monotonic += seconds

    async def due(self, at: datetime) -> int:
        """Do what is due at that moment, and give how many jobs that was."""
        self.now, before = at, len(self.outcomes)
        await self.delivery.due()
        return len(self.outcomes) - before

    async def talk(self, *words: str, who: Address = ANN) -> None:
        """Say these words and get the replies."""
        for text in words:
            await self.do(*await self.take(text, who))
