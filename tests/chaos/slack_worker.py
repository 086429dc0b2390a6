"""The worker's side of Slack: the real adapter on the library, at the pace of the chaos."""

import time
from collections.abc import Callable
from datetime import timedelta
from functools import partial

from adapters.slack.app import SlackApp
from adapters.slack.channel import SlackChannel
from adapters.slack.client import close_client, open_client
from adapters.slack.http import SlackHttp
from adapters.slack.outage import Pace
from adapters.slack.socket import SlackSocket
from bot.dialogue.book import Book
from bot.dialogue.stopping import asks_to_stop
from bot.model import Address, Reply
from bot.platforms import Connected
from bot.ports import Glance, Receive
from bot.runtime.worker import Platform
from tests.chaos.adapted import PointedWayIn, SigningChannel
from tests.chaos.failpoints import Failpoints
from tests.chaos.plan import Plan
from tests.chaos.slack_names import APP_TOKEN, BOT_TOKEN, PLATFORM, SIGNING_SECRET, WORKER

PACE = Pace(first=0.1, longest=1.0, refused=1.0, grace=3.0, connect=2.0, ping=1.0, unseen=3.0, look=0.2)


async def connect_slack(
    plan: Plan,
    book: Book,
    points: Failpoints,
    glance: Glance,
    *,
    random: Callable[[], float],
    bug: Callable[[Receive], Receive],
) -> Connected:
    """Put the adapter together as `bot.platforms` does; nothing is opened yet."""
    client = await open_client(BOT_TOKEN, plan.platform)
    client.headers[WORKER] = plan.name
    pauses = timedelta(seconds=plan.chat_pause), timedelta(seconds=plan.bot_pause)
    kind = _NeverLooking if plan.mutant == "no-look-back" else SlackChannel
    channel = SigningChannel(kind(client, book.say), points, *pauses)
    stops = partial(asks_to_stop, book)
    app = SlackApp(client, book.say, glance, random=random, pace=PACE, asks_to_stop=stops)

    async def close() -> None:
        await close_client(client)

    if plan.kind == "slack-socket":
        socket = SlackSocket(app, client, APP_TOKEN, monotonic=time.monotonic, random=random, pace=PACE)
        return Connected(Platform(PLATFORM, PointedWayIn(socket, points, bug), channel), (), close)
    http = SlackHttp(app, SIGNING_SECRET, now=time.time)
    return Connected(Platform(PLATFORM, PointedWayIn(http, points, bug), channel), http.routes, close)


class _NeverLooking(SlackChannel):
    """A planted bug: takes every attempt for the first one, and so never looks at what is shown."""

    async def send(self, address: Address, reply: Reply, *, key: str, attempt: int) -> None:
        """Show the reply as if for the first time."""
        del attempt
        await super().send(address, reply, key=key, attempt=1)
