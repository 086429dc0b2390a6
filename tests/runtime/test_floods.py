"""Somebody who floods the bot does not stop the others, and neither does a chat where it may not write."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import UTC, timedelta

from adapters.store.memory.store import MemoryStore
from bot.dialogue.book import Book
from bot.events import Event, Left, Said, Shared
from bot.model import Address, EventId, Finding, Reply
from bot.ports import Receive, Refused
from bot.runtime.attention import CLOSED_FOR, LONGEST_QUEUE, MINUTE, Attention
from bot.runtime.metrics import Metrics
from bot.runtime.poller import Poller
from bot.runtime.reader import LONG, Reader, TooMuch
from bot.runtime.worker import Platform, Worker
from tests.bench.worker import ClearBoard
from tests.runtime.virtual_time import StoreInTime, play, seconds

PAUSE = timedelta(seconds=1.024) / 30
GROUP = timedelta(seconds=3)

Act = Callable[[Receive], Awaitable[None]]


@dataclass
class Wire:
    """A platform that notes when it showed what to whom; groups are chats that begin with a minus."""

    act: Act
    is_ready: bool = True
    bot_pause: timedelta = PAUSE
    closed: set[str] = field(default_factory=set)
    came: list[tuple[float, Address, str]] = field(default_factory=list)
    calls: int = 0

    async def run(self, receive: Receive, stop: asyncio.Event) -> None:
        await self.act(receive)
        stop.set()

    async def send(self, address: Address, reply: Reply, *, key: str, attempt: int) -> None:
        del key, attempt
        self.calls += 1
        await asyncio.sleep(0.005)
        if address.chat in self.closed:
            raise Refused("no_rights", whole_chat=True)
        self.came.append((seconds(), address, reply.text))

    def pause(self, address: Address) -> timedelta:
        return GROUP if address.chat.startswith("-") else timedelta(seconds=1)

    def shown_to(self, who: Address) -> list[float]:
        return [at for at, whose, _ in self.came if whose == who]


@dataclass
class Fleet:
    """Workers on one store, all on the same platform, and what each counted."""

    book: Book
    store: MemoryStore = field(default_factory=StoreInTime)
    metrics: list[Metrics] = field(default_factory=list)

    def worker(self, wire: Wire, per_minute: int = 20, reader: Reader | None = None) -> Worker:
        self.metrics.append(Metrics())
        return Worker(
            *(self.book, self.store, Poller(self.store, ClearBoard()), UTC),
            platforms=[Platform("test", wire, wire)],
            metrics=self.metrics[-1],
            stop=asyncio.Event(),
            monotonic=seconds,
            random=lambda: 0.5,
            attention=Attention(per_minute, seconds),
            reader=reader,
        )

    def counted(self, what: str) -> float:
        lines = (line for each in self.metrics for line in each.text().decode().splitlines())
        return sum(float(line.split()[-1]) for line in lines if line.startswith(f"imessage_support_{what}"))


def person(number: int, chat: str | None = None) -> Address:
    return Address("test", chat or f"p{number}", f"p{number}")


def says(number: int | str, text: str = "iPhone") -> Event:
    return Said(EventId(f"said {number}"), text)


async def flood(receive: Receive) -> None:
    """Let seventy accounts send a message a second, for forty seconds."""

    async def talk(number: int) -> None:
        await asyncio.sleep(number / 70)
        for turn in range(40):
            await receive(person(number), says(f"{number} {turn}"))
            await asyncio.sleep(1)

    await asyncio.gather(*(talk(number) for number in range(70)))


def test_seventy_who_talk_all_the_time_hold_up_nobody_who_is_in_the_midst_of_a_guide(book: Book) -> None:
    async def asks(receive: Receive, number: int, turn: int) -> None:
        begun = seconds()
        await receive(person(number), says(f"{number} {turn}"))
        await asyncio.sleep(0.3)
        waits.append(wire.shown_to(person(number))[-1] - begun)

    async def act(receive: Receive) -> None:
        for number in range(1000, 1010):
            await asks(receive, number, 0)
        waits.clear()
        flooding = asyncio.create_task(flood(receive))
        for turn in range(1, 12):
            for number in range(1000, 1010):
                await asks(receive, number, turn)
        await flooding

    waits: list[float] = []
    wire = Wire(act)
    play(Fleet(book).worker(wire).run())
    assert len(waits) == 110
    assert max(waits) < 2 * PAUSE.total_seconds(), "from the first moment on"
    assert len(wire.shown_to(person(7))) >= 12, "the others are answered too"


def test_seventy_who_talk_all_the_time_let_somebody_new_go_first(book: Book) -> None:
    async def act(receive: Receive) -> None:
        flooding = asyncio.create_task(flood(receive))
        await asyncio.sleep(5)
        for number in range(1000, 1200):
            begun = seconds()
            await receive(person(number), says(number))
            await asyncio.sleep(0.15)
            waits.extend(at - begun for at in wire.shown_to(person(number)))
        await flooding

    waits: list[float] = []
    wire = Wire(act)
    play(Fleet(book).worker(wire).run())
    assert len(waits) == 200, "each within 150 ms"
    assert sorted(waits)[190] < 2.5 * PAUSE.total_seconds()


def test_one_who_talks_as_fast_as_can_be_has_twenty_answers_a_minute_over_all_workers(book: Book) -> None:
    async def act(receive: Receive) -> None:
        doors.append(receive)
        await asyncio.sleep(1)
        if doors[0] == receive:
            for number in range(500):
                await doors[number % 2](person(1), says(number))
            await asyncio.sleep(30)
        else:
            await asyncio.sleep(60)

    doors: list[Receive] = []
    wires, fleet = [Wire(act), Wire(act)], Fleet(book)

    async def life() -> None:
        await asyncio.gather(*(fleet.worker(wire).run() for wire in wires))

    play(life())
    said = [text for wire in wires for _, _, text in wire.came]
    assert len(said) == 20
    assert sum(text.startswith(book.say("turn.too_many", "en")) for text in said) == 1
    assert fleet.counted("overflow_total") == 480


def test_one_person_in_many_threads_is_one_person(book: Book) -> None:
    async def act(receive: Receive) -> None:
        for number in range(600):
            await receive(Address("test", f"thread {number % 60}", "ann"), says(number))
        await asyncio.sleep(100)

    wire = Wire(act)
    play(Fleet(book).worker(wire).run())
    assert len(wire.came) <= 21 + 21, "as many answers, and as many words"


def test_what_waits_in_a_busy_group_is_bounded_however_many_ask(book: Book) -> None:
    async def act(receive: Receive) -> None:
        for turn in range(100):
            for number in range(60):
                await receive(person(number, "-group"), says(f"{number} {turn}"))
            await asyncio.sleep(2)
            backlog.append((await fleet.store.backlog(now=await fleet.store.clock())).waiting)

    backlog: list[int] = []
    fleet = Fleet(book)
    play(fleet.worker(Wire(act)).run())
    assert max(backlog) <= 2 * LONGEST_QUEUE + 2
    assert fleet.counted('overflow_total{why="chat_full"}') > 1000


def test_where_we_may_not_write_what_waits_is_dropped_at_once_and_no_more_is_made(book: Book) -> None:
    async def act(receive: Receive) -> None:
        for turn in range(60):
            for number in range(30):
                await receive(person(number, "-group"), says(f"{number} {turn}"))
            await asyncio.sleep(0.5)
        made.append(wire.calls)
        wire.closed.clear()
        await asyncio.sleep(CLOSED_FOR)
        await receive(person(99, "-group"), says("at last"))
        await asyncio.sleep(10)

    made: list[int] = []
    fleet, wire = Fleet(book), Wire(act, closed={"-group"})
    play(fleet.worker(wire).run())
    assert made[0] <= 5
    assert fleet.counted('sends_total{outcome="parked"') <= 5, "the operator sees the first"
    assert len(wire.shown_to(person(99, "-group"))) == 1, "once we may, we do"


def test_whoever_left_is_heard_of_although_their_budget_is_spent(book: Book) -> None:
    async def act(receive: Receive) -> None:
        for number in range(30):
            await receive(person(1), says(number))
        await receive(person(1), Left(EventId("left")))

    fleet = Fleet(book)
    play(fleet.worker(Wire(act)).run())
    assert fleet.counted('turns_total{outcome="committed"}') == 21


def test_a_text_that_takes_too_long_is_answered_kindly_and_the_next_is_read(book: Book) -> None:
    class Slow(Reader):
        async def read(self, text: str) -> tuple[Finding, ...]:
            if "slow" in text:
                raise TooMuch
            return await super().read(text)

    async def life() -> None:
        reader = Slow()
        try:
            await fleet.worker(wire, reader=reader).run()
        finally:
            await reader.close()

    async def act(receive: Receive) -> None:
        await receive(person(1), Shared(EventId("1"), "a.log", "slow\n" * LONG))
        await asyncio.sleep(2)
        await receive(person(1), Shared(EventId("2"), "b.log", "macOS 14.1\n" + "x\n" * LONG))
        await asyncio.sleep(2)

    fleet, wire = Fleet(book, MemoryStore()), Wire(act, bot_pause=timedelta())
    asyncio.run(life())
    first, second = (text for _, _, text in wire.came)
    assert book.say("turn.sent_too_much", "en") in first
    assert "14.1" in second


def test_what_a_worker_remembers_is_bounded_and_passes() -> None:
    time = 0.0
    attention = Attention(20, lambda: time)
    for number in range(20):
        attention.heard(person(number, "chat"), timedelta(seconds=1), quiet_for=timedelta())
    assert attention.is_crowded(person(1), timedelta(seconds=1)) is False
    attention.quiet(person(1), timedelta(minutes=1))
    assert attention.overflow(person(1)) == "spent"
    time = MINUTE
    assert attention.hears(person(1))
