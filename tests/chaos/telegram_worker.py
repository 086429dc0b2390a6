"""The worker's side of Telegram: the real adapter on the library, at the pace of the chaos."""

import time
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import telegram

from adapters.telegram.bot import open_bot
from adapters.telegram.channel import TelegramChannel
from adapters.telegram.outage import Pace
from adapters.telegram.polling import TelegramPolling
from adapters.telegram.request import AiohttpRequest
from adapters.telegram.webhook import TelegramWebhook
from bot.dialogue.book import Book
from bot.platforms import Connected
from bot.ports import Receive, Store
from bot.runtime.lead import Leading
from bot.runtime.worker import Platform
from tests.chaos.adapted import PointedWayIn, SigningChannel
from tests.chaos.failpoints import LEADS_FASTER, Failpoints
from tests.chaos.plan import PUBLIC, Plan
from tests.wire.telegram.server import TOKEN

PACE = Pace(poll=1, first=0.1, longest=1.0, refused=1.0, look=0.2, glance=0.1, grace=3.0)


def connect_telegram(
    plan: Plan,
    book: Book,
    store: Store,
    points: Failpoints,
    *,
    random: Callable[[], float],
    bug: Callable[[Receive], Receive],
) -> Connected:
    """Put the adapter together as `bot.platforms` does; nothing is opened yet."""
    url = f"{plan.platform}/{plan.name}"
    bot = _OffsetFirst(url) if plan.mutant == "offset-first" else open_bot(TOKEN, url)
    lead = Leading(store, "telegram", plan.name, monotonic=lambda: time.monotonic() * LEADS_FASTER)
    pauses = timedelta(seconds=plan.chat_pause), timedelta(seconds=plan.bot_pause)
    channel = SigningChannel(TelegramChannel(bot), points, *pauses)

    async def close() -> None:
        await lead.give_up()
        await bot.shutdown()

    if plan.kind == "telegram-polling":
        polling = TelegramPolling(bot, book.say, lead, random=random, pace=PACE)
        return Connected(Platform("telegram", PointedWayIn(polling, points, bug), channel), (), close)
    webhook = TelegramWebhook(bot, book.say, PUBLIC, random=random, pace=PACE)
    return Connected(Platform("telegram", PointedWayIn(webhook, points, bug), channel), webhook.routes, close)


class _OffsetFirst(telegram.Bot):
    """A planted bug: updates are confirmed once they came, before any is stored."""

    def __init__(self, url: str) -> None:
        calls, polls = AiohttpRequest(), AiohttpRequest(connections=2)
        super().__init__(TOKEN, base_url=f"{url}/bot", request=calls, get_updates_request=polls)

    async def do_api_request(self, endpoint: str, *args: Any, **kwargs: Any) -> Any:  # noqa: ANN401  the library's
        """Ask for updates, and then at once for those behind them."""
        answer = await super().do_api_request(endpoint, *args, **kwargs)
        if endpoint.startswith("getUpdates") and answer:
            confirming = {"offset": answer[-1]["update_id"] + 1, "timeout": 0, "limit": 1}
            await super().do_api_request(endpoint, api_kwargs=confirming)
        return answer
