"""A worker of the chaos: the real one, on a real store, with the tests' platform round it.

`python -m tests.chaos.worker --platform SOCKET --store redis://… --name w1` starts one by hand.
"""

import argparse
import asyncio
import ctypes
import logging
import os
import signal
import sys
import time
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from multiprocessing.forkserver import _forkserver
from pathlib import Path

import structlog
from redis.asyncio import Redis

from adapters.store.redis.store import RedisStore
from adapters.store.sqlite.store import SqliteStore
from bot.model import Board, Language
from bot.ports import Receive, Store, StoreUnusable
from bot.runtime import worker as shell
from bot.runtime.metrics import Metrics
from bot.runtime.status import StatusWatch
from tests.chaos.book import chaos_book
from tests.chaos.failpoints import NAMES, Failpoints, read_failpoints
from tests.chaos.lots import lots_of
from tests.chaos.mutants import MUTANTS, Mutant, marking_first, mutated
from tests.chaos.ways import ChaosChannel, ChaosWayIn
from tests.outside import world

PLATFORM = "test"
NO_STORE = 75
"""Exit code: the store cannot be used at the start; whoever started the worker tries again later."""


@dataclass(frozen=True)
class Plan:
    """What a worker is told at its start. Times are in seconds."""

    platform: str
    """The platform's socket file."""
    store: str
    """A redis:// address, or the path of an SQLite file."""
    name: str
    lease: float = 3.0
    deadline: float = 1.0
    minute: float = 1.5
    chat_pause: float = 0.0
    bot_pause: float = 0.0
    failpoints: str = ""
    mutant: Mutant | None = None
    log: str = ""
    seed: int = 0


class ClearSky:
    """An Apple that reports no trouble, without a network."""

    async def fetch(self, language: Language, *, now: datetime) -> Board:
        """Give a board that was read just now."""
        return world("clear", now).boards[language]

    async def close(self) -> None:
        """Nothing is open."""


def live(plan: Plan) -> None:
    """Be that worker until SIGTERM, or until the process that started it has gone."""
    _die_with_parent()
    _log_to(plan.log)
    sys.exit(asyncio.run(_run(plan)))


async def _run(plan: Plan) -> int:
    stop = asyncio.Event()
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, stop.set)
    try:
        store = await _open(plan)
    except StoreUnusable:
        return NO_STORE
    try:
        await _worker(plan, store, stop).run()
    except StoreUnusable:
        return NO_STORE
    finally:
        await store.close()
    return 0


async def _open(plan: Plan) -> Store:
    if "://" in plan.store:
        return await RedisStore.open(plan.store)
    return SqliteStore(Path(plan.store))


def _worker(plan: Plan, store: Store, stop: asyncio.Event) -> "shell.Worker":
    lots = lots_of(plan.seed, plan.name)
    points = Failpoints(read_failpoints(plan.failpoints), lots)
    way_in = ChaosWayIn(plan.platform, plan.name, points, ack_first=plan.mutant == "ack-first")
    if plan.mutant == "dedup-first":
        way_in = MarkingWayIn(plan.platform, plan.name, points, marks=Redis.from_url(plan.store))
    pauses = timedelta(seconds=plan.chat_pause), timedelta(seconds=plan.bot_pause)
    channel = ChaosChannel(plan.platform, plan.name, points, *pauses)
    return shell.Worker(
        *(chaos_book(timedelta(seconds=plan.minute)), mutated(plan.mutant, store, points)),
        *(StatusWatch(ClearSky()), UTC),
        platforms=[shell.Platform(PLATFORM, way_in, channel)],
        metrics=Metrics(),
        stop=stop,
        monotonic=time.monotonic,
        random=lots.random,
        lease=timedelta(seconds=plan.lease),
        deadline=timedelta(seconds=plan.deadline),
    )


@dataclass
class MarkingWayIn(ChaosWayIn):
    """The way in of the mutant `dedup-first`."""

    marks: Redis | None = None

    async def run(self, receive: Receive, stop: asyncio.Event) -> None:
        """Mark each event before it is taken in."""
        assert self.marks
        await super().run(marking_first(receive, self.marks), stop)


def _die_with_parent() -> None:
    """Have the kernel kill this process with its parent, also while it is stopped (Linux; prctl(2)).

    The parent is the process that workers are forked from. It ends with whoever started it, once no worker
    holds the other end of the pipe that it watches any more.
    """
    alive = vars(_forkserver).get("_forkserver_alive_fd")
    if alive is not None:
        os.close(alive)
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(1, signal.SIGKILL)


def _log_to(path: str) -> None:
    """Write the log to that file, each line at once, or nowhere."""
    level = logging.WARNING if path else logging.CRITICAL
    file = Path(path or os.devnull).open("a", buffering=1)  # noqa: SIM115  open for as long as the process lives
    logging.basicConfig(stream=file, level=level, format="%(name)s %(message)s")
    structlog.configure(
        processors=[structlog.processors.format_exc_info, structlog.processors.JSONRenderer()],
        wrapper_class=structlog.make_filtering_bound_logger(level),
        logger_factory=structlog.PrintLoggerFactory(file),
    )


def _read_plan() -> Plan:
    parser = argparse.ArgumentParser(prog="python -m tests.chaos.worker", description=__doc__)
    parser.add_argument("--platform", required=True, help="socket file of the platform")
    parser.add_argument("--store", required=True, help="redis://… or the path of an SQLite file")
    parser.add_argument("--name", default=f"w{os.getpid()}")
    parser.add_argument("--lease", type=float, default=3.0)
    parser.add_argument("--deadline", type=float, default=1.0)
    parser.add_argument("--minute", type=float, default=1.5, help="seconds that stand for one in the flows")
    parser.add_argument("--failpoints", default="", help=f"name=action@when,…; names: {', '.join(NAMES)}")
    parser.add_argument("--mutant", choices=MUTANTS)
    parser.add_argument("--log", default="")
    parser.add_argument("--seed", type=int, default=0)
    return Plan(**vars(parser.parse_args()))


if __name__ == "__main__":
    live(_read_plan())
