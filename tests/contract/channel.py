"""What every chat platform's channel keeps. A platform joins by setting up a `Stage`."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from contextlib import AbstractAsyncContextManager
from typing import Literal, Protocol, TypeAlias

import pytest

from bot.model import Address, Choice, Reply
from bot.ports import Channel, Gone, Refused, TryLater, Unsure

Trouble: TypeAlias = Literal["too_many", "lost", "broken", "refused", "gone"]
"""What the platform does at the next message: wants us to wait; shows it, but its answer is lost; gives
an error of its own that says nothing; refuses this message; says that the person is gone."""


class Screen(Protocol):
    """Where one person reads, who is at `address`."""

    channel: Channel
    address: Address

    @property
    def read(self) -> Sequence[str]:
        """What the person reads in our messages, oldest first, as it looks to them."""
        ...

    @property
    def buttons(self) -> Sequence[str]:
        """The labels under the newest message."""
        ...


class Stage(Screen, Protocol):
    """A local chat platform with one person."""

    @property
    def toasts(self) -> Sequence[str]:
        """What came up at the buttons that they pressed, or for them alone."""
        ...

    async def press(self) -> str:
        """Let the person press the first button of the newest message, and give the event's origin."""
        ...

    def plan(self, trouble: Trouble) -> None:
        """Have that happen at the next message."""
        ...

    def unreachable(self) -> AbstractAsyncContextManager[Channel]:
        """Give the channel of a platform that no connection leads to."""
        ...


Opening: TypeAlias = AbstractAsyncContextManager[Stage]
Clause: TypeAlias = Callable[[Stage], Awaitable[None]]

QUESTION = Reply("Did you sign out?", (Choice("fixed", "It works"), Choice("not_yet", "Still not")), 3)
MARKUP = (
    "<b>bold</b> &amp; &lt; <a href='x'>link</a>",
    "*bold* _italic_ ~struck~ `code` [link](https://example.com)",
    "<!channel> <!here> <@U012AB3CD> <#C012AB3CD> <https://example.com|link>",
    "a\\_b ||hidden|| ```block``` > quoted",
)


def hold_to(clause: Clause, opening: Opening) -> None:
    """Hold a channel to a clause."""

    async def play() -> None:
        async with asyncio.timeout(30), opening as stage:
            await clause(stage)

    asyncio.run(play())


async def send(stage: Screen, reply: Reply, channel: Channel | None = None) -> None:
    await (channel or stage.channel).send(stage.address, reply, key=f"key of {reply.text[:20]}", attempt=1)


async def replies_appear_in_the_order_of_the_calls(stage: Screen) -> None:
    for text in ("one", "two", "three"):
        await send(stage, Reply(text))

    assert list(stage.read) == ["one", "two", "three"]


async def buttons_appear_in_the_order_of_the_choices(stage: Screen) -> None:
    await send(stage, QUESTION)

    assert list(stage.buttons) == ["It works", "Still not"]


async def text_is_never_markup(stage: Screen) -> None:
    for text in MARKUP:
        await send(stage, Reply(text))

    assert list(stage.read) == list(MARKUP)


async def a_long_text_is_shown_whole_with_its_buttons_at_the_end(stage: Screen) -> None:
    text = "".join(f"This is sentence {number}. これは文{number}です。" for number in range(300))
    await send(stage, Reply(text, QUESTION.choices, 3))

    assert "".join("".join(stage.read).split()) == "".join(text.split())
    assert list(stage.buttons) == ["It works", "Still not"]


async def a_pressed_prompt_is_closed_and_the_next_reply_comes_below_it(stage: Stage) -> None:
    await send(stage, QUESTION)
    origin = await stage.press()
    await send(stage, Reply("Next", origin=origin))

    closed, following = stage.read
    assert closed.startswith(QUESTION.text)
    assert "It works" in closed
    assert (following, list(stage.buttons)) == ("Next", [])


async def the_answer_to_a_press_can_be_sent_again(stage: Stage) -> None:
    await send(stage, QUESTION)
    origin = await stage.press()
    await send(stage, Reply("Next", origin=origin))
    await send(stage, Reply("Next", origin=origin))

    assert stage.read[1] == "Next"


async def a_word_aside_is_no_message(stage: Stage) -> None:
    await send(stage, QUESTION)
    origin = await stage.press()
    await send(stage, Reply("That was before.", origin=origin, aside=True))

    assert list(stage.read) == [QUESTION.text]
    assert list(stage.buttons) == ["It works", "Still not"]
    assert list(stage.toasts) == ["That was before."]


async def too_many_is_for_later_as_late_as_the_platform_wants(stage: Stage) -> None:
    stage.plan("too_many")
    with pytest.raises(TryLater) as caught:
        await send(stage, Reply("one"))

    assert caught.value.after
    assert not stage.read


async def without_a_connection_it_is_for_later(stage: Stage) -> None:
    async with stage.unreachable() as channel:
        with pytest.raises(TryLater):
            await send(stage, Reply("one"), channel)


async def an_answer_that_is_lost_leaves_doubt(stage: Stage) -> None:
    stage.plan("lost")
    with pytest.raises(Unsure):
        await send(stage, Reply("one"))


async def an_error_of_the_platform_leaves_doubt(stage: Stage) -> None:
    stage.plan("broken")
    with pytest.raises(Unsure):
        await send(stage, Reply("one"))


async def a_refusal_is_final_and_says_nothing_of_the_text(stage: Stage) -> None:
    stage.plan("refused")
    with pytest.raises(Refused) as caught:
        await send(stage, Reply("one secret"))

    assert not isinstance(caught.value, Gone)
    assert caught.value.why
    assert "secret" not in caught.value.why


async def who_is_gone_is_told_from_a_refusal(stage: Stage) -> None:
    stage.plan("gone")
    with pytest.raises(Gone):
        await send(stage, Reply("one"))


async def after_trouble_the_next_reply_appears(stage: Stage) -> None:
    for trouble in ("too_many", "broken", "refused"):
        stage.plan(trouble)
        with pytest.raises((TryLater, Unsure, Refused)):
            await send(stage, Reply("one"))
    await send(stage, Reply("two"))

    assert stage.read[-1] == "two"


async def it_can_be_given_up_at_any_time(stage: Stage) -> None:
    """A deadline cancels the send; the channel works on."""
    for _ in range(20):
        task = asyncio.create_task(send(stage, Reply("one")))
        await asyncio.sleep(0)
        task.cancel()
        await asyncio.wait([task])
    await send(stage, Reply("two"))

    assert stage.read[-1] == "two"


CONTRACT_OF_ANY: tuple[Callable[[Screen], Awaitable[None]], ...] = (
    replies_appear_in_the_order_of_the_calls,
    buttons_appear_in_the_order_of_the_choices,
    text_is_never_markup,
    a_long_text_is_shown_whole_with_its_buttons_at_the_end,
)
"""For the console as well, which nobody presses and nothing cuts off."""

CONTRACT: tuple[Clause, ...] = (
    *CONTRACT_OF_ANY,
    a_pressed_prompt_is_closed_and_the_next_reply_comes_below_it,
    the_answer_to_a_press_can_be_sent_again,
    a_word_aside_is_no_message,
    too_many_is_for_later_as_late_as_the_platform_wants,
    without_a_connection_it_is_for_later,
    an_answer_that_is_lost_leaves_doubt,
    an_error_of_the_platform_leaves_doubt,
    a_refusal_is_final_and_says_nothing_of_the_text,
    who_is_gone_is_told_from_a_refusal,
    after_trouble_the_next_reply_appears,
    it_can_be_given_up_at_any_time,
)
