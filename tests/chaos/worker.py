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
from collections.abc import Callable
from contextlib import AsyncExitStack
from datetime import UTC, datetime, timedelta
from multiprocessing.forkserver import _forkserver
from pathlib import Path

import structlog
from starlette.applications import Starlette
from structlog.typing import EventDict

from adapters.store.redis.store import RedisStore
from adapters.store.sqlite.store import SqliteStore
from adapters.web.room import Limits
from adapters.web.server import WebServer
from bot.model import Address
from bot.ports import Store, StoreUnusable
from bot.runtime.attention import Attention
from bot.runtime.home import glance
from bot.runtime.lead import Leading
from bot.runtime.metrics import Metrics
from bot.runtime.poller import Poller
from tests.chaos.book import chaos_book
from tests.chaos.connect import connect
from tests.chaos.failpoints import LEADS_FASTER, NAMES, Failpoints, read_failpoints
from tests.chaos.lots import lots_of
from tests.chaos.mutants import mutated
from tests.chaos.plan import KINDS, MUTANTS, Plan
from tests.chaos.sky import Sky
from tests.chaos.witness import Pen, WitnessedWorker, witnessed

NO_STORE = 75
"""Exit code: the store cannot be used at the start; whoever started the worker tries again later."""


ASK_EVERY = timedelta(seconds=0.3)
"""How often Apple is asked."""


def live(plan: Plan) -> None:
    """Be that worker until SIGTERM, or until the process that started it has gone."""
    _die_with_parent()
    _log_to(plan.log, plan.name)
    sys.exit(asyncio.run(_run(plan)))


async def _run(plan: Plan) -> int:
    stop = asyncio.Event()
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, stop.set)
    try:
        store = await _open(plan)
    except StoreUnusable:
        return NO_STORE
    try:
        await _live(plan, store, stop)
    except StoreUnusable:
        return NO_STORE
    finally:
        await store.close()
    return 0


async def _live(plan: Plan, store: Store, stop: asyncio.Event) -> None:
    lots = lots_of(plan.seed, plan.name)
    points = Failpoints(read_failpoints(plan.failpoints), lots)
    book, pointed = chaos_book(timedelta(seconds=plan.minute)), mutated(plan.mutant, store, points)
    pen = Pen(plan.witness, plan.name)
    async with AsyncExitStack() as end:
        poller = _poller(plan, pointed, lots.random)
        look = glance(book, pointed, poller, UTC, _now)
        seen = witnessed(look, pen, lambda: poller.bulletin, _now)
        connected = await connect(plan, book, pointed, points, seen, random=lots.random)
        end.push_async_callback(connected.close)
        if connected.routes:
            server = WebServer(
                Starlette(routes=connected.routes), "127.0.0.1", plan.port, limits=Limits(connections=256)
            )
            await server.start()
            end.push_async_callback(server.stop)
        worker = WitnessedWorker(
            *(book, pointed, poller, UTC),
            platforms=[connected.platform],
            metrics=Metrics(),
            stop=stop,
            monotonic=time.monotonic,
            random=lots.random,
            attention=Patient(plan.messages_per_minute, time.monotonic),
            lease=timedelta(seconds=plan.lease),
            deadline=timedelta(seconds=plan.deadline),
        )
        worker.pen = pen
        await worker.run()


def _poller(plan: Plan, store: Store, random: Callable[[], float]) -> Poller:
    """Have one of all workers at a time ask Apple and tell the news, as in the program itself."""
    lead = Leading(store, "apple", plan.name, monotonic=lambda: time.monotonic() * LEADS_FASTER)
    return Poller(store, Sky(Path(plan.sky)), who=plan.name, lead=lead, random=random, every=ASK_EVERY)


def _now() -> datetime:
    return datetime.now(UTC)


class Patient(Attention):
    """Knows who goes first, and listens to everybody: of what is dropped the checker could not say why."""

    def overflow(self, address: Address, pause: timedelta = timedelta()) -> None:
        del address, pause

    def is_crowded(self, address: Address, pause: timedelta) -> bool:
        del address, pause
        return False

    def close(self, address: Address) -> None:
        del address


async def _open(plan: Plan) -> Store:
    if "://" in plan.store:
        return await RedisStore.open(plan.store)
    return SqliteStore(Path(plan.store))


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


def _log_to(path: str, worker: str) -> None:
    """Write the log to that file, each line at once, or nowhere."""
    level = logging.WARNING if path else logging.CRITICAL
    file = Path(path or os.devnull).open("a", buffering=1)  # noqa: SIM115  open for as long as the process lives
    logging.basicConfig(stream=file, level=level, format="%(name)s %(message)s")
    structlog.contextvars.bind_contextvars(worker=worker)
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            _note_time,
            structlog.processors.format_exc_info,
            structlog.processors.JSONRenderer(),
        ],
        wrapper_class=structlog.make_filtering_bound_logger(level),
        logger_factory=structlog.PrintLoggerFactory(file),
    )


def _note_time(_: object, __: str, line: EventDict) -> EventDict:
    """Note the time by the clock that the platform's records go by."""
    return {**line, "at": round(time.monotonic(), 3)}


def _read_plan() -> Plan:
    parser = argparse.ArgumentParser(prog="python -m tests.chaos.worker", description=__doc__)
    parser.add_argument("--platform", required=True, help="socket file or address of the platform")
    parser.add_argument("--store", required=True, help="redis://… or the path of an SQLite file")
    parser.add_argument("--name", default=f"w{os.getpid()}")
    parser.add_argument("--lease", type=float, default=3.0)
    parser.add_argument("--deadline", type=float, default=1.0)
    parser.add_argument("--minute", type=float, default=1.5, help="seconds that stand for one in the flows")
    parser.add_argument("--kind", choices=KINDS, default="own")
    parser.add_argument("--port", type=int, default=0, help="of the webhook")
    parser.add_argument("--failpoints", default="", help=f"name=action@when,…; names: {', '.join(NAMES)}")
    parser.add_argument("--messages-per-minute", type=int, default=0, help="of one person that are read")
    parser.add_argument("--mutant", choices=MUTANTS)
    parser.add_argument("--log", default="")
    parser.add_argument("--witness", default="", help="the folder of what it writes down about events")
    parser.add_argument("--sky", default="", help="the file that is there while Apple reports trouble")
    parser.add_argument("--seed", type=int, default=0)
    return Plan(**vars(parser.parse_args()))


if __name__ == "__main__":
    live(_read_plan())
