"""Whatever is pinned and counted, in whatever order, stores answer as a dictionary and a set would."""

import asyncio
import tempfile
from collections.abc import Coroutine
from datetime import timedelta
from pathlib import Path
from typing import TypeVar

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from adapters.store.memory.store import MemoryStore
from adapters.store.redis.store import RedisStore
from adapters.store.sqlite.store import SqliteStore
from bot.ports import Record, Store
from tests.contract.shorthand import NOW, SECOND
from tests.contract.store_pins import KEEP, NOTHING
from tests.contract.store_tallies import MINUTE
from tests.redis_server import running_server, shared_server

T = TypeVar("T")

NAMES = st.sampled_from(["board", "other"])
BODIES = st.sampled_from([b"a", b"b"])
KEEPS = st.sampled_from([KEEP / 2, KEEP, 2 * KEEP])
WEEK = timedelta(days=7)


class Memory(RuleBasedStateMachine):
    """Each rule does something to the store, and to the dictionary or the set, and compares."""

    def __init__(self) -> None:
        super().__init__()
        self.runner = asyncio.Runner()
        self.now = NOW
        self.pins = dict.fromkeys(("board", "other"), (NOTHING, NOW))
        self.came: set[tuple[str, int, str]] = set()
        self.store = self.open()

    def open(self) -> Store:
        return MemoryStore()

    def run(self, call: Coroutine[None, None, T]) -> T:
        return self.runner.run(call)

    def teardown(self) -> None:
        self.run(self.store.close())
        self.runner.close()

    def standing(self, name: str) -> Record:
        record, until = self.pins[name]
        return record if self.now < until else NOTHING

    def minute(self) -> int:
        return (self.now - NOW) // MINUTE

    @rule(step=st.sampled_from([SECOND, 40 * SECOND, KEEP / 2, KEEP]))
    def wait(self, step: timedelta) -> None:
        self.now += step

    @rule(name=NAMES, body=BODIES, off=st.sampled_from([0, 0, -1, 1]), keep=KEEPS)
    def pin(self, name: str, body: bytes, off: int, keep: timedelta) -> None:
        self.put(name, Record(max(0, self.standing(name).version + off) + 1, body), keep)

    @rule(name=NAMES, keep=KEEPS)
    def pin_again(self, name: str, keep: timedelta) -> None:
        if self.standing(name) != NOTHING:
            self.put(name, self.standing(name), keep)

    def put(self, name: str, new: Record, keep: timedelta) -> None:
        again = self.standing(name) == new
        right = again or self.standing(name).version + 1 == new.version
        put = self.store.pin(name, new.body, expected=new.version - 1, now=self.now, keep=keep)
        assert self.run(put) == right
        if right:
            until = self.pins[name][1] if again else self.now
            self.pins[name] = (new, max(until, self.now + keep))

    @rule(series=NAMES, who=st.sampled_from("abcd"))
    def tally(self, series: str, who: str) -> None:
        self.run(self.store.tally(series, who, now=self.now, keep=WEEK))
        self.came.add((series, self.minute(), who))

    @rule(series=NAMES, since=st.integers(0, 30), long=st.integers(0, 30))
    def count(self, series: str, since: int, long: int) -> None:
        span = range(self.minute() - since, self.minute() - since + long)
        people = {who for where, minute, who in self.came if where == series and minute in span}
        bounds = {"since": NOW + span.start * MINUTE, "until": NOW + span.stop * MINUTE}
        assert self.run(self.store.tallied(series, **bounds)) == len(people)

    @invariant()
    def the_pins_are_those_of_the_dictionary(self) -> None:
        for name in self.pins:
            assert self.run(self.store.pinned(name, now=self.now)) == self.standing(name)


class Sqlite(Memory):
    """The same, and now and then the process dies and another opens the file."""

    def open(self) -> Store:
        self.folder = tempfile.TemporaryDirectory()
        self.path = Path(self.folder.name) / "store.sqlite3"
        return SqliteStore(self.path)

    @rule()
    def reopen(self) -> None:
        self.run(self.store.close())
        self.store = SqliteStore(self.path)

    def teardown(self) -> None:
        super().teardown()
        self.folder.cleanup()


class Redis(Memory):
    """The same, and now and then another process goes on, or the server forgets the scripts."""

    def open(self) -> Store:
        return self.run(RedisStore.open(shared_server().url))

    @rule()
    def reopen(self) -> None:
        self.run(self.store.close())
        self.store = self.run(RedisStore.open(running_server().url))

    @rule()
    def forget_the_scripts(self) -> None:
        with running_server().admin() as redis:
            redis.script_flush()


SETTINGS = settings(max_examples=20, stateful_step_count=40, deadline=None, database=None)

TestMemory = Memory.TestCase
TestMemory.settings = SETTINGS
TestSqlite = Sqlite.TestCase
TestSqlite.settings = SETTINGS
TestRedis = Redis.TestCase
TestRedis.settings = SETTINGS
