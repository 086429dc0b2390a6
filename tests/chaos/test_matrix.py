"""The crash matrix: every failpoint, each deed, each way in, on Redis and on SQLite; all deterministic."""

import asyncio
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import pytest

from tests.chaos.nursery import Nursery
from tests.chaos.record import Record
from tests.chaos.schedule import (
    ADAPTER_POINTS,
    PLATFORM_POINTS,
    REMINDER_POINTS,
    SEEN_BY_PLATFORM,
    Case,
    Deed,
    Way,
    play,
)
from tests.chaos.stalls import note_stalls
from tests.redis_server import RedisServer

pytestmark = pytest.mark.skipif(
    sys.platform != "linux", reason="processes are stopped, watched and ended together as Linux does it"
)

AT_ONCE = 8
"""Schedules mostly wait for leases to end, so several are played at the same time."""

PLAYS = 4
"""How often a schedule is played at most. A wrong end proves nothing where the machine stood still meanwhile:
then leases ended by themselves."""

WAYS: tuple[Way, ...] = ("platform", "reminder")


@pytest.fixture
def redis() -> Iterator[RedisServer]:
    """Give a server with a database for each case."""
    with RedisServer("--databases", "100") as server:
        yield server


def cases(way: Way, deed: Deed) -> list[Case]:
    points = PLATFORM_POINTS if way == "platform" else REMINDER_POINTS
    return [Case(point, deed, way) for point in points]


def adapter_cases(way: Way, deed: Deed) -> list[Case]:
    """Give them without what a platform cannot do to a worker: have it raise."""
    points = ADAPTER_POINTS[way]
    return [Case(point, deed, way) for point in points if deed != "raise" or point not in SEEN_BY_PLATFORM]


def wrong_ends(cases: Sequence[Case], store: Callable[[int], str], folder: Path) -> list[str]:
    """Play them all, each on a store of its own, and say what is wrong."""
    room, record = asyncio.Semaphore(AT_ONCE), Record()

    async def one(number: int, nursery: Nursery) -> str:
        async with room:
            case, wrong = cases[number], ""
            for place in range(number, PLAYS * len(cases), len(cases)):
                begun, own = time.monotonic(), folder / str(place)
                own.mkdir()
                wrong = (await play(case, store(place), own, nursery)).wrong(case)
                if not wrong or not any(stall.end > begun for stall in record.spells):
                    break
            return wrong

    async def all_of_them() -> list[str]:
        noting = asyncio.create_task(note_stalls(record))
        with Nursery() as nursery:
            wrong = await asyncio.gather(*(one(number, nursery) for number in range(len(cases))))
        noting.cancel()
        return wrong

    return [each for each in asyncio.run(all_of_them()) if each]


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("deed", ["kill", "stop", "term", "raise"])
def test_one_turn_and_its_reply_whatever_happens_where(
    deed: Deed, way: Way, redis: RedisServer, tmp_path: Path
) -> None:
    address = redis.url.removesuffix("/0")

    assert not wrong_ends(cases(way, deed), lambda number: f"{address}/{number}", tmp_path)


@pytest.mark.parametrize("way", list(ADAPTER_POINTS))
@pytest.mark.parametrize("deed", ["kill", "stop", "raise"])
def test_so_it_is_through_the_adapters_of_real_platforms(
    deed: Deed, way: Way, redis: RedisServer, tmp_path: Path
) -> None:
    address = redis.url.removesuffix("/0")

    assert not wrong_ends(adapter_cases(way, deed), lambda number: f"{address}/{number}", tmp_path)


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("deed", ["kill", "term", "raise"])
def test_so_it_is_on_sqlite_where_one_worker_follows_the_other(deed: Deed, way: Way, tmp_path: Path) -> None:
    assert not wrong_ends(cases(way, deed), lambda number: str(tmp_path / f"{number}.db"), tmp_path)
