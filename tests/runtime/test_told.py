"""From Apple's feed to the followers, through several processes: each change is told once."""

import asyncio
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path

from bot.apple import Outlook
from bot.codec import decode_job
from bot.dialogue.book import Book
from bot.events import Event, Invoked
from bot.model import Address, EventId, Say
from bot.runtime.news import PAGE, News
from bot.runtime.poller import Poller
from bot.runtime.receive import receive
from tests.outside import Weather
from tests.runtime.fleet import MINUTE, Fleet
from tests.runtime.stores import Kind, on_each_store, played

LONG_ENOUGH = 8 * MINUTE
"""For a change to be read twice, after the longest pause, and for a second round."""


CHANGES: tuple[tuple[Weather, str], ...] = (
    ("down", "down"),
    ("clear", "back"),
    ("down", "again"),
    ("clear", "back"),
)
FLICKERS: tuple[Weather | None, ...] = ("down", "clear", "partly", None)


@dataclass
class Process:
    """A worker as far as the news goes."""

    book: Book
    fleet: Fleet
    name: str
    said: list[tuple[Address, str]]
    believes: bool = False
    poller: Poller = field(init=False)
    news: News = field(init=False)

    def __post_init__(self) -> None:
        """Start with nothing in hand."""
        self.poller = self.fleet.process(self.name, believes=self.believes)
        self.news = News(self.fleet.store, self.take, self.poller.lead)

    async def take(self, address: Address, event: Event) -> None:
        world = self.fleet.seen_by(self.poller)
        received = await receive(self.fleet.store, self.book, address, event, world)
        jobs = (decode_job(each.body) for each in received.owed)
        self.said += [(address, each.reply.text) for each in jobs if isinstance(each, Say)]
        for owed in received.owed:
            await self.fleet.store.settle(owed, now=self.fleet.now, lease=MINUTE)

    @property
    def outlook(self) -> Outlook | None:
        return self.fleet.seen_by(self.poller).outlook

    async def tell_some(self) -> bool:
        """Tell a page of followers."""
        return await self.news.tell_some(self.outlook, now=self.fleet.now)


@dataclass
class Scene:
    """Two processes at first, and what they said."""

    book: Book
    fleet: Fleet
    said: list[tuple[Address, str]] = field(default_factory=list)
    living: list[Process] = field(default_factory=list)

    def start(self, name: str, *, believes: bool = False) -> Process:
        self.living.append(Process(self.book, self.fleet, name, self.said, believes))
        return self.living[-1]

    async def flickers(self, weather: Weather | None) -> None:
        """Let Apple be read once in that weather."""
        asked = len(self.fleet.apple.times("en"))
        while len(self.fleet.apple.times("en")) == asked:
            await self.goes_on(weather, MINUTE / 20)

    async def is_back(self, *processes: Process) -> None:
        """Let the time pass until all is well again and that has settled, for these processes."""
        self.fleet.apple.becomes("clear")
        while (outlook := processes[0].outlook) is None or outlook.troubles:
            await self.fleet.look(*(each.poller for each in processes), after=MINUTE / 20)
        await self.fleet.look(*(each.poller for each in processes))

    async def goes_on(self, weather: Weather | None, span: timedelta = LONG_ENOUGH) -> None:
        """Let the time pass in that weather, and everybody do their part."""
        self.fleet.apple.becomes(weather)
        end = self.fleet.now + span
        while self.fleet.now < end:
            await self.fleet.look(*(each.poller for each in self.living), after=MINUTE / 20)
            for each in self.living:
                while await each.tell_some():
                    pass

    async def watches(self, name: str, process: Process) -> None:
        """Have somebody ask to be told; what they are answered is not news."""
        who = Address("test", "chat", name)
        await process.take(who, Invoked(EventId(f"watch {name}"), "watch", "en"))
        self.said.clear()

    def told(self) -> dict[str, list[str]]:
        """Give the kinds of news that each has been told, in order, and forget them."""
        found: dict[str, list[str]] = {}
        for address, text in self.said:
            kind = next(k for k in ("back", "again", "down") if text.startswith(self._headline(k)))
            found.setdefault(address.person, []).append(kind)
        self.said.clear()
        return found

    def _headline(self, kind: str) -> str:
        return self.book.say(f"watch.{kind}", "en")


@on_each_store
def test_each_follower_is_told_each_change_once_whatever_flickers(
    kind: Kind, tmp_path: Path, book: Book
) -> None:
    async def story(fleet: Fleet) -> None:
        scene = Scene(book, fleet)
        one, two = scene.start("one"), scene.start("two")
        await scene.goes_on("clear")
        await scene.watches("ann", one)
        await scene.watches("ben", two)
        for weather, expected in CHANGES:
            await scene.goes_on(weather)
            assert scene.told() == {"ann": [expected], "ben": [expected]}
            for flicker in FLICKERS:
                await scene.flickers(flicker)
                await scene.goes_on(weather, 2 * MINUTE)
            assert scene.told() == {}

    played(kind, tmp_path, story)


@on_each_store
def test_when_whoever_tells_is_killed_in_the_middle_all_are_told_once(
    kind: Kind, tmp_path: Path, book: Book
) -> None:
    async def story(fleet: Fleet) -> None:
        scene = Scene(book, fleet)
        one, two = scene.start("one"), scene.start("two")
        await scene.goes_on("down")
        names = [f"person {number}" for number in range(3 * PAGE)]
        for name in names:
            await scene.watches(name, two)
        await scene.is_back(one)
        assert await one.tell_some()
        scene.living.remove(one)
        assert len(scene.said) == PAGE
        await scene.goes_on("clear")
        assert scene.told() == {name: ["back"] for name in names}

    played(kind, tmp_path, story)


@on_each_store
def test_two_who_both_believe_that_they_lead_tell_nobody_twice(
    kind: Kind, tmp_path: Path, book: Book
) -> None:
    async def story(fleet: Fleet) -> None:
        scene = Scene(book, fleet)
        one, two = (scene.start(name, believes=True) for name in ("one", "two"))
        await scene.goes_on("down")
        names = [f"person {number}" for number in range(PAGE)]
        for name in names:
            await scene.watches(name, one)
        await scene.is_back(one, two)
        assert one.outlook == two.outlook
        await asyncio.gather(one.tell_some(), two.tell_some())
        await scene.goes_on("clear")
        assert scene.told() == {name: ["back"] for name in names}

    played(kind, tmp_path, story)


@on_each_store
def test_who_begins_to_follow_where_the_news_has_not_arrived_is_told_it_all_the_same(
    kind: Kind, tmp_path: Path, book: Book
) -> None:
    async def story(fleet: Fleet) -> None:
        scene = Scene(book, fleet)
        one, behind = scene.start("one"), scene.start("behind")
        await scene.goes_on("down")
        await scene.is_back(one)
        assert not await one.tell_some()
        await scene.watches("ann", behind)
        await scene.goes_on("clear")
        assert scene.told() == {"ann": ["back"]}

    played(kind, tmp_path, story)


@on_each_store
def test_who_was_told_and_begins_anew_where_the_news_has_not_arrived_is_told_again(
    kind: Kind, tmp_path: Path, book: Book
) -> None:
    async def story(fleet: Fleet) -> None:
        scene = Scene(book, fleet)
        one, behind = scene.start("one"), scene.start("behind")
        await scene.goes_on("down")
        await scene.watches("ann", one)
        await scene.is_back(one)
        assert not await one.tell_some()
        assert scene.told() == {"ann": ["back"]}
        await behind.take(Address("test", "chat", "ann"), Invoked(EventId("anew"), "watch", "en"))
        assert "🔴" in scene.said.pop()[1], "the card of a moment ago"
        await scene.goes_on("clear")
        assert scene.told() == {"ann": ["back"]}

    played(kind, tmp_path, story)
