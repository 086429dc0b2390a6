"""Slack's adapter against a local Slack: a channel, or an intake that gets what people do there."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from functools import wraps
from typing import ParamSpec

from slack_sdk.web.async_client import AsyncWebClient

from adapters.slack.card_watch import CardWatch
from adapters.slack.channel import SlackChannel
from adapters.slack.client import close_client, open_client
from adapters.slack.incoming import Me
from adapters.slack.intake import Intake
from bot.events import Event, Said
from bot.model import Address, Choice, Language, Reply
from bot.ports import Hears
from tests.adapters.slack_payloads import words
from tests.wire.slack import SlackServer
from tests.wire.slack.deliveries import Attempt, Delivery
from tests.wire.slack.workspace import TEAM

P = ParamSpec("P")


def awaited(story: Callable[P, Awaitable[None]]) -> Callable[P, None]:
    """Make a test of a coroutine."""

    @wraps(story)
    def test(*args: P.args, **kwargs: P.kwargs) -> None:
        async def run() -> None:
            async with asyncio.timeout(60):
                await story(*args, **kwargs)

        asyncio.run(run())

    return test


@dataclass(slots=True)
class Shop:
    """The channel beside the Slack that it speaks with."""

    slack: SlackServer
    client: AsyncWebClient
    channel: SlackChannel


@asynccontextmanager
async def sending(slack: SlackServer | None = None) -> AsyncIterator[Shop]:
    """Give a channel of a running Slack."""
    async with slack or SlackServer() as server:
        client = await open_client(server.bot_token, server.api_url)
        try:
            yield Shop(server, client, SlackChannel(client, words, now=server.clock.now))
        finally:
            await close_client(client)


@dataclass(slots=True)
class Straight:
    """A way that brings everything to an intake, and keeps what that makes of it."""

    slack: SlackServer
    client: AsyncWebClient
    intake: Intake
    events: list[tuple[Address, Event]] = field(default_factory=list)
    homes: list[tuple[str, Language | None]] = field(default_factory=list)
    chosen: dict[str, Language] = field(default_factory=dict)
    """The languages of conversations, by `Address.chat`, where people chose them."""
    watching: set[str] = field(default_factory=set)
    """The conversations, by `Address.chat`, in which people follow Apple's services."""
    away: Exception | None = None
    """What looking at a conversation raises."""
    broken: Exception | None = None
    """What the door in raises."""
    slow: asyncio.Event | None = None
    """What the door in waits for."""
    timeout_word: str = "timeout"

    async def carry(self, delivery: Delivery, attempt: Attempt) -> None:
        await self.intake.take(delivery.payload, self.receive)
        attempt.acked_at = attempt.at
        attempt.arrived.set()

    async def receive(self, address: Address, event: Event) -> None:
        if self.broken:
            raise self.broken
        self.events.append((address, event))
        if self.slow:
            await self.slow.wait()

    async def quiet(self) -> None:
        """Wait until everything is acknowledged that Slack has brought, and answered."""
        await self.slack.until(lambda: all(each.acked for each in self.slack.deliveries))
        await self.intake.settle(5)


@asynccontextmanager
async def taking(
    slack: SlackServer | None = None, *, hears: Hears = lambda _: True
) -> AsyncIterator[Straight]:
    """Give an intake that gets whatever people do in a running Slack."""
    async with slack or SlackServer() as server:
        client = await open_client(server.bot_token, server.api_url)
        me = Me(TEAM, server.app.user, server.app.bot, server.app.id)
        homes: list[tuple[str, Language | None]] = []

        async def home(person: str, language: Language | None) -> None:
            homes.append((person, language))

        async def speaks(address: Address, language: Language | None) -> Language:
            if way.away:
                raise way.away
            return way.chosen.get(address.chat) or language or "en"

        async def glance(address: Address, _: Language | None) -> Reply:
            if way.away:
                raise way.away
            buttons = (Choice("unwatch", "Stop watching"),) if address.chat in way.watching else ()
            return Reply("", buttons)

        watch = CardWatch(TEAM, glance, lambda event: isinstance(event, Said) and event.text == "stop")
        intake = Intake(client, me, words, home=home, speaks=speaks, card_watch=watch, hears=hears)
        way = Straight(server, client, intake, homes=homes)
        server.post.way = way
        try:
            yield way
        finally:
            await way.intake.settle(5)
            await close_client(client)
