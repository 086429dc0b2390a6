"""The part of the store contract about jobs that cannot be done: burying, listing, and trying once more."""

from collections.abc import Sequence

from bot.ports import Parked, Retention, Settled, Store
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
    offer,
    postpone,
    say,
    settle,
    take,
    wake,
)
from tests.contract.store_values import NASTY

PARKED_FOR = Retention().parked


async def parked(store: Store, *, limit: int = 100) -> Sequence[Parked]:
    return await store.parked(now=NOW, limit=limit)


# --- burying ----------------------------------------------------------------------------------------------


async def a_buried_job_is_parked_as_it_was_and_says_why(store: Store) -> None:
    reply, reminder = await take(store, "e1", jobs=[say(b"\x00 reply"), wake(b"reminder")])
    assert await bury(store, reply, why="chat is gone 🍎", at=NOW) == Settled(struck=True)
    assert await bury(store, reminder, why="", at=LATER) == Settled(struck=True)
    first, second = await store.parked(now=LATER, limit=100)
    assert first == Parked(first.id, ANN, "say", b"\x00 reply", "chat is gone 🍎", NOW)
    assert second == Parked(second.id, ANN, "wake", b"reminder", "", LATER)
    assert len({"", first.id, second.id}) == 3


async def a_buried_job_is_never_handed_out(store: Store) -> None:
    for job in await take(store, "e1", jobs=[say(b"reply"), wake(b"reminder")]):
        await bury(store, job)
    assert await claim(store) == ()


async def after_a_burial_the_lane_goes_on(store: Store) -> None:
    (first,) = await take(store, "e1", jobs=[say(b"1"), say(b"2")])
    second = after(await bury(store, first))
    assert bodies(second) == [b"2"]
    assert await claim(store, NOW + LEASE - SECOND) == ()
    assert await claim(store, NOW + LEASE) == again(second)


async def a_burial_hands_out_nothing_that_is_not_due(store: Store) -> None:
    (first,) = await take(store, "e1", jobs=[say(b"1"), say(b"2", LATER)])
    assert await bury(store, first) == Settled(struck=True)


async def burying_a_reminder_hands_out_nothing(store: Store) -> None:
    (reminder,) = await take(store, "e1", jobs=[wake(b"reminder"), say(b"1", LATER), wake(b"2", LATER)])
    assert await bury(store, reminder, at=LATER) == Settled(struck=True)
    assert bodies(await claim(store, LATER)) == [b"1", b"2"]


async def whoever_lost_a_job_to_another_cannot_bury_it(store: Store) -> None:
    (stale,) = await take(store, "e1", jobs=[say(b"1"), say(b"2")])
    (taken_over,) = await claim(store, LATER)
    assert await bury(store, stale, at=LATER) == Settled(struck=False)
    assert await parked(store) == ()
    assert bodies(after(await settle(store, taken_over, LATER))) == [b"2"]


async def whoever_holds_a_job_whose_lease_has_ended_may_still_bury_it(store: Store) -> None:
    (job,) = await take(store, "e1", jobs=[say(b"reply")])
    assert await bury(store, job, at=LATER) == Settled(struck=True)
    assert await claim(store, LATER) == ()


async def what_is_gone_or_not_the_head_cannot_be_buried(store: Store) -> None:
    (first,) = await take(store, "e1", jobs=[say(b"1"), say(b"2")])
    behind = [replace(first, number=first.number + ahead, attempt=0) for ahead in range(1, 10)]
    for job in (*behind, replace(first, address=BEN)):
        assert await bury(store, job) == Settled(struck=False)
    assert bodies(after(await settle(store, first))) == [b"2"]
    assert await bury(store, first) == Settled(struck=False)
    assert await parked(store) == ()


async def burying_twice_parks_once(store: Store) -> None:
    (first,) = await take(store, "e1", jobs=[say(b"1"), say(b"2")])
    await bury(store, first)
    assert await bury(store, first) == Settled(struck=False)
    assert len(await parked(store)) == 1
    assert bodies(await claim(store)) == [b"2"]


# --- listing ----------------------------------------------------------------------------------------------


async def what_was_parked_first_is_listed_first_and_no_more_than_the_limit(store: Store) -> None:
    jobs = await take(store, "e1", jobs=[wake(b"%d" % number) for number in range(5)])
    for second, number in enumerate((3, 0, 4, 1, 2)):
        await bury(store, jobs[number], at=NOW + second * SECOND)
    assert [each.body for each in await parked(store)] == [b"3", b"0", b"4", b"1", b"2"]
    assert [each.body for each in await parked(store, limit=2)] == [b"3", b"0"]
    assert len({each.id for each in await parked(store)}) == 5


async def what_is_parked_is_kept_until_its_time_is_over(store: Store) -> None:
    (job,) = await take(store, "e1", jobs=[say(b"reply")])
    await bury(store, job)
    assert len(await store.parked(now=NOW + PARKED_FOR - SECOND, limit=100)) == 1
    assert await store.parked(now=NOW + PARKED_FOR + SECOND, limit=100) == ()


async def what_is_parked_outlives_other_turns(store: Store) -> None:
    (job,) = await take(store, "e1", jobs=[say(b"reply")])
    await bury(store, job)
    for version in range(1, 40):  # cleaning must not take it
        await take(store, f"other {version}", on=version, at=NOW + PARKED_FOR - SECOND)
    assert len(await parked(store)) == 1


# --- once more --------------------------------------------------------------------------------------------


async def an_unparked_job_is_due_at_once_and_belongs_to_nobody(store: Store) -> None:
    for due in (say(b"reply"), wake(b"reminder")):
        version = (await store.load(ANN, now=NOW)).version
        (job,) = await take(store, f"e{version}", on=version, jobs=[due])
        await bury(store, job)
        assert await store.unpark((await parked(store))[0].id, now=NOW + SECOND)
        assert await parked(store) == ()
        (once_more,) = await claim(store, NOW + SECOND)
        assert (once_more.address, once_more.kind, once_more.body) == (ANN, job.kind, job.body)
        assert (once_more.at, once_more.attempt) == (NOW + SECOND, 1)
        assert await done(store, once_more)


async def an_unparked_reply_goes_to_the_end_of_its_lane(store: Store) -> None:
    (first,) = await take(store, "e1", jobs=[say(b"1"), say(b"2"), say(b"3")])
    (second,) = after(await bury(store, first))
    assert await store.unpark((await parked(store))[0].id, now=NOW)
    (third,) = after(await settle(store, second))
    (once_more,) = after(await settle(store, third))
    assert (third.body, once_more.body) == (b"3", b"1")


async def an_unparked_reminder_waits_for_no_lane(store: Store) -> None:
    (reminder, _) = await take(store, "e1", jobs=[wake(b"reminder"), say(b"1")])
    await bury(store, reminder)
    await store.unpark((await parked(store))[0].id, now=NOW)
    assert bodies(await claim(store, NOW)) == [b"reminder"]


async def an_unparked_job_has_a_number_that_never_was(store: Store) -> None:
    jobs = await take(store, "e1", jobs=[wake(b"1"), wake(b"2")])
    numbers = [job.number for job in jobs]
    for _ in range(3):
        await bury(store, jobs[-1])
        await store.unpark((await parked(store))[0].id, now=NOW)
        jobs = await claim(store, NOW)
        numbers += [job.number for job in jobs]
    assert numbers == sorted(set(numbers))


async def whoever_had_a_job_before_it_was_parked_has_no_say_in_it_afterwards(store: Store) -> None:
    (stale,) = await take(store, "e1", jobs=[say(b"reply")])
    await bury(store, stale)
    await store.unpark((await parked(store))[0].id, now=NOW)
    (once_more,) = await claim(store, NOW)
    assert not await done(store, stale)
    assert not await postpone(store, stale, LATER)
    assert await bury(store, stale) == Settled(struck=False)
    assert await done(store, once_more)


async def a_job_is_unparked_once(store: Store) -> None:
    (job,) = await take(store, "e1", jobs=[say(b"reply")])
    await bury(store, job)
    (kept,) = await parked(store)
    assert [await store.unpark(kept.id, now=NOW), await store.unpark(kept.id, now=NOW)] == [True, False]
    assert len(await claim(store, NOW)) == 1


async def an_id_that_names_nothing_unparks_nothing(store: Store) -> None:
    (job,) = await take(store, "e1", jobs=[say(b"reply")])
    await bury(store, job)
    (kept,) = await parked(store)
    nearly = (f" {kept.id}", f"{kept.id} ", f"0{kept.id}", f"{kept.id}.0", f"{kept.id}\x00", f"{kept.id}/")
    for name in ("0", "-1", *nearly, *NASTY):
        assert not await store.unpark(name, now=NOW), name
    assert await parked(store) == (kept,)


async def what_was_kept_for_its_time_cannot_be_unparked(store: Store) -> None:
    (job,) = await take(store, "e1", jobs=[say(b"reply")])
    await bury(store, job)
    (kept,) = await parked(store)
    assert not await store.unpark(kept.id, now=NOW + PARKED_FOR + SECOND)
    assert await claim(store) == ()


async def burying_changes_no_conversation(store: Store) -> None:
    (job,) = await take(store, "e1", body=b"one", jobs=[say(b"reply")])
    await bury(store, job)
    assert (await store.load(ANN, now=NOW)).body == b"one"
    assert type(await offer(store, "e1", on=1)).__name__ == "Duplicate"
