"""One run: people talk while everything breaks; then it is quiet, and what became of it all is checked."""

import asyncio
import random
import tempfile
import time
from collections.abc import Mapping, Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path

from redis import Redis

from adapters.store.redis.store import RedisStore
from tests.chaos.book import chaos_book
from tests.chaos.checker import PROMISED, check, columns
from tests.chaos.kinds import Platform, house
from tests.chaos.kinds import platform as platform_of
from tests.chaos.lots import lots_of
from tests.chaos.nursery import Nursery
from tests.chaos.oracle import Finding, Oracle
from tests.chaos.people import People, crowd
from tests.chaos.plan import Kind, Mutant, Plan
from tests.chaos.record import Answered
from tests.chaos.sky import Sky
from tests.chaos.slack_names import APP_TOKEN, BOT_TOKEN, SIGNING_SECRET
from tests.chaos.stalls import note_slow_answers, note_stalls
from tests.chaos.stored import Stored, known_events, planned_jobs, read_plain
from tests.chaos.trouble import Fleet, Trouble
from tests.chaos.truth import Ticks, read_truth
from tests.chaos.wire import Send
from tests.chaos.witness import read_witnessed
from tests.redis_proxy import RedisProxy
from tests.redis_server import RedisServer
from tests.wire.telegram.server import TOKEN

BROKEN = ("turn failed", "delivery failed", "malformed", "not understood", "without a number")
"""What must not be in the workers' log."""

QUIET_WITHIN = 150.0
"""Seconds after the last fault within which everything has come to its end."""

DURABLE = (
    *("--appendonly", "yes", "--appendfsync", "always", "--maxmemory-policy", "noeviction"),
    *("--auto-aof-rewrite-percentage", "0", "--aof-use-rdb-preamble", "no"),
)
"""As in `docker-compose.yml`, but that the file is never rewritten: it is the truth that is read in the end.

With `everysec` Redis answers before it has written to its file while an earlier fsync goes on, for up to two
seconds; a kill of Redis then loses what was acknowledged (seen where all cores were busy: 17 turns), and no
program on top of it can help.
"""

START_WITHIN = 120.0
"""Seconds that workers take to start, at most."""

FAULTS: Mapping[Answered, float] = {
    "later": 30, "reset_before": 20, "reset_after": 20, "garbage": 12, "refused": 6, "hang": 2, "gone": 4,
}  # fmt: skip
MORE_FAULTS: Mapping[Answered, float] = {
    **FAULTS,
    "error_before": 10,
    "error_after": 10,
    "truncated": 6,
    "gone": 8,
}
"""Of platforms that speak HTTP."""


@dataclass(frozen=True)
class Wanted:
    """What kind of run; times are in seconds."""

    seconds: float
    seed: int
    workers: int = 3
    mutant: Mutant | None = None
    people: int = 48
    think: float = 0.25
    trouble: float = 0.5
    lease: float = 3.0
    kind: Kind = "own"
    messages_per_minute: int = 0
    """How much is read of one person, 0 is all."""
    log: str = ""
    """Where the workers' log is kept; nowhere if that is empty."""


@dataclass(frozen=True)
class Outcome:
    """The figures, and what is wrong in words."""

    figures: Mapping[str, int | float | str]
    wrong: Sequence[Finding]

    @property
    def is_clean(self) -> bool:
        """Whether the promise was kept, all workers ended well, and everything came to its end."""
        return not self.wrong

    @property
    def breaks_promise(self) -> bool:
        """Whether a turn or a reply was lost, doubled or out of order."""
        return any(column in PROMISED for column, _ in self.wrong)


async def run(wanted: Wanted) -> Outcome:
    """Do the whole run. All processes that it starts have ended when it returns."""
    with tempfile.TemporaryDirectory(prefix="chaos-") as folder:
        async with AsyncExitStack() as stack:
            stage = await _Stage.set_up(wanted, Path(folder), stack)
            began = time.monotonic()
            await stage.play()
            quiet = await stage.calm_down()
            return await stage.judge(quiet, time.monotonic() - began)


@dataclass
class _Stage:
    wanted: Wanted
    folder: Path
    server: RedisServer
    proxy: RedisProxy
    platform: Platform
    fleet: Fleet
    keeping: asyncio.Task[None]
    store: RedisStore
    ticks: Ticks

    @classmethod
    async def set_up(cls, wanted: Wanted, folder: Path, stack: AsyncExitStack) -> "_Stage":
        server = stack.enter_context(RedisServer(*DURABLE))
        proxy = await stack.enter_async_context(RedisProxy(server.port))
        lots = lots_of("platform", wanted.seed)
        judge = _Judge(lots, FAULTS if wanted.kind == "own" else MORE_FAULTS)
        platform = await stack.enter_async_context(
            platform_of(wanted.kind, folder / "platform", lots, judge=judge, echo=0.06, latency=0.02)
        )
        (folder / "witness").mkdir()
        nursery = stack.enter_context(Nursery())
        fleet = Fleet(nursery, platform.record, _plan(wanted, platform.address, proxy.url, folder))
        platform.find_workers(lambda: [child.plan.port for child in fleet.children])
        keeping = asyncio.create_task(fleet.keep(wanted.workers))
        stack.push_async_callback(_cancelled, keeping)
        stack.push_async_callback(_cancelled, asyncio.create_task(note_stalls(platform.record)))
        ticks = Ticks(server.url)
        stack.callback(ticks.close)
        stack.push_async_callback(_cancelled, asyncio.create_task(ticks.go_on()))
        store = await RedisStore.open(server.url)
        stack.push_async_callback(store.close)
        stack.push_async_callback(_cancelled, asyncio.create_task(note_slow_answers(platform.record, store)))
        return cls(wanted, folder, server, proxy, platform, fleet, keeping, store, ticks)

    async def play(self) -> None:
        """Have people talk and trouble be made, for as long as is wanted."""
        came = await self.platform.until(
            lambda: len(self.platform.workers) >= self.wanted.workers, START_WITHIN
        )
        assert came, "the workers do not start"
        over = asyncio.Event()
        asyncio.get_running_loop().call_later(self.wanted.seconds, over.set)
        who = (self.wanted.seed, self.wanted.people, house(self.wanted.kind, self.wanted.seed))
        people = People(crowd(*who, think=self.wanted.think, patience=2.5), self.platform)
        lots = lots_of("trouble", self.wanted.seed)
        trouble = Trouble(self.fleet, self.server, self.proxy, lots, self.wanted.trouble)
        async with asyncio.TaskGroup() as group:
            group.create_task(people.live(over))
            group.create_task(trouble.make(over))
            sky, lots = Sky(Path(self.fleet.plan.sky)), lots_of("sky", self.wanted.seed)
            group.create_task(sky.change(self.store, over, lots))

    async def calm_down(self) -> bool:
        """Make no more faults, wait until nothing is left to do, and have the workers end."""
        self.platform.calm()
        self.fleet.plan = replace(self.fleet.plan, failpoints="")
        end = time.monotonic() + QUIET_WITHIN
        acked = await self.platform.until(lambda: not self.platform.record.unacked(), QUIET_WITHIN)
        while acked and (await self._waiting()) > 0 and time.monotonic() < end:  # noqa: ASYNC110
            await asyncio.sleep(0.1)
        await self.fleet.end()
        async with asyncio.timeout(60):
            await self.keeping
        return acked and (await self._waiting()) == 0

    async def _waiting(self) -> int:
        """Count what there is still to do in this run."""
        waiting = (await self.store.backlog(now=await self.store.clock())).waiting
        with Redis(port=self.server.port, protocol=2, decode_responses=True) as redis:
            return waiting - len(planned_jobs(redis, self.store.partitions))

    async def judge(self, quiet: bool, took: float) -> Outcome:  # noqa: FBT001  the only argument of its kind
        """Compare what was seen with what is stored."""
        await self.ticks.tick()
        truth = await asyncio.to_thread(read_truth, self.server.folder, self.ticks)
        witnessed = await asyncio.to_thread(read_witnessed, Path(self.fleet.plan.witness))
        book = chaos_book(timedelta(seconds=Plan.minute))
        per_minute = self.wanted.messages_per_minute
        oracle = Oracle(book, truth, witnessed, self.store.partitions, per_minute)
        record, stored = self.platform.record, await self._stored(oracle)
        found = [*await asyncio.to_thread(check, record, stored, oracle, lease=self.wanted.lease)]
        found += [("bad_ends", each) for each in self.fleet.bad_ends]
        found += [("broken", each) for each in self._log_lines(BROKEN)]
        found += [("canary_leaks", each) for each in self._log_lines(self._secrets())]
        if not quiet:
            left = f"{len(list(record.unacked()))} events, {await self._waiting()} jobs"
            found.append(("unfinished", left))
        wrong = [each for each in found if each[0] != "extra_replies"]
        return Outcome(self._figures(stored, oracle, found, took), wrong)

    def _secrets(self) -> Sequence[str]:
        """Give what must not be in the workers' log either: who anybody is, and the token."""
        return [
            "canary",
            TOKEN,
            BOT_TOKEN,
            APP_TOKEN,
            SIGNING_SECRET,
            *{each.address.person for each in self.platform.record.events.values()},
        ]

    async def _stored(self, oracle: Oracle) -> Stored:
        addresses = {event.address for event in self.platform.record.events.values()} | {*oracle.truth.steps}
        now = await self.store.clock()
        versions = {each: (await self.store.load(each, now=now)).version for each in addresses}
        with Redis(port=self.server.port, protocol=2, decode_responses=True) as redis:
            plain = read_plain(redis, addresses, self.store.partitions)
        asked = {(event.address, event.id) for event in self.platform.record.events.values()}
        asked |= {(each.address, each.event.id) for each in oracle.witnessed.attempts}
        asked -= oracle.wishes
        return replace(plain, versions=versions, known=await known_events(self.store, asked))

    def _figures(
        self, stored: Stored, oracle: Oracle, found: Sequence[Finding], took: float
    ) -> Mapping[str, int | float | str]:
        record = self.platform.record
        waits = [each.acked_at - each.at for each in record.events.values() if each.acked_at]
        return {
            "turns": sum(oracle.truth.turns.values()),
            "worker_kills": record.count("kill"),
            "redis_kills": record.count("redis_kill"),
            "faults": record.faults,
            **columns(found),
            "seed": self.wanted.seed,
            "platform": self.wanted.kind,
            "seconds": round(took, 1),
            "events": len(record.events),
            "pushes": sum(each.pushes for each in record.events.values()),
            "reminders": sum(each.get("woken", 0) for each in stored.counters.values()),
            "replies": len(record.shown),
            "late_words": len(record.spent),
            "given_up": sum(each.given_up for each in record.events.values()),
            "parked": len(stored.parked),
            "stops": record.count("stop"),
            "stalls": record.count("stall"),
            "regressions": len(self._log_lines(["store lost turns"])),
            "complaints": len(self._log_lines(["never retrieved"])),
            "max_delay": round(max(waits, default=0.0), 2),
            **oracle.figures,
        }

    def _log_lines(self, words: Sequence[str]) -> Sequence[str]:
        """Give the lines of the workers' log with one of these words in it."""
        log = Path(self.fleet.plan.log)
        lines = log.read_text().splitlines() if log.exists() else []
        return [line for line in lines if any(word in line for word in words)]


_RANDOM_DEATHS = ",".join(
    f"{point}=kill@0.0003" for point in ("commit.before", "commit.after", "ack.before", "send.after")
)


def _plan(wanted: Wanted, platform: str, store: str, folder: Path) -> Plan:
    return Plan(
        *(platform, store, ""),
        lease=wanted.lease,
        deadline=wanted.lease / 3,
        kind=wanted.kind,
        chat_pause=0.03,
        bot_pause=0.0005,
        failpoints=_RANDOM_DEATHS,
        mutant=wanted.mutant,
        messages_per_minute=wanted.messages_per_minute,
        log=wanted.log or str(folder / "log"),
        witness=str(folder / "witness"),
        sky=str(folder / "trouble at Apple"),
        seed=wanted.seed,
    )


class _Judge:
    """Answers most replies well, and 4 to 12 of a hundred not."""

    def __init__(self, lots: random.Random, faults: Mapping[Answered, float]) -> None:
        self._lots, self._faults = lots, faults
        self._share = lots.uniform(0.04, 0.12)

    def __call__(self, send: Send) -> Answered:
        del send
        if self._lots.random() >= self._share:
            return "ok"
        (answer,) = self._lots.choices(list(self._faults), list(self._faults.values()))
        return answer


async def _cancelled(task: asyncio.Task[None]) -> None:
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)
