"""The part of the store contract about jobs: who holds them, for how long, and when they are due."""

from datetime import timedelta

from bot.ports import Due, Store
from tests.contract.shorthand import (
    ANN,
    BEN,
    LATER,
    LEASE,
    NOW,
    SECOND,
    again,
    bodies,
    claim,
    done,
    say,
    settle,
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
    assert await claim(store, LATER) == again(owed)


async def a_lease_is_over_at_its_last_moment(store: Store) -> None:
    owed = await take(store, "e1", jobs=[say(b"reply")])
    assert await claim(store, NOW + LEASE) == again(owed)


async def a_claim_is_a_lease_too(store: Store) -> None:
    owed = await take(store, "e1", jobs=[say(b"reply")])
    await claim(store, LATER)
    assert await claim(store, LATER + LEASE - SECOND) == ()
    assert await claim(store, LATER + LEASE + SECOND) == again(again(owed))


async def a_settled_job_never_comes_back(store: Store) -> None:
    for job in await take(store, "e1", jobs=[say(b"reply"), wake(b"reminder")]):
        assert await done(store, job)
    assert await claim(store) == ()


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


async def a_wake_is_due_to_the_millisecond(store: Store) -> None:
    due = NOW + timedelta(milliseconds=2)
    await take(store, "e1", jobs=[wake(b"reminder", due)])
    assert await claim(store, due - timedelta(milliseconds=1)) == ()
    assert bodies(await claim(store, due)) == [b"reminder"]


async def a_wake_may_be_settled_in_any_order(store: Store) -> None:
    first, second = await take(store, "e1", jobs=[wake(b"1"), wake(b"2")])
    assert await done(store, second)
    assert await done(store, first)


async def a_wake_can_be_settled_while_a_reply_waits(store: Store) -> None:
    _, reminder = await take(store, "e1", jobs=[say(b"1"), wake(b"reminder")])
    assert await done(store, reminder)
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
        await settle(store, job)
        numbers.append(job.number)
    assert numbers == sorted(set(numbers))
