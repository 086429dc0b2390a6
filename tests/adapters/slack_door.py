"""The door in, as the ways in of Slack see it in tests: real ways in, and a local Slack."""

import asyncio
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

from starlette.applications import Starlette

from adapters.slack.app import SlackApp
from adapters.slack.client import close_client, open_client
from adapters.slack.http import PATH, SlackHttp
from adapters.slack.outage import Pace
from adapters.slack.socket import SlackSocket
from adapters.web.server import WebServer
from bot.events import Event, Said
from bot.model import Address, Choice, EventId, Language, Reply
from bot.ports import StoreUnusable
from tests.adapters.slack_payloads import words
from tests.adapters.telegram_door import running
from tests.wire.slack import SlackServer

QUICK = Pace(first=0.01, longest=0.05, refused=0.05, grace=20, connect=5, ping=10, unseen=3600, look=0.02)
"""The same, without the waiting, but with time for a pong while the machine stands still."""

AWAY = StoreUnusable("unreachable", "the store")


@dataclass
class Door:
    """Stores what comes in, each event once. A text with a fault raises it; one that is held waits."""

    events: dict[EventId, Event] = field(default_factory=dict)
    addresses: list[Address] = field(default_factory=list)
    begun: list[str] = field(default_factory=list)
    faults: dict[str, Exception] = field(default_factory=dict)
    held: dict[str, asyncio.Event] = field(default_factory=dict)
    lost: dict[str, Exception] = field(default_factory=dict)
    """What happens to a text just after it was stored."""

    async def receive(self, address: Address, event: Event) -> None:
        """Take the event."""
        text = event.text if isinstance(event, Said) else type(event).__name__
        self.begun.append(text)
        if text in self.held:
            await self.held[text].wait()
        if text in self.faults:
            raise self.faults[text]
        if event.id not in self.events:
            self.events[event.id] = event
            self.addresses.append(address)
        if text in self.lost:
            raise self.lost[text]

    @property
    def texts(self) -> list[str]:
        """What was said, each once."""
        return [event.text for event in self.events.values() if isinstance(event, Said)]


def never(_: object) -> bool:
    """Say that nobody wants to be told no more."""
    return False


async def glance(address: Address, language: Language | None) -> Reply:
    """See the same for everybody."""
    names = ("go_on", "restart", "language", "watch", "forget")
    choices = tuple(Choice(name, f"[{name}]", "command") for name in names)
    return Reply(f"the board\n\n{address.chat} in {language}", choices)


@dataclass
class Way:
    """A way in that runs, and how it is stopped."""

    slack: SlackServer
    door: Door
    way_in: SlackSocket | SlackHttp
    stop: Callable[[], Awaitable[None]]
    url: str = ""

    async def quiet(self) -> None:
        """Wait until everything is acknowledged that Slack has brought."""
        await self.slack.until(lambda: all(each.acked for each in self.slack.deliveries))


@asynccontextmanager
async def by_socket(
    slack: SlackServer,
    door: Door | None = None,
    *,
    pace: Pace = QUICK,
    monotonic: Callable[[], float] = time.monotonic,
    connect: bool = False,
) -> AsyncIterator[Way]:
    """Connect to that Slack by Socket Mode; there may be no connection yet."""
    door = door or Door()
    client = await open_client(slack.bot_token, slack.api_url)
    app = SlackApp(client, words, glance, random=lambda: 0.0, pace=pace, asks_to_stop=never, connect=connect)
    way_in = SlackSocket(app, client, slack.app_token, monotonic=monotonic, random=lambda: 0.0, pace=pace)
    try:
        async with running(way_in, door.receive) as stop:
            yield Way(slack, door, way_in, stop)
    finally:
        await close_client(client)


@asynccontextmanager
async def connected(slack: SlackServer, door: Door | None = None, **beside: object) -> AsyncIterator[Way]:
    """Wait until both connections are there."""
    async with by_socket(slack, door, **beside) as way:  # type: ignore[arg-type]
        await slack.until(lambda: len(slack.connections) == 2)
        await slack.until(lambda: way.way_in.is_ready)
        yield way


@asynccontextmanager
async def over_http(
    slack: SlackServer,
    door: Door | None = None,
    *,
    now: Callable[[], float] = time.time,
    secrets: tuple[str, ...] | None = None,
) -> AsyncIterator[Way]:
    """Give that Slack an address, and wait until calls are taken; `secrets` are those that count."""
    door = door or Door()
    client = await open_client(slack.bot_token, slack.api_url)
    app = SlackApp(client, words, glance, random=lambda: 0.0, pace=QUICK, asks_to_stop=never)
    way_in = SlackHttp(app, *((slack.signing_secret,) if secrets is None else secrets), now=now)
    site = Starlette(routes=way_in.routes)
    site.router.redirect_slashes = False
    listener = WebServer(site, "127.0.0.1", 0)
    url = f"http://127.0.0.1:{await listener.start()}{PATH}"
    slack.sends_to(url)
    try:
        async with running(way_in, door.receive) as stop:
            await slack.until(lambda: way_in.is_ready)
            yield Way(slack, door, way_in, stop, url)
    finally:
        await listener.stop()
        await close_client(client)
