"""The part of the store contract about forgetting somebody: all of it goes, and it does not come back."""

from bot.model import Address
from bot.ports import Committed, Conflict, Duplicate, Forgotten, Record, Retention, Settled, Store
from tests.contract.shorthand import (
    ANN,
    BEN,
    LATER,
    NOW,
    SECOND,
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
from tests.contract.store_followers import followers

NOTHING = Forgotten(0, 0, 0, 0)
KNOWN_FOR = Retention().events


async def live(store: Store, who: Address) -> None:
    """Let somebody have one of everything, and two of some."""
    reminder, _ = await take(store, "e1", who=who, jobs=[wake(b"parked"), say(b"held")], topics=["a", "b"])
    await bury(store, reminder)
    jobs = [say(b"behind"), say(b"later", LATER), wake(b"reminder", LATER)]
    await take(store, "e2", who=who, on=1, body=b"two", jobs=jobs, topics=["a", "b"])


async def all_of_it_goes_and_is_counted(store: Store) -> None:
    await live(store, ANN)
    assert await store.forget(ANN) == Forgotten(conversations=1, jobs=4, topics=2, parked=1)
    assert await store.load(ANN, now=NOW) == Record(0, b"")
    assert await claim(store) == ()
    assert await followers(store, "a") == []
    assert await store.parked(now=NOW, limit=100) == ()


async def who_was_never_there_leaves_nothing_to_count(store: Store) -> None:
    assert await store.forget(ANN) == NOTHING


async def forgetting_twice_finds_nothing_the_second_time(store: Store) -> None:
    await live(store, ANN)
    await store.forget(ANN)
    assert await store.forget(ANN) == NOTHING


async def everybody_else_stays(store: Store) -> None:
    others = [BEN, Address("console", "home", "an"), Address("console", "home", "anna")]
    for who in (ANN, *others):
        await live(store, who)
    await store.forget(ANN)
    for who in others:
        assert await store.load(who, now=NOW) == Record(2, b"two")
        assert await store.forget(who) == Forgotten(conversations=1, jobs=4, topics=2, parked=1)


async def a_redelivery_brings_nothing_back(store: Store) -> None:
    await live(store, ANN)
    await store.forget(ANN)
    for event, version in (("e1", 0), ("e2", 0), ("e2", 1)):
        again = await offer(store, event, on=version, body=b"back", jobs=[say(b"back")], topics=["a"])
        assert again == Duplicate(Record(0, b""))
    assert await store.load(ANN, now=NOW) == Record(0, b"")
    assert await claim(store) == ()


async def the_ids_of_forgotten_events_end_with_their_time(store: Store) -> None:
    await live(store, ANN)
    await store.forget(ANN)
    assert isinstance(await offer(store, "e1", on=0, at=NOW + KNOWN_FOR - SECOND), Duplicate)
    assert isinstance(await offer(store, "e1", on=0, at=NOW + KNOWN_FOR + SECOND), Committed)


async def a_turn_that_was_computed_before_is_a_conflict_afterwards(store: Store) -> None:
    await live(store, ANN)
    await store.forget(ANN)
    assert await offer(store, "e3", on=2, body=b"three") == Conflict(Record(0, b""))


async def who_comes_back_begins_anew(store: Store) -> None:
    await live(store, ANN)
    await store.forget(ANN)
    assert bodies(await take(store, "e3", body=b"new", jobs=[say(b"welcome")])) == [b"welcome"]
    assert await store.load(ANN, now=NOW) == Record(1, b"new")


async def whoever_holds_a_forgotten_job_can_do_nothing_with_it(store: Store) -> None:
    owed = await take(store, "e1", jobs=[say(b"1"), say(b"2"), wake(b"reminder")])
    await store.forget(ANN)
    await take(store, "e2", jobs=[say(b"new"), wake(b"new")])
    for job in owed:
        assert await settle(store, job) == Settled(struck=False)
        assert not await postpone(store, job, LATER, whole_chat=True)
        assert await bury(store, job) == Settled(struck=False)
    assert bodies(await claim(store)) == [b"new", b"new"]


async def numbers_do_not_begin_anew_with_the_conversation(store: Store) -> None:
    (before,) = await take(store, "e1", jobs=[say(b"1")])
    await store.forget(ANN)
    (after,) = await take(store, "e2", jobs=[say(b"2")])
    assert after.number > before.number


async def what_was_parked_cannot_be_unparked_once_it_is_forgotten(store: Store) -> None:
    await live(store, ANN)
    (kept,) = await store.parked(now=NOW, limit=100)
    await store.forget(ANN)
    assert not await store.unpark(kept.id, now=NOW)


async def the_chat_goes_on_keeping_its_pauses(store: Store) -> None:
    """They are the platform's, and whoever else speaks there would pay for them."""
    (job,) = await take(store, "e1", jobs=[say(b"ann")])
    await postpone(store, job, LATER, whole_chat=True)
    await store.forget(ANN)
    assert await take(store, "e1", who=BEN, jobs=[say(b"ben")]) == ()
    (bens,) = await claim(store, LATER)
    assert await done(store, bens)
