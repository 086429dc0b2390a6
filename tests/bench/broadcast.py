"""News for many at once: how near it comes to the permitted rate, and what those who talk meanwhile feel.

Two workers are processes of their own, as people run them, on a real Redis, before a local Telegram that
enforces its limits: 30 messages in any second, one in a chat. The time without the broadcast is measured in
the same run, right before it.
"""

import asyncio
import contextlib
import signal
import statistics
from collections import Counter
from collections.abc import AsyncIterator, Iterable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from adapters.store.redis.store import RedisStore
from bot.apple import Service
from bot.codec import encode_conversation
from bot.dialogue.following import APPLE
from bot.flowfiles import load_book
from bot.model import Address, Conversation, EventId, Watch
from bot.replace import replace
from tests.bench.broadcast_telegram import PERMITTED, Crowd, Shown, Telegram
from tests.live import OUTAGE, SAFE, LiveProgram, feed
from tests.redis_server import RedisServer
from tests.wire.apple import AppleServer, apple, document

PEOPLE = 12
"""Who talk all the while: about six replies in a second."""

FOLLOWERS_FROM, PEOPLE_FROM = 1_000_000, 500_000
"""Their numbers at Telegram."""

CALM = 40.0
"""Seconds of talk without the broadcast."""

WARM = 5.0
"""Seconds that are not measured: until all is loaded."""

BEGINS_WITHIN = 240.0
"""Seconds until Apple's board is read, and its change has settled."""

QUIET = 45.0
"""Seconds without news after which no more is expected: longer than a killed worker's leases."""

AT_ONCE = 100
MEGABYTE = 2**20


@dataclass(eq=False)
class Stage:
    """Everything in the benchmark, and what is told to whom."""

    telegram: Telegram
    apple: AppleServer
    workers: dict[str, LiveProgram]
    """By the folder in which each speaks with Telegram."""
    followers: int
    crowd: Crowd

    @property
    def told(self) -> list[Shown]:
        """The news, in the order in which it was shown."""
        return [each for each in self.telegram.shown if each.chat >= FOLLOWERS_FROM]

    async def told_reaches(self, count: int, within: float) -> bool:
        """Wait until so many messages of news were shown; False if none came for so long before."""
        seen, since = -1, self.telegram.clock.now()
        while (now := len(self.told)) < count:
            if now != seen:
                seen, since = now, self.telegram.clock.now()
            if self.telegram.clock.now() - since > within:
                return False
            await asyncio.sleep(0.25)
        return True


def measure(followers: int, *, kills: bool = False) -> dict[str, float]:
    """Give the figures; `kills` has the worker that sends the news killed in the middle."""
    return asyncio.run(_measure(followers, kills=kills))


async def _measure(followers: int, *, kills: bool) -> dict[str, float]:
    async with _stage(followers) as stage:
        talking = asyncio.create_task(stage.crowd.talk())
        await asyncio.sleep(WARM + CALM)
        calm = stage.telegram.clock.now()
        stage.apple.answer = document(feed())
        assert await stage.told_reaches(followers // 10, BEGINS_WITHIN), "the news never began"
        before = _memory(stage.workers.values())
        if kills:
            await stage.told_reaches(followers // 2, QUIET)
            await _kill_the_busy(stage)
        await stage.told_reaches(followers, QUIET)
        growth = _growth(before, _memory(stage.workers.values()))
        talking.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await talking
        return _figures(stage, calm) | {"memory_growth_mb": growth}


def _figures(stage: Stage, calm: float) -> dict[str, float]:
    begun, ended = stage.told[0].at, stage.told[-1].at
    sends = sum(begun < each.at <= ended for each in stage.telegram.shown)
    waits, told = stage.crowd.waits, Counter(each.chat for each in stage.told)
    during = _p95([wait for at, wait in waits if begun < at <= ended])
    without = _p95([wait for at, wait in waits if calm - CALM < at <= calm])
    return {
        "followers": stage.followers,
        "seconds": round(ended - begun, 1),
        "share_of_permitted_rate": round(sends / (PERMITTED * (ended - begun)), 4),
        "rate_limited_responses": stage.telegram.refusals,
        "live_reply_p95_ms": round(during * 1000, 1),
        "live_reply_p95_ms_without": round(without * 1000, 1),
        "live_reply_ratio": round(during / without, 2),
        "told": len(told),
        "told_twice": sum(times > 1 for times in told.values()),
    }


def _p95(waits: Sequence[float]) -> float:
    return statistics.quantiles(waits, n=20)[-1]


def _memory(workers: Iterable[LiveProgram]) -> dict[int, float]:
    """Give what each process has of the memory, in megabytes, by its number."""
    pages = {each.pid: Path(f"/proc/{each.pid}/statm") for each in workers}
    return {
        pid: int(path.read_text().split()[1]) * 4096 / MEGABYTE
        for pid, path in pages.items()
        if path.exists()
    }


def _growth(before: dict[int, float], after: dict[int, float]) -> float:
    return round(max(after[pid] - before[pid] for pid in before.keys() & after.keys()), 1)


async def _kill_the_busy(stage: Stage) -> None:
    """Kill whoever sends the news."""
    before = Counter(stage.telegram.sends_by_folder)
    await asyncio.sleep(1)
    ((busy, _),) = (stage.telegram.sends_by_folder - before).most_common(1)
    await stage.workers[busy].end(signal.SIGKILL)


@asynccontextmanager
async def _stage(followers: int) -> AsyncIterator[Stage]:
    with RedisServer(*SAFE) as redis, apple(document(feed(OUTAGE))) as feed_server:
        async with Telegram() as telegram:
            await _follow(redis, telegram, followers)
            settings = {
                "APPLE_STATUS_URL": feed_server.url,
                "REDIS_URL": redis.url,
                "TELEGRAM_BOT_TOKEN": telegram.token,
            }
            workers = {
                name: LiveProgram("telegram", settings | {"TELEGRAM_API_URL": f"{telegram.url}/{name}"})
                for name in ("one", "two")
            }
            try:
                for worker in workers.values():
                    await worker.start()
                yield Stage(telegram, feed_server, workers, followers, Crowd(telegram, PEOPLE, PEOPLE_FROM))
            finally:
                for worker in workers.values():
                    await worker.close()


async def _follow(redis: RedisServer, telegram: Telegram, followers: int) -> None:
    """Store that many conversations that wait for news of iMessage, which they know to be down."""
    store, book, now = await RedisStore.open(redis.url), load_book(), datetime.now(UTC)

    async def follow(number: int) -> None:
        who = Address("telegram", str(number), str(number))
        telegram.person(number)
        waiting = _waiting(book.begin(who, "en"), now)
        await store.commit(
            *(who, 0, EventId("follows"), encode_conversation(waiting), []),
            topics=waiting.topics,
            now=now,
            lease=timedelta(),
        )

    numbers = range(FOLLOWERS_FROM, FOLLOWERS_FROM + followers)
    for begin in range(0, followers, AT_ONCE):
        await asyncio.gather(*map(follow, numbers[begin : begin + AT_ONCE]))
    await store.close()


def _waiting(conversation: Conversation, now: datetime) -> Conversation:
    watch = Watch(1, now + timedelta(days=7), ((Service.IMESSAGE, "outage"),))
    return replace(conversation, topics=(APPLE,), watch=watch)
