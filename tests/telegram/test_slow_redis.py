"""A Redis at the end of a slow line: up to 2.5 seconds a trip all goes on, and beyond that it is said."""

import asyncio
from collections.abc import Awaitable, Callable

import pytest

from tests.live import SAFE, LiveProgram, feed, readiness
from tests.redis_proxy import RedisProxy
from tests.redis_server import RedisServer
from tests.telegram.program import Scene
from tests.wire.apple import apple, document
from tests.wire.telegram import TelegramServer

STILL_SERVED = 2.4
TOO_SLOW = 3.0
WITHIN = 240.0
"""Seconds. A turn takes a dozen trips with all that goes with it."""


@pytest.mark.parametrize(("delay", "messages"), [(0.6, 5), (STILL_SERVED, 3)])
def test_polling_goes_on_as_long_as_the_store_does(delay: float, messages: int) -> None:
    async def story(proxy: RedisProxy, scene: Scene) -> None:
        ann, ben = scene.telegram.person(5), scene.telegram.person(6)
        ann.says("/start")
        await scene.until(lambda: len(ann.sees) == 1)
        proxy.delay = delay
        for number in range(messages):
            ben.says("hello")
            await scene.telegram.until(lambda: len(ben.sees) > number, within=WITHIN)  # noqa: B023
        assert await readiness(scene.program) == {"store": True, "telegram": True}
        proxy.delay = 0

    asyncio.run(_at_the_end_of_a_line(story))


def test_a_store_that_is_too_slow_is_told_of_once_and_used_again_when_it_is_quick() -> None:
    async def story(proxy: RedisProxy, scene: Scene) -> None:
        ann = scene.telegram.person(5)
        proxy.delay = TOO_SLOW
        ann.says("/start")
        await scene.says("store lost")
        assert not (await readiness(scene.program))["store"]
        proxy.delay = 0
        await scene.says("store is back")
        await scene.telegram.until(lambda: len(ann.sees) == 1, within=WITHIN)
        assert all((await readiness(scene.program)).values())
        assert [line["event"] for line in scene.program.log].count("store lost") == 1

    asyncio.run(_at_the_end_of_a_line(story))


async def _at_the_end_of_a_line(story: Callable[[RedisProxy, Scene], Awaitable[None]]) -> None:
    with RedisServer(*SAFE) as redis, apple(document(feed())) as feed_server:
        async with TelegramServer() as telegram, RedisProxy(redis.port) as proxy:
            settings = {
                "APPLE_STATUS_URL": feed_server.url,
                "REDIS_URL": proxy.url,
                "TELEGRAM_BOT_TOKEN": telegram.token,
                "TELEGRAM_API_URL": telegram.url,
            }
            scene = Scene(telegram, redis, feed_server, LiveProgram("telegram", settings))
            try:
                await scene.start()
                await story(proxy, scene)
            finally:
                await scene.program.close()
