"""The one door out: what is owed is said, in order, and not forgotten when something breaks on the way."""

import asyncio
from datetime import datetime, timedelta

import pytest

from bot.model import Address, EventId
from bot.ports import Due, Owed, StoreUnusable, Unsure
from bot.replace import replace
from bot.runtime.deliver import (
    SEND_DEADLINE,
    Held,
    Later,
    TooLate,
)
from bot.runtime.receive import LEASE
from bot.runtime.timetable import Timetable
from tests.outside import ANN, START
from tests.runtime.delivery_program import AFTER_LEASE, BEN, EVE, SECOND, Program

# --- sending ----------------------------------------------------------------------------------------------


def test_what_was_sent_is_owed_no_more(program: Program) -> None:
    async def story() -> None:
        await program.talk("iPhone", "skip")
        assert len(program.screen.sent) == 2
        assert await program.due(AFTER_LEASE) == 0
        assert len(program.screen.sent) == 2

    asyncio.run(story())


def test_a_crash_between_commit_and_send_leaves_the_reply_owed_until_somebody_takes_over(
    program: Program,
) -> None:
    async def story() -> None:
        await program.take("iPhone")  # and the process dies here
        assert await program.due(START) == 0, "the dead one's lease has not ended"
        assert await program.due(AFTER_LEASE) == 1
        (sent,) = program.screen.sent
        assert sent[0] == ANN
        assert "10:32" in sent[1]
        assert await program.due(AFTER_LEASE + 2 * LEASE) == 0

    asyncio.run(story())


def test_a_reply_behind_one_that_was_lost_waits_for_it_and_both_come_in_order(program: Program) -> None:
    async def story() -> None:
        await program.take("iPhone")
        assert await program.take("skip") == (), "it may not overtake"
        assert await program.due(AFTER_LEASE) == 2
        first, second = (text for _, text in program.screen.sent)
        assert "10:32" in first
        assert "10:32" not in second

    asyncio.run(story())


def test_a_reply_that_waited_in_the_lane_follows_at_once(program: Program) -> None:
    async def story() -> None:
        first = await program.take("iPhone")
        await program.take("skip")
        await program.do(*first)
        assert len(program.screen.sent) == 2

    asyncio.run(story())


def test_each_reply_has_a_key_of_its_own_that_stays_the_same_at_each_attempt(program: Program) -> None:
    async def story() -> None:
        program.screen.fault = Unsure()
        await program.talk("iPhone")
        program.screen.fault = None
        await program.due(AFTER_LEASE)
        await program.talk("skip")
        await program.talk("Mac", who=BEN)
        keys = [key for _, key, _ in program.screen.tried]
        assert keys[0] == keys[1]
        assert len(set(keys)) == 3
        assert [attempt for _, _, attempt in program.screen.tried] == [1, 2, 1, 1]

    asyncio.run(story())


def test_more_people_than_one_claim_takes_are_all_served(program: Program) -> None:
    async def story() -> None:
        people = [Address("test", "chat", f"person {number}") for number in range(50)]
        for person in people:
            await program.take("iPhone", person)
        assert await program.due(AFTER_LEASE) == 50
        assert sorted(who.person for who, _ in program.screen.sent) == sorted(each.person for each in people)

    asyncio.run(story())


# --- leases -----------------------------------------------------------------------------------------------


def test_whoever_was_paused_for_too_long_does_not_send(program: Program) -> None:
    async def story() -> None:
        owed = await program.take("iPhone")
        program.monotonic = (LEASE - SEND_DEADLINE + SECOND).total_seconds()
        await program.delivery.lane(Held(owed[0], 0.0))
        assert program.outcomes == [TooLate()]
        assert program.screen.sent == []
        assert await program.due(AFTER_LEASE) == 1

    asyncio.run(story())


def test_a_job_that_is_too_late_to_begin_is_free_at_once_and_was_no_attempt(program: Program) -> None:
    async def story() -> None:
        (job,) = await program.take("iPhone")
        program.monotonic = (LEASE - SEND_DEADLINE + SECOND).total_seconds()
        await program.delivery.lane(Held(job, 0.0))
        assert program.screen.tried == []
        assert [held.job for held in await program.delivery.claim()] == [job]
        assert job.attempt == 1

    asyncio.run(story())


def test_at_a_stop_what_follows_in_the_lane_is_given_back(program: Program) -> None:
    async def story() -> None:
        (first,) = await program.take("iPhone")
        await program.take("skip")
        stopping = replace(program.delivery, stopping=lambda: True)
        await stopping.lane(Held(first, 0.0))
        assert len(program.screen.sent) == 1
        (following,) = await program.delivery.claim()
        assert (following.job.number, following.job.attempt) == (first.number + 1, 1)

    asyncio.run(story())


def test_a_send_that_takes_too_long_is_called_off_and_may_have_been_shown(program: Program) -> None:
    async def hang(*_: object, **__: object) -> None:
        await asyncio.sleep(3600)

    async def story() -> None:
        program.screen.send = hang  # type: ignore[method-assign]
        hasty = replace(program.delivery, deadline=timedelta(milliseconds=10))
        (job,) = await program.take("iPhone")
        await hasty.lane(Held(job, 0.0))
        (outcome,) = program.outcomes
        assert isinstance(outcome, Later)
        assert outcome.unsure

    asyncio.run(story())


def test_what_was_sent_is_struck_out_however_long_the_store_is_away(program: Program) -> None:
    async def story() -> None:
        settle, failures = program.store.settle, 3

        async def away(job: Owed, *, now: datetime, lease: timedelta) -> object:
            nonlocal failures
            if failures:
                failures -= 1
                raise StoreUnusable("unreachable", "the store")
            return await settle(job, now=now, lease=lease)

        program.store.settle = away  # type: ignore[method-assign, assignment]
        await program.talk("iPhone")
        assert failures == 0
        assert await program.due(AFTER_LEASE) == 0

    asyncio.run(story())


# --- speed limits -----------------------------------------------------------------------------------------


def test_a_bots_sends_lie_apart(program: Program) -> None:
    async def story() -> None:
        program.screen.bot_pause = timedelta(milliseconds=20)
        moments = [
            await Timetable(program.store, lambda: START).moment("test", program.screen.bot_pause, SECOND)
            for _ in range(3)
        ]
        assert [each - START for each in moments] == [n * timedelta(milliseconds=20) for n in range(3)]

    asyncio.run(story())


def test_those_who_wait_together_book_together(program: Program) -> None:
    async def story() -> None:
        timetable, pause = Timetable(program.store, lambda: START), timedelta(milliseconds=10)
        moments = await asyncio.gather(*(timetable.moment("test", pause, SECOND) for _ in range(7)))
        assert [each - START for each in moments] == [n * pause for n in range(7)]
        assert await program.store.reserve("test", 1, pause, now=START) == START + 7 * pause

    asyncio.run(story())


def test_a_moment_that_is_too_far_off_is_waited_for_in_the_store(program: Program) -> None:
    async def story() -> None:
        program.screen.bot_pause = timedelta(minutes=1)
        await program.store.reserve("test", 1, program.screen.bot_pause, now=START)
        await program.talk("iPhone")
        assert program.outcomes == [Later(timedelta(minutes=1))]

    asyncio.run(story())


def test_more_than_a_lease_has_room_for_is_said_at_the_permitted_rate(program: Program) -> None:
    """F58: moments that nobody could keep are not booked, so the timetable never runs ahead of the sends."""

    async def story() -> None:
        for number in range(60):
            await program.take("iPhone", Address("test", f"chat {number}", "person"))
        program.screen.bot_pause = SECOND
        await program.pass_time(31)
        while len(program.screen.sent) < 60 and program.now < START + timedelta(minutes=5):
            await program.due(program.now)
            await program.pass_time(0.5)
        assert len(program.screen.sent) == 60
        assert timedelta(seconds=31 + 59) <= program.now - START < timedelta(seconds=31 + 100)
        assert {attempt for _, _, attempt in program.screen.tried} == {2}, "the first died with its process"

    asyncio.run(story())


def test_a_chats_replies_lie_apart_after_a_burst(program: Program) -> None:
    async def story() -> None:
        program.screen.chat_pause = SECOND
        await program.talk("iPhone", "skip", "skip", "skip", "skip")
        assert len(program.screen.sent) == 3
        assert await program.due(START + SECOND) == 1
        assert await program.due(START + 2 * SECOND) == 1

    asyncio.run(story())


# --- damage -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("body", [b"garbage", b"", b'{"f":1}'])
def test_a_job_that_cannot_be_read_is_parked_and_holds_up_nobody(program: Program, body: bytes) -> None:
    async def story() -> None:
        jobs = [Due("say", START, body)]
        turn = (EVE, 0, EventId("broken"), b"", jobs)
        await program.store.commit(*turn, now=START, lease=timedelta())
        await program.talk("iPhone")
        assert await program.due(AFTER_LEASE) == 1
        (parked,) = await program.store.parked(now=program.now, limit=9)
        assert (parked.address, parked.why) == (EVE, "unreadable")
        assert [who for who, _ in program.screen.sent] == [ANN]

    asyncio.run(story())


def test_a_job_of_a_newer_version_is_left_to_it(program: Program) -> None:
    async def story() -> None:
        turn = (EVE, 0, EventId("new"), b"", [Due("say", START, b'{"f":99}')])
        await program.store.commit(*turn, now=START, lease=timedelta())
        assert await program.due(START) == 1
        assert await program.store.parked(now=START, limit=9) == ()
        assert await program.due(START + timedelta(hours=1)) == 1

    asyncio.run(story())
