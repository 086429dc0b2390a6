"""Puts a worker's platform together: the chaos' own, or an adapter with failpoints round it."""

from collections.abc import Callable
from datetime import timedelta

from redis.asyncio import Redis

from bot.dialogue.book import Book
from bot.platforms import Connected
from bot.ports import Glance, Receive, Store
from bot.runtime.worker import Platform
from tests.chaos.failpoints import Failpoints
from tests.chaos.mutants import acking_first, marking_first
from tests.chaos.plan import Plan
from tests.chaos.slack_worker import connect_slack
from tests.chaos.telegram_worker import connect_telegram
from tests.chaos.ways import ChaosChannel, ChaosWayIn

PLATFORM = "test"


async def connect(
    plan: Plan,
    book: Book,
    store: Store,
    points: Failpoints,
    glance: Glance,
    *,
    random: Callable[[], float],
) -> Connected:
    """Connect as the plan says; nothing is opened yet."""
    if plan.kind in ("slack-socket", "slack-http"):
        return await connect_slack(plan, book, points, glance, random=random, bug=_bug(plan))
    if plan.kind != "own":
        return connect_telegram(plan, book, store, points, random=random, bug=_bug(plan))
    pauses = timedelta(seconds=plan.chat_pause), timedelta(seconds=plan.bot_pause)
    way_in = ChaosWayIn(plan.platform, plan.name, points, glance, _bug(plan))
    channel = ChaosChannel(plan.platform, plan.name, points, *pauses)
    return Connected(Platform(PLATFORM, way_in, channel), (), _nothing)


def _bug(plan: Plan) -> Callable[[Receive], Receive]:
    """Give the bug that is to stand round the door in, or none."""
    if plan.mutant == "dedup-first":
        marks = Redis.from_url(plan.store)
        return lambda receive: marking_first(receive, marks)
    if plan.mutant == "ack-first":
        return acking_first
    return lambda receive: receive


async def _nothing() -> None:
    """Close nothing."""
