"""What Slack's channel makes of refusals, limits and outages, and of answers that only one person sees."""

import logging
from datetime import timedelta

import pytest

from adapters.slack.channel import SlackChannel
from adapters.slack.client import close_client, open_client
from adapters.slack.origin import Origin, write_origin
from adapters.slack.place import card, direct, in_channel
from bot.model import Address, Choice, Reply
from bot.ports import Gone, Refused, TryLater, Unsure
from tests.adapters.slack_payloads import words
from tests.adapters.slack_talk import Shop, awaited, sending
from tests.wire.slack import faults as ill
from tests.wire.slack.workspace import TEAM

HELLO = Reply("Hello", (Choice("fixed", "It works now"),), 1)
DM, CARD = direct(TEAM, "U0ANN"), card(TEAM, "U0ANN")


async def failure(shop: Shop, *faults: ill.Fault, address: Address = DM, reply: Reply = HELLO) -> Exception:
    """Send once, with these ills, and give what the channel raises."""
    shop.slack.api.faults.next("chat.postMessage", *faults)
    with pytest.raises((TryLater, Unsure, Refused)) as raised:
        await shop.channel.send(address, reply, key="k1", attempt=1)
    return raised.value


@pytest.mark.parametrize(
    ("error", "kind"),
    [
        ("fatal_error", Unsure),
        ("internal_error", Unsure),
        ("request_timeout", Unsure),
        ("service_unavailable", Unsure),
        ("duplicate_message_not_found", Unsure),
        ("account_inactive", TryLater),
        ("token_revoked", TryLater),
        ("invalid_auth", TryLater),
        ("not_authed", TryLater),
        ("missing_scope", TryLater),
        ("rate_limited", TryLater),
        ("team_added_to_org", TryLater),
        ("external_channel_migrating", TryLater),
        ("user_not_found", Gone),
        ("cannot_dm_bot", Gone),
        ("user_disabled", Gone),
        ("channel_not_found", Gone),
        ("is_archived", Gone),
        ("not_in_channel", Gone),
        ("messages_tab_disabled", Refused),
        ("restricted_action", Refused),
        ("not_known_yet", Refused),
    ],
)
@awaited
async def test_each_error_of_slack_says_what_to_do(error: str, kind: type[Exception]) -> None:
    async with sending() as shop:
        shop.slack.person()
        raised = await failure(shop, ill.refuse(error))

        assert type(raised) is kind
        assert not isinstance(raised, Refused) or raised.why == error
        assert "xoxb-" not in repr(raised)


@pytest.mark.parametrize(
    "fault",
    [ill.error_before(500), ill.error_after(503), ill.html_after, ill.reset_before, ill.truncated_after],
)
@awaited
async def test_an_answer_that_says_nothing_leaves_it_open(fault: ill.Fault) -> None:
    async with sending() as shop:
        shop.slack.person()
        assert type(await failure(shop, fault)) is Unsure


@awaited
async def test_a_limit_is_kept_for_as_long_as_slack_wants() -> None:
    async with sending() as shop:
        shop.slack.person()
        raised = await failure(shop, ill.limit(30))
        assert isinstance(raised, TryLater)
        assert raised.after == timedelta(seconds=30)

        absurd = await failure(shop, ill.limit(999_999))
        assert isinstance(absurd, TryLater)
        assert absurd.after == timedelta(hours=1)


@awaited
async def test_what_never_reached_slack_was_certainly_not_shown() -> None:
    async with sending() as shop:
        nowhere = await open_client("xoxb-1", "http://127.0.0.1:1/api/")
        with pytest.raises(TryLater):
            await SlackChannel(nowhere, words).send(DM, HELLO, key="k1", attempt=1)
        await close_client(nowhere)
        await close_client(nowhere)
        assert shop.slack.calls == []


@pytest.mark.parametrize("error", ["invalid_blocks", "msg_too_long", "metadata_too_large"])
@awaited
async def test_what_is_too_much_is_shown_as_words_alone(error: str) -> None:
    async with sending() as shop:
        ann = shop.slack.person()
        shop.slack.api.faults.next("chat.postMessage", ill.refuse(error))
        await shop.channel.send(DM, HELLO, key="k1", attempt=1)

        [seen] = ann.sees()
        assert (seen.text, seen.blocks) == ("Hello\n1. It works now", [])


@awaited
async def test_words_that_are_too_much_too_are_refused() -> None:
    async with sending() as shop:
        shop.slack.person()
        raised = await failure(shop, ill.refuse("invalid_blocks"), ill.refuse("msg_too_long"))
        assert isinstance(raised, Refused)
        assert raised.why == "msg_too_long"


@pytest.mark.parametrize(
    "error", ["message_not_found", "cant_update_message", "edit_window_closed", "fatal_error"]
)
@awaited
async def test_a_prompt_that_cannot_be_closed_does_not_hold_up_the_next_step(error: str) -> None:
    async with sending() as shop:
        ann = shop.slack.person()
        shop.slack.api.faults.next("chat.update", ill.refuse(error))
        origin = write_origin(Origin(channel=ann.dm.id, closes="1.1", label="Not yet"))
        await shop.channel.send(DM, Reply("Next", origin=origin), key="k1", attempt=1)

        assert [each.words for each in ann.sees()] == ["Next"]


@awaited
async def test_a_limit_while_closing_holds_up_the_next_step() -> None:
    async with sending() as shop:
        ann = shop.slack.person()
        shop.slack.api.faults.next("chat.update", ill.limit(7))
        origin = write_origin(Origin(channel=ann.dm.id, closes="1.1", label="Not yet"))
        with pytest.raises(TryLater):
            await shop.channel.send(DM, Reply("Next", origin=origin), key="k1", attempt=1)

        assert ann.sees() == []


@awaited
async def test_a_word_aside_is_seen_by_one_person_in_the_thread() -> None:
    async with sending() as shop:
        ann, bob = shop.slack.person("U0ANN"), shop.slack.person("U0BOB")
        general = shop.slack.channel("general", ann, bob)
        root = ann.writes(general, "help")
        origin = write_origin(Origin(channel=general.id, thread=root.ts, closes="1.1"))
        reply = Reply("That question was answered already.", origin=origin, aside=True)
        await shop.channel.send(in_channel(TEAM, general.id, root.ts, ann.id), reply, key="k1", attempt=1)

        assert [each.words for each in ann.sees(thread=root)] == ["help", reply.text]
        assert [each.words for each in bob.sees(thread=root)] == ["help"]


@awaited
async def test_a_word_aside_that_cannot_be_said_is_no_trouble() -> None:
    async with sending() as shop:
        ann = shop.slack.person()
        general = shop.slack.channel("general")
        origin = write_origin(Origin(channel=general.id))
        await shop.channel.send(DM, Reply("Old.", origin=origin, aside=True), key="k1", attempt=1)

        assert ann.sees() == []


@awaited
async def test_the_card_is_whispered_then_replaced_then_shared() -> None:
    async with sending() as shop:
        ann, bob = shop.slack.person("U0ANN"), shop.slack.person("U0BOB")
        general = shop.slack.channel("general", ann, bob)
        command = ann.slash("/imessage-status", channel=general)
        url = command.payload["response_url"]
        await shop.channel.send(
            CARD, Reply("🟢 iMessage", origin=write_origin(Origin(url=url))), key="k1", attempt=1
        )
        [whispered] = ann.sees(general)
        assert whispered.buttons == ["[slack.share_here en]"]
        again = ann.presses("[slack.share_here en]", whispered).payload["response_url"]
        for number, origin in enumerate((Origin(url=again, replaces=True), Origin(url=again, public=True))):
            reply = Reply(f"Card {number}", origin=write_origin(origin))
            await shop.channel.send(CARD, reply, key=f"k{number}", attempt=1)

        assert [each.words.partition("\n")[0] for each in ann.sees(general)] == ["Card 0", "Card 1"]
        assert [each.words for each in bob.sees(general)] == ["Card 1"]


@awaited
async def test_who_asks_for_help_for_somebody_where_we_are_not_is_told_so() -> None:
    async with sending() as shop:
        ann, bob = shop.slack.person("U0ANN"), shop.slack.person("U0BOB")
        closed = shop.slack.channel("closed", ann, bob, with_app=False)
        post = bob.writes(closed, "my iMessage is broken")
        url = ann.uses_shortcut("help_with_this", post).payload["response_url"]
        origin = write_origin(Origin(channel=closed.id, url=url, mention=bob.id))
        address = in_channel(TEAM, closed.id, post.ts, bob.id)
        with pytest.raises(Gone):
            await shop.channel.send(address, Reply("Hi", origin=origin), key="k1", attempt=1)

        assert [each.words for each in ann.sees(closed)][1:] == ["[slack.not_here en]"]
        assert len(bob.sees(closed)) == 1


@awaited
async def test_no_log_has_the_token_or_what_people_say(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    async with sending() as shop:
        shop.slack.person()
        secret = Reply("a canary sings", (Choice("fixed", "It works now"),))
        await shop.channel.send(DM, secret, key="k1", attempt=1)
        await failure(shop, ill.refuse("invalid_auth"), reply=secret)
        await failure(shop, ill.reset_before, reply=secret)

        assert "invalid_auth" in caplog.text
        assert "canary" not in caplog.text
        assert shop.slack.bot_token not in caplog.text


@pytest.mark.parametrize("url", ["/actions/unknown", "https://evil.example/actions/1"])
@awaited
async def test_a_card_that_can_no_longer_be_whispered_comes_to_the_direct_message(url: str) -> None:
    async with sending() as shop:
        ann = shop.slack.person()
        origin = write_origin(Origin(url=url if "//" in url else f"{shop.slack.url}{url}"))
        await shop.channel.send(CARD, Reply("🟢 iMessage", origin=origin), key="k1", attempt=1)

        assert [each.words.partition("\n")[0] for each in ann.sees()] == ["🟢 iMessage"]


@awaited
async def test_each_place_has_its_own_rest_and_the_bot_none() -> None:
    async with sending() as shop:
        assert shop.channel.pause(DM) == timedelta(seconds=1)
        assert shop.channel.bot_pause == timedelta()
