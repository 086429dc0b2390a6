"""The part of the store contract about jobs: who holds them, in which order they come, and how they end."""

from dataclasses import replace

from bot.ports import Due, Store
from tests.contract.shorthand import (
    ANN,
    BEN,
    LATER,
    LEASE,
    NOW,
    SECOND,
    bodies,
    claim,
    offer,
    say,
    take,
    wake,
)

# --- leases -----------------------------------------------------------------------------------------------


async def a_job_due_at_once_is_owed_to_the_committer(store: Store) -> None:
    owed = await take(store, "e1", jobs=[say(b"reply")])
    assert [(job.address, job.kind, job.body) for job in owed] == [(ANN, "say", b"reply")]


async def a_turn_without_jobs_owes_nothing(store: Store) -> None:
    assert await take(store, "e1") == ()
    assert await claim(store) == ()


async def while_the_committer_holds_a_job_nobody_else_gets_it(store: Store) -> None:
    await take(store, "e1", jobs=[say(b"reply"), wake(b"reminder")])
    assert await claim(store, NOW) == ()
    assert await claim(store, NOW + LEASE - SECOND) == ()


async def a_job_whose_lease_has_ended_can_be_claimed(store: Store) -> None:
    owed = await take(store, "e1", jobs=[say(b"reply")])
    assert await claim(store, LATER) == owed


async def a_claim_is_a_lease_too(store: Store) -> None:
    owed = await take(store, "e1", jobs=[say(b"reply")])
    await claim(store, LATER)
    assert await claim(store, LATER + LEASE - SECOND) == ()
    assert await claim(store, LATER + LEASE + SECOND) == owed


async def a_settled_job_never_comes_back(store: Store) -> None:
    for job in await take(store, "e1", jobs=[say(b"reply"), wake(b"reminder")]):
        assert await store.settle(job)
    assert await claim(store) == ()


# --- the lane ---------------------------------------------------------------------------------------------


async def of_two_replies_of_one_turn_only_the_first_is_owed(store: Store) -> None:
    assert bodies(await take(store, "e1", jobs=[say(b"1"), say(b"2")])) == [b"1"]


async def the_second_reply_is_free_as_soon_as_the_first_is_settled(store: Store) -> None:
    (first,) = await take(store, "e1", jobs=[say(b"1"), say(b"2")])
    assert await claim(store, NOW) == ()
    await store.settle(first)
    assert bodies(await claim(store, NOW)) == [b"2"]


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
    while jobs := await claim(store):
        said += bodies(jobs)
        assert [await store.settle(job) for job in jobs] == [True]
    assert said == [b"1", b"2", b"3"]


async def a_reply_is_owed_again_once_the_lane_was_emptied(store: Store) -> None:
    (first,) = await take(store, "e1", jobs=[say(b"1")])
    await store.settle(first)
    assert bodies(await take(store, "e2", on=1, jobs=[say(b"2")])) == [b"2"]


async def a_reply_that_is_due_later_holds_up_the_ones_behind_it(store: Store) -> None:
    assert await take(store, "e1", jobs=[say(b"1", LATER), say(b"2", NOW)]) == ()
    assert await claim(store, LATER - SECOND) == ()
    assert bodies(await claim(store, LATER)) == [b"1"]


async def lanes_do_not_wait_for_each_other(store: Store) -> None:
    await take(store, "e1", who=ANN, jobs=[say(b"ann")])
    assert bodies(await take(store, "e1", who=BEN, jobs=[say(b"ben")])) == [b"ben"]
    assert sorted(bodies(await claim(store))) == [b"ann", b"ben"]


# --- reminders --------------------------------------------------------------------------------------------


async def a_wake_does_not_wait_for_the_lane(store: Store) -> None:
    jobs = [say(b"1"), wake(b"now"), say(b"2"), wake(b"now too")]
    assert bodies(await take(store, "e1", jobs=jobs)) == [b"1", b"now", b"now too"]


async def a_wake_does_not_hold_up_the_lane(store: Store) -> None:
    await take(store, "e1", jobs=[wake(b"reminder", LATER), wake(b"now")])
    assert bodies(await take(store, "e2", on=1, jobs=[say(b"1")])) == [b"1"]


async def a_wake_that_is_due_later_is_claimed_then_and_not_before(store: Store) -> None:
    assert await take(store, "e1", jobs=[wake(b"reminder", LATER)]) == ()
    assert await claim(store, LATER - SECOND) == ()
    assert bodies(await claim(store, LATER)) == [b"reminder"]


async def a_wake_may_be_settled_in_any_order(store: Store) -> None:
    first, second = await take(store, "e1", jobs=[wake(b"1"), wake(b"2")])
    assert await store.settle(second)
    assert await store.settle(first)


async def a_wake_can_be_settled_while_a_reply_waits(store: Store) -> None:
    _, reminder = await take(store, "e1", jobs=[say(b"1"), wake(b"reminder")])
    assert await store.settle(reminder)
    assert bodies(await claim(store)) == [b"1"]


# --- claiming ---------------------------------------------------------------------------------------------


async def a_claim_takes_no_more_than_its_limit(store: Store) -> None:
    await take(store, "e1", jobs=[wake(b"%d" % n) for n in range(5)])
    assert await claim(store, limit=0) == ()
    assert len(await claim(store, limit=2)) == 2
    assert len(await claim(store, limit=100)) == 3


async def what_has_been_due_longest_is_claimed_first(store: Store) -> None:
    hours = [3, 1, 2]
    await take(store, "e1", jobs=[wake(b"ann %d" % hour, NOW + hour * LEASE) for hour in hours])
    await take(store, "e1", who=BEN, jobs=[say(b"ben 0", NOW + LEASE / 2)])
    at = NOW + 4 * LEASE
    assert bodies(await claim(store, at, limit=2)) == [b"ben 0", b"ann 1"]
    assert bodies(await claim(store, at, limit=2)) == [b"ann 2", b"ann 3"]


async def what_is_due_at_the_same_moment_is_claimed_in_the_order_of_its_turn(store: Store) -> None:
    await take(store, "e1", jobs=[wake(b"1"), wake(b"2"), wake(b"3")])
    assert bodies(await claim(store)) == [b"1", b"2", b"3"]


# --- settling ---------------------------------------------------------------------------------------------


async def settling_the_head_succeeds_once(store: Store) -> None:
    (job,) = await take(store, "e1", jobs=[say(b"reply")])
    assert [await store.settle(job), await store.settle(job)] == [True, False]


async def settling_twice_does_not_strike_out_the_next(store: Store) -> None:
    (first,) = await take(store, "e1", jobs=[say(b"1"), say(b"2")])
    await store.settle(first)
    assert not await store.settle(first)
    assert bodies(await claim(store)) == [b"2"]


async def a_job_that_is_not_the_head_cannot_be_settled(store: Store) -> None:
    (first,) = await take(store, "e1", jobs=[say(b"1"), say(b"2")])
    second = replace(first, number=first.number + 1, body=b"2")
    assert not await store.settle(second)
    assert bodies(await claim(store)) == [b"1"]


async def a_stale_caller_strikes_out_nothing_but_its_own_job(store: Store) -> None:
    """It was paused, another took over, finished and went on; then it wakes up and settles."""
    (stale,) = await take(store, "e1", jobs=[say(b"1"), say(b"2"), say(b"3")])
    (taken_over,) = await claim(store, LATER)
    assert await store.settle(taken_over)
    (second,) = await claim(store, LATER)
    assert not await store.settle(stale)
    assert await claim(store, LATER) == ()  # still held by the other, still before the third
    assert await store.settle(second)
    assert bodies(await claim(store, LATER)) == [b"3"]


async def a_stale_caller_that_is_quicker_makes_the_other_settle_in_vain(store: Store) -> None:
    (stale,) = await take(store, "e1", jobs=[say(b"1"), say(b"2")])
    (taken_over,) = await claim(store, LATER)
    assert await store.settle(stale)
    assert not await store.settle(taken_over)
    assert bodies(await claim(store, LATER)) == [b"2"]


async def a_job_of_another_address_is_not_settled(store: Store) -> None:
    (job,) = await take(store, "e1", who=ANN, jobs=[say(b"ann")])
    (bens,) = await take(store, "e1", who=BEN, jobs=[say(b"ben")])
    assert not await store.settle(replace(job, address=BEN, number=bens.number + 1))
    assert await store.settle(job)
    assert bodies(await claim(store)) == [b"ben"]


# --- numbers ----------------------------------------------------------------------------------------------


async def numbers_rise_within_a_conversation(store: Store) -> None:
    jobs: list[Due] = [wake(b"1"), say(b"2"), wake(b"3")]
    numbers = [job.number for job in await take(store, "e1", jobs=jobs)]
    numbers += [job.number for job in await take(store, "e2", on=1, jobs=[wake(b"4")])]
    assert numbers == sorted(set(numbers))


async def a_number_is_not_used_again_after_its_job_is_gone(store: Store) -> None:
    numbers = []
    for version in range(3):
        (job,) = await take(store, f"e{version}", on=version, jobs=[say(b"reply")])
        await store.settle(job)
        numbers.append(job.number)
    assert numbers == sorted(set(numbers))


async def a_conflict_or_a_duplicate_does_not_disturb_the_lane(store: Store) -> None:
    (first,) = await take(store, "e1", jobs=[say(b"1")])
    await offer(store, "e2", on=0, jobs=[say(b"lost")])
    await offer(store, "e1", on=1, jobs=[say(b"lost")])
    await store.settle(first)
    assert bodies(await take(store, "e2", on=1, jobs=[say(b"2")])) == [b"2"]
