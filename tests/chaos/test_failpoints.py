"""Failpoints: how they are written, and when they come."""

import asyncio

import pytest

from bot.ports import StoreUnusable
from tests.chaos.failpoints import Failpoint, Failpoints, read_failpoints


def test_a_failpoint_comes_by_chance_or_at_the_nth_time() -> None:
    assert read_failpoints("send.after=kill@0.01,commit.before=stop,ack.after=sleep:50@3") == {
        "send.after": Failpoint("kill", chance=0.01),
        "commit.before": Failpoint("stop"),
        "ack.after": Failpoint("sleep", milliseconds=50, nth=3),
    }


@pytest.mark.parametrize(
    "text", ["commit=kill", "commit.before", "commit.before=explode", "send.after=kill@x"]
)
def test_what_is_no_failpoint_is_told(text: str) -> None:
    with pytest.raises(ValueError, match="no failpoint"):
        read_failpoints(text)


def test_it_comes_at_that_time_only() -> None:
    async def thrice() -> list[bool]:
        points = Failpoints(read_failpoints("commit.before=raise@2"))
        came = []
        for _ in range(3):
            try:
                await points.at("commit.before")
            except StoreUnusable:
                came.append(True)
            else:
                came.append(False)
        return came

    assert asyncio.run(thrice()) == [False, True, False]


def test_a_cancelled_task_ends_at_the_point() -> None:
    async def cancelled() -> bool:
        points = Failpoints(read_failpoints("ingress.received=cancel"))
        task = asyncio.ensure_future(points.at("ingress.received"))
        await asyncio.wait([task])
        return task.cancelled()

    assert asyncio.run(cancelled())
