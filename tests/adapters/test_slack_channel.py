"""Slack's channel against a local Slack."""

import pytest

from adapters.slack.inbound import read_payload
from adapters.slack.incoming import Heard, Me
from adapters.slack.place import direct, in_channel
from bot.events import Picked
from bot.model import Address, Choice, Reply
from bot.ports import Unsure
from bot.replace import replace
from tests.adapters.slack_talk import awaited, sending
from tests.wire.slack import faults as ill
from tests.wire.slack.workspace import TEAM

HELLO = Reply("Hello", (Choice("fixed", "It works now"),), 1)


def dm(person: str = "U0ANN") -> Address:
    return direct(TEAM, person)


@awaited
async def test_a_reply_opens_the_direct_message_and_carries_its_key() -> None:
    async with sending() as shop:
        ann = shop.slack.person()
        await shop.channel.send(dm(), HELLO, key="k1", attempt=1)

        [seen] = ann.sees()
        assert (seen.words, seen.buttons) == ("Hello\nIt works now", ["It works now"])
        assert seen.metadata["event_payload"] == {"key": "k1", "part": 0}
        assert not seen.unfurls


@awaited
async def test_a_reply_in_a_channel_stays_in_its_thread() -> None:
    async with sending() as shop:
        ann = shop.slack.person()
        general = shop.slack.channel("general", ann)
        asked = ann.writes(general, "help")
        await shop.channel.send(in_channel(TEAM, general.id, asked.ts, ann.id), HELLO, key="k1", attempt=1)

        assert [each.thread for each in ann.sees(general)] == ["", asked.ts]


@pytest.mark.parametrize(
    "fault", [ill.reset_after, ill.html_after, ill.truncated_after, ill.error_after(500)]
)
@pytest.mark.parametrize("threaded", [False, True])
@awaited
async def test_what_was_shown_though_no_answer_came_is_not_shown_again(
    fault: ill.Fault,
    threaded: bool,  # noqa: FBT001
) -> None:
    async with sending() as shop:
        ann = shop.slack.person()
        address = replace(dm(), chat=f"{dm().chat}/{ann.writes_dm('help').ts}") if threaded else dm()
        shop.slack.api.faults.next("chat.postMessage", fault)
        with pytest.raises(Unsure):
            await shop.channel.send(address, HELLO, key="k1", attempt=1)
        await shop.channel.send(address, HELLO, key="k1", attempt=2)
        await shop.channel.send(address, HELLO, key="k2", attempt=2)

        shown = [each.metadata["event_payload"]["key"] for each in ann.sees() if each.metadata]
        assert shown == ["k1", "k2"]


@awaited
async def test_of_a_reply_in_parts_only_those_are_sent_again_that_are_missing() -> None:
    async with sending() as shop:
        ann = shop.slack.person()
        long = Reply("A sentence of the log. " * 200)
        shop.slack.api.faults.next("chat.postMessage", ill.ok, ill.reset_before)
        with pytest.raises(Unsure):
            await shop.channel.send(dm(), long, key="k1", attempt=1)
        await shop.channel.send(dm(), long, key="k1", attempt=2)

        assert [each.metadata["event_payload"]["part"] for each in ann.sees()] == [0, 1]


@awaited
async def test_where_we_may_not_look_the_reply_is_sent_again() -> None:
    async with sending() as shop:
        ann = shop.slack.person()
        shop.slack.app.scopes -= {"im:history"}
        await shop.channel.send(dm(), HELLO, key="k1", attempt=1)
        await shop.channel.send(dm(), HELLO, key="k1", attempt=2)

        assert len(ann.sees()) == 2


@awaited
async def test_while_looking_fails_nothing_is_sent() -> None:
    async with sending() as shop:
        ann = shop.slack.person()
        shop.slack.api.faults.next("conversations.history", ill.error_before(503))
        with pytest.raises(Unsure):
            await shop.channel.send(dm(), HELLO, key="k1", attempt=2)

        assert ann.sees() == []


@pytest.mark.parametrize("threaded", [False, True])
@awaited
async def test_a_pressed_prompt_is_closed_and_the_next_step_comes(threaded: bool) -> None:  # noqa: FBT001
    async with sending() as shop:
        ann = shop.slack.person()
        general = shop.slack.channel("general", ann)
        root = ann.writes(general, "help")
        address = in_channel(TEAM, general.id, root.ts, ann.id) if threaded else dm()
        place = general if threaded else ann.dm
        await shop.channel.send(address, HELLO, key="k1", attempt=1)
        press = ann.presses("It works now", ann.sees(place)[-1])
        heard = read_payload(press.payload, Me(TEAM, shop.slack.app.user, app=shop.slack.app.id))
        assert isinstance(heard, Heard)
        assert isinstance(heard.event, Picked)
        assert heard.address == address
        await shop.channel.send(address, Reply("Good!", origin=heard.event.origin), key="k2", attempt=1)

        prompt, step = ann.sees(place)[-2:]
        assert (prompt.words, prompt.buttons, step.words) == ("Hello\n✓ It works now", [], "Good!")
