"""A worker is ready while its store takes turns: not while it merely answers."""

import asyncio
from datetime import UTC, datetime

import structlog

from adapters.store.memory.store import MemoryStore
from bot.ports import Backlog, StoreUnusable
from bot.runtime.clock import SharedClock
from bot.runtime.metrics import Metrics
from bot.runtime.poller import Poller
from bot.runtime.pulse import IDLE, Pulse
from tests.runtime.test_worker import NoApple

FULL = StoreUnusable("full", "here")


class Refusing(MemoryStore):
    """A store that answers every question, and takes no turn while it is `full`."""

    full = False
    probes = 0
    unreadable = 0

    async def clock(self) -> datetime:
        return datetime(2026, 3, 1, tzinfo=UTC)

    async def probe(self, *, now: datetime) -> None:
        del now
        self.probes += 1
        if self.full:
            raise FULL

    async def backlog(self, *, now: datetime) -> Backlog:
        del now
        return Backlog(0, 0, 0, self.unreadable)


class Scene:
    """A pulse, and the time in seconds."""

    def __init__(self) -> None:
        self.store, self.metrics, self.at = Refusing(), Metrics(), 100.0
        clock = SharedClock(lambda: self.at)
        poller = Poller(self.store, NoApple())
        self.pulse = Pulse(self.store, clock, poller, self.metrics, monotonic=lambda: self.at)
        asyncio.run(self.pulse.begin(asyncio.Event()))
        self.pulse.worked()

    def looks(self, after: float = 2.0) -> bool:
        """Look after so many seconds, and say whether the store works."""
        self.at += after
        asyncio.run(self.pulse.look())
        return self.pulse.store_works


def test_a_turn_that_the_store_refuses_makes_it_unready_until_a_probe_is_taken() -> None:
    scene = Scene()
    with structlog.testing.capture_logs() as logged:
        scene.store.full = True
        for _ in range(3):
            scene.pulse.failed(FULL)
        assert not scene.pulse.store_works
        assert not scene.looks()
        scene.store.full = False
        assert scene.looks()
    assert [line["event"] for line in logged] == ["store lost", "store is back"]
    assert b'store_errors_total{fault="full"} 4.0' in scene.metrics.text()


def test_what_is_refused_while_nobody_talks_is_found_by_a_probe() -> None:
    scene = Scene()
    scene.store.full = True
    assert scene.looks(IDLE - 1)
    assert not scene.looks(2)


def test_while_turns_are_stored_nothing_is_probed() -> None:
    scene = Scene()
    for _ in range(100):
        scene.pulse.worked()
        assert scene.looks()
    assert scene.store.probes == 0


def test_a_turn_that_is_refused_while_it_looks_is_not_overlooked() -> None:
    scene = Scene()
    scene.pulse.failed(FULL)

    async def look_and_fail() -> None:
        look = asyncio.create_task(scene.pulse.look())
        scene.store.probe = fails_meanwhile  # type: ignore[method-assign]
        await look

    async def fails_meanwhile(*, now: datetime) -> None:
        del now
        scene.pulse.failed(FULL)

    asyncio.run(look_and_fail())
    assert not scene.pulse.store_works


def test_damage_of_a_part_is_told_once_and_leaves_the_worker_ready() -> None:
    scene = Scene()
    with structlog.testing.capture_logs() as logged:
        scene.store.unreadable = 1
        assert scene.looks()
        assert scene.looks()
    assert [line["event"] for line in logged] == ["parts of the store are damaged"]
    assert b'store_errors_total{fault="damaged"} 2.0' in scene.metrics.text()
