"""The part of the store contract about turns: versions, conflicts, duplicates, and what is forgotten when."""

import asyncio

from bot.ports import Committed, Conflict, Duplicate, Record, Retention, Store
from tests.contract.shorthand import ANN, BEN, LATER, NOW, SECOND, bodies, claim, offer, say, take, wake

KNOWN_FOR = Retention().events
KEPT_FOR = Retention().conversations


async def a_conversation_that_never_was_has_version_0_and_an_empty_body(store: Store) -> None:
    assert await store.load(ANN, now=NOW) == Record(0, b"")


async def what_was_committed_is_loaded(store: Store) -> None:
    await take(store, "e1", body=b"\x00\xff state")
    assert await store.load(ANN, now=NOW) == Record(1, b"\x00\xff state")


async def the_version_rises_by_one_with_each_turn(store: Store) -> None:
    for version in range(5):
        assert (await store.load(ANN, now=NOW)).version == version
        await take(store, f"e{version}", on=version, body=b"%d" % version)
    assert await store.load(ANN, now=NOW) == Record(5, b"4")


async def a_turn_on_an_old_version_is_a_conflict_with_the_current_record(store: Store) -> None:
    await take(store, "e1", body=b"one")
    await take(store, "e2", on=1, body=b"two")
    assert await offer(store, "e3", on=1) == Conflict(Record(2, b"two"))


async def a_turn_on_a_version_that_is_yet_to_come_is_a_conflict(store: Store) -> None:
    assert await offer(store, "e1", on=1) == Conflict(Record(0, b""))


async def a_conflict_stores_no_body(store: Store) -> None:
    await take(store, "e1", body=b"one")
    await offer(store, "e2", on=0, body=b"late")
    assert await store.load(ANN, now=NOW) == Record(1, b"one")


async def a_conflict_stores_no_job(store: Store) -> None:
    await take(store, "e1")
    await offer(store, "e2", on=0, jobs=[say(b"reply"), wake(b"reminder")])
    assert await claim(store) == ()


async def after_a_conflict_the_same_event_can_be_computed_again(store: Store) -> None:
    await take(store, "e1")
    await offer(store, "e2", on=0)
    assert bodies(await take(store, "e2", on=1, jobs=[say(b"reply")])) == [b"reply"]


async def of_many_turns_at_once_on_one_version_one_is_stored(store: Store) -> None:
    results = await asyncio.gather(*(offer(store, f"e{n}", on=0, body=b"%d" % n) for n in range(20)))
    assert sorted(type(each).__name__ for each in results) == ["Committed"] + ["Conflict"] * 19
    (winner,) = (n for n, result in enumerate(results) if isinstance(result, Committed))
    assert await store.load(ANN, now=NOW) == Record(1, b"%d" % winner)


async def a_known_event_is_a_duplicate_with_the_current_record(store: Store) -> None:
    await take(store, "e1", body=b"one")
    await take(store, "e2", on=1, body=b"two")
    assert await offer(store, "e1", on=2) == Duplicate(Record(2, b"two"))


async def a_known_event_on_an_old_version_is_a_duplicate_not_a_conflict(store: Store) -> None:
    await take(store, "e1", body=b"one")
    assert await offer(store, "e1", on=0) == Duplicate(Record(1, b"one"))


async def a_duplicate_changes_nothing(store: Store) -> None:
    await take(store, "e1", body=b"one")
    await offer(store, "e1", on=1, body=b"again", jobs=[say(b"reply"), wake(b"reminder")])
    assert await store.load(ANN, now=NOW) == Record(1, b"one")
    assert await claim(store) == ()


async def an_event_is_known_until_its_time_is_over(store: Store) -> None:
    await take(store, "e1")
    almost = NOW + KNOWN_FOR - SECOND
    assert isinstance(await offer(store, "e1", on=1, at=almost), Duplicate)
    for version in range(1, 40):  # cleaning must not take it either
        await take(store, f"other {version}", on=version, at=almost)
    assert isinstance(await offer(store, "e1", on=40, at=almost), Duplicate)


async def an_event_is_new_again_when_its_time_is_over(store: Store) -> None:
    await take(store, "e1")
    await take(store, "e1", on=1, at=NOW + KNOWN_FOR + SECOND)
    assert (await store.load(ANN, now=NOW)).version == 2


async def an_event_that_came_again_is_known_for_the_full_time_again(store: Store) -> None:
    again = NOW + KNOWN_FOR + SECOND
    await take(store, "e1")
    await take(store, "e1", on=1, at=again)
    assert isinstance(await offer(store, "e1", on=2, at=again + KNOWN_FOR - SECOND), Duplicate)


async def a_duplicate_does_not_make_an_event_known_for_longer(store: Store) -> None:
    await take(store, "e1")
    await offer(store, "e1", on=1, at=NOW + KNOWN_FOR - SECOND)
    await take(store, "e1", on=1, at=NOW + KNOWN_FOR + SECOND)


async def the_same_event_id_at_two_addresses_is_two_events(store: Store) -> None:
    await take(store, "e1", who=ANN)
    await take(store, "e1", who=BEN)


async def an_event_id_may_be_any_text(store: Store) -> None:
    for version, event in enumerate(
        ["", " ", "%00", "\x00", "a/b", "a:b", "日本語 🍎", "\ud83d", "x" * 5_000]
    ):
        await take(store, event, on=version)
        assert isinstance(await offer(store, event, on=version + 1), Duplicate)


async def a_conversation_is_kept_until_its_time_is_over(store: Store) -> None:
    await take(store, "e1", body=b"one")
    assert await store.load(ANN, now=NOW + KEPT_FOR - SECOND) == Record(1, b"one")


async def a_conversation_is_gone_when_its_time_is_over(store: Store) -> None:
    await take(store, "e1", body=b"one")
    assert await store.load(ANN, now=NOW + KEPT_FOR + SECOND) == Record(0, b"")


async def each_turn_keeps_the_conversation_for_the_full_time_again(store: Store) -> None:
    half = NOW + KEPT_FOR / 2
    await take(store, "e1")
    await take(store, "e2", on=1, body=b"two", at=half)
    assert await store.load(ANN, now=half + KEPT_FOR - SECOND) == Record(2, b"two")


async def a_conversation_that_is_gone_begins_anew_at_version_1(store: Store) -> None:
    much_later = NOW + KEPT_FOR + SECOND
    await take(store, "e1", body=b"one")
    assert await offer(store, "e2", on=1, at=much_later) == Conflict(Record(0, b""))
    await take(store, "e2", on=0, body=b"new", at=much_later)
    assert await store.load(ANN, now=much_later) == Record(1, b"new")


async def what_is_owed_outlives_the_conversation(store: Store) -> None:
    """A promise ends by being kept: jobs stay until they are settled."""
    await take(store, "e1", jobs=[say(b"reply"), wake(b"reminder", NOW + 2 * KEPT_FOR)])
    much_later = NOW + 2 * KEPT_FOR
    await take(store, "e2", on=0, who=BEN, at=much_later)  # a chance to clean
    assert bodies(await claim(store, much_later)) == [b"reply", b"reminder"]


async def one_conversation_may_end_while_another_goes_on(store: Store) -> None:
    await take(store, "e1", who=ANN, body=b"ann")
    await take(store, "e1", who=BEN, body=b"ben", at=NOW + KEPT_FOR / 2)
    just_over = NOW + KEPT_FOR + SECOND
    await take(store, "e2", who=ANN, on=0, at=just_over, body=b"ann again")
    assert await store.load(BEN, now=just_over) == Record(1, b"ben")
    assert await store.load(ANN, now=just_over) == Record(1, b"ann again")


async def a_clock_that_is_put_back_forgets_nothing(store: Store) -> None:
    await take(store, "e1", body=b"one", at=LATER)
    assert await store.load(ANN, now=NOW) == Record(1, b"one")
    assert isinstance(await offer(store, "e1", on=1, at=NOW), Duplicate)
