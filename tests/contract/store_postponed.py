"""The part of the store contract about jobs that are given back: until when, by whom, for how much."""

from datetime import timedelta

from bot.model import Address
from bot.ports import Settled, Store
from bot.replace import replace
from tests.contract.shorthand import (
    ANN,
    BEN,
    LATER,
    LEASE,
    NOW,
    SECOND,
    after,
    again,
    bodies,
    bury,
    claim,
    done,
    postpone,
    say,
    settle,
    take,
    wake,
)

UNTIL = NOW + 10 * SECOND
"""Before the lease would have ended."""
ELSEWHERE = Address("console", "elsewhere", "ann")


async def a_job_that_was_postponed_is_free_from_then_on(store: Store) -> None:
    owed = await take(store, "e1", jobs=[say(b"reply"), wake(b"reminder")])
    assert [await postpone(store, job, UNTIL) for job in owed] == [True, True]
    assert await claim(store, UNTIL - timedelta(milliseconds=1)) == ()
    assert await claim(store, UNTIL) == again(owed)


async def a_job_can_be_postponed_for_longer_than_its_lease(store: Store) -> None:
    owed = await take(store, "e1", jobs=[say(b"reply")])
    assert await postpone(store, owed[0], LATER + LEASE)
    assert await claim(store, LATER + LEASE - SECOND) == ()
    assert await claim(store, LATER + LEASE) == again(owed)


async def a_job_that_was_postponed_still_holds_up_its_lane(store: Store) -> None:
    (first,) = await take(store, "e1", jobs=[say(b"1"), say(b"2")])
    await postpone(store, first, UNTIL)
    assert await take(store, "e2", on=1, jobs=[say(b"3")]) == ()
    assert await claim(store, UNTIL - SECOND) == ()
    assert bodies(await claim(store, UNTIL)) == [b"1"]


async def a_job_may_be_postponed_each_time_it_is_handed_out(store: Store) -> None:
    owed = await take(store, "e1", jobs=[say(b"reply")])
    for times in range(1, 4):
        assert await postpone(store, owed[0], NOW + times * SECOND)
        owed = await claim(store, NOW + times * SECOND)
    assert owed[0].attempt == 4


async def postponing_again_before_anybody_got_it_moves_the_moment(store: Store) -> None:
    (job,) = await take(store, "e1", jobs=[say(b"reply")])
    assert [await postpone(store, job, LATER), await postpone(store, job, UNTIL)] == [True, True]
    assert bodies(await claim(store, UNTIL)) == [b"reply"]


async def whoever_lost_a_job_to_another_cannot_postpone_it(store: Store) -> None:
    for job in await take(store, "e1", jobs=[say(b"reply"), wake(b"reminder")]):
        (taken_over,) = await claim(store, LATER, limit=1)
        assert not await postpone(store, job, LATER + SECOND, whole_chat=True)
        assert await done(store, taken_over, LATER)
    assert await claim(store, LATER + LEASE) == ()


async def postponing_in_vain_leaves_the_job_with_its_holder(store: Store) -> None:
    (stale,) = await take(store, "e1", jobs=[say(b"reply")])
    taken_over = await claim(store, LATER)
    assert not await postpone(store, stale, LATER + SECOND, whole_chat=True)
    assert len(await take(store, "e1", who=BEN, jobs=[say(b"ben")], at=LATER)) == 1
    assert await claim(store, LATER + LEASE - SECOND) == ()
    free = await claim(store, LATER + LEASE)
    assert [job for job in free if job.address == ANN] == [*again(taken_over)]


async def whoever_holds_a_job_whose_lease_has_ended_may_still_postpone_it(store: Store) -> None:
    (job,) = await take(store, "e1", jobs=[say(b"reply")])
    assert await postpone(store, job, LATER + SECOND)
    assert await claim(store, LATER) == ()


async def what_is_gone_or_not_the_head_cannot_be_postponed(store: Store) -> None:
    (first,) = await take(store, "e1", jobs=[say(b"1"), say(b"2")])
    for ahead in range(1, 10):
        assert not await postpone(store, replace(first, number=first.number + ahead, attempt=0), UNTIL)
    assert not await postpone(store, replace(first, address=BEN), UNTIL)
    (second,) = after(await settle(store, first))
    assert not await postpone(store, first, UNTIL)
    assert await done(store, second)
    assert not await postpone(store, second, UNTIL)


async def a_job_that_was_postponed_may_still_be_settled(store: Store) -> None:
    """What was sent was sent, although its sender thought otherwise for a moment."""
    (job,) = await take(store, "e1", jobs=[say(b"1"), say(b"2")])
    await postpone(store, job, UNTIL)
    assert bodies(after(await settle(store, job))) == [b"2"]


async def what_was_postponed_counts_as_free_from_then_on_when_it_is_claimed(store: Store) -> None:
    (anns,) = await take(store, "e1", who=ANN, jobs=[say(b"ann")])
    await postpone(store, anns, NOW + 3 * SECOND)
    bens = [wake(b"ben 2", NOW + 2 * SECOND), wake(b"ben 4", NOW + 4 * SECOND)]
    await take(store, "e1", who=BEN, jobs=bens)
    assert bodies(await claim(store, LATER)) == [b"ben 2", b"ann", b"ben 4"]


# --- attempts that were none ------------------------------------------------------------------------------


async def what_was_not_attempted_is_handed_out_with_the_same_number_of_attempts(store: Store) -> None:
    (job,) = await take(store, "e1", jobs=[say(b"reply")])
    attempts = []
    for times in range(4):
        attempts.append(job.attempt)
        assert await postpone(store, job, NOW + times * SECOND, attempted=times % 2 == 0)
        (job,) = await claim(store, NOW + times * SECOND)
    assert [*attempts, job.attempt] == [1, 2, 2, 3, 3]


async def what_was_not_attempted_can_be_given_back_at_once(store: Store) -> None:
    owed = await take(store, "e1", jobs=[say(b"reply"), wake(b"reminder")])
    assert [await postpone(store, job, NOW, attempted=False) for job in owed] == [True, True]
    assert await claim(store, NOW) == owed


async def giving_back_twice_what_was_not_attempted_changes_nothing_more(store: Store) -> None:
    """The first answer may have been lost on its way."""
    owed = await take(store, "e1", jobs=[say(b"reply")])
    assert [await postpone(store, owed[0], UNTIL, attempted=False) for _ in range(3)] == [True] * 3
    assert await claim(store, UNTIL) == owed


async def whoever_lost_a_job_does_not_get_it_back_because_the_other_did_not_attempt_it(store: Store) -> None:
    (stale,) = await take(store, "e1", jobs=[say(b"reply")])
    taken_over = await claim(store, LATER)
    assert await postpone(store, taken_over[0], LATER + SECOND, attempted=False)
    assert not await postpone(store, stale, LATER + LEASE)
    assert await bury(store, stale, at=LATER) == Settled(struck=False)
    assert await claim(store, LATER + SECOND) == taken_over


# --- a whole chat -----------------------------------------------------------------------------------------


async def a_chat_that_was_postponed_is_silent_until_then(store: Store) -> None:
    (anns,) = await take(store, "e1", who=ANN, jobs=[say(b"ann")])
    assert await postpone(store, anns, UNTIL, whole_chat=True)
    assert await take(store, "e1", who=BEN, jobs=[say(b"ben")]) == ()
    assert await claim(store, UNTIL - SECOND) == ()
    assert sorted(bodies(await claim(store, UNTIL))) == [b"ann", b"ben"]


async def in_a_silent_chat_nothing_comes_next(store: Store) -> None:
    (anns,) = await take(store, "e1", who=ANN, jobs=[say(b"ann 1"), say(b"ann 2")])
    (bens,) = await take(store, "e1", who=BEN, jobs=[say(b"ben 1"), say(b"ben 2")])
    await postpone(store, anns, UNTIL, whole_chat=True)
    assert await settle(store, bens) == Settled(struck=True)
    assert sorted(bodies(await claim(store, UNTIL))) == [b"ann 1", b"ben 2"]


async def what_is_out_already_is_not_called_back_by_a_silent_chat(store: Store) -> None:
    (anns,) = await take(store, "e1", who=ANN, jobs=[say(b"ann")])
    (bens,) = await take(store, "e1", who=BEN, jobs=[say(b"ben")])
    await postpone(store, anns, UNTIL, whole_chat=True)
    assert await settle(store, bens) == Settled(struck=True)


async def in_a_silent_chat_reminders_are_handed_out(store: Store) -> None:
    """They say nothing themselves."""
    (anns,) = await take(store, "e1", who=ANN, jobs=[say(b"ann")])
    await postpone(store, anns, LATER, whole_chat=True)
    assert bodies(await take(store, "e1", who=BEN, jobs=[wake(b"now"), wake(b"soon", UNTIL)])) == [b"now"]
    assert bodies(await claim(store, UNTIL)) == [b"soon"]


async def a_silent_chat_silences_no_other(store: Store) -> None:
    (anns,) = await take(store, "e1", who=ANN, jobs=[say(b"ann")])
    await postpone(store, anns, UNTIL, whole_chat=True)
    others = [ELSEWHERE, Address("another", ANN.chat, ANN.person)]
    assert [len(await take(store, "e1", who=who, jobs=[say(b"1")])) for who in others] == [1, 1]


async def postponing_one_job_silences_nobody_else(store: Store) -> None:
    (anns,) = await take(store, "e1", who=ANN, jobs=[say(b"ann")])
    await postpone(store, anns, UNTIL)
    assert bodies(await take(store, "e1", who=BEN, jobs=[say(b"ben")])) == [b"ben"]


async def a_silence_is_not_shortened_by_another(store: Store) -> None:
    (anns,) = await take(store, "e1", who=ANN, jobs=[say(b"ann")])
    (bens,) = await take(store, "e1", who=BEN, jobs=[say(b"ben")])
    await postpone(store, anns, UNTIL, whole_chat=True)
    await postpone(store, bens, UNTIL - 5 * SECOND, whole_chat=True)
    assert await claim(store, UNTIL - SECOND) == ()
    assert sorted(bodies(await claim(store, UNTIL))) == [b"ann", b"ben"]


async def a_burial_in_a_silent_chat_lets_nothing_out(store: Store) -> None:
    (anns,) = await take(store, "e1", who=ANN, jobs=[say(b"ann 1"), say(b"ann 2")])
    await postpone(store, anns, UNTIL, whole_chat=True)
    assert await bury(store, anns) == Settled(struck=True)
    assert bodies(await claim(store, UNTIL)) == [b"ann 2"]
