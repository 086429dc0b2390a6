"""The one door out, and what a platform can answer."""

import asyncio
from datetime import timedelta

from bot.model import Address, Reply
from bot.ports import Refused, TryLater, Unsure
from bot.runtime.deliver import (
    GIVE_UP_AFTER,
    UNSURE_ATTEMPTS,
    Dead,
    Done,
    Later,
)
from tests.outside import ANN, START
from tests.runtime.delivery_program import BEN, EVE, SECOND, Program

# --- what a platform answers ------------------------------------------------------------------------------


def test_not_sent_is_no_attempt_and_comes_again_soon(program: Program) -> None:
    async def story() -> None:
        program.screen.fault = TryLater()
        await program.talk("iPhone")
        assert program.outcomes == [Later(timedelta(seconds=0.5))]
        program.screen.fault = None
        assert await program.due(START + SECOND) == 1
        assert [attempt for _, _, attempt in program.screen.tried] == [1, 1]

    asyncio.run(story())


def test_a_platform_that_asks_for_time_gets_it_for_the_whole_chat(program: Program) -> None:
    async def story() -> None:
        await program.talk("hello", who=BEN)
        program.screen.fault = TryLater(timedelta(minutes=2))
        await program.talk("iPhone")
        program.screen.fault = None
        assert await program.take("iPhone", BEN) == (), "the same chat"
        assert len(await program.take("iPhone", EVE)) == 1, "another chat"
        assert await program.due(START + timedelta(seconds=119)) == 1, "Eve's, whose lease has ended"
        assert await program.due(START + timedelta(seconds=120)) == 2

    asyncio.run(story())


def test_the_tries_become_rarer(program: Program) -> None:
    async def story() -> None:
        program.screen.fault = TryLater()
        await program.talk("iPhone")
        tries = 0
        for second in range(3600):
            tries += await program.due(START + second * SECOND)
        assert 10 < tries < 45

    asyncio.run(story())


def test_a_reply_that_is_a_day_late_is_parked(program: Program) -> None:
    async def story() -> None:
        program.screen.fault = TryLater()
        await program.talk("iPhone")
        program.screen.fault = None
        await program.due(START + GIVE_UP_AFTER + SECOND)
        assert program.outcomes[-1] == Dead("too_old")
        assert program.screen.sent == []
        (parked,) = await program.store.parked(now=program.now, limit=9)
        assert (parked.address, parked.why) == (ANN, "too_old")

    asyncio.run(story())


def test_a_platform_that_never_says_gets_a_reply_only_a_few_times(program: Program) -> None:
    async def story() -> None:
        program.screen.fault = Unsure()
        await program.talk("iPhone")
        for minute in range(60):
            await program.due(START + timedelta(minutes=minute))
        assert len(program.screen.tried) == UNSURE_ATTEMPTS
        assert program.outcomes[-1] == Dead("no_answer")

    asyncio.run(story())


def test_a_mistake_in_a_channel_counts_as_no_answer(program: Program) -> None:
    async def story() -> None:
        program.screen.fault = ZeroDivisionError("secret")
        await program.talk("iPhone")
        (outcome,) = program.outcomes
        assert isinstance(outcome, Later)
        assert (outcome.unsure, outcome.why) == (True, "ZeroDivisionError")

    asyncio.run(story())


def test_what_a_platform_refuses_is_parked_and_the_lane_goes_on(program: Program) -> None:
    async def story() -> None:
        program.screen.fault = Refused("chat_not_found")
        first = await program.take("iPhone")
        await program.take("skip")
        sent = program.screen.send

        async def refuse_once(address: Address, reply: Reply, *, key: str, attempt: int) -> None:
            try:
                await sent(address, reply, key=key, attempt=attempt)
            finally:
                program.screen.fault = None

        program.screen.send = refuse_once  # type: ignore[method-assign]
        await program.do(*first)
        assert program.outcomes == [Dead("chat_not_found"), Done()]
        (parked,) = await program.store.parked(now=START, limit=9)
        assert await program.store.unpark(parked.id, now=START)
        assert await program.due(START) == 1
        assert len(program.screen.sent) == 2

    asyncio.run(story())


def test_a_reply_for_a_platform_that_is_not_served_here_is_left_to_others(program: Program) -> None:
    async def story() -> None:
        await program.talk("iPhone", who=Address("elsewhere", "chat", "person"))
        assert await program.due(START + timedelta(seconds=59)) == 0
        assert await program.due(START + timedelta(seconds=60)) == 1
        assert program.screen.tried == []

    asyncio.run(story())
