"""Socket Mode: two connections, whatever becomes of one of them, of Slack, or of the clock."""

import asyncio
import time
from functools import partial

import pytest
import structlog
from aiohttp import ClientSession

from bot.ports import TokenRefused
from bot.replace import replace
from tests.adapters.slack_door import AWAY, QUICK, Door, by_socket, connected
from tests.adapters.slack_talk import awaited
from tests.wire.slack import SlackServer
from tests.wire.slack import faults as ill
from tests.wire.slack.sockets import Connection, Reason

PINGING = replace(QUICK, ping=1)
PATIENT = replace(QUICK, ping=3600, unseen=30)
"""So that no ping of the library tells that a connection is dead."""


@awaited
async def test_there_are_two_connections_and_none_after_the_stop() -> None:
    async with SlackServer() as slack:
        async with connected(slack) as way:
            ready = [way.way_in.is_ready]
            await way.stop()
            assert [*ready, way.way_in.is_ready] == [True, False]
        await slack.until(lambda: not slack.connections)
        assert len(slack.sockets.connections) == 2


@awaited
async def test_it_is_ready_with_one_connection_and_not_with_none() -> None:
    async with SlackServer() as slack, connected(slack) as way:
        slack.faults.always("apps.connections.open", ill.error_before(500))
        one, other = slack.connections
        await slack.sockets.drop(one)
        await slack.until(lambda: slack.called("apps.connections.open")[2:])
        assert way.way_in.is_ready
        await slack.sockets.drop(other)
        await slack.until(lambda: not way.way_in.is_ready)
        slack.faults.always("apps.connections.open", None)
        await slack.until(lambda: len(slack.connections) == 2)
        await slack.until(lambda: way.way_in.is_ready)


@pytest.mark.parametrize("reason", ["warning", "refresh_requested"])
@awaited
async def test_a_connection_that_slack_will_end_is_replaced_before(reason: Reason) -> None:
    async with SlackServer() as slack, connected(slack) as way:
        old = slack.connections[0]
        await slack.sockets.disconnect(reason, old)
        await slack.until(lambda: not old.open)
        assert len(slack.sockets.connections) == 3
        assert len(slack.connections) == 2
        slack.person().writes_dm("hello")
        await way.quiet()
        assert way.door.texts == ["hello"]


@awaited
async def test_what_came_over_the_old_connection_is_still_acknowledged_there() -> None:
    async with SlackServer() as slack, connected(slack) as way:
        way.door.held["slow"] = asyncio.Event()
        slack.person().writes_dm("slow")
        await slack.until(lambda: way.door.begun)
        (attempt,) = slack.deliveries[0].attempts
        old = next(each for each in slack.connections if each.name == attempt.over)
        await slack.sockets.disconnect("warning", old)
        await slack.until(lambda: len(slack.sockets.connections) == 3)
        assert old.open
        way.door.held["slow"].set()
        await way.quiet()
        await slack.until(lambda: not old.open)
        assert [each.over for each in slack.deliveries[0].attempts] == [old.name]


@awaited
async def test_when_all_are_ended_at_once_what_comes_meanwhile_is_brought_again() -> None:
    async with SlackServer() as slack, connected(slack) as way:
        await slack.sockets.disconnect("link_disabled")
        ann = slack.person()
        ann.writes_dm("hello")
        await slack.until(lambda: len(slack.connections) == 2)
        slack.clock.advance(3)
        slack.clock.advance(60)
        await way.quiet()
        assert way.door.texts == ["hello"]


@awaited
async def test_a_dead_connection_is_noticed_by_the_pings_and_replaced() -> None:
    async with SlackServer() as slack, connected(slack, pace=PINGING) as way:
        slack.connections[0].half_open = True
        await slack.until(lambda: len(slack.sockets.connections) == 3)
        await slack.until(lambda: way.way_in.is_ready)


@awaited
async def test_a_dead_connection_is_noticed_by_our_own_clock_whatever_the_wall_clock_says() -> None:
    now = [0.0]
    async with SlackServer() as slack, connected(slack, pace=PATIENT, monotonic=lambda: now[0]):
        now[0] = 29
        await asyncio.sleep(0.1)
        assert len(slack.sockets.connections) == 2
        with structlog.testing.capture_logs() as logged:
            now[0] = 60
            await slack.until(lambda: len(slack.sockets.connections) == 4)
        assert [each["event"] for each in logged] == ["a connection to slack is dead"] * 2


@awaited
async def test_a_wall_clock_that_jumps_breaks_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    async with SlackServer() as slack, connected(slack, pace=PINGING):
        real = time.time
        for jump in (86_400, -86_400):
            monkeypatch.setattr(time, "time", lambda jump=jump: real() + jump)
            for line in slack.connections:
                await slack.until(partial(_has_pinged, line, line.pings + 2))
        monkeypatch.undo()
        assert len(slack.sockets.connections) == 2


def _has_pinged(line: Connection, times: int) -> bool:
    return line.pings >= times


@awaited
async def test_an_outage_is_told_once_and_waited_for() -> None:
    with structlog.testing.capture_logs() as logged:
        async with SlackServer() as slack:
            slack.faults.always("apps.connections.open", ill.error_before(503))
            async with by_socket(slack) as way:
                await slack.until(lambda: len(slack.called("apps.connections.open")) > 5)
                assert not way.way_in.is_ready
                slack.faults.always("apps.connections.open", None)
                await slack.until(lambda: len(slack.connections) == 2)
                await slack.until(lambda: "slack is back" in [each["event"] for each in logged])
    told = [each["event"] for each in logged if each["event"] != "waiting for slack"]
    assert told == ["slack is away", "slack is back"]


@pytest.mark.parametrize("error", ["invalid_auth", "not_allowed_token_type", "missing_scope"])
@awaited
async def test_a_wrong_app_token_is_told_at_the_start(error: str) -> None:
    async with SlackServer() as slack:
        slack.faults.always("apps.connections.open", ill.refuse(error))
        with pytest.raises(ExceptionGroup) as failed:
            async with by_socket(slack):
                await asyncio.sleep(10)
        found = failed.value.subgroup(TokenRefused)
        assert found
        (refused,) = found.exceptions
        assert isinstance(refused, TokenRefused)
        assert refused.setting == "SLACK_APP_TOKEN"


@awaited
async def test_a_token_that_is_taken_away_later_is_an_outage_that_asks_for_an_operator() -> None:
    with structlog.testing.capture_logs() as logged:
        async with SlackServer() as slack, connected(slack) as way:
            slack.faults.always("apps.connections.open", ill.refuse("invalid_auth"))
            await slack.sockets.disconnect("link_disabled")
            await slack.until(lambda: not way.way_in.is_ready)
            await slack.until(lambda: len(slack.called("apps.connections.open")) > 4)
            slack.faults.always("apps.connections.open", None)
            await slack.until(lambda: way.way_in.is_ready)
    assert {"slack refuses the token", "slack is back"} <= {each["event"] for each in logged}


@awaited
async def test_too_many_connections_are_waited_out() -> None:
    async with SlackServer() as slack, ClientSession() as others:
        lines = [await others.ws_connect(slack.sockets.new_url()) for _ in range(10)]
        async with by_socket(slack) as way:
            await slack.until(lambda: len(slack.called("apps.connections.open")) > 4)
            assert not way.way_in.is_ready
            for line in lines:
                await line.close()
            await slack.until(lambda: way.way_in.is_ready)


@pytest.mark.parametrize("path", ["/link/?ticket=of-nobody", "/nowhere", "/api/auth.test"])
@awaited
async def test_an_address_that_leads_nowhere_is_not_tried_for_ever(path: str) -> None:
    async with SlackServer() as slack:
        good = slack.workspace.new_socket
        slack.workspace.new_socket = lambda: f"{slack.url.replace('http', 'ws')}{path}"
        async with by_socket(slack, pace=replace(QUICK, connect=0.2)) as way:
            await slack.until(lambda: len(slack.called("apps.connections.open")) > 4)
            assert not way.way_in.is_ready
            slack.workspace.new_socket = good
            await slack.until(lambda: way.way_in.is_ready)
        slack.forgive()


@awaited
async def test_when_a_connection_dies_under_an_envelope_it_comes_again_over_the_other() -> None:
    async with SlackServer() as slack, connected(slack) as way:
        way.door.held["slow"] = asyncio.Event()
        slack.person().writes_dm("slow")
        await slack.until(lambda: way.door.begun)
        (delivery,) = slack.deliveries
        old = next(each for each in slack.connections if each.name == delivery.attempts[0].over)
        await slack.sockets.drop(old)
        way.door.held["slow"].set()
        await slack.until(lambda: way.door.texts == ["slow"])
        slack.clock.advance(3)
        await way.quiet()
        assert way.door.texts == ["slow"]


@awaited
async def test_a_store_that_is_away_for_minutes_loses_nothing() -> None:
    async with SlackServer() as slack, connected(slack) as way:
        way.door.faults["help"] = AWAY
        slack.person().writes_dm("help")
        (delivery,) = slack.deliveries
        for number, seconds in enumerate((3, 63), start=1):
            await slack.until(partial(_has_begun, way.door, number))
            slack.clock.advance(seconds)
        way.door.faults.clear()
        slack.clock.advance(303)
        await way.quiet()
        assert way.door.texts == ["help"]
        assert delivery.attempts[-1].number > 1


def _has_begun(door: Door, times: int) -> bool:
    return len(door.begun) == times
