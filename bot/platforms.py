"""The chat platforms whose tokens are set, each put together from its adapter."""

import time
from collections.abc import Awaitable, Callable, Sequence
from functools import partial
from typing import TypeAlias

import structlog
from msgspec import Struct
from starlette.routing import BaseRoute

from bot.dialogue.book import Book
from bot.dialogue.stopping import asks_to_stop
from bot.ports import Glance, Hears, Lead
from bot.runtime.worker import Platform
from bot.settings import Settings, SlackSettings, TelegramSettings

LeadOf: TypeAlias = Callable[[str], Lead]
"""Gives the lead for a role of that name."""

_log = structlog.get_logger()


class Connected(Struct, frozen=True):
    """A platform, what the public listener serves for it, and how it is let go of."""

    platform: Platform
    routes: Sequence[BaseRoute]
    close: Callable[[], Awaitable[None]]


async def connect(
    settings: Settings,
    book: Book,
    lead_of: LeadOf,
    glance: Glance,
    *,
    random: Callable[[], float],
    hears: Hears,
    only: str | None = None,
) -> Sequence[Connected]:
    """Put together those that are set up, or `only` one of them; nothing is opened yet."""
    found = []
    if settings.telegram and only in (None, "telegram"):
        found.append(_telegram(settings.telegram, book, lead_of, random, hears))
    if settings.slack and only in (None, "slack"):
        found.append(await _slack(settings.slack, book, glance, random, hears))
    return found


def _telegram(
    set_up: TelegramSettings, book: Book, lead_of: LeadOf, random: Callable[[], float], hears: Hears
) -> Connected:
    from adapters.telegram.bot import open_bot  # noqa: PLC0415  slow to import, needless without a token
    from adapters.telegram.channel import TelegramChannel  # noqa: PLC0415
    from adapters.telegram.polling import TelegramPolling  # noqa: PLC0415
    from adapters.telegram.webhook import TelegramWebhook  # noqa: PLC0415

    bot, name = open_bot(set_up.token, set_up.api_url), "telegram"
    if set_up.webhook_url is None:
        polling = TelegramPolling(bot, book.say, lead_of(name), random=random, hears=hears)
        return Connected(Platform(name, polling, TelegramChannel(bot)), (), bot.shutdown)
    webhook = TelegramWebhook(bot, book.say, set_up.webhook_url, random=random, hears=hears)
    return Connected(Platform(name, webhook, TelegramChannel(bot)), webhook.routes, bot.shutdown)


async def _slack(
    set_up: SlackSettings, book: Book, glance: Glance, random: Callable[[], float], hears: Hears
) -> Connected:
    from adapters.slack.app import SlackApp  # noqa: PLC0415  slow to import, needless without a token
    from adapters.slack.channel import SlackChannel  # noqa: PLC0415
    from adapters.slack.client import API_URL, close_client, open_client  # noqa: PLC0415
    from adapters.slack.http import SlackHttp  # noqa: PLC0415
    from adapters.slack.outage import Pace  # noqa: PLC0415
    from adapters.slack.socket import SlackSocket  # noqa: PLC0415

    client, pace, name = await open_client(set_up.bot_token, set_up.api_url or API_URL), Pace(), "slack"
    channel = SlackChannel(client, book.say)
    app = SlackApp(
        *(client, book.say, glance),
        random=random,
        pace=pace,
        asks_to_stop=partial(asks_to_stop, book),
        connect=set_up.connect,
        hears=hears,
    )

    async def close() -> None:
        await close_client(client)

    if set_up.app_token:
        if set_up.signing_secret:
            _log.info("slack comes by Socket Mode", unused="SLACK_SIGNING_SECRET")
        socket = SlackSocket(
            app, client, set_up.app_token, monotonic=time.monotonic, random=random, pace=pace
        )
        return Connected(Platform(name, socket, channel), (), close)
    secrets = [each for each in (set_up.signing_secret, set_up.old_signing_secret) if each]
    http = SlackHttp(app, *secrets, now=time.time)
    return Connected(Platform(name, http, channel), http.routes, close)
