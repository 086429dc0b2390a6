"""One of the processes that share a store: asks Apple, takes turns, tells and sends, and may be killed."""

import asyncio
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Literal, Protocol, TypeAlias

from bot.apple import Board
from bot.dialogue.book import Book
from bot.events import Event
from bot.model import Address, Language, Reply
from bot.ports import Owed, Store
from bot.runtime.deliver import Delivery, Held, Outcome
from bot.runtime.lead import LEASE
from bot.runtime.news import News
from bot.runtime.poller import Poller
from bot.runtime.receive import receive
from bot.runtime.timetable import Timetable
from tests.outside import START, TOKYO

Where: TypeAlias = Literal["question", "answer", "turn", "send"]
"""Where a process is killed: before Apple answers or after, before a turn, or before its reply."""


class Killed(BaseException):
    """The process is gone, with all that it had in hand."""


class Outside(Protocol):
    """What all processes share besides the store."""

    now: datetime

    def fetch(self, language: Language) -> Board:
        """Have Apple answer, or raise `StatusUnreadable`."""

    def shown(self, job: Owed, outcome: Outcome) -> None:
        """Note what became of a job."""


@dataclass(eq=False, repr=False)
class Process:
    """A worker without its sockets and its habits. It is its own source of boards, and its own channel."""

    book: Book
    store: Store
    outside: Outside
    name: str
    telling: type[News] = News
    believes: bool = False
    """Whether it takes itself for the leader, whatever the store says."""
    dies_at: Where | None = None
    survives: int = 0
    """How often it still gets past there."""
    poller: Poller = field(init=False)
    news: News = field(init=False)
    delivery: Delivery = field(init=False)

    def __post_init__(self) -> None:
        """Start with nothing in hand."""
        self.poller = Poller(self.store, self, who=self.name, lead=self.leads)
        self.news = self.telling(self.store, self.receive, self.leads)
        self.delivery = Delivery(
            *(self.store, {"test": self}, self.receive, self._now, self._seconds),
            timetable=Timetable(self.store, self._now),
            seen=self.outside.shown,
        )

    async def leads(self) -> bool:
        return self.believes or await self.store.lead("apple", self.name, now=self._now(), lease=LEASE)

    async def goes_on(self) -> None:
        """Do what is due, look at Apple, and tell all pages of news."""
        await self.delivery.due()
        await self.poller.look(now=self._now())
        self._may_die("answer")
        while await self.news.tell_some(self.poller.bulletin.settling.outlook, now=self._now()):
            pass

    def can_show(self, language: Language) -> bool:
        """Say whether Apple's board is in hand, with all services."""
        board = self.poller.bulletin.world(self._now(), TOKYO).board(language)
        return board is not None and all(report.state != "unknown" for report in board.reports)

    async def receive(self, address: Address, event: Event) -> None:
        """Take a turn, and send what it owes."""
        await asyncio.sleep(0)  # others get on meanwhile
        self._may_die("turn")
        world = self.poller.bulletin.world(self._now(), TOKYO)
        received = await receive(self.store, self.book, address, event, world)
        self._may_die("send")
        for job in received.owed:
            await self.delivery.lane(Held(job, self._seconds()))

    def _may_die(self, where: Where) -> None:
        if self.dies_at == where:
            self.survives -= 1
            if self.survives < 0:
                raise Killed

    def _now(self) -> datetime:
        return self.outside.now

    def _seconds(self) -> float:
        return (self.outside.now - START).total_seconds()

    # --- as a source ---

    async def fetch(self, language: Language, *, now: datetime) -> Board:
        del now
        await asyncio.sleep(0)
        self._may_die("question")
        return self.outside.fetch(language)

    async def close(self) -> None:
        return

    # --- as a channel ---

    async def send(self, address: Address, reply: Reply, *, key: str, attempt: int) -> None:
        del address, reply, key, attempt

    def pause(self, address: Address) -> timedelta:
        del address
        return timedelta()

    @property
    def bot_pause(self) -> timedelta:
        return timedelta()
