"""Both ways in of Slack: everything arrives, counts once, and is acknowledged once it is stored."""

import asyncio
import logging
from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from typing import TypeAlias

import pytest
import structlog

from tests.adapters.slack_door import AWAY, Door, Way, connected, over_http
from tests.adapters.slack_payloads import callback, press
from tests.adapters.slack_talk import awaited
from tests.wire.slack import SlackServer
from tests.wire.slack import faults as ill
from tests.wire.slack.workspace import TEAM

Opener: TypeAlias = Callable[..., AbstractAsyncContextManager[Way]]

both_ways = pytest.mark.parametrize("way_in", [connected, over_http], ids=["socket", "http"])


@both_ways
@awaited
async def test_every_way_to_reach_us_arrives(way_in: Opener) -> None:
    async with SlackServer() as slack, way_in(slack) as way:
        ann, bob = slack.person(), slack.person("U0BOB")
        general = slack.channel("general", ann, bob)
        post = ann.mentions(general, "in a channel")
        ann.writes_dm("alone")
        ann.shares_file("mac.log", b"apsd")
        ann.slash("/imessage-status", "watch", general)
        ann.uses_shortcut("help_with_this", bob.writes(general, "it is broken"))
        ann.opens_home()
        await slack.until(lambda: ann.home)
        ann.presses_at_home("[restart]")
        await way.quiet()
        await slack.until(lambda: len(way.door.events) == 6)

        kinds = sorted(type(event).__name__ for event in way.door.events.values())
        assert kinds == ["Invoked", "Invoked", "Opened", "Said", "Said", "Shared"]
        assert f"slack:{TEAM}:{general.id}:{post.ts}" in way.door.events


@both_ways
@awaited
async def test_a_mention_is_one_turn_though_it_comes_as_two_events(way_in: Opener) -> None:
    async with SlackServer() as slack, way_in(slack) as way:
        ann = slack.person()
        ann.mentions(slack.channel("general", ann), "help")
        await way.quiet()
        assert [each.event["type"] for each in slack.deliveries] == ["message", "app_mention"]
        assert way.door.texts == ["help"]


@both_ways
@awaited
async def test_what_comes_twice_at_the_same_moment_counts_once(way_in: Opener) -> None:
    async with SlackServer() as slack, way_in(slack) as way:
        slack.post.copies = 3
        slack.person().writes_dm("help")
        await slack.until(lambda: way.door.begun == ["help"] * 3)
        assert way.door.texts == ["help"]


@both_ways
@awaited
async def test_what_comes_again_counts_once_also_as_if_it_were_the_first_time(way_in: Opener) -> None:
    async with SlackServer() as slack, way_in(slack) as way:
        slack.person().writes_dm("help")
        await way.quiet()
        (delivery,) = slack.deliveries
        for number, reason in ((0, ""), (1, "timeout"), (3, "http_error")):
            slack.post.again(delivery, number=number, reason=reason)
        await slack.until(
            lambda: len(delivery.attempts) == 4 and all(each.good for each in delivery.attempts)
        )
        assert way.door.texts == ["help"]


@both_ways
@awaited
async def test_nothing_is_acknowledged_before_it_is_stored(way_in: Opener) -> None:
    async with SlackServer() as slack, way_in(slack) as way:
        ann = slack.person()
        way.door.held["slow"] = way.door.held["Invoked"] = asyncio.Event()
        ann.writes_dm("slow")
        ann.slash("/imessage-status")
        await slack.until(lambda: sorted(way.door.begun) == ["Invoked", "slow"])
        assert not any(each.acked for each in slack.deliveries)
        way.door.held["slow"].set()
        await way.quiet()


@both_ways
@awaited
async def test_what_cannot_be_stored_is_not_acknowledged_and_comes_again(way_in: Opener) -> None:
    async with SlackServer() as slack, way_in(slack) as way:
        way.door.faults["help"] = AWAY
        slack.person().writes_dm("help")
        (delivery,) = slack.deliveries
        await slack.until(lambda: way.door.begun)
        slack.clock.advance(3)
        await slack.until(lambda: len(delivery.attempts) == 2)
        assert not delivery.acked
        await slack.until(lambda: len(way.door.begun) == 2)
        way.door.faults.clear()
        slack.clock.advance(70)
        await way.quiet()
        assert way.door.texts == ["help"]


@both_ways
@pytest.mark.parametrize("error", [AWAY, ValueError("a mistake of ours")])
@awaited
async def test_a_press_and_a_command_that_cannot_be_stored_are_told_as_failed_by_slack(
    way_in: Opener, error: Exception
) -> None:
    async with SlackServer() as slack, way_in(slack) as way:
        ann = slack.person()
        way.door.faults["Invoked"] = error
        ann.slash("/imessage-status")
        await slack.until(lambda: way.door.begun == ["Invoked"])
        slack.clock.advance(3)
        await slack.until(lambda: ann.notices)
        assert "failed" in ann.notices[0]


@both_ways
@awaited
async def test_an_acknowledgement_carries_no_words(way_in: Opener) -> None:
    async with SlackServer() as slack, way_in(slack) as way:
        ann = slack.person()
        ann.slash("/imessage-status", "nonsense")
        await way.quiet()
        await slack.until(lambda: [each.words for each in ann.sees()] == ["[slack.usage en]"])
        assert [each.answer for each in slack.deliveries[0].attempts] == [{}]


@both_ways
@awaited
async def test_a_file_that_comes_slowly_does_not_eat_the_three_seconds(way_in: Opener) -> None:
    async with SlackServer() as slack, way_in(slack) as way:
        slack.faults.always("download", ill.hang_before)
        ann = slack.person()
        loop = asyncio.get_running_loop()
        begun = loop.time()
        ann.shares_file("mac.log", b"apsd")
        await way.quiet()
        assert loop.time() - begun < 2.8
        assert way.door.begun == ["Sent"]


@both_ways
@awaited
async def test_what_is_for_another_workspace_or_app_is_acknowledged_and_ignored(way_in: Opener) -> None:
    async with SlackServer() as slack, way_in(slack) as way:
        ours = {"team_id": TEAM, "api_app_id": slack.app.id, "authorizations": None}
        event = {"type": "message", "channel": "D1", "user": "U1", "text": "hello", "ts": "1.2"}
        for foreign in ({"team_id": "T0OTHER"}, {"api_app_id": "A0OTHER"}):
            slack.send("events_api", callback(event, **(ours | foreign)))
            slack.send("interactive", press() | ours | foreign | {"user": {"id": "U1", **foreign}})
        slack.send("events_api", callback(event, **ours))
        await way.quiet()
        assert way.door.texts == ["hello"]


@both_ways
@awaited
async def test_what_bolt_or_we_do_not_know_is_acknowledged_and_ignored(way_in: Opener) -> None:
    async with SlackServer() as slack, way_in(slack) as way:
        user = {"user": {"id": "U1"}, "team": {"id": TEAM}}
        slack.send(
            "interactive", {"type": "view_submission", "view": {"type": "modal", "callback_id": "x"}, **user}
        )
        slack.send("interactive", {"type": "something_new", **user})
        slack.send("events_api", callback({"type": "something_new"}, team_id=TEAM, authorizations=None))
        await way.quiet()
        assert way.door.begun == []


@both_ways
@pytest.mark.parametrize(
    "broken",
    [
        {"type": "event_callback", "event": []},
        {"type": "event_callback", "event": {"type": 7}},
        {"type": "event_callback"},
        {"type": "block_actions", "actions": "x", "user": {"id": "U1"}},
        {"type": "view_submission", "view": {}, "user": {"id": "U1"}},
        {"type": ["x"], "user": "U1"},
        {},
    ],
)
@awaited
async def test_a_payload_that_is_none_of_slack_s_harms_nobody(
    way_in: Opener, broken: dict[str, object]
) -> None:
    async with SlackServer() as slack, way_in(slack) as way:
        slack.send("events_api", broken)
        await slack.until(lambda: slack.deliveries[0].attempts)
        slack.person().writes_dm("hello")
        await slack.until(lambda: way.door.texts == ["hello"])


@pytest.mark.parametrize("leaves", [SlackServer.uninstalls, SlackServer.revokes_tokens])
@both_ways
@awaited
async def test_when_the_workspace_removes_us_we_say_so_and_stop(
    way_in: Opener, leaves: Callable[[SlackServer], None]
) -> None:
    async with SlackServer() as slack, way_in(slack) as way:
        leaves(slack)
        await slack.until(lambda: not way.way_in.is_ready)
        await slack.until(lambda: slack.deliveries[0].acked)
        slack.forgive()


@both_ways
@awaited
async def test_what_comes_before_the_end_is_taken_and_nothing_after_it(way_in: Opener) -> None:
    async with SlackServer() as slack, way_in(slack) as way:
        way.door.held["slow"] = asyncio.Event()
        slack.person().writes_dm("slow")
        await slack.until(lambda: way.door.begun == ["slow"])
        ending = asyncio.ensure_future(way.stop())
        await slack.until(lambda: not way.way_in.is_ready)
        slack.person().writes_dm("meanwhile")
        await slack.until(lambda: way.door.begun == ["slow", "meanwhile"])
        way.door.held["slow"].set()
        await ending
        await way.quiet()
        slack.person().writes_dm("too late")
        await slack.until(lambda: slack.deliveries[-1].attempts[0].failed)
        assert way.door.begun == ["slow", "meanwhile"]


@both_ways
@awaited
async def test_after_a_restart_everything_goes_on(way_in: Opener) -> None:
    async with SlackServer() as slack:
        door, ann = Door(), slack.person()
        for text in ("before", "after"):
            async with way_in(slack, door) as way:
                ann.writes_dm(text)
                await way.quiet()
        assert door.texts == ["before", "after"]


@both_ways
@awaited
async def test_what_was_stored_and_not_acknowledged_counts_once_when_it_comes_again(way_in: Opener) -> None:
    async with SlackServer() as slack:
        door, ann = Door(), slack.person()
        door.lost["help"] = AWAY
        async with way_in(slack, door) as way:
            ann.writes_dm("help")
            await slack.until(lambda: door.texts == ["help"])
            await way.stop()
            assert not slack.deliveries[0].acked
        door.lost.clear()
        async with way_in(slack, door) as way:
            slack.clock.advance(70)
            await way.quiet()
        assert door.begun[1:] == ["help"] * (len(door.begun) - 1)
        assert (len(door.begun) > 1, door.texts) == (True, ["help"])


@both_ways
@awaited
async def test_no_library_writes_down_what_people_say(way_in: Opener) -> None:
    heard: list[str] = []

    class Listener(logging.Handler):
        def emit(self, record: logging.LogRecord) -> None:
            heard.append(record.getMessage())

    libraries, listener = logging.getLogger(), Listener()
    before = libraries.level
    libraries.addHandler(listener)
    libraries.setLevel(logging.DEBUG)
    try:
        with structlog.testing.capture_logs() as ours:
            async with SlackServer() as slack, way_in(slack) as way:
                way.door.faults["canary"] = AWAY
                slack.person().writes_dm("canary")
                slack.send("interactive", {"type": "canary", "user": {"id": "U1"}, "team": {"id": TEAM}})
                await slack.until(lambda: "canary" in way.door.begun)
                secrets = (slack.bot_token, slack.app_token, slack.signing_secret, "canary", "ticket=")
    finally:
        libraries.removeHandler(listener)
        libraries.setLevel(before)
    written = "\n".join((*heard, *map(str, ours)))
    assert [each for each in secrets if each in written] == []
