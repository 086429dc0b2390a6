"""The door in, as the ways in of Telegram see it in tests."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import TypeAlias

from adapters.telegram.bot import open_bot
from adapters.telegram.outage import Pace
from adapters.telegram.polling import TelegramPolling
from bot.events import Event, Said
from bot.model import Address, Language
from bot.ports import Lead, Receive, WayIn
from tests.wire.telegram.server import TelegramServer

QUICK = Pace(poll=1, first=0.01, longest=0.05, refused=0.05, look=0.05, glance=0.05, grace=20)
"""The same, without the waiting."""

ENDS_WITHIN = 15
"""Seconds. Whatever a stop has to cut short takes longer."""

Story: TypeAlias = Callable[[TelegramServer, "Door"], Awaitable[None]]


def words(key: str, language: Language) -> str:
    """Give a phrase that nobody has written."""
    return f"{key} in {language}"


async def leads() -> bool:
    """Lead, where there is nobody else."""
    return True


@dataclass
class Door:
    """Writes down what came in. A text with a fault raises it; one that is held waits."""

    events: list[Event] = field(default_factory=list)
    begun: list[str] = field(default_factory=list)
    faults: dict[str, Exception] = field(default_factory=dict)
    held: dict[str, asyncio.Event] = field(default_factory=dict)
    on_change: Callable[[], None] = lambda: None

    async def receive(self, address: Address, event: Event) -> None:
        """Take the event."""
        del address
        text = event.text if isinstance(event, Said) else ""
        self.begun.append(text)
        self.on_change()
        if text in self.held:
            await self.held[text].wait()
        if text in self.faults:
            raise self.faults[text]
        self.events.append(event)
        self.on_change()

    @property
    def texts(self) -> list[str]:
        """The texts that were taken."""
        return [event.text for event in self.events if isinstance(event, Said)]


@asynccontextmanager
async def running(way_in: WayIn, receive: Receive) -> AsyncIterator[Callable[[], Awaitable[None]]]:
    """Run a way in, and give how to stop it; it is stopped at the end in any case."""
    stop = asyncio.Event()

    async def end() -> None:
        stop.set()
        async with asyncio.timeout(ENDS_WITHIN):
            await asyncio.wait([task])

    async with asyncio.TaskGroup() as group:
        task = group.create_task(way_in.run(receive, stop))
        yield end
        await end()


@asynccontextmanager
async def polled(
    server: TelegramServer, door: Door, lead: Lead = leads, pace: Pace = QUICK
) -> AsyncIterator[tuple[TelegramPolling, Callable[[], Awaitable[None]]]]:
    """Poll that server; give the way in, and how to stop it."""
    door.on_change = server._notify
    bot = open_bot(server.token, server.url)
    way_in = TelegramPolling(bot, words, lead, random=lambda: 0.0, pace=pace)
    try:
        async with running(way_in, door.receive) as stop:
            yield way_in, stop
    finally:
        await bot.shutdown()


def tell(story: Story) -> None:
    """Let it happen with a server and a door."""

    async def run() -> None:
        async with TelegramServer() as server:
            await story(server, Door())

    asyncio.run(run())
