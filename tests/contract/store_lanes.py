"""The part of the store contract about lanes: in which order replies come, and how they end."""

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
    claim,
    done,
    offer,
    say,
    settle,
    take,
    wake,
)

# --- the lane ---------------------------------------------------------------------------------------------


async def of_two_replies_of_one_turn_only_the_first_is_owed(store: Store) -> None:
    assert bodies(await take(store, "e1", jobs=[say(b"1"), say(b"2")])) == [b"1"]


async def the_second_reply_is_owed_to_whoever_settles_the_first(store: Store) -> None:
    (first,) = await take(store, "e1", jobs=[say(b"1"), say(b"2")])
    assert await claim(store, NOW) == ()
    following = after(await settle(store, first))
    assert [(job.address, job.kind, job.body, job.attempt) for job in following] == [(ANN, "say", b"2", 1)]


async def a_reply_behind_an_unfinished_one_of_an_earlier_turn_is_not_owed(store: Store) -> None:
    await take(store, "e1", jobs=[say(b"1")])
    assert await take(store, "e2", on=1, jobs=[say(b"2")]) == ()


async def a_reply_is_not_free_when_only_the_lease_before_it_has_ended(store: Store) -> None:
    await take(store, "e1", jobs=[say(b"1"), say(b"2")])
    await take(store, "e2", on=1, jobs=[say(b"3")])
    assert bodies(await claim(store, LATER)) == [b"1"]
    assert await claim(store, LATER) == ()


async def a_lane_is_emptied_in_the_order_of_its_turns(store: Store) -> None:
    await take(store, "e1", jobs=[say(b"1"), say(b"2")])
    await take(store, "e2", on=1, jobs=[say(b"3")])
    said = []
    jobs = await claim(store)
    while jobs:
        said += bodies(jobs)
        jobs = after(await settle(store, jobs[0], LATER))
    assert said == [b"1", b"2", b"3"]


async def a_reply_is_owed_again_once_the_lane_was_emptied(store: Store) -> None:
    (first,) = await take(store, "e1", jobs=[say(b"1")])
    await settle(store, first)
    assert bodies(await take(store, "e2", on=1, jobs=[say(b"2")])) == [b"2"]


async def a_reply_that_is_due_later_holds_up_the_ones_behind_it(store: Store) -> None:
    assert await take(store, "e1", jobs=[say(b"1", LATER), say(b"2", NOW)]) == ()
    assert await claim(store, LATER - SECOND) == ()
    assert bodies(await claim(store, LATER)) == [b"1"]


async def lanes_do_not_wait_for_each_other(store: Store) -> None:
    await take(store, "e1", who=ANN, jobs=[say(b"ann")])
    assert bodies(await take(store, "e1", who=BEN, jobs=[say(b"ben")])) == [b"ben"]
    assert sorted(bodies(await claim(store))) == [b"ann", b"ben"]


async def a_conflict_or_a_duplicate_does_not_disturb_the_lane(store: Store) -> None:
    (first,) = await take(store, "e1", jobs=[say(b"1")])
    await offer(store, "e2", on=0, jobs=[say(b"lost")])
    await offer(store, "e1", on=1, jobs=[say(b"lost")])
    await settle(store, first)
    assert bodies(await take(store, "e2", on=1, jobs=[say(b"2")])) == [b"2"]


# --- settling ---------------------------------------------------------------------------------------------


async def settling_the_head_succeeds_once(store: Store) -> None:
    (job,) = await take(store, "e1", jobs=[say(b"reply")])
    assert [await done(store, job), await done(store, job)] == [True, False]


async def settling_twice_does_not_strike_out_the_next(store: Store) -> None:
    (first,) = await take(store, "e1", jobs=[say(b"1"), say(b"2")])
    await settle(store, first)
    assert await settle(store, first) == Settled(struck=False)
    assert bodies(await claim(store)) == [b"2"]


async def a_job_that_is_not_the_head_cannot_be_settled(store: Store) -> None:
    (first,) = await take(store, "e1", jobs=[say(b"1"), say(b"2")])
    behind = [replace(first, number=first.number + ahead, body=b"2") for ahead in range(1, 10)]
    assert [await settle(store, job) for job in behind] == [Settled(struck=False)] * len(behind)
    assert bodies(await claim(store)) == [b"1"]


async def a_stale_caller_strikes_out_nothing_but_its_own_job(store: Store) -> None:
    """It was paused, another took over, finished and went on; then it wakes up and settles."""
    (stale,) = await take(store, "e1", jobs=[say(b"1"), say(b"2"), say(b"3")])
    (taken_over,) = await claim(store, LATER)
    (second,) = after(await settle(store, taken_over, LATER))
    assert await settle(store, stale, LATER) == Settled(struck=False)
    assert await claim(store, LATER) == ()  # still held by the other, still before the third
    assert bodies(after(await settle(store, second, LATER))) == [b"3"]


async def a_stale_caller_that_is_quicker_makes_the_other_settle_in_vain(store: Store) -> None:
    (stale,) = await take(store, "e1", jobs=[say(b"1"), say(b"2")])
    (taken_over,) = await claim(store, LATER)
    assert bodies(after(await settle(store, stale, LATER))) == [b"2"]
    assert await settle(store, taken_over, LATER) == Settled(struck=False)
    assert await claim(store, LATER) == ()


async def a_number_says_nothing_without_its_address(store: Store) -> None:
    owed = await take(store, "e1", who=ANN, jobs=[say(b"reply"), wake(b"reminder")])
    assert [await done(store, replace(job, address=BEN)) for job in owed] == [False, False]
    assert await claim(store) == again(owed)


async def lanes_are_settled_without_waiting_for_each_other(store: Store) -> None:
    (anns,) = await take(store, "e1", who=ANN, jobs=[say(b"ann")])
    (bens,) = await take(store, "e1", who=BEN, jobs=[say(b"ben")])
    assert [await done(store, job) for job in (bens, anns)] == [True, True]


async def a_reply_is_settled_although_an_earlier_wake_is_not(store: Store) -> None:
    reminder, reply = await take(store, "e1", jobs=[wake(b"reminder"), say(b"reply")])
    assert await done(store, reply)
    assert await claim(store) == again([reminder])


# --- what comes next --------------------------------------------------------------------------------------


async def what_comes_next_is_held_from_the_moment_of_settling(store: Store) -> None:
    (first,) = await take(store, "e1", jobs=[say(b"1"), say(b"2")])
    second = after(await settle(store, first, LATER))
    assert await claim(store, LATER + LEASE - SECOND) == ()
    assert await claim(store, LATER + LEASE) == again(second)


async def what_is_not_due_yet_does_not_come_next(store: Store) -> None:
    (first,) = await take(store, "e1", jobs=[say(b"1"), say(b"2", LATER)])
    assert await settle(store, first) == Settled(struck=True)
    assert await claim(store, LATER - SECOND) == ()
    assert bodies(await claim(store, LATER)) == [b"2"]


async def nothing_comes_after_the_last_of_a_lane(store: Store) -> None:
    (anns,) = await take(store, "e1", who=ANN, jobs=[say(b"ann")])
    await take(store, "e1", who=BEN, jobs=[say(b"ben")])
    assert await settle(store, anns, LATER) == Settled(struck=True)


async def nothing_comes_after_a_wake(store: Store) -> None:
    reminder, _, _ = await take(store, "e1", jobs=[wake(b"reminder"), say(b"1"), wake(b"another")])
    assert await settle(store, reminder, LATER) == Settled(struck=True)
    assert bodies(await claim(store, LATER)) == [b"1", b"another"]


async def no_wake_comes_after_a_reply(store: Store) -> None:
    first, _ = await take(store, "e1", jobs=[say(b"1"), wake(b"reminder"), say(b"2")])
    assert bodies(after(await settle(store, first, LATER))) == [b"2"]


# --- attempts ---------------------------------------------------------------------------------------------


async def the_first_attempt_is_number_1_and_each_further_one_counts(store: Store) -> None:
    attempts = [job.attempt for job in await take(store, "e1", jobs=[say(b"reply"), wake(b"reminder")])]
    for times in range(1, 4):
        attempts += [job.attempt for job in await claim(store, NOW + times * LEASE)]
    assert attempts == [1, 1, 2, 2, 3, 3, 4, 4]


async def an_attempt_keeps_the_moment_at_which_the_job_was_first_due(store: Store) -> None:
    (first,) = await take(store, "e1", jobs=[say(b"1", NOW - SECOND), say(b"2", NOW)])
    (once_more,) = await claim(store, LATER)
    (second,) = after(await settle(store, once_more, LATER))
    assert [job.at for job in (first, once_more, second)] == [NOW - SECOND, NOW - SECOND, NOW]


async def a_conflict_or_a_duplicate_is_no_attempt(store: Store) -> None:
    owed = await take(store, "e1", jobs=[say(b"reply")])
    await offer(store, "e1", on=1, jobs=[say(b"reply")])
    await offer(store, "e2", on=0, jobs=[say(b"reply")])
    assert await claim(store) == again(owed)
