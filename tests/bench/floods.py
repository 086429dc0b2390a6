"""What others feel while somebody floods the bot: their wait for a reply, quiet and flooded, in one run.

The worker is a process as people run it, on a real Redis, before a local Telegram that keeps its limits or a
local Slack. Each flood has a worker of its own, which is measured in peace first. The longest lane is what
waits for one person at most, and the longest block is how long the worker's health page took at most: an
upper bound of how long its event loop stood still, since a busy machine counts, too.
"""

import asyncio
import contextlib
import random
import statistics
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Collection, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Protocol

import aiohttp

from tests.bench.broadcast_telegram import GIVES_UP, Crowd, Telegram
from tests.bench.evidence import HOSTILE, repeated
from tests.live import SAFE, LiveProgram, feed
from tests.redis_server import RedisServer
from tests.slack.program import manifest
from tests.wire.apple import apple, document
from tests.wire.slack import Clock, SlackServer
from tests.wire.slack.people import Person
from tests.wire.slack.posts import Post

WARM, QUIET, FLOODED = 4.0, 25.0, 60.0
"""Seconds: until all is loaded, and then measured without and with the flood."""

PEOPLE = 12
"""The others, who talk all the while."""

THINKS = (2.5, 5.5)
"""Seconds that they take to answer."""

TALKERS, FILES, MEMBERS, THREADS, PASTERS = 70, 60, 60, 60, 20
A_SECOND = 1.0
AS_FAST = 0.01
"""Seconds between two messages of the one who is as fast as they can."""

OTHERS_FROM, FLOODERS_FROM = 500_000, 700_000
"""Their numbers at Telegram."""

PASTE = 40_000
"""Characters of a long paste on Slack."""


class Stage(Protocol):
    """A platform with its worker, and the others who talk with it."""

    waits: list[tuple[float, float]]
    """When each of the others got a reply, and after how many seconds."""

    def now(self) -> float:
        """Give the time by which `waits` goes."""
        ...

    async def talk(self) -> None:
        """Let the others talk until cancelled."""
        ...


Flood = Callable[["Stage"], Awaitable[None]]


@dataclass(eq=False)
class OnTelegram:
    """Telegram, and the others there."""

    telegram: Telegram
    crowd: Crowd

    @property
    def waits(self) -> list[tuple[float, float]]:
        return self.crowd.waits

    def now(self) -> float:
        return self.telegram.clock.now()

    async def talk(self) -> None:
        await self.crowd.talk()

    async def talkers(self) -> None:
        """Seventy accounts at a message a second each."""
        await self._each(TALKERS, A_SECOND)

    async def fast(self) -> None:
        """One account as fast as it can."""
        await self._each(1, AS_FAST)

    async def forgets(self) -> None:
        """One account that wants to be forgotten ten times a second."""
        await self._each(1, A_SECOND / 10, "/forget")

    async def files(self) -> None:
        """Sixty files of a megabyte, made to be slow to read, from as many accounts."""
        contents = _hostile_files()
        for number in range(FILES):
            somebody = self.telegram.person(FLOODERS_FROM + number)
            somebody.sends_file(f"{number}.log", contents[number % len(contents)])
            await asyncio.sleep(0)
        await asyncio.Event().wait()

    async def group(self) -> None:
        """A group where the bot may not write, and everybody asks it."""
        group = self.telegram.group()
        group.closed = "need administrator rights in the channel chat"
        await asyncio.gather(*(self._asks_in(group, number) for number in range(MEMBERS)))

    async def busy_group(self) -> None:
        """A group with twenty messages a minute for everybody, and everybody asks."""
        group = self.telegram.group()
        await asyncio.gather(*(self._asks_in(group, number) for number in range(MEMBERS)))

    async def _asks_in(self, group: object, number: int) -> None:
        member = self.telegram.person(FLOODERS_FROM + number).within(group)  # type: ignore[arg-type]
        await asyncio.sleep(2 * number / MEMBERS)
        while True:
            member.says("@imessage_helper_bot my iPhone does not work")
            await asyncio.sleep(2 * A_SECOND)

    async def _each(self, people: int, every: float, text: str = "hello, are you there?") -> None:
        async def talks(number: int) -> None:
            somebody = self.telegram.person(FLOODERS_FROM + number)
            await asyncio.sleep(every * number / people)
            due = time.monotonic()
            while True:
                somebody.says(text)
                del somebody.chat.messages[:-20]
                due += every
                await asyncio.sleep(max(0.0, due - time.monotonic()))

        await asyncio.gather(*(talks(number) for number in range(people)))


@dataclass(eq=False)
class OnSlack:
    """Slack, and the others there."""

    slack: SlackServer
    waits: list[tuple[float, float]] = field(default_factory=list)

    def now(self) -> float:
        return time.monotonic()

    async def talk(self) -> None:
        async with asyncio.TaskGroup() as group:
            for number in range(PEOPLE):
                group.create_task(self._live(self.slack.person(f"U0OTHER{number:03}"), number))

    async def _live(self, person: Person, number: int) -> None:
        lots = random.Random(number)  # noqa: S311  no secret
        await asyncio.sleep(lots.random() * THINKS[1])
        while True:
            begun, before = self.now(), _of_the_app(person)
            if before and before[-1].buttons:
                person.presses(before[-1].buttons[0], before[-1])
            else:
                person.writes_dm("start over" if before else "iPhone")
            while (  # noqa: ASYNC110  as somebody who looks
                len(_of_the_app(person)) == len(before) and self.now() - begun < GIVES_UP
            ):
                await asyncio.sleep(0.005)
            self.waits.append((self.now(), self.now() - begun))
            await asyncio.sleep(lots.uniform(*THINKS))

    async def threads(self) -> None:
        """One person in sixty threads at once, at a message a second in each."""
        person = self.slack.person("U0FLOOD")
        roots = [person.writes_dm("iPhone") for _ in range(THREADS)]

        async def talks(root: Post, number: int) -> None:
            await asyncio.sleep(number / THREADS)
            while True:
                person.writes_in_thread(root, "hello, are you there?")
                await asyncio.sleep(A_SECOND)

        await asyncio.gather(*(talks(root, number) for number, root in enumerate(roots)))

    async def pastes(self) -> None:
        """Twenty people who paste long texts, made to be slow to read, one every two seconds each."""
        texts = [text[:PASTE] for text in map(repeated, HOSTILE.values()) if text.isprintable()]

        async def pastes(number: int) -> None:
            person = self.slack.person(f"U0PASTE{number:03}")
            await asyncio.sleep(2 * number / PASTERS)
            for turn in range(1_000):
                person.writes_dm(texts[(number + turn) % len(texts)])
                await asyncio.sleep(2 * A_SECOND)

        await asyncio.gather(*(pastes(number) for number in range(PASTERS)))


def _of_the_app(person: Person) -> list[Post]:
    return [each for each in person.dm.posts if each.by_app]


def _hostile_files() -> list[bytes]:
    """Give the slowest of the hostile texts: those that take a quarter of a second or more."""
    slow = (
        "half a colour",
        "labels",
        "message lines",
        "versions",
        "window labels",
        "full width",
        "half words",
    )
    return [repeated(HOSTILE[name]).encode("utf-8", "surrogatepass") for name in slow]


FLOODS: Mapping[str, tuple[str, str]] = {
    "talkers": ("telegram", "talkers"),
    "fast": ("telegram", "fast"),
    "forgets": ("telegram", "forgets"),
    "files": ("telegram", "files"),
    "mute_group": ("telegram", "group"),
    "busy_group": ("telegram", "busy_group"),
    "threads": ("slack", "threads"),
    "pastes": ("slack", "pastes"),
}
"""By name: on which platform, and which of its methods."""


def measure(names: Collection[str] = ()) -> dict[str, float]:
    """Give the figures of these floods, or of all."""
    figures: dict[str, float] = {}
    for name in names or FLOODS:
        figures |= {f"{name}_{key}": value for key, value in asyncio.run(_measure(name)).items()}
    return figures


async def _measure(name: str) -> dict[str, float]:
    platform, method = FLOODS[name]
    with RedisServer(*SAFE) as redis, apple(document(feed())) as feed_server:
        settings = {"APPLE_STATUS_URL": feed_server.url, "REDIS_URL": redis.url, "MESSAGES_PER_MINUTE": "20"}
        async with (_telegram if platform == "telegram" else _slack)(settings) as (stage, program):
            return await _flooded(stage, method, redis, program)


async def _flooded(
    stage: OnTelegram | OnSlack, method: str, redis: RedisServer, program: LiveProgram
) -> dict[str, float]:
    health = f"http://127.0.0.1:{program.log[0]['health_port']}/healthz"
    lanes, blocks = Longest(), Longest()
    async with _running(stage.talk(), _watch_lanes(redis, lanes), _watch_loop(health, blocks)):
        await asyncio.sleep(WARM + QUIET)
        begun = stage.now()
        quiet = [wait for at, wait in stage.waits if at > begun - QUIET]
        calm = blocks.take()
        lanes.take()
        async with _running(getattr(stage, method)()):
            await asyncio.sleep(FLOODED)
            flooded = [wait for at, wait in stage.waits if at > begun]
            return _figures(quiet, flooded) | {
                "longest_lane": lanes.take(),
                "longest_block_ms": round(blocks.take() * 1000, 1),
                "longest_block_ms_quiet": round(calm * 1000, 1),
            }


def _figures(quiet: Sequence[float], flooded: Sequence[float]) -> dict[str, float]:
    before, during = _p95(quiet), _p95(flooded)
    return {
        "asked": len(flooded),
        "p50_ms_quiet": round(statistics.median(quiet) * 1000, 1),
        "p95_ms_quiet": round(before * 1000, 1),
        "p50_ms": round(statistics.median(flooded) * 1000, 1),
        "p95_ms": round(during * 1000, 1),
        "p95_ratio": round(during / before, 2),
    }


def _p95(waits: Sequence[float]) -> float:
    return statistics.quantiles(waits, n=20)[-1]


@dataclass
class Longest:
    """The greatest of what was noted since it was taken last."""

    value: float = 0.0

    def note(self, value: float) -> None:
        self.value = max(self.value, value)

    def take(self) -> float:
        taken, self.value = self.value, 0.0
        return taken


async def _watch_lanes(redis: RedisServer, longest: Longest) -> None:
    def look() -> int:
        with redis.admin() as client:
            return max((int(client.llen(key)) for key in client.scan_iter("*}:l:*")), default=0)

    while True:
        longest.note(await asyncio.to_thread(look))
        await asyncio.sleep(0.5)


async def _watch_loop(url: str, longest: Longest) -> None:
    async with aiohttp.ClientSession() as session:
        while True:
            begun = time.monotonic()
            with contextlib.suppress(aiohttp.ClientError, TimeoutError):
                async with session.get(url) as answer:
                    await answer.read()
            longest.note(time.monotonic() - begun)
            await asyncio.sleep(0.02)


@asynccontextmanager
async def _running(*work: Awaitable[None]) -> AsyncIterator[None]:
    tasks = [asyncio.ensure_future(each) for each in work]
    try:
        yield
        for task in tasks:
            if task.done():
                task.result()
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


@asynccontextmanager
async def _telegram(settings: Mapping[str, str]) -> AsyncIterator[tuple[OnTelegram, LiveProgram]]:
    async with Telegram() as telegram:
        own = {"TELEGRAM_BOT_TOKEN": telegram.token, "TELEGRAM_API_URL": telegram.url}
        async with _program("telegram", {**settings, **own}) as program:
            yield OnTelegram(telegram, Crowd(telegram, PEOPLE, OTHERS_FROM, thinks=THINKS)), program


@asynccontextmanager
async def _slack(settings: Mapping[str, str]) -> AsyncIterator[tuple[OnSlack, LiveProgram]]:
    async with SlackServer(Clock(running=True), checked=False, keeps_calls=False) as slack:
        slack.installs(manifest())
        tokens = {"SLACK_BOT_TOKEN": slack.bot_token, "SLACK_APP_TOKEN": slack.app_token}
        own = {"SLACK_API_URL": slack.api_url, **tokens}
        async with _program("slack", {**settings, **own}) as program:
            await slack.until(lambda: slack.connections, within=60.0)
            yield OnSlack(slack), program


@asynccontextmanager
async def _program(command: str, settings: dict[str, str]) -> AsyncIterator[LiveProgram]:
    program = LiveProgram(command, settings)
    try:
        await program.start()
        yield program
    finally:
        await program.close()
