"""Replies as they appear in Telegram, and what becomes of those that do not."""

from datetime import timedelta

import pytest
import telegram

from adapters.telegram.buttons import Button
from adapters.telegram.channel import TelegramChannel
from adapters.telegram.intake import Intake
from adapters.telegram.origin import Press, write_origin
from bot.events import Picked
from bot.model import Address, Choice, Reply
from bot.ports import Gone, Refused, TryLater, Unsure
from tests.adapters.telegram import ME, Door, awaited, connected
from tests.wire.telegram import TelegramServer, faults
from tests.wire.telegram.refusals import NOT_MODIFIED, QUERY_TOO_OLD, Refusal, bad, forbidden

ANN = Address("telegram", "5", "5")
QUESTION = Reply("Did you sign out?", (Choice("fixed", "It works 🙂"), Choice("not_yet", "Still not")), 3)


async def send(bot: telegram.Bot, reply: Reply, address: Address = ANN, attempt: int = 1) -> None:
    await TelegramChannel(bot).send(address, reply, key="k", attempt=attempt)


async def pressed(server: TelegramServer, bot: telegram.Bot) -> str:
    """Ask Ann the question, let her press its first button, and give the origin of that."""
    door, ann = Door(), server.person(5)
    await send(bot, QUESTION)
    ann.presses("It works")
    (update,) = server.updates.pending()
    await Intake(bot, ME, lambda name, _: name).take(update, door)
    ((address, event),) = door.events
    assert address == ANN
    assert isinstance(event, Picked)
    assert (event.prompt, event.choice) == (3, "fixed")
    return event.origin


@awaited
async def test_a_question_appears_with_its_buttons() -> None:
    async with connected() as (server, bot):
        ann = server.person(5)
        await send(bot, QUESTION)

    assert (ann.last.text, ann.last.labels) == (QUESTION.text, ["It works 🙂", "Still not"])
    assert ann.last.ever_had["Still not"] == str(Button(3, 5, "not_yet"))


@awaited
async def test_after_a_press_the_prompt_shows_what_was_chosen_and_the_next_step_follows() -> None:
    async with connected() as (server, bot):
        await send(bot, Reply("Next", origin=await pressed(server, bot)))
        ann = server.person(5)

    closed, following = ann.sees
    assert (closed.text, closed.bold) == ("Did you sign out?\n\n✓ It works 🙂", ["It works 🙂"])
    assert closed.labels == []
    assert following.text == "Next"
    assert [call.method for call in server.calls[1:]] == [
        "answerCallbackQuery", "editMessageText", "sendMessage",
    ]  # fmt: skip


@awaited
async def test_sent_again_it_changes_nothing_but_the_message() -> None:
    async with connected() as (server, bot):
        origin = await pressed(server, bot)
        for attempt in (1, 2):
            await send(bot, Reply("Next", origin=origin), attempt=attempt)

    assert server.person(5).texts[1:] == ["Next", "Next"]
    assert {method for method, _ in server.refused} <= {"answerCallbackQuery", "editMessageText"}


@awaited
async def test_a_word_aside_comes_up_at_the_button() -> None:
    async with connected() as (server, bot):
        door, ann = Door(), server.person(5)
        await send(bot, QUESTION)
        press = ann.presses("It works")
        await Intake(bot, ME, lambda name, _: name).take(server.updates.pending()[0], door)
        origin = getattr(door.events[0][1], "origin", "")
        await send(bot, Reply("That was before.", origin=origin, aside=True))

    assert press.toast == "That was before."
    assert (len(ann.sees), ann.last.edits) == (1, 0)


@pytest.mark.parametrize("refusal", [bad(QUERY_TOO_OLD), bad(NOT_MODIFIED), bad("message to edit not found")])
@awaited
async def test_what_was_done_already_or_is_too_late_keeps_no_message_back(refusal: Refusal) -> None:
    async with connected() as (server, bot):
        origin = await pressed(server, bot)
        for method in ("answerCallbackQuery", "editMessageText"):
            server.faults.next(method, faults.refuse(refusal))
        await send(bot, Reply("Next", origin=origin))

    assert server.person(5).texts[-1] == "Next"


@pytest.mark.parametrize("method", ["answerCallbackQuery", "editMessageText"])
@pytest.mark.parametrize("fault", [faults.reset_before, faults.error_before(502), faults.html_after])
@awaited
async def test_doubt_about_what_goes_along_keeps_no_message_back(method: str, fault: faults.Fault) -> None:
    async with connected() as (server, bot):
        origin = await pressed(server, bot)
        server.faults.next(method, fault)
        await send(bot, Reply("Next", origin=origin))

    assert server.person(5).texts[-1] == "Next"


@pytest.mark.parametrize("method", ["answerCallbackQuery", "editMessageText"])
@awaited
async def test_too_many_requests_hold_the_message_back_wherever_they_are_met(method: str) -> None:
    async with connected() as (server, bot):
        origin = await pressed(server, bot)
        server.faults.next(method, faults.limit(7))
        with pytest.raises(TryLater) as caught:
            await send(bot, Reply("Next", origin=origin))

    assert caught.value.after == timedelta(seconds=7)
    assert len(server.called("sendMessage")) == 1


@awaited
async def test_a_word_aside_in_doubt_is_in_doubt() -> None:
    async with connected() as (server, bot):
        origin = await pressed(server, bot)
        server.faults.next("answerCallbackQuery", faults.reset_after)
        with pytest.raises(Unsure):
            await send(bot, Reply("That was before.", origin=origin, aside=True))


@awaited
async def test_refused_formatting_is_left_out() -> None:
    async with connected() as (server, bot):
        origin = await pressed(server, bot)
        server.faults.next("editMessageText", faults.refuse(bad("can't parse entities: wrong length")))
        await send(bot, Reply("Next", origin=origin))

    closed = server.person(5).sees[0]
    assert (closed.text, closed.bold) == ("Did you sign out?\n\n✓ It works 🙂", [])


@awaited
async def test_a_group_that_became_a_supergroup_is_followed_there() -> None:
    async with connected() as (server, bot):
        old, new = server.group(-55), server.group(-1_000_000_055)
        old.moved_to = new.id
        await send(bot, Reply("Hello"), Address("telegram", "-55", "5"))

    assert [each.text for each in new.messages] == ["Hello"]


@awaited
async def test_a_group_sees_which_message_is_answered_and_in_which_topic() -> None:
    async with connected() as (server, bot):
        group = server.group(topics=(42,))
        ann = server.person(5).within(group, 42)
        said = ann.says("@imessage_helper_bot hello")
        door = Door()
        await Intake(bot, ME, lambda name, _: name).take(server.updates.pending()[0], door)
        ((address, event),) = door.events
        await send(bot, Reply("Hello", origin=getattr(event, "origin", "")), address)

    assert ann.texts == ["Hello"]
    assert ann.last.payload["reply_to_message"]["message_id"] == said.id


@awaited
async def test_a_long_text_of_which_a_part_was_shown_is_in_doubt() -> None:
    async with connected() as (server, bot):
        server.person(5)
        server.faults.next("sendMessage", faults.ok, faults.limit(7))
        with pytest.raises(Unsure):
            await send(bot, Reply("A sentence. " * 500))


@awaited
async def test_a_token_that_is_refused_while_sending_loses_no_reply() -> None:
    async with connected() as (server, bot):
        server.token = "1:other"  # noqa: S105  nobody's
        with pytest.raises(TryLater):
            await send(bot, Reply("Hello"))


@pytest.mark.parametrize(
    ("refusal", "kind", "why"),
    [
        (forbidden("bot was blocked by the user"), Gone, "blocked"),
        (bad("chat not found"), Gone, "chat_not_found"),
        (bad("message is too long"), Refused, "too_long"),
    ],
)
@awaited
async def test_a_refusal_is_named_in_a_word_of_ours(refusal: Refusal, kind: type[Refused], why: str) -> None:
    async with connected() as (server, bot):
        server.faults.next("sendMessage", faults.refuse(refusal))
        with pytest.raises(kind) as caught:
            await send(bot, Reply("Hello"))

    assert caught.value.why == why


@awaited
async def test_an_origin_of_another_version_is_no_obstacle() -> None:
    async with connected() as (server, bot):
        server.person(5)
        await send(bot, Reply("Hello", origin='{"type":"new"}'))
        await send(bot, Reply("There", origin=write_origin(Press("unknown", 999, "x", (), "y"))))

    assert server.person(5).texts == ["Hello", "There"]


@awaited
async def test_groups_get_fewer_messages_than_private_chats() -> None:
    async with connected() as (_, bot):
        channel = TelegramChannel(bot)

    assert channel.pause(ANN) == timedelta(seconds=1)
    assert channel.pause(Address("telegram", "-100/42", "5")) == timedelta(seconds=3)


@awaited
async def test_of_the_thirty_messages_a_second_nearly_all_are_used_and_a_late_one_still_fits() -> None:
    async with connected() as (_, bot):
        second = 30 * TelegramChannel(bot).bot_pause
    assert timedelta(seconds=1.02) <= second <= timedelta(seconds=1 / 0.97)
