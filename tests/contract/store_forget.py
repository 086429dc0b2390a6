"""The part of the store contract about forgetting somebody: all of it goes, and it does not come back."""

from bot.model import Address
from bot.ports import (
    Committed,
    Conflict,
    Duplicate,
    Farewell,
    Forgotten,
    Owed,
    Record,
    Retention,
    Settled,
    Store,
)
from bot.ports.stored import CHAT_BURST
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
    forget,
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
FAREWELL = Farewell(done=say(b"done", pause=SECOND), nothing=say(b"nothing", pause=SECOND))


async def live(store: Store, who: Address) -> None:
    """Let somebody have one of everything, and two of some."""
    reminder, _ = await take(store, "e1", who=who, jobs=[wake(b"parked"), say(b"held")], topics=["a", "b"])
    await bury(store, reminder)
    jobs = [say(b"behind"), say(b"later", LATER), wake(b"reminder", LATER)]
    await take(store, "e2", who=who, on=1, body=b"two", jobs=jobs, topics=["a", "b"])


async def all_of_it_goes_and_is_counted(store: Store) -> None:
    await live(store, ANN)
    assert await forget(store) == Forgotten(conversations=1, jobs=4, topics=2, parked=1)
    assert await store.load(ANN, now=NOW) == Record(0, b"")
    assert await claim(store) == ()
    assert await followers(store, "a") == []
    assert await store.parked(now=NOW, limit=100) == ()


async def who_was_never_there_leaves_nothing_to_count(store: Store) -> None:
    assert await forget(store) == NOTHING


async def forgetting_twice_finds_nothing_the_second_time(store: Store) -> None:
    await live(store, ANN)
    await forget(store)
    assert await forget(store, event="again") == NOTHING


async def everybody_else_stays(store: Store) -> None:
    others = [BEN, Address("console", "home", "an"), Address("console", "home", "anna")]
    for who in (ANN, *others):
        await live(store, who)
    await forget(store)
    for who in others:
        assert await store.load(who, now=NOW) == Record(2, b"two")
        assert await forget(store, who) == Forgotten(conversations=1, jobs=4, topics=2, parked=1)


async def a_redelivery_brings_nothing_back(store: Store) -> None:
    await live(store, ANN)
    await forget(store)
    for event, version in (("e1", 0), ("e2", 0), ("e2", 1)):
        again = await offer(store, event, on=version, body=b"back", jobs=[say(b"back")], topics=["a"])
        assert again == Duplicate(Record(0, b""))
    assert await store.load(ANN, now=NOW) == Record(0, b"")
    assert await claim(store) == ()


async def the_ids_of_forgotten_events_end_with_their_time(store: Store) -> None:
    await live(store, ANN)
    await forget(store)
    assert isinstance(await offer(store, "e1", on=0, at=NOW + KNOWN_FOR - SECOND), Duplicate)
    assert isinstance(await offer(store, "e1", on=0, at=NOW + KNOWN_FOR + SECOND), Committed)


async def a_turn_that_was_computed_before_is_a_conflict_afterwards(store: Store) -> None:
    await live(store, ANN)
    await forget(store)
    assert await offer(store, "e3", on=2, body=b"three") == Conflict(Record(0, b""))


async def who_comes_back_begins_anew(store: Store) -> None:
    await live(store, ANN)
    await forget(store)
    assert bodies(await take(store, "e3", body=b"new", jobs=[say(b"welcome")])) == [b"welcome"]
    assert await store.load(ANN, now=NOW) == Record(1, b"new")


async def whoever_holds_a_forgotten_job_can_do_nothing_with_it(store: Store) -> None:
    owed = await take(store, "e1", jobs=[say(b"1"), say(b"2"), wake(b"reminder")])
    await forget(store)
    await take(store, "e2", jobs=[say(b"new"), wake(b"new")])
    for job in owed:
        assert await settle(store, job) == Settled(struck=False)
        assert not await postpone(store, job, LATER, whole_chat=True)
        assert await bury(store, job) == Settled(struck=False)
    assert bodies(await claim(store)) == [b"new", b"new"]


async def numbers_do_not_begin_anew_with_the_conversation(store: Store) -> None:
    (before,) = await take(store, "e1", jobs=[say(b"1")])
    await forget(store)
    (after,) = await take(store, "e2", jobs=[say(b"2")])
    assert after.number > before.number


async def what_was_parked_cannot_be_unparked_once_it_is_forgotten(store: Store) -> None:
    await live(store, ANN)
    (kept,) = await store.parked(now=NOW, limit=100)
    await forget(store)
    assert not await store.unpark(kept.id, now=NOW)


async def the_chat_goes_on_keeping_its_pauses(store: Store) -> None:
    """They are the platform's, and whoever else speaks there would pay for them."""
    (job,) = await take(store, "e1", jobs=[say(b"ann")])
    await postpone(store, job, LATER, whole_chat=True)
    await forget(store)
    assert await take(store, "e1", who=BEN, jobs=[say(b"ben")]) == ()
    (bens,) = await claim(store, LATER)
    assert await done(store, bens)


# --- whose wish comes twice -------------------------------------------------------------------------------


async def a_redelivered_wish_leaves_the_newer_conversation_alone(store: Store) -> None:
    await live(store, ANN)
    await forget(store)
    await take(store, "e3", body=b"new", jobs=[say(b"welcome"), wake(b"later", LATER)], topics=["a"])
    assert await forget(store, farewell=FAREWELL) is None
    assert await store.load(ANN, now=NOW) == Record(1, b"new")
    assert await followers(store, "a") == [ANN]
    assert bodies(await claim(store)) == [b"welcome", b"later"]


async def a_wish_is_known_as_long_as_any_event(store: Store) -> None:
    await forget(store)
    assert await forget(store, at=NOW + KNOWN_FOR - SECOND) is None
    assert await forget(store, at=NOW + KNOWN_FOR + SECOND) == NOTHING


async def an_event_that_was_a_turn_is_no_wish(store: Store) -> None:
    await take(store, "e1", body=b"one")
    assert await forget(store, event="e1") is None
    assert await offer(store, "forget", on=1) != Duplicate(Record(1, b"one"))


async def a_wish_at_one_address_is_another_at_the_next(store: Store) -> None:
    for who in (ANN, BEN):
        await live(store, who)
        forgotten = await forget(store, who)
        assert forgotten
        assert not forgotten.is_nothing


# --- what the forgotten are told --------------------------------------------------------------------------


async def told(store: Store, event: str = "forget", farewell: Farewell = FAREWELL) -> tuple[Owed, ...]:
    forgotten = await forget(store, event=event, farewell=farewell)
    assert forgotten
    return forgotten.owed


async def whoever_was_stored_is_owed_one_answer_and_a_stranger_another(store: Store) -> None:
    await live(store, ANN)
    (job,) = await told(store)
    assert (job.address, job.kind, job.body, job.at, job.attempt) == (ANN, "say", b"done", NOW, 1)
    assert await done(store, job)
    (job,) = await told(store, "again")
    assert job.body == b"nothing"


async def the_answer_is_all_that_is_left_and_nothing_is_once_it_was_given(store: Store) -> None:
    await live(store, ANN)
    (job,) = await told(store)
    assert (await store.backlog(now=NOW)).waiting == 1
    assert await claim(store, NOW) == ()
    assert await settle(store, job) == Settled(struck=True)
    assert await forget(store, event="again") == NOTHING


async def an_answer_that_nobody_gave_is_owed_again(store: Store) -> None:
    await live(store, ANN)
    (job,) = await told(store)
    (again,) = await claim(store)
    assert (again.number, again.body, again.attempt) == (job.number, b"done", 2)
    assert await bury(store, again, "blocked") == Settled(struck=True)
    assert [parked.body for parked in await store.parked(now=NOW, limit=9)] == [b"done"]


async def whoever_comes_back_is_answered_behind_the_answer(store: Store) -> None:
    await live(store, ANN)
    (job,) = await told(store)
    assert await take(store, "e3", body=b"new", jobs=[say(b"welcome")]) == ()
    settled = await settle(store, job)
    assert settled.next
    assert settled.next.body == b"welcome"


async def whoever_is_forgotten_before_the_answer_was_given_is_told_that_all_is_deleted(store: Store) -> None:
    await live(store, ANN)
    (first,) = await told(store)
    (second,) = await told(store, "again")
    assert (first.body, second.body) == (b"done", b"done")
    assert not await done(store, first)
    assert await done(store, second)


async def the_answer_keeps_the_pauses_of_its_chat(store: Store) -> None:
    (job,) = await take(store, "e1", jobs=[say(b"ann")])
    await postpone(store, job, LATER, whole_chat=True)
    assert await told(store) == ()
    assert bodies(await claim(store, LATER)) == [b"done"]


async def an_answer_counts_towards_the_pauses_of_its_chat(store: Store) -> None:
    for number in range(CHAT_BURST):
        assert await told(store, f"wish {number}")
    assert await told(store, "one more") == ()
