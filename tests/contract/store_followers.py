"""The part of the store contract about topics: who follows what, page by page."""

from bot.model import Address
from bot.ports import Conflict, Duplicate, Retention, Store
from tests.contract.shorthand import ANN, BEN, NOW, SECOND, forget, offer, take
from tests.contract.store_values import ADDRESSES, NASTY

KEPT_FOR = Retention().conversations
MANY = [Address("console", "home", str(number)) for number in range(25)]


async def pages(store: Store, topic: str, *, limit: int = 10) -> list[tuple[Address, ...]]:
    """Turn the pages until there is none."""
    page = await store.followers(topic, limit=limit, now=NOW)
    turned = [page.addresses]
    while page.after is not None:
        page = await store.followers(topic, after=page.after, limit=limit, now=NOW)
        turned.append(page.addresses)
    return turned


async def followers(store: Store, topic: str, *, limit: int = 10) -> list[Address]:
    """List everybody on every page, in any order that is always the same."""
    everybody = [address for page in await pages(store, topic, limit=limit) for address in page]
    return sorted(everybody, key=lambda each: (each.platform, each.chat, each.person))


async def nobody_follows_a_topic_that_never_was(store: Store) -> None:
    await take(store, "e1")
    assert await followers(store, "iMessage") == []


async def who_follows_a_topic_is_listed_under_it_alone(store: Store) -> None:
    await take(store, "e1", who=ANN, topics=["iMessage", "FaceTime"])
    await take(store, "e1", who=BEN, topics=["iMessage"])
    assert await followers(store, "iMessage") == [ANN, BEN]
    assert await followers(store, "FaceTime") == [ANN]


async def each_turn_says_anew_what_is_followed(store: Store) -> None:
    await take(store, "e1", topics=["a", "b"])
    await take(store, "e2", on=1, topics=["b", "c"])
    assert [await followers(store, topic) for topic in "abc"] == [[], [ANN], [ANN]]
    await take(store, "e3", on=2)
    assert [await followers(store, topic) for topic in "abc"] == [[], [], []]


async def a_conflict_or_a_duplicate_changes_nothing_that_is_followed(store: Store) -> None:
    await take(store, "e1", topics=["a"])
    assert isinstance(await offer(store, "e2", on=0, topics=["b"]), Conflict)
    assert isinstance(await offer(store, "e1", on=1, topics=["b"]), Duplicate)
    assert [await followers(store, topic) for topic in "ab"] == [[ANN], []]


async def a_topic_that_is_named_twice_is_followed_once(store: Store) -> None:
    await take(store, "e1", topics=["a", "a"])
    assert await followers(store, "a") == [ANN]


async def everybody_is_on_exactly_one_page(store: Store) -> None:
    for who in MANY:
        await take(store, "e1", who=who, topics=["a"])
    for limit in (1, 4, 5, 24, 25, 26):
        turned = await pages(store, "a", limit=limit)
        assert all(len(page) <= limit for page in turned)
        assert sorted(str(who) for page in turned for who in page) == sorted(map(str, MANY))


async def who_comes_or_goes_between_two_pages_moves_nobody_else(store: Store) -> None:
    for who in MANY:
        await take(store, "e1", who=who, topics=["a"])
    page = await store.followers("a", limit=10, now=NOW)
    left, stayed, listed = page.addresses[0], {*MANY} - {page.addresses[0]}, [*page.addresses[1:]]
    await take(store, "e2", who=left, on=1)
    for number in range(100, 120):
        await take(store, "e1", who=Address("console", "home", str(number)), topics=["a"])
    for who in stayed:
        await take(store, "e2", who=who, on=1, topics=["a"])
    while page.after is not None:
        page = await store.followers("a", after=page.after, limit=10, now=NOW)
        listed += page.addresses
    assert sorted(str(who) for who in listed if who in stayed) == sorted(map(str, stayed))


async def whoever_was_last_on_a_page_may_leave_before_the_next(store: Store) -> None:
    for who in MANY:
        await take(store, "e1", who=who, topics=["a"])
    page = await store.followers("a", limit=10, now=NOW)
    listed = {*page.addresses}
    for who in page.addresses:
        await forget(store, who)
    while page.after is not None:
        page = await store.followers("a", after=page.after, limit=10, now=NOW)
        listed |= {*page.addresses}
    assert listed == {*MANY}


async def who_has_ended_is_not_listed(store: Store) -> None:
    await take(store, "e1", who=ANN, topics=["a"])
    await take(store, "e1", who=BEN, topics=["a"], at=NOW + SECOND)
    just_over = NOW + KEPT_FOR + SECOND / 2
    assert (await store.followers("a", limit=10, now=just_over)).addresses == (BEN,)


async def who_begins_anew_follows_only_what_is_new(store: Store) -> None:
    await take(store, "e1", topics=["a"])
    much_later = NOW + KEPT_FOR + SECOND
    await take(store, "e2", topics=["b"], at=much_later)
    found = [(await store.followers(topic, limit=10, now=much_later)).addresses for topic in "ab"]
    assert found == [(), (ANN,)]


async def any_text_is_a_topic_of_its_own(store: Store) -> None:
    await take(store, "e1", who=ANN, topics=NASTY)
    for number, topic in enumerate(NASTY):
        await take(store, f"e{number}", who=BEN, on=number, topics=[topic])
        assert await followers(store, topic) == [ANN, BEN], topic
        assert await followers(store, NASTY[number - 1]) == [ANN], topic


async def any_address_may_follow_and_is_listed_unchanged(store: Store) -> None:
    for address in ADDRESSES:
        await take(store, "e1", who=address, topics=["a"])
    assert {*await followers(store, "a", limit=7)} == {*ADDRESSES}
