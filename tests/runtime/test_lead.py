"""One of all processes leads, the store is not asked too often, and one that is away makes nobody lead."""

import asyncio
from datetime import timedelta

from adapters.store.memory.store import MemoryStore
from bot.ports import StoreUnusable
from bot.runtime.lead import ASK_EVERY, Leading, Roles


class Clock:
    """Seconds, as many as a test says."""

    now = 0.0

    def __call__(self) -> float:
        return self.now


class CountingStore(MemoryStore):
    """Counts how often it is asked for a role; away while it says so."""

    asked = 0
    is_away = False

    async def lead(self, role: str, who: str, *, now: object, lease: timedelta) -> bool:
        self.asked += 1
        if self.is_away:
            raise StoreUnusable("unreachable", "the store")
        return await super().lead(role, who, now=now, lease=lease)  # type: ignore[arg-type]


def test_one_of_two_leads_until_it_gives_up() -> None:
    async def story() -> None:
        store, clock = MemoryStore(), Clock()
        one, two = Roles(store, "one", monotonic=clock), Roles(store, "two", monotonic=clock)
        first, second = one.lead("apple"), two.lead("apple")
        assert (await first(), await second()) == (True, False)
        await one.give_up()
        clock.now += ASK_EVERY
        assert await second()
        assert not await first()

    asyncio.run(story())


def test_the_store_is_asked_once_in_a_few_seconds() -> None:
    async def story() -> None:
        store, clock = CountingStore(), Clock()
        leading = Leading(store, "apple", "one", monotonic=clock)
        for _ in range(5):
            assert await leading()
        assert store.asked == 1
        clock.now = ASK_EVERY
        assert await leading()
        assert store.asked == 2

    asyncio.run(story())


def test_while_the_store_is_away_nobody_leads() -> None:
    async def story() -> None:
        store, clock = CountingStore(), Clock()
        leading = Leading(store, "apple", "one", monotonic=clock)
        assert await leading()
        store.is_away = True
        clock.now += ASK_EVERY
        assert not await leading()
        store.is_away = False
        clock.now += ASK_EVERY
        assert await leading()

    asyncio.run(story())
