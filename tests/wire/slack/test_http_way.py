"""Events, presses and commands over HTTP: signed, within three seconds, and again where they failed."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from urllib.parse import parse_qs

from aiohttp import web
from slack_sdk.signature import SignatureVerifier

from tests.wire.slack.asking import PROMPT, asking, awaited
from tests.wire.slack.refusal import Json
from tests.wire.slack.server import SlackServer


@dataclass(eq=False, slots=True)
class Receiver:
    """An app's address, which answers with `status`, or not while it is `stuck`."""

    url: str = ""
    status: int = 200
    answer: Json | None = None
    plain: str = ""
    headers: dict[str, str] = field(default_factory=dict)
    stuck: bool = False
    got: list[tuple[dict[str, str], bytes]] = field(default_factory=list)
    leaving: asyncio.Event = field(default_factory=asyncio.Event)

    async def take(self, request: web.Request) -> web.Response:
        body = await request.read()
        self.got.append(({name.lower(): value for name, value in request.headers.items()}, body))
        if self.stuck:
            await self.leaving.wait()
        if body.startswith(b"{") and "challenge" in json.loads(body):
            return web.json_response({"challenge": json.loads(body)["challenge"]})
        if self.answer is not None:
            return web.json_response(self.answer, status=self.status, headers=self.headers)
        return web.Response(status=self.status, headers=self.headers, text=self.plain)


@asynccontextmanager
async def receiving(slack: SlackServer) -> AsyncIterator[Receiver]:
    """Let Slack send to an address of ours."""
    receiver = Receiver()
    site = web.Application()
    site.router.add_post("/slack/events", receiver.take)
    runner = web.AppRunner(site, shutdown_timeout=0.1)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    receiver.url = f"http://127.0.0.1:{runner.addresses[0][1]}/slack/events"
    slack.sends_to(receiver.url)
    try:
        yield receiver
    finally:
        receiver.leaving.set()
        await runner.cleanup()


@awaited
async def test_an_event_is_json_with_a_signature_that_the_real_verifier_accepts() -> None:
    async with SlackServer() as slack, receiving(slack) as app:
        slack.person().writes_dm("こんにちは")
        await slack.until(lambda: slack.deliveries[0].acked)
        [(headers, body)] = app.got
        assert json.loads(body)["event"]["text"] == "こんにちは"
        verifier = SignatureVerifier(slack.signing_secret)
        assert verifier.is_valid_request(body, headers)
        assert not verifier.is_valid_request(body + b" ", headers)
        assert "x-slack-retry-num" not in headers
        forged = slack.http.headers(body, "application/json", at=1.0)
        assert not verifier.is_valid_request(body, {each.lower(): forged[each] for each in forged})


@awaited
async def test_a_failed_event_comes_again_at_once_after_a_minute_and_after_five() -> None:
    async with SlackServer() as slack, receiving(slack) as app:
        app.status = 500
        slack.person().writes_dm("help")
        await slack.until(lambda: len(app.got) == 2)
        slack.clock.advance(60)
        await slack.until(lambda: len(app.got) == 3)
        slack.clock.advance(300)
        await slack.until(lambda: slack.deliveries[0].over)
        retries = [(each.get("x-slack-retry-num"), each.get("x-slack-retry-reason")) for each, _ in app.got]
        assert retries == [(None, None), ("1", "http_error"), ("2", "http_error"), ("3", "http_error")]
        assert len({body for _, body in app.got}) == 1


@awaited
async def test_an_app_may_ask_not_to_be_sent_it_again() -> None:
    async with SlackServer() as slack, receiving(slack) as app:
        app.status, app.headers = 400, {"X-Slack-No-Retry": "1"}
        slack.person().writes_dm("help")
        await slack.until(lambda: slack.deliveries[0].over)
        assert len(app.got) == 1


@awaited
async def test_who_takes_longer_than_three_seconds_gets_it_again() -> None:
    async with SlackServer() as slack, receiving(slack) as app:
        app.stuck = True
        slack.person().writes_dm("help")
        await slack.until(lambda: app.got)
        app.stuck = False
        slack.clock.advance(3)
        await slack.until(lambda: slack.deliveries[0].acked)
        assert app.got[1][0]["x-slack-retry-reason"] == "http_timeout"


@awaited
async def test_an_address_where_nobody_listens_is_tried_again() -> None:
    async with SlackServer() as slack:
        slack.sends_to("http://127.0.0.1:9/slack/events")
        slack.person().writes_dm("help")
        await slack.until(lambda: len(slack.deliveries[0].attempts) == 2)
        assert slack.deliveries[0].attempts[0].failed == "connection_failed"


@awaited
async def test_an_address_is_verified_before_it_is_used() -> None:
    async with SlackServer() as slack, receiving(slack) as app:
        assert await slack.verifies(app.url)
        assert not await slack.verifies(app.url.replace("events", "nothing"))


@awaited
async def test_a_command_is_a_form_and_a_press_is_json_within_one() -> None:
    async with asking() as asker, receiving(asker.slack) as app:
        slack, ann = asker.slack, asker.slack.person()
        app.answer = {"text": "All is well"}
        ann.slash("/imessage-status", "watch")
        await slack.until(lambda: slack.deliveries[0].over)
        form = parse_qs(app.got[0][1].decode())
        assert (form["command"], form["text"], form["user_id"]) == (["/imessage-status"], ["watch"], [ann.id])
        assert ann.sees()[0].words == "All is well"
        app.answer = None
        await asker.client.chat_postMessage(channel=ann.id, text="?", blocks=PROMPT)
        await slack.until(lambda: len(app.got) == 2)  # the app's own message comes back as an event
        ann.presses("はい", ann.sees()[-1])
        await slack.until(lambda: len(app.got) == 3)
        payload = json.loads(parse_qs(app.got[2][1].decode())["payload"][0])
        assert payload["actions"][0]["value"] == "y"


@awaited
async def test_a_commands_person_reads_what_is_not_json_as_it_stands() -> None:
    async with SlackServer() as slack, receiving(slack) as app:
        ann = slack.person()
        app.plain = "All is well"
        ann.slash("/imessage-status")
        await slack.until(lambda: ann.sees()[0].words == "All is well")


@awaited
async def test_copies_of_one_event_come_at_the_same_moment() -> None:
    async with SlackServer() as slack, receiving(slack) as app:
        slack.post.copies, app.stuck = 2, True
        slack.person().writes_dm("help")
        await slack.until(lambda: len(app.got) == 2)
        assert app.got[0][1] == app.got[1][1]
