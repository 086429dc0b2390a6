"""The part of the store contract about lanes: in which order replies come, and how they end."""

from dataclasses import replace

from bot.ports import Store
from tests.contract.shorthand import ANN, BEN, LATER, NOW, SECOND, bodies, claim, offer, say, take, wake

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


async def a_conflict_or_a_duplicate_does_not_disturb_the_lane(store: Store) -> None:
    (first,) = await take(store, "e1", jobs=[say(b"1")])
    await offer(store, "e2", on=0, jobs=[say(b"lost")])
    await offer(store, "e1", on=1, jobs=[say(b"lost")])
    await store.settle(first)
    assert bodies(await take(store, "e2", on=1, jobs=[say(b"2")])) == [b"2"]


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


async def a_number_says_nothing_without_its_address(store: Store) -> None:
    owed = await take(store, "e1", who=ANN, jobs=[say(b"reply"), wake(b"reminder")])
    assert [await store.settle(replace(job, address=BEN)) for job in owed] == [False, False]
    assert await claim(store) == owed


async def lanes_are_settled_without_waiting_for_each_other(store: Store) -> None:
    (anns,) = await take(store, "e1", who=ANN, jobs=[say(b"ann")])
    (bens,) = await take(store, "e1", who=BEN, jobs=[say(b"ben")])
    assert [await store.settle(job) for job in (bens, anns)] == [True, True]


async def a_reply_is_settled_although_an_earlier_wake_is_not(store: Store) -> None:
    reminder, reply = await take(store, "e1", jobs=[wake(b"reminder"), say(b"reply")])
    assert await store.settle(reply)
    assert await claim(store) == (reminder,)
