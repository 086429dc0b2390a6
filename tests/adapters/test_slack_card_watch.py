"""A "stop" in the direct message ends the watch that began on Slack's status card, too."""

import pytest

from adapters.slack.origin import read_origin
from adapters.slack.place import card, direct
from bot.events import Invoked
from bot.ports import StoreUnusable
from tests.adapters.slack_payloads import message
from tests.adapters.slack_talk import awaited, taking
from tests.wire.slack.workspace import TEAM


@awaited
async def test_who_follows_there_ends_it_before_the_stop_is_heard_here() -> None:
    async with taking() as way:
        ann = way.slack.person()
        here, there = direct(TEAM, ann.id), card(TEAM, ann.id)
        way.watching.add(there.chat)
        ann.writes_dm("stop")
        await way.quiet()

        [(first, ends), (second, said)] = way.events
        assert (first, second) == (there, here)
        assert isinstance(ends, Invoked)
        assert (ends.command, ends.id) == ("unwatch", f"{said.id}:card")


@pytest.mark.parametrize("follows_here", [False, True])
@awaited
async def test_it_is_told_once_though_both_watches_end(follows_here: bool) -> None:  # noqa: FBT001
    async with taking() as way:
        ann = way.slack.person()
        way.watching |= {card(TEAM, ann.id).chat} | ({direct(TEAM, ann.id).chat} if follows_here else set())
        ann.writes_dm("stop")
        await way.quiet()

        [(_, ends), _] = way.events
        assert isinstance(ends, Invoked)
        assert read_origin(ends.origin).silent is follows_here


@awaited
async def test_nothing_ends_for_who_does_not_follow_or_says_something_else_or_elsewhere() -> None:
    async with taking() as way:
        ann, ben = way.slack.person(), way.slack.person("U0BEN")
        way.watching.add(card(TEAM, ann.id).chat)
        ann.writes_dm("help")
        ben.writes_dm("stop")
        ann.mentions(way.slack.channel("general", ann, ben), "stop")
        await way.quiet()

        assert len(way.events) == 3
        assert not [event for _, event in way.events if isinstance(event, Invoked)]


@awaited
async def test_where_that_cannot_be_looked_up_nothing_is_taken() -> None:
    async with taking() as way:
        way.away = StoreUnusable("unreachable", "redis")
        ours = {"team_id": TEAM, "authorizations": None, "api_app_id": way.slack.app.id}
        with pytest.raises(StoreUnusable):
            await way.intake.take(message("stop") | ours, way.receive)
        assert not way.events
