"""A small real Bolt app against the local Slack, by Socket Mode and over HTTP."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import pytest
from aiohttp import web
from slack_bolt.adapter.aiohttp import to_aiohttp_response, to_bolt_request
from slack_bolt.adapter.socket_mode.aiohttp import AsyncSocketModeHandler
from slack_bolt.app.async_app import AsyncApp
from slack_bolt.authorization import AuthorizeResult

from tests.wire.slack.asking import PROMPT, awaited, client_of
from tests.wire.slack.refusal import Json
from tests.wire.slack.server import SlackServer


def small_app(slack: SlackServer) -> AsyncApp:
    """Make an app that answers mentions, presses, commands, shortcuts, and shows App Home."""
    authorized = AuthorizeResult(
        enterprise_id=None,
        team_id=None,
        bot_id=slack.app.bot,
        bot_user_id=slack.app.user,
        bot_token=slack.bot_token,
    )

    async def authorize(**_: object) -> AuthorizeResult:
        return authorized

    app = AsyncApp(
        client=client_of(slack),
        signing_secret=slack.signing_secret,
        authorize=authorize,
        process_before_response=True,
    )
    app.event("app_mention")(_answer_mention)
    app.event("app_home_opened")(_show_home)
    app.event({"type": "message"})(_ignore)
    app.action("pick:y")(_answer_press)
    app.command("/imessage-status")(_answer_command)
    app.shortcut("help_with_this")(_answer_shortcut)
    return app


async def _answer_mention(event: Json, say: Any) -> None:  # noqa: ANN401  Bolt's own
    await say(text="Did it work?", blocks=PROMPT, thread_ts=event["ts"])


async def _show_home(event: Json, client: Any) -> None:  # noqa: ANN401
    await client.views_publish(user_id=event["user"], view={"type": "home", "blocks": PROMPT})


async def _ignore() -> None:
    pass


async def _answer_press(ack: Any, respond: Any, action: Json) -> None:  # noqa: ANN401
    await ack()
    await respond(text=f"✓ {action['text']['text']}", replace_original=True)


async def _answer_command(ack: Any, command: Json) -> None:  # noqa: ANN401
    await ack(text=f"Status: {command['text']}")


async def _answer_shortcut(ack: Any, shortcut: Json, client: Any) -> None:  # noqa: ANN401
    await ack()
    where = {"channel": shortcut["channel"]["id"], "user": shortcut["user"]["id"]}
    await client.chat_postEphemeral(**where, text="Shall I help?")


@asynccontextmanager
async def by_socket(slack: SlackServer, app: AsyncApp) -> AsyncIterator[None]:
    """Connect the app by Socket Mode."""
    handler = AsyncSocketModeHandler(app, slack.app_token, ping_interval=10)
    await handler.connect_async()  # type: ignore[no-untyped-call]
    try:
        yield
    finally:
        await handler.close_async()  # type: ignore[no-untyped-call]
        await handler.client.aiohttp_client_session.close()


@asynccontextmanager
async def over_http(slack: SlackServer, app: AsyncApp) -> AsyncIterator[None]:
    """Give the app an address."""

    async def take(request: web.Request) -> web.Response:
        return await to_aiohttp_response(await app.async_dispatch(await to_bolt_request(request)))

    site = web.Application()
    site.router.add_post("/slack/events", take)
    runner = web.AppRunner(site)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    address = f"http://127.0.0.1:{runner.addresses[0][1]}/slack/events"
    try:
        assert await slack.verifies(address)
        slack.sends_to(address)
        yield
    finally:
        await runner.cleanup()


@pytest.mark.parametrize("way", [by_socket, over_http])
@awaited
async def test_it_answers_people_in_each_of_its_places(way: Any) -> None:  # noqa: ANN401
    async with SlackServer() as slack, way(slack, small_app(slack)):
        ann = slack.person()
        general = slack.channel("general", ann)
        asked = ann.mentions(general, "help")
        prompt = await slack.until(lambda: ann.sees(thread=asked)[1])
        assert prompt.buttons == ["はい"]
        ann.presses("はい", prompt)
        await slack.until(lambda: ann.sees(thread=asked)[1].words == "✓ はい")
        ann.slash("/imessage-status", "watch", general)
        await slack.until(lambda: ann.sees(general)[-1].words == "Status: watch")
        ann.uses_shortcut("help_with_this", asked)
        await slack.until(lambda: ann.sees(general)[-1].words == "Shall I help?")
        ann.opens_home()
        await slack.until(lambda: ann.home)
        await slack.until(lambda: all(each.acked for each in slack.deliveries))
        assert not ann.notices


@awaited
async def test_what_is_not_signed_by_slack_is_refused_by_the_app() -> None:
    async with SlackServer() as slack, over_http(slack, small_app(slack)):
        slack.http.secret = "another"  # noqa: S105  of nobody
        ann = slack.person()
        ann.mentions(slack.channel("general", ann), "help")
        await slack.until(lambda: len(slack.deliveries[0].attempts) == 2)
        assert slack.deliveries[0].attempts[0].status == 401
        assert not slack.called("chat.postMessage")
