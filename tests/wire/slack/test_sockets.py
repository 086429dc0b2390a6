"""Socket Mode with the real client: envelopes, acknowledgements, and everything that ends a connection."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

import pytest
from aiohttp import ClientSession, ClientWebSocketResponse, WSMsgType, WSServerHandshakeError
from slack_sdk.socket_mode.aiohttp import SocketModeClient
from slack_sdk.socket_mode.async_client import AsyncBaseSocketModeClient
from slack_sdk.socket_mode.request import SocketModeRequest
from slack_sdk.socket_mode.response import SocketModeResponse

from tests.wire.slack.asking import awaited, client_of
from tests.wire.slack.refusal import Json
from tests.wire.slack.server import SlackServer


@dataclass(eq=False, slots=True)
class Listener:
    """An app with one real connection, which acknowledges as long as it `answers`."""

    client: SocketModeClient
    heard: list[SocketModeRequest] = field(default_factory=list)
    answers: bool = True
    payload: Json | None = None

    async def hear(self, _: AsyncBaseSocketModeClient, request: SocketModeRequest) -> None:
        self.heard.append(request)
        if self.answers:
            answer = SocketModeResponse(request.envelope_id, self.payload)
            await self.client.send_socket_mode_response(answer)


@asynccontextmanager
async def listening(slack: SlackServer) -> AsyncIterator[Listener]:
    """Connect, and be there while the block lasts."""
    client = SocketModeClient(slack.app_token, web_client=client_of(slack), ping_interval=10)
    listener = Listener(client)
    client.socket_mode_request_listeners.append(listener.hear)
    await client.connect()  # type: ignore[no-untyped-call]
    try:
        yield listener
    finally:
        await client.close()  # type: ignore[no-untyped-call]
        await client.aiohttp_client_session.close()


@asynccontextmanager
async def connected(slack: SlackServer) -> AsyncIterator[ClientWebSocketResponse]:
    """Connect by hand, after the greeting."""
    async with ClientSession() as session, session.ws_connect(slack.sockets.new_url()) as line:
        assert (await line.receive_json())["type"] == "hello"
        yield line


@awaited
async def test_an_event_arrives_and_its_acknowledgement_ends_it() -> None:
    async with SlackServer() as slack, listening(slack) as app:
        asked = slack.person().writes_dm("こんにちは")
        [delivery] = await slack.until(lambda: [each for each in slack.deliveries if each.over])
        [request] = app.heard
        assert (request.type, request.retry_attempt) == ("events_api", 0)
        assert request.payload["event"]["text"] == asked.text
        [attempt] = delivery.attempts
        assert (delivery.acked, attempt.acked_at) == (True, slack.clock.now())
        slack.clock.advance(3600)
        assert len(app.heard) == 1


@awaited
async def test_what_is_not_acknowledged_comes_again_at_once_after_a_minute_and_after_five() -> None:
    async with SlackServer() as slack, listening(slack) as app:
        app.answers = False
        slack.person().writes_dm("help")
        for number, seconds in enumerate((3.0, 60.0, 300.0), start=1):
            await slack.until(lambda: len(app.heard) == number)  # noqa: B023  awaited before the next
            slack.clock.advance(seconds)
        await slack.until(lambda: len(app.heard) == 4)
        slack.clock.advance(3)
        await slack.until(lambda: slack.deliveries[0].over)
        assert [(each.retry_attempt, each.retry_reason) for each in app.heard] == [
            (0, ""), (1, "timeout"), (2, "timeout"), (3, "timeout")
        ]  # fmt: skip
        assert len({each.payload["event_id"] for each in app.heard}) == 1
        assert len({each.envelope_id for each in app.heard}) == 4
        assert not slack.deliveries[0].acked


@awaited
async def test_an_acknowledgement_after_three_seconds_is_too_late() -> None:
    async with SlackServer() as slack, listening(slack) as app:
        app.answers = False
        slack.person().writes_dm("help")
        await slack.until(lambda: app.heard)
        slack.clock.advance(3)
        await slack.until(lambda: len(app.heard) == 2)
        await app.client.send_socket_mode_response(SocketModeResponse(app.heard[0].envelope_id))
        [delivery] = slack.deliveries
        await slack.until(lambda: delivery.attempts[0].acked_at)
        assert not delivery.acked


@awaited
async def test_an_acknowledged_event_can_come_again_and_look_new() -> None:
    async with SlackServer() as slack, listening(slack) as app:
        slack.person().writes_dm("help")
        await slack.until(lambda: slack.deliveries[0].over)
        slack.post.again(slack.deliveries[0])
        await slack.until(lambda: len(slack.deliveries[0].attempts) == 2)
        await slack.until(lambda: len(app.heard) == 2)
        first, second = app.heard
        assert first.payload == second.payload
        assert second.retry_attempt == 0


@awaited
async def test_copies_of_one_event_come_over_two_connections_at_once() -> None:
    async with SlackServer() as slack, listening(slack) as one, listening(slack) as two:
        slack.post.copies = 2
        slack.person().writes_dm("help")
        await slack.until(lambda: one.heard and two.heard)
        assert one.heard[0].payload == two.heard[0].payload
        assert one.heard[0].envelope_id != two.heard[0].envelope_id


@awaited
async def test_events_are_spread_over_all_connections() -> None:
    async with SlackServer() as slack, listening(slack) as one, listening(slack) as two:
        ann = slack.person()
        for number in range(4):
            ann.writes_dm(str(number))
            await slack.until(lambda: len(one.heard) + len(two.heard) == number + 1)  # noqa: B023
        assert (len(one.heard), len(two.heard)) == (2, 2)


@awaited
async def test_a_command_can_be_answered_with_its_acknowledgement() -> None:
    async with SlackServer() as slack, listening(slack) as app:
        ann, bob = slack.person("U0ANN"), slack.person("U0BOB")
        general = slack.channel("general", ann, bob)
        app.payload = {"text": "All is well"}
        ann.slash("/imessage-status", "ja", general)
        await slack.until(lambda: ann.sees(general))
        assert (ann.sees(general)[0].text, bob.sees(general)) == ("All is well", [])
        [request] = app.heard
        assert (request.type, request.accepts_response_payload) == ("slash_commands", True)
        app.payload = {"text": "All is well", "response_type": "in_channel"}
        bob.slash("/imessage-status", "share", general)
        await slack.until(lambda: bob.sees(general))
        assert len(ann.sees(general)) == 2


@awaited
async def test_a_press_that_is_not_acknowledged_fails_for_its_person_and_does_not_come_again() -> None:
    async with SlackServer() as slack, listening(slack) as app:
        app.answers = False
        ann = slack.person()
        ann.slash("/imessage-status")
        await slack.until(lambda: app.heard)
        slack.clock.advance(3)
        await slack.until(lambda: slack.deliveries[0].over)
        slack.clock.advance(3600)
        assert ann.notices == ["/imessage-status failed: operation_timeout"]
        assert len(slack.deliveries[0].attempts) == 1


@pytest.mark.parametrize("reason", ["warning", "refresh_requested"])
@awaited
async def test_the_client_reconnects_when_it_is_asked_to(reason: str) -> None:
    async with SlackServer() as slack, listening(slack) as app:
        [old] = slack.connections
        await slack.sockets.disconnect("warning" if reason == "warning" else "refresh_requested")
        await slack.until(lambda: slack.connections and old not in slack.connections)
        assert old.sent[-1]["reason"] == reason
        slack.person().writes_dm("help")
        await slack.until(lambda: app.heard)
        assert len(slack.called("apps.connections.open")) == 2


@awaited
async def test_on_a_half_open_connection_nothing_arrives_and_no_ping_is_answered() -> None:
    async with SlackServer() as slack, connected(slack) as line:
        [connection] = slack.connections
        await line.ping(b"1")
        await slack.until(lambda: connection.pings == 1)
        connection.half_open = True
        await line.ping(b"2")
        slack.person().writes_dm("help")
        await slack.until(lambda: len(connection.sent) == 2)
        assert (connection.pings, connection.open) == (1, True)
        connection.half_open = False
        slack.clock.advance(3)
        again = await line.receive_json()
        assert (again["retry_attempt"], again["payload"]["event"]["text"]) == (1, "help")


@awaited
async def test_an_address_opens_one_connection_and_soon() -> None:
    async with SlackServer() as slack, ClientSession() as session:
        url = slack.sockets.new_url()
        async with session.ws_connect(url):
            for refused in (url, f"ws://127.0.0.1:{slack.port}/link/"):
                with pytest.raises(WSServerHandshakeError):
                    await session.ws_connect(refused)
        late = slack.sockets.new_url()
        slack.clock.advance(31)
        with pytest.raises(WSServerHandshakeError):
            await session.ws_connect(late)


@awaited
async def test_ten_connections_are_the_most() -> None:
    async with SlackServer() as slack, ClientSession() as session:
        lines = [await session.ws_connect(slack.sockets.new_url()) for _ in range(10)]
        assert [(await each.receive_json())["num_connections"] for each in lines] == [*range(1, 11)]
        one_more = await session.ws_connect(slack.sockets.new_url())
        assert (await one_more.receive_json())["reason"] == "too_many_websockets"
        assert (await one_more.receive()).type == WSMsgType.CLOSE
        assert len(slack.connections) == 10
        await asyncio.gather(*(each.close() for each in lines))


@awaited
async def test_a_disabled_link_closes_all_and_what_happens_then_waits_for_a_new_one() -> None:
    async with SlackServer() as slack, connected(slack) as line:
        await slack.sockets.disconnect("link_disabled")
        assert (await line.receive_json())["reason"] == "link_disabled"
        assert (await line.receive()).type == WSMsgType.CLOSE
        await slack.until(lambda: not slack.connections)
        slack.person().writes_dm("help")
        await slack.until(lambda: len(slack.deliveries[0].attempts) == 2)
        async with connected(slack) as new:
            slack.clock.advance(60)
            assert (await new.receive_json())["retry_reason"] == "no_connection"


@awaited
async def test_what_no_client_should_send_is_a_violation() -> None:
    async with SlackServer(checked=False) as slack, connected(slack) as line:
        slack.person().writes_dm("help")
        envelope = await line.receive_json()
        await line.send_str("{")
        await line.send_json({"envelope_id": "nobody's"})
        await line.send_json({"envelope_id": envelope["envelope_id"], "payload": {"text": "hello"}})
        await slack.until(lambda: len(slack.violations) == 3)
        assert "accepts none" in slack.violations[2]
