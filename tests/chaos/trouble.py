"""Makes trouble at random: kills, stops and ends workers, kills Redis, cuts and slows its lines."""

import asyncio
import random
import signal
import time
from collections.abc import Callable, Coroutine, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace

from adapters.store.redis.scripts import CLAIM, COMMIT, POSTPONE, SETTLE
from tests.chaos.nursery import Child, Nursery
from tests.chaos.plan import CALLED, Plan
from tests.chaos.record import Record, Spell, SpellKind
from tests.chaos.worker import NO_STORE
from tests.ports import free_port
from tests.redis_proxy import RedisProxy
from tests.redis_server import RedisServer

GOOD_ENDS = (0, NO_STORE, -signal.SIGKILL, -signal.SIGTERM)
"""Exit codes: as it was told, without a Redis at the start, killed, or told to end before it had begun."""

SCRIPTS = (COMMIT, COMMIT, CLAIM, SETTLE, SETTLE, POSTPONE)
"""Those whose answers are lost."""


REST = 0.15
"""The chance that no trouble is made for some seconds."""


@dataclass(eq=False)
class Fleet:
    """The workers, each started again when it has ended."""

    nursery: Nursery
    record: Record
    plan: Plan
    children: list[Child] = field(default_factory=list)
    bad_ends: list[str] = field(default_factory=list)
    is_over: bool = False
    _expected: set[Child] = field(default_factory=set)
    _started: int = 0

    async def _start(self) -> Child:
        self._started += 1
        port = free_port() if self.plan.kind in CALLED else 0
        child = await self.nursery.start(replace(self.plan, name=f"w{self._started}", port=port))
        self.children.append(child)
        return child

    async def keep(self, size: int) -> None:
        """Have that many workers at any time, until it is over."""
        async with asyncio.TaskGroup() as group:
            for _ in range(size):
                group.create_task(self._keep_one())

    async def _keep_one(self) -> None:
        while not self.is_over:
            child = await self._start()
            while await child.ended(60) is None:
                pass
            self.children.remove(child)
            self._note_end(child)
            if child.code not in (0, -signal.SIGKILL):
                await asyncio.sleep(0.2)

    def _note_end(self, child: Child) -> None:
        if child.code not in GOOD_ENDS:
            self.bad_ends.append(f"{child.name} ended with {child.code}")
        if child.code == -signal.SIGKILL and child not in self._expected:  # at a failpoint
            now = time.monotonic()
            self.record.spells.append(Spell("kill", child.name, now, now))

    def kill(self, child: Child) -> None:
        """Kill it as a crash would."""
        now = time.monotonic()
        self.record.spells.append(Spell("kill", child.name, now, now))
        self._expected.add(child)
        child.signal(signal.SIGKILL)

    def term(self, child: Child) -> None:
        """Ask it to end."""
        now = time.monotonic()
        self.record.spells.append(Spell("term", child.name, now, now))
        child.signal(signal.SIGTERM)

    async def stop(self, child: Child, seconds: float) -> None:
        """Have it stand still for a while."""
        spell = Spell("stop", child.name, time.monotonic(), float("inf"))
        self.record.spells.append(spell)
        child.signal(signal.SIGSTOP)
        try:
            await asyncio.sleep(seconds)
        finally:
            child.signal(signal.SIGCONT)
            spell.end = time.monotonic()

    async def end(self) -> None:
        """Ask all to end, and wait for it."""
        self.is_over = True
        for child in list(self.children):
            child.signal(signal.SIGTERM)


@dataclass(eq=False)
class Trouble:
    """Draws what goes wrong next."""

    fleet: Fleet
    server: RedisServer
    proxy: RedisProxy
    lots: random.Random
    pause: float
    """Seconds between two troubles, about; now and then it is quiet for longer, so that copies get old."""
    _redis_is_down: asyncio.Lock = field(default_factory=asyncio.Lock)

    async def make(self, over: asyncio.Event) -> None:
        """Make trouble until it is over, and leave nothing broken behind."""
        kinds: dict[Callable[[], Coroutine[None, None, None]], int] = {
            self.kill_worker: 30,
            self.stop_worker: 8,
            self.end_worker: 8,
            self.kill_redis: 7,
            self.cut: 20,
            self.lose_answer: 20,
            self.freeze: 5,
            self.slow_down: 6,
        }
        async with asyncio.TaskGroup() as group:
            while not over.is_set():
                rest = self.lots.uniform(2, 5) if self.lots.random() < REST else 0.0
                await asyncio.sleep(rest + self.pause * self.lots.expovariate(1))
                (kind,) = self.lots.choices(list(kinds), list(kinds.values()))
                group.create_task(kind())

    async def kill_worker(self) -> None:
        """Kill a worker."""
        if child := self._somebody():
            self.fleet.kill(child)

    async def stop_worker(self) -> None:
        """Stop a worker for about as long as a lease."""
        if child := self._somebody():
            await self.fleet.stop(child, self.fleet.plan.lease * self.lots.uniform(0.3, 1.5))

    async def end_worker(self) -> None:
        """Ask a worker to end."""
        if child := self._somebody():
            self.fleet.term(child)

    async def kill_redis(self) -> None:
        """Kill Redis, at times with a worker while it is away, and start it again on its data."""
        async with self._redis_is_down:
            with self._spell("redis_kill", "redis"):
                await asyncio.to_thread(self.server.kill)
                long = self.lots.random() < 0.25
                await asyncio.sleep(self.lots.uniform(2.6, 4) if long else self.lots.uniform(0, 1))
                if self.lots.random() < 0.6:
                    await self.kill_worker()
                await asyncio.to_thread(self.server.start)

    async def cut(self) -> None:
        """Cut all lines to Redis."""
        with self._spell("cut", "redis"):
            self.proxy.cut()

    async def lose_answer(self) -> None:
        """Have a command done, and its answer lost."""
        with self._spell("lost_answer", "redis"):
            self.proxy.lose_answer_to(self.lots.choice(SCRIPTS).digest.encode())

    async def freeze(self) -> None:
        """Have nothing pass to Redis or back for a while, and then all of it."""
        with self._spell("freeze", "redis"):
            self.proxy.freeze()
            try:
                await asyncio.sleep(self.lots.choice((0.2, 0.5, 2.6)))
            finally:
                self.proxy.thaw()

    async def slow_down(self) -> None:
        """Have each command take longer for a while."""
        with self._spell("delay", "redis"):
            self.proxy.delay = self.lots.choice((0.005, 0.02, 0.1))
            try:
                await asyncio.sleep(self.lots.uniform(0.2, 1))
            finally:
                self.proxy.delay = 0

    def _somebody(self) -> Child | None:
        return self.lots.choice(self.fleet.children) if self.fleet.children else None

    @contextmanager
    def _spell(self, kind: SpellKind, whom: str) -> Iterator[None]:
        spell = Spell(kind, whom, time.monotonic(), float("inf"))
        self.fleet.record.spells.append(spell)
        try:
            yield
        finally:
            spell.end = time.monotonic()
