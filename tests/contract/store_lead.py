"""The part of the store contract about roles, each of which one process at a time has."""

import asyncio
from datetime import timedelta

from bot.ports import Store
from tests.contract.shorthand import LEASE, NOW, SECOND
from tests.contract.store_values import NASTY

SHORT = 10 * SECOND


async def whoever_comes_first_has_the_role_and_nobody_else(store: Store) -> None:
    assert await store.lead("apple", "one", now=NOW, lease=LEASE)
    assert not await store.lead("apple", "two", now=NOW, lease=LEASE)
    assert not await store.lead("apple", "two", now=NOW + LEASE - SECOND, lease=LEASE)


async def of_many_who_ask_at_once_one_has_the_role(store: Store) -> None:
    asked = (store.lead("apple", str(number), now=NOW, lease=LEASE) for number in range(20))
    assert sum(await asyncio.gather(*asked)) == 1


async def a_role_is_free_when_its_lease_has_ended(store: Store) -> None:
    await store.lead("apple", "one", now=NOW, lease=LEASE)
    assert await store.lead("apple", "two", now=NOW + LEASE, lease=LEASE)
    assert not await store.lead("apple", "one", now=NOW + LEASE, lease=LEASE)


async def its_holder_renews_it_from_the_moment_of_asking(store: Store) -> None:
    assert await store.lead("apple", "one", now=NOW, lease=LEASE)
    assert await store.lead("apple", "one", now=NOW + SHORT, lease=LEASE)
    assert not await store.lead("apple", "two", now=NOW + LEASE, lease=LEASE)
    assert await store.lead("apple", "two", now=NOW + LEASE + SHORT, lease=LEASE)


async def whoever_asks_in_vain_changes_nothing(store: Store) -> None:
    await store.lead("apple", "one", now=NOW, lease=LEASE)
    await store.lead("apple", "two", now=NOW + SHORT, lease=10 * LEASE)
    assert await store.lead("apple", "three", now=NOW + LEASE, lease=LEASE)


async def a_lease_of_no_time_gives_the_role_up(store: Store) -> None:
    await store.lead("apple", "one", now=NOW, lease=LEASE)
    await store.lead("apple", "one", now=NOW + SECOND, lease=timedelta())
    assert await store.lead("apple", "two", now=NOW + SECOND, lease=LEASE)


async def every_role_has_a_holder_of_its_own(store: Store) -> None:
    for number, role in enumerate(NASTY):
        assert await store.lead(role, str(number), now=NOW, lease=LEASE)
    for number, role in enumerate(NASTY):
        assert not await store.lead(role, str(number + 1), now=NOW, lease=LEASE)
        assert await store.lead(role, str(number), now=NOW, lease=LEASE)


async def every_name_of_a_holder_is_its_own(store: Store) -> None:
    for role, name in enumerate(NASTY):
        assert await store.lead(str(role), name, now=NOW, lease=LEASE)
        others = [other for other in NASTY if other != name]
        assert not any([await store.lead(str(role), other, now=NOW, lease=LEASE) for other in others])
        assert await store.lead(str(role), name, now=NOW, lease=LEASE)
