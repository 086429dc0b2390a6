"""A change at Apple is brought to each follower by whoever leads, until all have had their turn."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import pairwise

from adapters.store.memory.store import MemoryStore
from bot.apple import Outlook
from bot.events import Event, StatusChanged
from bot.model import Address, EventId
from bot.ports import Followers, StoreUnusable
from bot.runtime.news import KNOWN_AFTER, PAGE, SELDOM, News
from tests.outside import START

MINUTE = timedelta(minutes=1)
HOUR = timedelta(hours=1)
BACK = Outlook((), START)


@dataclass
class Crowd:
    """A store with followers, whose turns are noted, and the time."""

    leads: bool = True
    store: MemoryStore = field(default_factory=MemoryStore)
    told: list[tuple[Address, Event]] = field(default_factory=list)
    faults: dict[str, Exception] = field(default_factory=dict)
    pages: int = 0
    now: datetime = START

    async def follow(self, *names: object) -> None:
        for name in names:
            who = Address("test", "chat", str(name))
            await self.store.commit(
                who, 0, EventId("first"), b"", [], topics=["apple"], now=START, lease=MINUTE
            )

    def news(self) -> News:
        return News(self.store, self.receive, self.lead)

    async def receive(self, address: Address, event: Event) -> None:
        await asyncio.sleep(0)
        if address.person in self.faults:
            raise self.faults[address.person]
        self.told.append((address, event))

    async def lead(self) -> bool:
        return self.leads

    async def tell_all(self, news: News, outlook: Outlook | None = BACK) -> list[str]:
        """Let it tell all there is to tell, and give who was told."""
        begun = len(self.told)
        while await news.tell_some(outlook, now=self.now):
            self.pages += 1
        return [address.person for address, _ in self.told[begun:]]

    async def tell_over(self, news: News, span: timedelta, outlook: Outlook = BACK) -> list[datetime]:
        """Let the time pass, and give when anybody was told."""
        end, times = self.now + span, []
        while self.now < end:
            if await self.tell_all(news, outlook):
                times.append(self.now)
            self.now += timedelta(seconds=5)
        return times


def played(story: Callable[[Crowd], Awaitable[None]]) -> None:
    """Run a story."""

    async def run() -> None:
        await story(Crowd())

    asyncio.run(run())


def test_each_follower_has_one_turn_a_page_at_a_time() -> None:
    async def story(crowd: Crowd) -> None:
        await crowd.follow(*range(2 * PAGE + 1))
        news = crowd.news()
        told = await crowd.tell_all(news)
        assert len(set(told)) == len(told) == 2 * PAGE + 1
        assert crowd.pages == 2, "and a third, which says that it is the last"
        assert await crowd.tell_all(news) == []

    played(story)


def test_each_round_is_an_event_of_its_own() -> None:
    async def story(crowd: Crowd) -> None:
        await crowd.follow("ann", "ben")
        news = crowd.news()
        await crowd.tell_all(news)
        crowd.now += MINUTE
        await crowd.tell_all(news)
        events = [StatusChanged(EventId(f"status:2026-03-01T01:{minute}:00+00:00")) for minute in (32, 33)]
        assert [event for _, event in crowd.told] == [events[0], events[0], events[1], events[1]]

    played(story)


def test_before_anything_has_settled_nobody_is_told() -> None:
    async def story(crowd: Crowd) -> None:
        await crowd.follow("ann")
        news = crowd.news()
        assert await crowd.tell_all(news, None) == []
        assert await crowd.tell_all(news) == ["ann"]

    played(story)


def test_who_began_to_follow_in_the_belief_that_the_old_outlook_holds_is_met_by_another_round() -> None:
    async def story(crowd: Crowd) -> None:
        news = crowd.news()
        await crowd.tell_all(news)
        await crowd.follow("late")
        assert await crowd.tell_over(news, HOUR) == [START + KNOWN_AFTER]

    played(story)


def test_a_round_that_begins_later_is_enough() -> None:
    async def story(crowd: Crowd) -> None:
        await crowd.follow("ann")
        crowd.now += KNOWN_AFTER
        assert await crowd.tell_over(crowd.news(), HOUR) == [START + KNOWN_AFTER]

    played(story)


def test_another_change_does_not_begin_anew_with_those_who_come_first() -> None:
    async def story(crowd: Crowd) -> None:
        await crowd.follow(*range(2 * PAGE))
        news = crowd.news()
        assert await news.tell_some(BACK, now=START)
        assert not await news.tell_some(Outlook((), START + MINUTE), now=START + MINUTE)
        assert len({address for address, _ in crowd.told}) == 2 * PAGE
        assert len(await crowd.tell_all(news, Outlook((), START + MINUTE))) == 2 * PAGE, "then all hear of it"

    played(story)


def test_who_does_not_lead_tells_nobody() -> None:
    async def story(crowd: Crowd) -> None:
        await crowd.follow("ann")
        news, crowd.leads = crowd.news(), False
        assert await crowd.tell_all(news) == []
        crowd.leads = True
        assert await crowd.tell_all(news) == ["ann"]

    played(story)


def test_when_whoever_tells_dies_in_the_middle_the_next_one_tells_all() -> None:
    async def story(crowd: Crowd) -> None:
        await crowd.follow(*range(3 * PAGE))
        assert await crowd.news().tell_some(BACK, now=START)
        assert len(await crowd.tell_all(crowd.news())) == 3 * PAGE

    played(story)


def test_one_whose_turn_fails_holds_up_nobody_and_is_tried_again() -> None:
    async def story(crowd: Crowd) -> None:
        await crowd.follow("ann", "ben", "eve")
        crowd.faults["ben"] = ValueError("broken")
        crowd.now += KNOWN_AFTER
        news = crowd.news()
        assert sorted(await crowd.tell_all(news)) == ["ann", "eve"]
        crowd.faults.clear()
        crowd.now += KNOWN_AFTER
        assert "ben" in await crowd.tell_all(news)
        crowd.now += HOUR
        assert await crowd.tell_all(news) == []

    played(story)


def test_one_whose_turn_fails_for_days_is_tried_more_and_more_seldom() -> None:
    async def story(crowd: Crowd) -> None:
        await crowd.follow("ann", "ben")
        crowd.faults["ben"] = ValueError("broken")
        times = await crowd.tell_over(crowd.news(), timedelta(days=1))
        pauses = [later - sooner for sooner, later in pairwise(times)]
        assert pauses[:3] == [KNOWN_AFTER, 2 * KNOWN_AFTER, 4 * KNOWN_AFTER]
        assert set(pauses[8:]) == {SELDOM}

    played(story)


def test_a_page_that_the_store_did_not_give_comes_next_time() -> None:
    async def away(*_: object, **__: object) -> Followers:
        raise StoreUnusable("unreachable", "the store")

    async def story(crowd: Crowd) -> None:
        await crowd.follow(*range(PAGE + 1))
        news, page = crowd.news(), crowd.store.followers
        assert await news.tell_some(BACK, now=START)
        crowd.store.followers = away  # type: ignore[method-assign]
        assert not await news.tell_some(BACK, now=START)
        crowd.store.followers = page  # type: ignore[method-assign]
        await crowd.tell_all(news)
        assert len({address for address, _ in crowd.told}) == len(crowd.told) == PAGE + 1

    played(story)
