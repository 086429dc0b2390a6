"""People who have trouble are counted on every store, and many at once are told of by all processes."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from adapters.store.memory.store import MemoryStore
from bot.crowd import DAYS, QUARTER, QUARTERS_A_DAY, begin, look
from bot.dialogue.book import Book
from bot.events import Said
from bot.model import Address, EventId
from bot.ports import Receive, Record, Store, StoreUnusable
from bot.runtime.lookout import CROWDS, KEPT_FOR, PIN, SERIES, Lookout
from bot.runtime.poller import Poller
from tests.outside import START
from tests.runtime.fleet import MINUTE, FakeApple, Fleet
from tests.runtime.stores import Kind, on_each_store, opened
from tests.runtime.test_worker import Chat, live


class Watchmen:
    """Two processes that count, of which one looks; there was nobody in the two weeks before."""

    def __init__(self, fleet: Fleet) -> None:
        self.fleet = fleet
        self.leader, self.other = fleet.process("one"), fleet.process("two")
        self.lookouts = [Lookout(fleet.store, poller) for poller in (self.leader, self.other)]

    async def come(self, *names: str) -> None:
        """Have these people tell of trouble, to one process or the other."""
        for number, name in enumerate(names):
            who = Address("test", f"chat {number}", name)
            await self.lookouts[number % 2].note(who, now=self.fleet.now)

    async def pass_by(self, minutes: int) -> None:
        """Let so many minutes pass, in which both look at Apple and at the people."""
        for _ in range(minutes):
            await self.fleet.look(self.leader, self.other, after=MINUTE)
            for lookout in self.lookouts:
                await lookout.look(now=self.fleet.now)
            await self.other.read(now=self.fleet.now)
            await self.leader.read(now=self.fleet.now)

    def told(self) -> datetime | None:
        """Give since when turns of both processes tell of a crowd."""
        worlds = [self.fleet.seen_by(poller) for poller in (self.leader, self.other)]
        assert worlds[0].crowd == worlds[1].crowd
        return worlds[0].crowd


async def know(store: Store, now: datetime) -> None:
    """Have two weeks behind us in which nobody came."""
    crowd = begin(now - timedelta(days=DAYS))
    for _ in range(DAYS * QUARTERS_A_DAY):
        crowd = look(crowd, lambda _: 0, crowd.until + QUARTER, apple_reports=False)
    await store.pin(PIN, CROWDS.encode(crowd), expected=0, now=now, keep=KEPT_FOR)


def played(kind: Kind, folder: Path, story: Callable[[Watchmen], Awaitable[None]]) -> None:
    async def run() -> None:
        async with opened(kind, folder) as store:
            fleet = Fleet(store)
            await know(store, fleet.now)
            await story(Watchmen(fleet))

    asyncio.run(run())


@on_each_store
def test_five_people_are_told_of_by_all_processes_and_when_they_are_gone_it_ends(
    kind: Kind, tmp_path: Path
) -> None:
    async def story(watchmen: Watchmen) -> None:
        await watchmen.pass_by(2)
        await watchmen.come("ann", "bob", "cy", "dee", "eve")
        assert watchmen.told() is None
        await watchmen.pass_by(1)
        since = watchmen.told()
        assert since
        assert START - 5 * MINUTE <= since <= watchmen.fleet.now
        await watchmen.pass_by(10)
        assert watchmen.told() == since
        await watchmen.pass_by(40)
        assert watchmen.told() is None
        await watchmen.pass_by(40)
        assert watchmen.told() is None, "the same people do not begin another"

    played(kind, tmp_path, story)


@on_each_store
def test_four_people_are_no_crowd_and_neither_is_one_who_comes_a_hundred_times(
    kind: Kind, tmp_path: Path
) -> None:
    async def story(watchmen: Watchmen) -> None:
        for _ in range(10):
            await watchmen.come("ann", "bob", "cy", "dee")
            await watchmen.come(*["ann"] * 10)
            await watchmen.pass_by(1)
            assert watchmen.told() is None

    played(kind, tmp_path, story)


@on_each_store
def test_when_apple_speaks_the_crowd_is_gone_for_good(kind: Kind, tmp_path: Path) -> None:
    async def story(watchmen: Watchmen) -> None:
        await watchmen.come("ann", "bob", "cy", "dee", "eve")
        await watchmen.pass_by(1)
        assert watchmen.told()
        watchmen.fleet.apple.becomes("down")
        await watchmen.pass_by(5)
        assert watchmen.told() is None
        watchmen.fleet.apple.becomes("clear")
        await watchmen.pass_by(30)
        assert watchmen.told() is None

    played(kind, tmp_path, story)


@on_each_store
def test_who_leads_next_goes_on_with_the_same_crowd(kind: Kind, tmp_path: Path) -> None:
    async def story(watchmen: Watchmen) -> None:
        await watchmen.come("ann", "bob", "cy", "dee", "eve")
        await watchmen.pass_by(1)
        since, fleet = watchmen.told(), watchmen.fleet
        next_one = fleet.process("three")
        lookout = Lookout(fleet.store, next_one)
        for _ in range(5):
            await fleet.look(next_one, after=MINUTE)
            await lookout.look(now=fleet.now)
        assert since is not None
        assert fleet.seen_by(next_one).crowd == since

    played(kind, tmp_path, story)


def test_of_two_who_both_believe_that_they_lead_neither_undoes_what_the_other_saw(tmp_path: Path) -> None:
    async def story(watchmen: Watchmen) -> None:
        fleet = watchmen.fleet
        pollers = [fleet.process(name, believes=True) for name in ("one", "two")]
        lookouts = [Lookout(fleet.store, poller) for poller in pollers]
        await watchmen.come("ann", "bob", "cy", "dee", "eve")
        for _ in range(3):
            await fleet.look(*pollers, after=MINUTE)
            await asyncio.gather(*(each.look(now=fleet.now) for each in lookouts))
            for poller in pollers:
                await poller.read(now=fleet.now)
            await asyncio.gather(*(each.look(now=fleet.now) for each in lookouts))
            for poller in pollers:
                await poller.read(now=fleet.now)
        crowds = {fleet.seen_by(poller).crowd for poller in pollers}
        assert len(crowds) == 1
        assert None not in crowds

    played("memory", tmp_path, story)


def test_what_cannot_be_read_is_learnt_again(tmp_path: Path) -> None:
    async def story(watchmen: Watchmen) -> None:
        store, now = watchmen.fleet.store, watchmen.fleet.now
        version = (await store.pinned(PIN, now=now)).version
        await store.pin(PIN, b'{"f": 99}', expected=version, now=now, keep=KEPT_FOR)
        await watchmen.come("ann", "bob", "cy", "dee", "eve")
        await watchmen.pass_by(3)
        assert watchmen.told() is None, "nothing is known of what is usual"

    played("memory", tmp_path, story)


def test_a_store_that_is_away_is_said_to_whoever_asks() -> None:
    class Away(MemoryStore):
        async def pinned(self, name: str, *, now: datetime) -> Record:
            raise StoreUnusable("unreachable", f"{name} at {now}")

    async def run() -> None:
        fleet = Fleet(Away())
        poller = Poller(fleet.store, fleet.apple)
        with pytest.raises(StoreUnusable):
            await Lookout(fleet.store, poller).look(now=START)

    asyncio.run(run())


def test_who_begins_a_guide_is_counted_by_the_worker_once_and_who_says_hello_is_not(book: Book) -> None:
    people = [Address("test", "chat", f"person {number}") for number in range(6)]

    async def story(receive: Receive) -> None:
        for number, who in enumerate(people):
            await receive(who, Said(EventId(f"first {number}"), "iPhone" if number else "hello"))
            await receive(who, Said(EventId(f"second {number}"), "help"))

    store = MemoryStore()
    counted = live(book, store, Chat(story))
    now = datetime.now(UTC)
    minutes = {"since": now - 5 * MINUTE, "until": now + MINUTE}
    assert asyncio.run(store.tallied(SERIES, **minutes)) == 5
    assert "imessage_support_surge 0.0" in counted


def test_what_is_wrong_with_the_counting_keeps_nobody_from_asking_apple(book: Book) -> None:
    async def broken(*_: object, **__: object) -> None:
        raise ValueError("math domain error")

    async def story(receive: Receive) -> None:
        del receive
        async with asyncio.timeout(5):
            await apple.arrived.wait()

    store, chat, apple = MemoryStore(), Chat(story), FakeApple()
    store.tallied = broken  # type: ignore[method-assign, assignment]
    live(book, store, chat, apple)
    assert sorted(language for language, _ in apple.asked) == ["en", "ja"]


def test_a_store_that_cannot_count_costs_no_reply(book: Book) -> None:
    class Uncounting(MemoryStore):
        async def tally(self, series: str, who: str, *, now: datetime, keep: timedelta) -> None:
            raise StoreUnusable("full", f"{series} {who} {now} {keep}")

    async def story(receive: Receive) -> None:
        await receive(Address("test", "chat", "ann"), Said(EventId("first"), "iPhone"))

    chat = Chat(story)
    live(book, Uncounting(), chat)
    assert len(chat.sent) == 1


def test_a_person_is_counted_by_a_hash_that_is_the_same_in_every_chat_and_process() -> None:
    class Noting(MemoryStore):
        def __init__(self) -> None:
            super().__init__()
            self.noted: list[str] = []

        async def tally(self, series: str, who: str, *, now: datetime, keep: timedelta) -> None:
            del series, now, keep
            self.noted.append(who)

    async def run() -> list[str]:
        store = Noting()
        lookout = Lookout(store, Fleet(store).process("one"))
        for chat, person in (("a", "ann"), ("b", "ann"), ("a", "bob")):
            await lookout.note(Address("test", chat, person), now=START)
        return store.noted

    ann, also_ann, bob = asyncio.run(run())
    assert ann == also_ann != bob
    assert "ann" not in ann
