"""The program as people run it, `imessage-support slack`, between a local Slack and a real Redis."""

import asyncio
import json
import signal
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any, Literal, TypeAlias, TypeVar

import aiohttp
import yaml

from adapters.slack.examine import MANIFEST
from tests.live import SAFE, SETTLES_WITHIN, LiveProgram, delivered, feed, lapse_roles
from tests.ports import free_port
from tests.redis_server import RedisServer
from tests.wire.apple import AppleServer, apple, document
from tests.wire.slack import Clock, SlackServer
from tests.wire.slack.app import Pane
from tests.wire.slack.blocks import texts
from tests.wire.slack.people import Person
from tests.wire.slack.posts import Post

Way: TypeAlias = Literal["socket", "http"]
WAYS: tuple[Way, ...] = ("socket", "http")
T = TypeVar("T")

RETRY = 61.0
"""Seconds after which Slack brings an event the third time."""

LONG_ENOUGH = 8
"""Letters of something that a person wrote, below which it may stand in a log for other reasons."""


@dataclass(eq=False)
class Scene:
    """Everything round the program, and the program itself."""

    slack: SlackServer
    redis: RedisServer
    apple: AppleServer
    program: LiveProgram

    async def start(self) -> None:
        """Start the program, and wait until it has read Apple's feed and Slack reaches it."""
        asked = len(self.apple.requests)
        started = await self.program.start()
        await self.until(lambda: len(self.apple.requests) >= asked + 2)
        ready = f"http://127.0.0.1:{started['health_port']}/readyz"
        async with asyncio.timeout(SETTLES_WITHIN), aiohttp.ClientSession() as session:
            while True:
                async with session.get(ready) as answer:
                    if answer.status == 200:
                        return
                await asyncio.sleep(0.02)

    async def until(self, holds: Callable[[], T]) -> T:
        """Wait until that holds."""
        return await self.slack.until(holds, within=SETTLES_WITHIN)

    async def settled(self) -> None:
        """Wait until Slack has nothing more to bring, and everything owed is delivered."""
        await self.until(lambda: all(each.over or each.acked for each in self.slack.deliveries))
        await delivered(self.redis)

    async def kill(self) -> None:
        """Kill it as a crash would, once it has marked what it delivered: so nothing may come twice.

        Nobody is left who has its roles, so the next one need not wait until they lapse.
        """
        await self.settled()
        await self.program.end(signal.SIGKILL)
        lapse_roles(self.redis)
        await self.until(lambda: not self.slack.connections)

    async def stop(self) -> None:
        """Let it end well."""
        assert await self.program.end(signal.SIGTERM) == 0

    async def restart(self, status: bytes) -> None:
        """Let Apple's feed change between two runs, and wait until it was read twice in both languages."""
        await self.settled()
        await self.stop()
        self.apple.answer = document(status)
        read_before = len(self.apple.requests)
        await self.start()
        await self.until(lambda: len(self.apple.requests) - read_before > 4)

    async def comes_again_after(self, mended: Callable[[], Awaitable[None]]) -> None:
        """Have Slack bring something in vain, then mend it and let the time pass until it comes again."""
        brought = self.slack.deliveries[-1].attempts
        await self.until(lambda: len(brought) > 1)
        await mended()
        self.slack.clock.advance(RETRY)

    def check_log(self) -> None:
        """Fail if a secret, or what somebody wrote, stands in the log."""
        log = json.dumps(self.program.log, ensure_ascii=False)
        app = self.slack.app
        for secret in (app.bot_token, app.app_token, app.signing_secret, "/actions/"):
            assert secret not in log, "a secret is in the log"
        for channel in self.slack.channels.values():
            for post in channel.posts:
                is_word = not post.by_app and len(post.text) >= LONG_ENOUGH
                assert not is_word or post.text not in log, "what somebody wrote is in the log"


def of_the_bot(posts: list[Post]) -> list[Post]:
    """Give the bot's messages, ephemeral ones included."""
    return [each for each in posts if each.by_app]


def begins(posts: list[Post]) -> list[str]:
    """Give the first line of each message, behind its progress if it has any."""
    return [" | ".join(_first_lines(each)) for each in posts]


def _first_lines(post: Post) -> Iterator[str]:
    for block in post.blocks:
        yield "".join(texts(block)).partition("\n")[0]
        if block["type"] == "rich_text":
            return


@asynccontextmanager
async def scene(way: Way = "socket", status: bytes = feed(), pane: Pane = "agent") -> AsyncIterator[Scene]:
    """Set everything up, the app as its manifest has it, and start the program."""
    with RedisServer(*SAFE) as redis, apple(document(status)) as feed_server:
        async with SlackServer(Clock(running=True)) as slack:
            slack.installs(manifest())
            slack.app.pane = pane
            settings = {
                "APPLE_STATUS_URL": feed_server.url,
                "REDIS_URL": redis.url,
                "SLACK_BOT_TOKEN": slack.bot_token,
                "SLACK_API_URL": slack.api_url,
            }
            if way == "http":
                port = free_port()
                slack.sends_to(f"http://127.0.0.1:{port}/slack/events")
                settings |= {"SLACK_SIGNING_SECRET": slack.signing_secret, "LISTEN_PORT": str(port)}
            else:
                settings["SLACK_APP_TOKEN"] = slack.app_token
            here = Scene(slack, redis, feed_server, LiveProgram("slack", settings))
            try:
                await here.start()
                yield here
            finally:
                await here.program.close()
            here.check_log()


def played(
    story: Callable[[Scene], Awaitable[None]],
    way: Way = "socket",
    status: bytes = feed(),
    pane: Pane = "agent",
) -> None:
    """Run a story in a scene of its own."""

    async def run() -> None:
        async with scene(way, status, pane) as here:
            await story(here)

    asyncio.run(run())


def person(scene: Scene, language: str, name: str = "U0ANN") -> Person:
    """Add somebody whose Slack is in that language."""
    return scene.slack.person(name, locale="ja-JP" if language == "ja" else "en-US")


def manifest() -> dict[str, Any]:
    """Read the app's manifest."""
    manifest: dict[str, Any] = yaml.safe_load(MANIFEST.read_text(encoding="utf-8"))
    return manifest
