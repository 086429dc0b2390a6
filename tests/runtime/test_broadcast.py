"""News for many at once: at the permitted rate, behind those who talk, whichever worker sends it."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

import pytest

from adapters.store.memory.store import MemoryStore
from bot.apple import Service
from bot.codec import encode_conversation, encode_job
from bot.dialogue.book import Book
from bot.dialogue.following import APPLE
from bot.events import Said
from bot.model import Address, EventId, Reply, Say, Watch
from bot.ports import Due, Receive, StoreUnusable
from bot.replace import replace
from bot.runtime.metrics import Metrics
from bot.runtime.poller import Poller
from bot.runtime.rooms import IN_FLIGHT, IN_FLIGHT_UNASKED
from bot.runtime.timetable import AHEAD, BEHIND, GAP, LAST, Full, Timetable
from bot.runtime.worker import Platform, Worker
from tests.bench.worker import ClearBoard
from tests.outside import START
from tests.runtime.virtual_time import StoreInTime, now, play, seconds

PAUSE = timedelta(seconds=1.024) / 30
NEWS, ANSWER = Reply("It is back.", unasked=True), Reply("Which device?")

Act = Callable[[Receive], Awaitable[None]]


@dataclass
class Wire:
    """A platform that shows a message after a moment, and notes when it came."""

    act: Act
    is_ready: bool = True
    bot_pause: timedelta = PAUSE
    takes: float = 0.005
    came: list[tuple[float, Address, bool]] = field(default_factory=list)

    async def run(self, receive: Receive, stop: asyncio.Event) -> None:
        await self.act(receive)
        stop.set()

    async def send(self, address: Address, reply: Reply, *, key: str, attempt: int) -> None:
        del key, attempt
        self.came.append((seconds(), address, reply.unasked))
        await asyncio.sleep(self.takes)

    def pause(self, address: Address) -> timedelta:
        del address
        return timedelta()

    def told(self) -> list[float]:
        return [at for at, _, unasked in self.came if unasked]


async def owe(store: MemoryStore, people: int, reply: Reply) -> None:
    """Leave a reply for each of so many, as a worker that died."""
    for number in range(people):
        who = Address("test", f"one of many {number}", "ann")
        due = Due("say", START, encode_job(Say(who, reply)))
        await store.commit(who, 0, EventId("first"), b"", [due], now=START, lease=timedelta())


async def follow(store: MemoryStore, book: Book, platform: str, people: int) -> None:
    """Store so many who wait for news of Apple."""
    for number in range(people):
        who = Address(platform, f"follower {number}", "ann")
        watch = Watch(1, START + timedelta(days=7), ((Service.IMESSAGE, "outage"),))
        body = encode_conversation(replace(book.begin(who, "en"), topics=(APPLE,), watch=watch))
        await store.commit(who, 0, EventId("follows"), body, [], topics=[APPLE], now=START, lease=timedelta())


def worker_on(book: Book, store: MemoryStore, **wires: Wire) -> Worker:
    return Worker(
        *(book, store, Poller(store, ClearBoard(), every=timedelta(seconds=1)), UTC),
        platforms=[Platform(name, wire, wire) for name, wire in wires.items()],
        metrics=Metrics(),
        stop=asyncio.Event(),
        monotonic=seconds,
        random=lambda: 0.5,
    )


def for_seconds(span: float) -> Act:
    async def act(_: Receive) -> None:
        await asyncio.sleep(span)

    return act


def gaps(came: Sequence[float], apart: int = 1) -> list[float]:
    return [later - earlier for earlier, later in zip(came, came[apart:], strict=False)]


def test_two_workers_keep_the_limit_together_and_use_nearly_all_of_it(book: Book) -> None:
    async def life() -> None:
        store = StoreInTime()
        await owe(store, 600, NEWS)
        await asyncio.gather(*(worker_on(book, store, test=wire).run() for wire in wires))

    wires = [Wire(for_seconds(25)) for _ in range(2)]
    play(life())
    assert all(wire.came for wire in wires)
    came = sorted(at for wire in wires for at in wire.told())
    assert len(came) == 600
    assert min(gaps(came, apart=30)) >= 1.0, "30 in any second"
    assert 580 / 30 / (came[580] - came[0]) >= 0.97


def test_who_says_something_waits_for_hardly_more_than_one_moment_however_many_are_told(book: Book) -> None:
    async def talk(receive: Receive) -> None:
        await asyncio.sleep(2)
        for number in range(40):
            begun, who = seconds(), Address("test", f"chat {number}", "ben")
            await receive(who, Said(EventId("said"), "iPhone"))
            await asyncio.sleep(0.0937)
            waits.extend(at - begun for at, whose, _ in talks.came if whose == who)

    async def life() -> None:
        store = StoreInTime()
        await owe(store, 400, NEWS)
        await asyncio.gather(*(worker_on(book, store, test=wire).run() for wire in (talks, tells)))

    waits: list[float] = []
    talks, tells = Wire(talk), Wire(for_seconds(20))
    play(life())
    told = [at for wire in (talks, tells) for at in wire.told()]
    assert len(told) == 400
    assert sum(2 < at < 5.5 for at in told) > 60, "it goes on meanwhile"
    assert len(waits) == 40
    assert max(waits) <= (1 + AHEAD) * PAUSE.total_seconds() + 0.001


def test_where_all_moments_are_wanted_by_others_none_is_to_spare_and_the_news_waits_in_the_store() -> None:
    async def life() -> None:
        store = StoreInTime()
        timetable = Timetable(store, now)
        await store.reserve("test", 100, PAUSE, now=START)
        with pytest.raises(Full):
            await timetable.spare_moment("test", PAUSE, timedelta(seconds=2))
        free = START + 100 * PAUSE
        assert await timetable.spare_moment("test", PAUSE, timedelta(seconds=5)) == free
        assert now() >= free - AHEAD * PAUSE, "until then it is anybody's"

    play(life())


def test_whoever_waits_too_long_for_a_store_that_is_away_waits_in_the_store_as_well() -> None:
    class Away(StoreInTime):
        async def reserve(
            self, bot: str, count: int, pause: timedelta, *, now: datetime, within: timedelta | None = None
        ) -> datetime:
            del bot, count, pause, now, within
            await asyncio.sleep(2.5)
            raise StoreUnusable("unreachable", "the test")

    async def life() -> None:
        timetable = Timetable(Away(), now)
        wanting = (timetable.spare_moment("test", PAUSE, timedelta(seconds=1)) for _ in range(2))
        first, second = await asyncio.gather(*wanting, return_exceptions=True)
        assert isinstance(first, StoreUnusable)
        assert isinstance(second, Full)

    play(life())


def test_who_talks_most_leaves_a_gap_after_each_moment() -> None:
    async def life() -> None:
        timetable = Timetable(StoreInTime(), now)
        span = timedelta(seconds=2)
        moments.extend([await timetable.spare_moment("test", PAUSE, span, queue=LAST) for _ in range(21)])

    moments: list[datetime] = []
    play(life())
    between = (moments[-1] - moments[0]) / 20
    assert between > (1 + GAP - BEHIND) * PAUSE - timedelta(milliseconds=1)


def test_a_moment_that_was_missed_is_given_up_for_another() -> None:
    """The process stood still meanwhile: what it sends late would come too near to those a second later."""

    async def oversleep(span: float) -> None:
        await asyncio.sleep(span + (0.2 if seconds() == 0 else 0))

    async def life() -> datetime:
        store = StoreInTime()
        await store.reserve("test", 3, PAUSE, now=START)
        timetable = Timetable(store, now, oversleep)
        async with timetable.turn("test", PAUSE, timedelta(seconds=1), spare=False):
            begun = now()
        assert await store.reserve("test", 1, PAUSE, now=now()) == begun + PAUSE
        return begun

    assert play(life()) == START + 3 * PAUSE + timedelta(seconds=0.2)


def test_messages_that_are_held_up_on_their_way_leave_room_for_what_comes_after() -> None:
    arrived: list[float] = []

    async def send(timetable: Timetable) -> None:
        async with timetable.turn("test", PAUSE, timedelta(seconds=9), spare=True):
            await asyncio.sleep(0.01 if not 1 < seconds() < 1.2 else 1.21 - seconds())
            arrived.append(seconds())

    async def life() -> None:
        timetable = Timetable(StoreInTime(), now)
        await asyncio.gather(*(send(timetable) for _ in range(120)))

    play(life())
    assert min(gaps(sorted(arrived), apart=30)) >= 1.0
    assert 119 / 30 / (arrived[-1] - arrived[0]) > 0.9, "paid for once, not once a message"


def test_a_broadcast_has_places_of_its_own_and_takes_none_from_those_who_talk(book: Book) -> None:
    async def talk(receive: Receive) -> None:
        await asyncio.sleep(2)
        assert len(slow.came) == IN_FLIGHT_UNASKED
        for number in range(IN_FLIGHT):
            await receive(Address("test", f"chat {number}", "ben"), Said(EventId("said"), "iPhone"))
        await asyncio.sleep(1)
        assert len(slow.came) == IN_FLIGHT_UNASKED + IN_FLIGHT

    async def life() -> None:
        store = StoreInTime()
        await owe(store, 200, NEWS)
        await worker_on(book, store, test=slow).run()

    slow = Wire(talk, takes=9.0, bot_pause=timedelta())
    play(life())


def test_followers_are_told_while_one_of_two_platforms_hangs_and_nothing_piles_up(book: Book) -> None:
    async def look(_: Receive) -> None:
        for _second in range(40):
            await asyncio.sleep(1)
            at_once.append(len(asyncio.all_tasks()))

    async def life() -> None:
        store = StoreInTime()
        for platform in ("hangs", "works"):
            await follow(store, book, platform, 150)
        await worker_on(book, store, hangs=hangs, works=works).run()

    at_once: list[int] = []
    works, hangs = Wire(look), Wire(for_seconds(40), takes=9.0)
    play(life())
    last = works.told()[149]
    assert last < 15
    assert 100 > sum(at <= last for at in hangs.told()) > 0, "it does hang"
    assert max(at_once) < 3 * IN_FLIGHT_UNASKED


def test_a_long_backlog_drains_and_whoever_is_new_is_not_behind_it(book: Book) -> None:
    """F58: Redis is back, thousands wait, and somebody says something."""

    async def talk(receive: Receive) -> None:
        await asyncio.sleep(5)
        await receive(newcomer, Said(EventId("said"), "iPhone"))
        await asyncio.sleep(70)

    async def life() -> None:
        store = StoreInTime()
        await owe(store, 1500, ANSWER)
        await worker_on(book, store, test=wire).run()

    newcomer = Address("test", "new chat", "ben")
    wire = Wire(talk)
    play(life())
    came = [at for at, _, _ in wire.came]
    assert len(came) == 1501
    assert min(gaps(came, apart=30)) >= 1.0
    assert came[-1] < 1.05 * 1501 * PAUSE.total_seconds()
    assert next(at for at, who, _ in wire.came if who == newcomer) < 8
