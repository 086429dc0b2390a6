"""The part of the store contract about how long things are kept, for a store that keeps them `BRIEFLY`."""

from datetime import timedelta

from bot.ports import Committed, Duplicate, Record, Retention, Store
from tests.contract.shorthand import ANN, LEASE, NOW, SECOND, bury, offer, say, take

BRIEFLY = Retention(
    events=timedelta(minutes=10), conversations=timedelta(minutes=20), parked=timedelta(minutes=30)
)


async def an_event_is_known_as_long_as_the_store_was_told(store: Store) -> None:
    await take(store, "e1")
    assert isinstance(await offer(store, "e1", on=1, at=NOW + BRIEFLY.events - SECOND), Duplicate)
    assert isinstance(await offer(store, "e1", on=1, at=NOW + BRIEFLY.events + SECOND), Committed)


async def a_conversation_is_kept_as_long_as_the_store_was_told(store: Store) -> None:
    await take(store, "e1", body=b"one", topics=["a"])
    almost, over = NOW + BRIEFLY.conversations - SECOND, NOW + BRIEFLY.conversations + SECOND
    assert await store.load(ANN, now=almost) == Record(1, b"one")
    assert (await store.followers("a", limit=1, now=almost)).addresses == (ANN,)
    assert await store.load(ANN, now=over) == Record(0, b"")
    assert (await store.followers("a", limit=1, now=over)).addresses == ()


async def what_is_parked_is_kept_as_long_as_the_store_was_told(store: Store) -> None:
    (job,) = await take(store, "e1", jobs=[say(b"reply")])
    await bury(store, job)
    almost, over = NOW + BRIEFLY.parked - SECOND, NOW + BRIEFLY.parked + SECOND
    assert [(await store.backlog(now=at)).parked for at in (almost, over)] == [1, 0]
    (kept,) = await store.parked(now=almost, limit=1)
    assert await store.parked(now=over, limit=1) == ()
    assert not await store.unpark(kept.id, now=over)
    assert await store.unpark(kept.id, now=almost)


async def what_is_owed_is_kept_until_it_is_done(store: Store) -> None:
    await take(store, "e1", jobs=[say(b"reply")])
    much_later = NOW + 10 * BRIEFLY.parked
    await take(store, "e2", at=much_later)
    assert len(await store.claim(now=much_later, lease=LEASE, limit=1)) == 1
