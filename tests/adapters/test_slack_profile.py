"""Who we are on Slack: asked at the start, through any outage, and never with a wrong token."""

import asyncio

import pytest
import structlog

from adapters.slack.client import close_client, open_client
from adapters.slack.incoming import Me
from adapters.slack.profile import introduce
from bot.ports import TokenRefused
from tests.adapters.slack_door import QUICK
from tests.adapters.slack_talk import awaited
from tests.wire.slack import SlackServer
from tests.wire.slack import faults as ill
from tests.wire.slack.workspace import TEAM


async def introduced(slack: SlackServer, stop: asyncio.Event | None = None, token: str = "") -> Me | None:
    client = await open_client(token or slack.bot_token, slack.api_url)
    try:
        return await introduce(client, stop or asyncio.Event(), connect=False, pace=QUICK, random=lambda: 0.0)
    finally:
        await close_client(client)


@awaited
async def test_slack_says_who_we_are() -> None:
    async with SlackServer() as slack:
        assert await introduced(slack) == Me(TEAM, slack.app.user, slack.app.bot, slack.app.id)


@awaited
async def test_without_the_app_s_id_it_works_too() -> None:
    async with SlackServer() as slack:
        slack.faults.always("bots.info", ill.refuse("missing_scope"))
        assert await introduced(slack) == Me(TEAM, slack.app.user, slack.app.bot)


@pytest.mark.parametrize(
    "fault",
    [ill.error_before(503), ill.reset_before, ill.html_after, ill.limit(1), ill.refuse("fatal_error")],
)
@awaited
async def test_an_outage_is_waited_for(fault: ill.Fault) -> None:
    with structlog.testing.capture_logs() as logged:
        async with SlackServer() as slack:
            slack.faults.next("auth.test", fault, fault)
            assert await introduced(slack)
    assert [each["event"] for each in logged] == [
        "waiting for slack", "slack is away", "waiting for slack", "slack is back",
    ]  # fmt: skip


@awaited
async def test_the_stop_ends_the_wait() -> None:
    async with SlackServer() as slack:
        slack.faults.always("auth.test", ill.error_before(503))
        stop = asyncio.Event()
        asking = asyncio.create_task(introduced(slack, stop))
        await slack.until(lambda: len(slack.called("auth.test")) > 2)
        stop.set()
        assert await asking is None


@pytest.mark.parametrize("state", ["invalid_auth", "account_inactive", "token_revoked"])
@awaited
async def test_a_wrong_token_is_told_with_the_name_of_its_setting(state: str) -> None:
    async with SlackServer() as slack:
        slack.app.state = state  # type: ignore[assignment]
        with pytest.raises(TokenRefused) as refused:
            await introduced(slack)
        assert refused.value.setting == "SLACK_BOT_TOKEN"
        assert slack.bot_token not in repr(refused.value)
