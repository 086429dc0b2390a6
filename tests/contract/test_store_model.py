"""Whatever is done to a store, in whatever order, it answers as plain lists of turns and promises would."""

import asyncio
import tempfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import count
from pathlib import Path

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from adapters.store.memory import MemoryStore
from adapters.store.sqlite import SqliteStore
from bot.model import Address
from bot.ports import DEDUP_FOR, KEEP_FOR, Committed, Conflict, Due, Duplicate, Owed, Record, Store
from tests.contract.shorthand import ANN, BEN, LEASE, NOW, SECOND, bodies, claim, offer, say, wake

PEOPLE = st.sampled_from([ANN, BEN])
EVENTS = st.sampled_from("abcde")
STEPS = st.sampled_from([SECOND, LEASE / 2, LEASE, DEDUP_FOR, KEEP_FOR])
JOBS = st.lists(
    st.tuples(st.sampled_from([say, wake]), st.sampled_from([-LEASE, 0 * LEASE, LEASE])), max_size=3
)


@dataclass(frozen=True, slots=True)
class Turn:
    """A stored turn as the model remembers it."""

    who: Address
    event: str
    at: datetime
    record: Record


@dataclass(slots=True)
class Promise:
    """A job as the model remembers it; all bodies differ, so the body is its name."""

    who: Address
    due: Due
    held_until: datetime
    kept: bool = False


class ModelOfMemory(RuleBasedStateMachine):
    """The model remembers everything and searches it each time. Its lists are in the order of the commits."""

    def __init__(self) -> None:
        super().__init__()
        self.runner = asyncio.Runner()
        self.now = NOW
        self.bodies = (b"%d" % number for number in count())
        self.turns: list[Turn] = []
        self.promises: list[Promise] = []
        self.handed_out: list[Owed] = []
        self.store = self.open()

    def open(self) -> Store:
        return MemoryStore()

    def teardown(self) -> None:
        self.runner.run(self.store.close())
        self.runner.close()

    # --- what happens ---

    @rule(step=STEPS)
    def wait(self, step: timedelta) -> None:
        self.now += step

    @rule(who=PEOPLE, event=EVENTS, behind=st.sampled_from([0, 0, 0, 1]), jobs=JOBS)
    def commit(
        self,
        who: Address,
        event: str,
        behind: int,
        jobs: list[tuple[Callable[[bytes, datetime], Due], timedelta]],
    ) -> None:
        before, body = self.record(who), next(self.bodies)
        due = [make(next(self.bodies), self.now + wait) for make, wait in jobs]
        expected = before.version - behind
        turn = offer(self.store, event, on=expected, body=body, jobs=due, who=who, at=self.now)
        match self.runner.run(turn):
            case Duplicate(record):
                assert (self.knows(who, event), record) == (True, before)
            case Conflict(record):
                assert (self.knows(who, event), bool(behind), record) == (False, True, before)
            case Committed(owed):
                assert (self.knows(who, event), bool(behind)) == (False, False)
                new = [Promise(who, each, self.now) for each in due]
                self.turns.append(Turn(who, event, self.now, Record(expected + 1, body)))
                self.promises += new
                self.hand_out(owed, [each for each in new if self.is_free(each)])

    @rule(limit=st.integers(0, 3))
    def claim(self, limit: int) -> None:
        free = sorted((each for each in self.promises if self.is_free(each)), key=lambda each: each.due.at)
        self.hand_out(self.runner.run(claim(self.store, self.now, limit)), free[:limit])

    @precondition(lambda self: self.handed_out)
    @rule(data=st.data())
    def settle(self, data: st.DataObject) -> None:
        job = data.draw(st.sampled_from(self.handed_out))
        (promise,) = (each for each in self.promises if each.due.body == job.body)
        right = not promise.kept and self.is_first(promise)
        assert self.runner.run(self.store.settle(job)) == right
        promise.kept = promise.kept or right

    # --- what must be true ---

    @invariant()
    def the_conversations_are_those_of_the_model(self) -> None:
        for who in (ANN, BEN):
            assert self.runner.run(self.store.load(who, now=self.now)) == self.record(who)

    def record(self, who: Address) -> Record:
        kept = [turn.record for turn in self.turns if turn.who == who and self.now - turn.at <= KEEP_FOR]
        return kept[-1] if kept else Record(0, b"")

    def knows(self, who: Address, event: str) -> bool:
        recent = [turn for turn in self.turns if self.now - turn.at <= DEDUP_FOR]
        return (who, event) in [(turn.who, turn.event) for turn in recent]

    def is_free(self, promise: Promise) -> bool:
        ready = promise.due.at <= self.now and promise.held_until <= self.now
        return ready and not promise.kept and self.is_first(promise)

    def is_first(self, promise: Promise) -> bool:
        lane = [each for each in self.promises if each.who == promise.who and each.due.kind == "say"]
        return promise.due.kind == "wake" or promise == next(each for each in lane if not each.kept)

    def hand_out(self, owed: Sequence[Owed], expected: list[Promise]) -> None:
        assert bodies(owed) == [each.due.body for each in expected]
        assert [job.address for job in owed] == [each.who for each in expected]
        self.handed_out += owed
        for promise in expected:
            promise.held_until = self.now + LEASE


class ModelOfSqlite(ModelOfMemory):
    """The same, and now and then the process dies and another opens the file."""

    def open(self) -> Store:
        self.folder = tempfile.TemporaryDirectory()
        self.path = Path(self.folder.name) / "store.sqlite3"
        return SqliteStore(self.path)

    @rule()
    def reopen(self) -> None:
        self.runner.run(self.store.close())
        self.store = SqliteStore(self.path)
        for promise in self.promises:
            promise.held_until = self.now

    def teardown(self) -> None:
        super().teardown()
        self.folder.cleanup()


TestModelOfMemory = ModelOfMemory.TestCase
TestModelOfMemory.settings = settings(max_examples=20, stateful_step_count=40, deadline=None, database=None)
TestModelOfSqlite = ModelOfSqlite.TestCase
TestModelOfSqlite.settings = settings(max_examples=20, stateful_step_count=40, deadline=None, database=None)
