"""The crash matrix: every failpoint, each deed, each way in, on Redis and on SQLite; all deterministic."""

import asyncio
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.chaos.nursery import Nursery
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
from tests.redis_server import RedisServer

pytestmark = pytest.mark.skipif(
    sys.platform != "linux", reason="processes are stopped, watched and ended together as Linux does it"
)

AT_ONCE = 8
"""Schedules mostly wait for leases to end, so several are played at the same time."""

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


def wrong_ends(schedules: dict[Case, str], folder: Path) -> list[str]:
    """Play them all, and say what is wrong."""
    room = asyncio.Semaphore(AT_ONCE)

    async def one(case: Case, store: str, nursery: Nursery) -> str:
        async with room:
            return (await play(case, store, folder, nursery)).wrong(case)

    async def all_of_them() -> list[str]:
        with Nursery() as nursery:
            return await asyncio.gather(*(one(case, store, nursery) for case, store in schedules.items()))

    return [each for each in asyncio.run(all_of_them()) if each]


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("deed", ["kill", "stop", "term", "raise"])
def test_one_turn_and_its_reply_whatever_happens_where(
    deed: Deed, way: Way, redis: RedisServer, tmp_path: Path
) -> None:
    address = redis.url.removesuffix("/0")
    schedules = {case: f"{address}/{number}" for number, case in enumerate(cases(way, deed))}

    assert not wrong_ends(schedules, tmp_path)


@pytest.mark.parametrize("way", list(ADAPTER_POINTS))
@pytest.mark.parametrize("deed", ["kill", "stop", "raise"])
def test_so_it_is_through_the_adapters_of_real_platforms(
    deed: Deed, way: Way, redis: RedisServer, tmp_path: Path
) -> None:
    address = redis.url.removesuffix("/0")
    schedules = {case: f"{address}/{number}" for number, case in enumerate(adapter_cases(way, deed))}

    assert not wrong_ends(schedules, tmp_path)


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("deed", ["kill", "term", "raise"])
def test_so_it_is_on_sqlite_where_one_worker_follows_the_other(deed: Deed, way: Way, tmp_path: Path) -> None:
    schedules = {case: str(tmp_path / f"{case}.db") for case in cases(way, deed)}

    assert not wrong_ends(schedules, tmp_path)
