"""A Redis at the end of a slow line: what Slack brings over Socket Mode is answered all the same."""

import asyncio

import pytest

from tests.live import SAFE, LiveProgram, feed, readiness
from tests.redis_proxy import RedisProxy
from tests.redis_server import RedisServer
from tests.slack.program import of_the_bot
from tests.wire.apple import apple, document
from tests.wire.slack import SlackServer

WITHIN = 240.0
"""Seconds."""


@pytest.mark.parametrize("delay", [0.6, 2.4])
def test_socket_mode_goes_on_as_long_as_the_store_does(delay: float) -> None:
    async def run() -> None:
        with RedisServer(*SAFE) as redis, apple(document(feed())) as feed_server:
            async with SlackServer() as slack, RedisProxy(redis.port) as proxy:
                settings = {
                    "APPLE_STATUS_URL": feed_server.url,
                    "REDIS_URL": proxy.url,
                    "SLACK_API_URL": slack.api_url,
                    "SLACK_BOT_TOKEN": slack.app.bot_token,
                    "SLACK_APP_TOKEN": slack.app.app_token,
                }
                program = LiveProgram("slack", settings)
                try:
                    await program.start()
                    await slack.until(lambda: slack.connections, within=WITHIN)
                    proxy.delay = delay
                    ann, ben = slack.person(), slack.person()
                    for who in (ann, ben):
                        who.writes_dm("help")
                        await slack.until(lambda: of_the_bot(who.sees(who.dm)), within=WITHIN)  # noqa: B023
                    assert await readiness(program) == {"store": True, "slack": True}
                    proxy.delay = 0
                finally:
                    await program.close()

    asyncio.run(run())
