"""Reminders are due in time, and said once."""

import asyncio
from datetime import timedelta

from bot.codec import decode_conversation
from bot.events import Event
from bot.model import Address
from bot.runtime.deliver import (
    Later,
)
from bot.runtime.receive import LEASE, TooManyConflicts
from tests.outside import ANN, START
from tests.runtime.delivery_program import RESTART, SECOND, TEN_MINUTES, Program

# --- reminders --------------------------------------------------------------------------------------------


def test_a_reminder_is_not_due_before_its_time(program: Program) -> None:
    async def story() -> None:
        await program.talk(*RESTART)
        before = len(program.screen.sent)
        assert await program.due(TEN_MINUTES - SECOND) == 0
        await program.due(TEN_MINUTES)
        assert len(program.screen.sent) == before + 1
        assert await program.due(TEN_MINUTES + timedelta(days=3)) == 0

    asyncio.run(story())


def test_a_reminder_that_is_claimed_twice_is_said_once(program: Program) -> None:
    """A process that claimed it dies after the commit, or is only slow: another one claims it again."""

    async def story() -> None:
        await program.talk(*RESTART)
        before = len(program.screen.sent)
        (wake,) = await program.store.claim(now=TEN_MINUTES, lease=LEASE, limit=9)
        assert wake.kind == "wake"
        await program.due(TEN_MINUTES + LEASE)
        # the slow one goes on with the job that it still believes to hold
        await program.receive(ANN, program.events[-1])
        settled = await program.store.settle(wake, now=program.now, lease=LEASE)
        assert not settled.struck
        assert await program.due(program.now + 2 * LEASE) == 0
        assert len(program.screen.sent) == before + 1

    asyncio.run(story())


def test_a_reminder_whose_turn_could_not_be_stored_stays_owed(program: Program) -> None:
    def broken(_who: Address, _event: Event) -> None:
        raise TooManyConflicts

    async def story() -> None:
        await program.talk(*RESTART)
        before = len(program.screen.sent)
        program.take_turn = broken
        await program.due(TEN_MINUTES)
        assert isinstance(program.outcomes[-1], Later)
        program.take_turn = lambda _who, _event: None
        await program.due(TEN_MINUTES + LEASE)
        assert len(program.screen.sent) == before + 1

    asyncio.run(story())


def test_a_reminder_that_was_answered_meanwhile_is_struck_out_in_silence(program: Program) -> None:
    async def story() -> None:
        await program.talk(*RESTART, "still not")
        before, record = len(program.screen.sent), await program.store.load(ANN, now=START)
        await program.due(TEN_MINUTES)
        assert len(program.screen.sent) == before
        after = await program.store.load(ANN, now=START)
        assert decode_conversation(after.body) == decode_conversation(record.body)
        assert await program.due(TEN_MINUTES + timedelta(days=3)) == 0

    asyncio.run(story())
