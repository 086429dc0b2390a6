"""The part of the store contract about counting different people, minute by minute.

The numbers are small enough for a store that estimates: for these names it must hit them.
"""

import asyncio
from datetime import datetime, timedelta

from bot.ports import Store
from tests.contract.shorthand import NOW, SECOND
from tests.contract.store_values import NASTY

MINUTE = timedelta(minutes=1)
HOUR = timedelta(hours=1)


async def come(store: Store, *people: str, at: datetime = NOW, series: str = "iphone") -> None:
    for who in people:
        await store.tally(series, who, now=at, keep=HOUR)


async def counted(
    store: Store, since: datetime = NOW, until: datetime = NOW + MINUTE, series: str = "iphone"
) -> int:
    return await store.tallied(series, since=since, until=until)


async def where_nobody_came_nobody_is_counted(store: Store) -> None:
    assert await counted(store) == 0
    assert await counted(store, NOW - HOUR, NOW + HOUR) == 0


async def different_people_are_counted(store: Store) -> None:
    await come(store, "ann", "ben", "cat")
    assert await counted(store) == 3


async def nobody_counts_twice_in_a_minute(store: Store) -> None:
    await come(store, "ann", "ann", "ben")
    await come(store, "ann", at=NOW + MINUTE - SECOND)
    assert await counted(store) == 2


async def nobody_counts_twice_in_several_minutes(store: Store) -> None:
    await come(store, "ann", "ben")
    await come(store, "ann", "cat", at=NOW + MINUTE)
    await come(store, "ann", at=NOW + 5 * MINUTE)
    assert await counted(store, NOW, NOW + 10 * MINUTE) == 3


async def a_span_begins_with_its_first_minute_and_ends_before_its_last(store: Store) -> None:
    for number in range(5):
        await come(store, f"person {number}", at=NOW + number * MINUTE)
    assert await counted(store, NOW + MINUTE, NOW + 3 * MINUTE) == 2
    assert await counted(store, NOW + MINUTE, NOW + MINUTE) == 0
    assert await counted(store, NOW + 3 * MINUTE, NOW + MINUTE) == 0
    assert await counted(store, NOW - HOUR, NOW + HOUR) == 5


async def seconds_do_not_matter(store: Store) -> None:
    await come(store, "ann", at=NOW + 59 * SECOND)
    assert await counted(store, NOW + 30 * SECOND, NOW + 90 * SECOND) == 1
    assert await counted(store, NOW + 30 * SECOND, NOW + 59 * SECOND) == 0
    assert await counted(store, NOW + MINUTE, NOW + 2 * MINUTE) == 0


async def every_series_is_counted_by_itself(store: Store) -> None:
    for number, series in enumerate(NASTY):
        await come(store, *(str(each) for each in range(number % 4)), series=series)
    for number, series in enumerate(NASTY):
        assert await counted(store, series=series) == number % 4, repr(series)


async def everybody_counts_whatever_their_hash(store: Store) -> None:
    await come(store, *NASTY)
    assert await counted(store) == len(NASTY)


async def many_who_come_at_once_are_all_counted(store: Store) -> None:
    await asyncio.gather(*(come(store, str(each % 20)) for each in range(60)))
    assert await counted(store) == 20


async def who_came_is_counted_as_long_as_it_is_kept(store: Store) -> None:
    """Afterwards it is forgotten sooner or later: nobody says what time it is when it is counted."""
    await come(store, "ann")
    for each in range(1, 30):
        await come(store, "ben", at=NOW + 2 * each * MINUTE)
    assert await counted(store) == 1
    assert await counted(store, NOW, NOW + HOUR) == 2
