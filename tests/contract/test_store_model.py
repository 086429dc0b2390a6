"""Whatever is done to a store, in whatever order, it answers as plain lists of turns and promises would."""

import asyncio
import tempfile
from collections.abc import Coroutine
from datetime import timedelta
from itertools import count
from pathlib import Path
from typing import TypeVar

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from adapters.store.memory.store import MemoryStore
from adapters.store.sqlite.store import SqliteStore
from bot.model import Address
from bot.ports import Committed, Conflict, Due, Duplicate, Owed, Record, Retention, Settled, Store
from tests.contract.model import Model, Promise, Turn
from tests.contract.shorthand import ANN, BEN, LEASE, SECOND, bury, claim, offer, postpone, settle

T = TypeVar("T")

CAT = Address("console", "elsewhere", "cat")
EVERYBODY = (ANN, BEN, CAT)
PEOPLE = st.sampled_from(EVERYBODY)
STEPS = st.sampled_from([SECOND, LEASE / 2, LEASE, 5 * LEASE, Retention().events, Retention().conversations])
SOON = st.sampled_from([0 * LEASE, LEASE / 2, 2 * LEASE])
JOBS = st.lists(
    st.tuples(
        st.sampled_from(["say", "say", "wake"]),
        st.sampled_from([-LEASE, 0 * LEASE, 0 * LEASE, LEASE]),
        st.sampled_from([0 * LEASE, LEASE, 2 * LEASE]),
    ),
    max_size=4,
)


class ModelOfMemory(RuleBasedStateMachine):
    """Each rule does something to the store, and to the model, and compares what both say."""

    def __init__(self) -> None:
        super().__init__()
        self.runner = asyncio.Runner()
        self.bodies = (b"%d" % number for number in count())
        self.model = Model()
        self.handed_out: list[Owed] = []
        self.store = self.open()

    def open(self) -> Store:
        return MemoryStore()

    def run(self, call: Coroutine[None, None, T]) -> T:
        return self.runner.run(call)

    def teardown(self) -> None:
        self.run(self.store.close())
        self.runner.close()

    # --- what happens ---

    @rule(step=STEPS)
    def wait(self, step: timedelta) -> None:
        self.model.now += step

    @rule(who=PEOPLE, event=st.sampled_from("abcdefgh"), behind=st.sampled_from([0, 0, 0, 1]), jobs=JOBS)
    def commit(
        self, who: Address, event: str, behind: int, jobs: list[tuple[str, timedelta, timedelta]]
    ) -> None:
        model, body = self.model, next(self.bodies)
        before, known = model.record(who), model.knows(who, event)
        due = [
            Due("say" if kind == "say" else "wake", model.now + wait, next(self.bodies), pause)
            for kind, wait, pause in jobs
        ]
        expected = before.version - behind
        match self.run(offer(self.store, event, on=expected, body=body, jobs=due, who=who, at=model.now)):
            case Duplicate(record):
                assert (known, record) == (True, before)
            case Conflict(record):
                assert (known, bool(behind), record) == (False, True, before)
            case Committed(owed):
                assert (known, bool(behind)) == (False, False)
                model.turns.append(Turn(who, event, model.now, Record(expected + 1, body)))
                model.lend_exactly(owed, [model.promise(who, each) for each in due])
                self.handed_out += owed

    @rule(limit=st.integers(0, 3))
    def claim(self, limit: int) -> None:
        owed = self.run(claim(self.store, self.model.now, limit))
        self.model.lend_longest_free(owed, limit)
        self.handed_out += owed

    @precondition(lambda self: self.handed_out)
    @rule(data=st.data())
    def settle(self, data: st.DataObject) -> None:
        job = data.draw(st.sampled_from(self.handed_out))
        promise = self.model.find(job)
        settled = self.run(settle(self.store, job, self.model.now))
        if promise:
            promise.kept = True
        self.go_on(settled, promise)

    @precondition(lambda self: self.handed_out)
    @rule(data=st.data())
    def bury(self, data: st.DataObject) -> None:
        job = data.draw(st.sampled_from(self.handed_out))
        promise = self.held(job)
        settled = self.run(bury(self.store, job, at=self.model.now))
        if promise:
            self.model.bury(promise)
        self.go_on(settled, promise)

    @precondition(lambda self: self.handed_out)
    @rule(data=st.data(), wait=SOON, attempted=st.booleans(), whole_chat=st.booleans())
    def postpone(self, data: st.DataObject, wait: timedelta, *, attempted: bool, whole_chat: bool) -> None:
        job, until = data.draw(st.sampled_from(self.handed_out)), self.model.now + wait
        promise = self.held(job)
        given_back = postpone(self.store, job, until, attempted=attempted, whole_chat=whole_chat)
        assert self.run(given_back) == (promise is not None)
        if promise:
            promise.free_at, promise.leased = until, False
            promise.next_attempt = promise.attempt + int(attempted)
            self.model.silenced += [(promise.who.chat, until)] * whole_chat

    @precondition(lambda self: self.model.parked())
    @rule(data=st.data())
    def unpark(self, data: st.DataObject) -> None:
        kept = self.run(self.store.parked(now=self.model.now, limit=1_000))
        promises = {promise.due.body: promise for promise in self.model.parked()}
        assert {each.body for each in kept} == {*promises}
        chosen = data.draw(st.sampled_from(kept))
        assert self.run(self.store.unpark(chosen.id, now=self.model.now))
        self.model.unpark(promises[chosen.body])

    # --- what must be true ---

    @invariant()
    def the_conversations_are_those_of_the_model(self) -> None:
        for who in EVERYBODY:
            assert self.run(self.store.load(who, now=self.model.now)) == self.model.record(who)

    @invariant()
    def the_backlog_is_that_of_the_model(self) -> None:
        assert self.run(self.store.backlog(now=self.model.now)) == self.model.backlog()

    def held(self, job: Owed) -> Promise | None:
        """Find what nobody else has got since."""
        promise = self.model.find(job)
        return promise if promise and promise.attempt == job.attempt else None

    def go_on(self, settled: Settled, promise: Promise | None) -> None:
        """Hand out what comes next, after a promise that was kept or given up, and nothing after none."""
        following = () if settled.next is None else (settled.next,)
        say = promise is not None and promise.due.kind == "say"
        head = [*self.model.lane(promise.who)][:1] if promise and say else []
        assert settled.struck == (promise is not None)
        self.model.lend_exactly(following, head)
        self.handed_out += following


class ModelOfSqlite(ModelOfMemory):
    """The same, and now and then the process dies and another opens the file."""

    def open(self) -> Store:
        self.folder = tempfile.TemporaryDirectory()
        self.path = Path(self.folder.name) / "store.sqlite3"
        return SqliteStore(self.path)

    @rule()
    def reopen(self) -> None:
        self.run(self.store.close())
        self.store = SqliteStore(self.path)
        self.model.let_go()

    def teardown(self) -> None:
        super().teardown()
        self.folder.cleanup()


TestModelOfMemory = ModelOfMemory.TestCase
TestModelOfMemory.settings = settings(max_examples=30, stateful_step_count=40, deadline=None, database=None)
TestModelOfSqlite = ModelOfSqlite.TestCase
TestModelOfSqlite.settings = settings(max_examples=20, stateful_step_count=40, deadline=None, database=None)
