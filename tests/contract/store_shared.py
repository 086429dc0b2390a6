"""The part of the store contract for two processes that share a store: `store` is one's, `other` the other's.

What `recall` gives may be older than what the other has stored meanwhile; everything else sees the same.
"""

import asyncio

from bot.model import Address
from bot.ports import Conflict, Duplicate, Record, Settled, Store
from bot.ports.stored import CHAT_BURST
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
    forget,
    offer,
    postpone,
    say,
    settle,
    take,
    wake,
)


async def a_turn_on_what_the_other_has_made_old_is_a_conflict_with_the_newest(
    store: Store, other: Store
) -> None:
    await take(store, "e1", body=b"one")
    assert await other.load(ANN, now=NOW) == Record(1, b"one")
    await take(store, "e2", on=1, body=b"two")
    assert await offer(other, "e3", on=1, body=b"late") == Conflict(Record(2, b"two"))
    await take(other, "e3", on=2, body=b"three")
    assert await offer(store, "e4", on=2) == Conflict(Record(3, b"three"))


async def an_event_that_the_other_has_stored_is_a_duplicate(store: Store, other: Store) -> None:
    await take(store, "e1", body=b"one")
    assert await offer(other, "e1", on=0) == Duplicate(Record(1, b"one"))


async def what_one_stores_and_forgets_the_other_loads(store: Store, other: Store) -> None:
    await take(other, "e1", body=b"one")
    await take(store, "e2", on=1, body=b"two")
    assert other.recall(ANN, now=NOW) in (None, Record(1, b"one"))
    assert await other.load(ANN, now=NOW) == Record(2, b"two")
    await forget(store)
    assert await other.load(ANN, now=NOW) == Record(0, b"")
    assert other.recall(ANN, now=NOW) is None


async def after_a_conflict_the_newest_is_loaded(store: Store, other: Store) -> None:
    await take(store, "e1", body=b"one")
    await other.load(ANN, now=NOW)
    await take(store, "e2", on=1, body=b"two")
    await offer(other, "e3", on=1)
    assert await other.load(ANN, now=NOW) == Record(2, b"two")


async def what_one_holds_the_other_does_not_get_before_the_lease_ends(store: Store, other: Store) -> None:
    owed = await take(store, "e1", jobs=[say(b"reply"), wake(b"reminder")])
    assert await claim(other, NOW + LEASE - SECOND) == ()
    assert await claim(other, NOW + LEASE) == again(owed)
    assert await claim(store, NOW + LEASE) == ()


async def whoever_lost_a_job_to_the_other_may_settle_it_but_nothing_else(store: Store, other: Store) -> None:
    (stale,) = await take(store, "e1", jobs=[say(b"1"), say(b"2")])
    (taken_over,) = await claim(other, LATER)
    assert not await postpone(store, stale, LATER + LEASE)
    assert await bury(store, stale, at=LATER) == Settled(struck=False)
    assert bodies(after(await settle(store, stale, LATER))) == [b"2"]
    assert await settle(other, taken_over, LATER) == Settled(struck=False)


async def a_reply_behind_one_that_the_other_holds_is_not_owed(store: Store, other: Store) -> None:
    (first,) = await take(store, "e1", jobs=[say(b"1")])
    assert await take(other, "e2", on=1, jobs=[say(b"2")]) == ()
    assert bodies(after(await settle(store, first))) == [b"2"]


async def a_chat_that_one_silenced_is_silent_for_the_other(store: Store, other: Store) -> None:
    (anns,) = await take(store, "e1", who=ANN, jobs=[say(b"ann")])
    await postpone(store, anns, LATER, whole_chat=True)
    assert await take(other, "e1", who=BEN, jobs=[say(b"ben")]) == ()
    assert sorted(bodies(await claim(other, LATER))) == [b"ann", b"ben"]


async def both_keep_one_pause(store: Store, other: Store) -> None:
    people = [Address("console", "home", str(number)) for number in range(CHAT_BURST + 1)]
    turns = [
        await take((store, other)[number % 2], "e1", who=who, jobs=[say(b"reply", pause=SECOND)])
        for number, who in enumerate(people)
    ]
    assert [len(owed) for owed in turns] == [1] * CHAT_BURST + [0]


async def both_keep_one_timetable(store: Store, other: Store) -> None:
    starts = [await each.reserve("bot", 2, SECOND, now=NOW) for each in (store, other, store)]
    assert starts == [NOW, NOW + 2 * SECOND, NOW + 4 * SECOND]


async def what_one_parked_the_other_may_unpark(store: Store, other: Store) -> None:
    (job,) = await take(store, "e1", jobs=[say(b"reply")])
    await bury(store, job)
    (kept,) = await other.parked(now=NOW, limit=10)
    assert await other.unpark(kept.id, now=NOW)
    assert not await store.unpark(kept.id, now=NOW)
    (once_more,) = await claim(store, NOW)
    assert await done(other, once_more)


async def what_one_forgot_the_other_cannot_bring_back(store: Store, other: Store) -> None:
    await take(store, "e1", body=b"one", topics=["a"])
    await other.load(ANN, now=NOW)
    await forget(store, ANN)
    assert await offer(other, "e2", on=1, body=b"two") == Conflict(Record(0, b""))
    assert await offer(other, "e1", on=0) == Duplicate(Record(0, b""))
    assert (await other.followers("a", limit=10, now=NOW)).addresses == ()


async def both_count_one_backlog(store: Store, other: Store) -> None:
    await take(store, "e1", who=ANN, jobs=[say(b"1"), say(b"2")])
    await take(other, "e1", who=BEN, jobs=[wake(b"1")])
    assert await store.backlog(now=LATER) == await other.backlog(now=LATER)
    assert (await other.backlog(now=LATER)).waiting == 3


async def a_role_that_one_has_the_other_does_not_get(store: Store, other: Store) -> None:
    assert await store.lead("apple", "one", now=NOW, lease=LEASE)
    assert not await other.lead("apple", "two", now=NOW + SECOND, lease=LEASE)
    assert await other.lead("apple", "two", now=LATER, lease=LEASE)
    assert not await store.lead("apple", "one", now=LATER, lease=LEASE)


async def what_one_pins_the_other_reads_and_pins_over(store: Store, other: Store) -> None:
    assert await store.pin("board", b"one", expected=0, now=NOW, keep=LEASE)
    assert await other.pinned("board", now=NOW) == Record(1, b"one")
    assert await other.pin("board", b"two", expected=1, now=NOW, keep=LEASE)
    assert not await store.pin("board", b"late", expected=1, now=NOW, keep=LEASE)
    assert await store.pinned("board", now=NOW) == Record(2, b"two")


async def of_two_who_pin_at_once_on_one_version_one_does(store: Store, other: Store) -> None:
    for version in range(20):
        texts = [b"%d of store" % version, b"%d of other" % version]
        pins = (
            each.pin("board", body, expected=version, now=NOW, keep=LEASE)
            for each, body in zip((store, other), texts, strict=True)
        )
        pinned = await asyncio.gather(*pins)
        assert sum(pinned) == 1
        assert await store.pinned("board", now=NOW) == Record(version + 1, texts[pinned.index(True)])


async def both_count_the_same_people(store: Store, other: Store) -> None:
    for each, people in ((store, ("ann", "ben")), (other, ("ben", "cat"))):
        for who in people:
            await each.tally("iphone", who, now=NOW, keep=LEASE)
    counted = [await each.tallied("iphone", since=NOW, until=NOW + LEASE) for each in (store, other)]
    assert counted == [3, 3]
