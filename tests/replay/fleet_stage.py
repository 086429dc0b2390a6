"""Plays a log of the feed to several processes that share a store, come and go, and have people to tell."""

import asyncio
import itertools
import random
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import get_args

from adapters.apple.board import read_board
from bot.apple import Board
from bot.codec import decode_conversation, decode_job
from bot.dialogue.book import Book
from bot.events import Command, Event, Invoked, Said
from bot.model import LANGUAGES, Address, EventId, Language, Reply, Say
from bot.ports import Owed, StatusUnreadable, Store
from bot.runtime.deliver import Done, Outcome
from bot.runtime.news import News
from tests.fit import assert_fits
from tests.outside import START
from tests.replay.feed import NAMES, document, mischievous
from tests.replay.log import CALM, Change, Events, readings
from tests.replay.process import Killed, Process, Where
from tests.replay.reader import STEP, Reader, Truth

PEOPLE, PROCESSES = 40, 3
MISCHIEF_ENDS = 2
"""So many minutes after a change all behave, for everybody must know it when it is calm."""
LATE = timedelta(minutes=2)
"""How much later somebody is told something if whoever would is killed."""


@dataclass(frozen=True, slots=True)
class _Deed:
    who: int
    what: str
    is_behind: bool
    """Whether it comes to a process that has not yet seen what another one has told of.

    For who only looks there, what they were told counts, not the card of a moment ago.
    """


@dataclass(eq=False, repr=False)
class FleetStage:
    """The people, the living processes, the feed and the time."""

    book: Book
    store: Store
    chance: random.Random
    telling: type[News] = News
    now: datetime = START
    history: dict[datetime, Truth] = field(default_factory=dict)
    """How each service was, by the time of each reading of the feed."""
    readers: list[Reader] = field(default_factory=list)
    killed: int = 0
    _events: Events = field(default_factory=dict)
    _missing: str = ""
    _failing: Sequence[str] = ()
    _living: list[Process] = field(default_factory=list)
    _paused: dict[str, int] = field(default_factory=dict)
    _shown: list[Owed] = field(default_factory=list)
    _numbers: "itertools.count[int]" = field(default_factory=itertools.count)

    async def play(self, log: Sequence[Change]) -> None:
        """Play it to the end; fails at the first thing that should not be."""
        times = list(readings(log))
        deeds = self._plan(len(times))
        self.readers = [
            Reader(self.book, Address("test", "chat", str(number)), self.chance.choice(LANGUAGES))
            for number in range(PEOPLE)
        ]
        self.now = times[0][0]
        self._living = [self._start() for _ in range(PROCESSES)]
        for number, (at, events, since) in enumerate(times):
            await self._pass_to(at)
            self._events = events
            is_watched = any(deeds.get(each) for each in range(number, number + 4))
            self._make_mischief(since, is_watched=is_watched)
            await self._minute(deeds.get(number, ()), since)
            if since == CALM:
                await self._check_all()

    # --- what the processes share ---

    def fetch(self, language: Language) -> Board:
        """Have Apple answer, or raise `StatusUnreadable`."""
        if language in self._failing:
            raise StatusUnreadable("mischief")
        self.history[self.now] = self._truth()
        said = mischievous(self._events, language, self.chance, self._missing)
        return read_board(said, checked_at=self.now)

    def _truth(self) -> Truth:
        board = read_board(document(self._events, "ja"), checked_at=self.now)
        return {report.service: report.state for report in board.reports}

    def shown(self, job: Owed, outcome: Outcome) -> None:
        """Note what became of a job. A reply is read later: what is wrong with it must not be caught."""
        if isinstance(outcome, Done) and job.kind == "say":
            self._shown.append(job)

    # --- a minute ---

    async def _pass_to(self, at: datetime) -> None:
        """Let the time pass, while people are told what is due in it."""
        while self.now < at and (await self.store.backlog(now=self.now)).waiting:
            self.now = min(self.now + STEP, at)
            await self._living[0].delivery.due()
            self._read_all()
        self.now = at

    async def _minute(self, deeds: Sequence[_Deed], since: int) -> None:
        """Have all processes do their part, in some order, and the people meanwhile and afterwards."""
        self._disturb(since)
        self.chance.shuffle(self._living)
        first, *others = self._awake(since)
        await self._go_on(first)
        for deed in deeds:
            if deed.is_behind:
                await self._does(deed, self._awake(since)[-1])
        await asyncio.gather(*map(self._go_on, others))
        for deed in deeds:
            if not deed.is_behind:
                await self._does(deed, self.chance.choice(self._awake(since)))
        for process in self._living:
            process.believes, process.dies_at = False, None
        self._read_all(LATE if since <= MISCHIEF_ENDS + 1 else timedelta())

    async def _go_on(self, process: Process) -> None:
        try:
            await process.goes_on()
        except Killed:
            self._replace(process)

    def _replace(self, process: Process) -> Process:
        self.killed += 1
        another = self._living[self._living.index(process)] = self._start()
        return another

    def _start(self) -> Process:
        return Process(self.book, self.store, self, f"process {next(self._numbers)}", self.telling)

    def _awake(self, since: int) -> Sequence[Process]:
        return [each for each in self._living if self._paused.get(each.name, 0) <= since]

    def _disturb(self, since: int) -> None:
        """Kill, pause, or confuse processes, or do nothing."""
        if since == 0:
            self._paused.clear()
        if since > MISCHIEF_ENDS:
            return
        process = self.chance.choice(self._living)
        match self.chance.randrange(8):
            case 0 | 1:
                for each in self._living:
                    each.dies_at = self.chance.choice((None, *get_args(Where)))
                    each.survives = self.chance.choice((0, 0, 1, 5, 20))
            case 2:
                self._paused[process.name] = since + 2
            case 3:
                process.believes = True
            case _:
                pass

    def _make_mischief(self, since: int, *, is_watched: bool) -> None:
        """Choose what is wrong with the feed: it lacks a service or a language, while nobody looks."""
        self._missing, self._failing = "", ()
        if since <= MISCHIEF_ENDS and not is_watched:
            self._missing = self.chance.choice((*NAMES, *[""] * len(NAMES)))
            self._failing = self.chance.choice(((), (), *((each,) for each in LANGUAGES), LANGUAGES))

    # --- the people ---

    def _plan(self, minutes: int) -> Mapping[int, Sequence[_Deed]]:
        """Have each ask to be told, after choosing a guide or not, and do some things afterwards."""
        deeds = defaultdict[int, list[_Deed]](list)
        for who in range(PEOPLE):
            first = self.chance.choice(("iPhone", "Mac", "look"))
            later = self.chance.choices(("look", "watch", "unwatch"), (4, 5, 1), k=minutes // 60)
            times = sorted(self.chance.sample(range(minutes), 2 + len(later)))
            for time, what in zip(times, (first, "watch", *later), strict=True):
                deeds[time].append(_Deed(who, what, what == "watch" and self.chance.random() < 0.5))
        return deeds

    async def _does(self, deed: _Deed, process: Process) -> None:
        """Have it happen; if the process is killed, the platform brings it to another one."""
        reader, id_ = self.readers[deed.who], EventId(f"{deed.what}:{next(self._numbers)}")
        event: Event = Said(id_, deed.what, reader.language, origin=id_)
        if command := _COMMANDS.get(deed.what):
            event = Invoked(id_, command, reader.language, origin=id_)
        if not process.can_show(reader.language):
            return
        try:
            await process.receive(reader.address, event)
        except Killed:
            await self._replace(process).receive(reader.address, event)

    def _read_all(self, grace: timedelta = timedelta()) -> None:
        """Have everybody read what was shown, and see that no watch ended without a word before `grace`."""
        for job in self._shown:
            work = decode_job(job.body)
            assert isinstance(work, Say)
            self._reads(self.readers[int(work.address.person)], work.reply, job.at)
        self._shown.clear()
        for reader in self.readers:
            reader.reaches(self.now - grace, is_told=False)

    def _reads(self, reader: Reader, reply: Reply, at: datetime) -> None:
        """Read what was said at that time."""
        assert_fits(reply)
        history = [truth for read_at, truth in self.history.items() if read_at <= at]
        what, _, _ = reply.origin.partition(":")
        if what in _COMMANDS:
            reader.reads_card(what, reply.text, at, history[-1])
        elif reply.text == self.book.say("watch.over", reader.language):
            reader.reaches(at, is_told=True)
        elif reader.is_news(reply.text):
            reader.reads_news(reply.text, at, history)

    async def _check_all(self) -> None:
        for reader in self.readers:
            if reader.until:
                record = await self.store.load(reader.address, now=self.now)
                flow = decode_conversation(record.body).place.flow
                reader.knows_all(self.now, self._truth(), self.book.flows[flow].watches)


_COMMANDS: Mapping[str, Command] = {"watch": "watch", "unwatch": "unwatch", "look": "status"}
