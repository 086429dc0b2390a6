"""Good news of Apple's services: told by whoever leads, once, and only while all is well."""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta

from adapters.store.memory.store import MemoryStore
from bot.events import Event, StatusChanged
from bot.flowfiles import load_book
from bot.model import Address, Board, EventId, Language, Report, Service
from bot.ports import StoreUnusable
from bot.runtime.news import PAGE, News
from tests.outside import START, Weather, world

MINUTE = timedelta(minutes=1)


@dataclass
class Followers:
    """A store with so many followers, who are told what comes."""

    count: int
    leads: bool = True
    store: MemoryStore = field(default_factory=MemoryStore)
    told: list[tuple[Address, Event]] = field(default_factory=list)
    faults: dict[str, Exception] = field(default_factory=dict)

    async def news(self) -> News:
        for number in range(self.count):
            who = Address("test", "chat", str(number))
            await self.store.commit(
                who, 0, EventId("first"), b"", [], topics=["apple"], now=START, lease=MINUTE
            )
        return News(self.store, load_book(), self.receive, self.lead)

    async def receive(self, address: Address, event: Event) -> None:
        if address.person in self.faults:
            raise self.faults[address.person]
        self.told.append((address, event))

    async def lead(self) -> bool:
        return self.leads


def boards(weather: Weather, after: timedelta = timedelta()) -> Mapping[Language, Board]:
    return world(weather, START + after).boards


async def tell_all(news: News, weather: Weather, after: timedelta = timedelta()) -> int:
    """Let it tell all there is to tell, and give how many pages that took."""
    pages = 1
    while await news.tell_some(boards(weather, after), now=START + after):
        pages += 1
    return pages


def test_each_follower_is_told_once_for_a_reading_of_the_board() -> None:
    async def story() -> None:
        followers = Followers(2 * PAGE + 1)
        news = await followers.news()
        assert await tell_all(news, "clear") == 3
        assert await tell_all(news, "clear") == 1
        assert len({address for address, _ in followers.told}) == len(followers.told) == 2 * PAGE + 1

    asyncio.run(story())


def test_two_times_that_it_is_back_are_two_events_and_one_time_is_one() -> None:
    async def story() -> None:
        followers = Followers(1)
        for after in (timedelta(), timedelta(), MINUTE):
            await tell_all(await followers.news(), "clear", after)
        first, again, later = (event for _, event in followers.told)
        assert isinstance(first, StatusChanged)
        assert first == again != later

    asyncio.run(story())


def test_nobody_is_woken_while_anything_is_wrong_or_unknown() -> None:
    async def story() -> None:
        followers = Followers(1)
        news = await followers.news()
        for weather in ("down", "maintenance", "unknown", "partly", "old"):
            await tell_all(news, weather)
        assert followers.told == []

    asyncio.run(story())


def test_another_service_that_is_down_holds_the_news_back_from_nobody() -> None:
    async def story() -> None:
        followers = Followers(1)
        news = await followers.news()
        for broken, told in ((Service.IMESSAGE, 0), (Service.DEVICE_ACTIVATION, 1)):
            later = START + told * MINUTE
            reports = tuple(Report(each, "outage" if each is broken else "ok") for each in Service)
            await news.tell_some({"en": Board(later, reports)}, now=later)
            assert len(followers.told) == told

    asyncio.run(story())


def test_a_board_in_one_language_that_is_not_well_yet_holds_the_other_back_from_nobody() -> None:
    async def story() -> None:
        followers = Followers(1)
        mixed: dict[Language, Board] = {"en": boards("clear")["en"], "ja": boards("down")["ja"]}
        news = await followers.news()
        await news.tell_some(mixed, now=START)
        assert len(followers.told) == 1
        mixed["ja"] = boards("clear", MINUTE)["ja"]
        await news.tell_some(mixed, now=START + MINUTE)
        assert len({event.id for _, event in followers.told}) == 2

    asyncio.run(story())


def test_a_new_reading_does_not_begin_anew_with_those_who_come_first() -> None:
    async def story() -> None:
        followers = Followers(2 * PAGE)
        news = await followers.news()
        assert await news.tell_some(boards("clear"), now=START)
        await news.tell_some(boards("clear", MINUTE), now=START + MINUTE)
        assert len({address for address, _ in followers.told}) == 2 * PAGE

    asyncio.run(story())


def test_who_does_not_lead_tells_nobody() -> None:
    async def story() -> None:
        followers = Followers(1, leads=False)
        news = await followers.news()
        await tell_all(news, "clear")
        assert followers.told == []
        followers.leads = True
        await tell_all(news, "clear")
        assert len(followers.told) == 1

    asyncio.run(story())


def test_one_who_cannot_be_told_holds_up_nobody_and_has_another_chance() -> None:
    async def story() -> None:
        followers = Followers(3, faults={"1": ValueError("broken")})
        news = await followers.news()
        await tell_all(news, "clear")
        assert {address.person for address, _ in followers.told} == {"0", "2"}
        followers.faults.clear()
        await tell_all(news, "clear", MINUTE)
        assert "1" in {address.person for address, _ in followers.told}

    asyncio.run(story())


def test_a_page_that_the_store_did_not_give_comes_next_time() -> None:
    async def away(*_: object, **__: object) -> None:
        raise StoreUnusable("unreachable", "the store")

    async def story() -> None:
        followers = Followers(1)
        news = await followers.news()
        page, followers.store.followers = followers.store.followers, away  # type: ignore[method-assign, assignment]
        assert not await news.tell_some(boards("clear"), now=START)
        followers.store.followers = page  # type: ignore[method-assign]
        await tell_all(news, "clear")
        assert len(followers.told) == 1

    asyncio.run(story())
