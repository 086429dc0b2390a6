"""One damaged conversation, or a store that takes nothing, between real workers and a real Redis."""

import asyncio
import json
from collections.abc import Callable
from typing import Any

import aiohttp
import pytest
from redis import Redis

from tests.live import SETTLES_WITHIN, LiveProgram
from tests.telegram.program import Scene, played

OTHERS = 120
"""More than the hundred updates that Telegram gives out before any is confirmed."""


def as_a_list(redis: Redis, key: bytes) -> None:
    """Do what another client does by mistake."""
    redis.delete(key)
    redis.lpush(key, "another program's")


def as_garbage(redis: Redis, key: bytes) -> None:
    redis.set(key, b"\xff\xfegarbage")


def cut_short(redis: Redis, key: bytes) -> None:
    redis.set(key, (redis.get(key) or b"")[:25])


async def two_workers(scene: Scene) -> LiveProgram:
    """Start a second worker beside the first."""
    other = LiveProgram("telegram", scene.program.settings)
    await other.start()
    return other


@pytest.mark.parametrize("name", ["c", "l", "w"])
@pytest.mark.parametrize("damage", [as_a_list, as_garbage, cut_short])
def test_whoever_talks_behind_a_damaged_conversation_is_answered(
    name: str, damage: Callable[[Redis, bytes], None]
) -> None:
    if name != "c" and damage is not as_a_list:
        damage = {"as_garbage": as_garbage, "cut_short": as_garbage}[damage.__name__]

    async def story(scene: Scene) -> None:
        other = await two_workers(scene)
        try:
            ann = scene.telegram.person(5, "en")
            ann.starts()
            await scene.until(lambda: len(ann.sees) == 1)
            await scene.settled()
            with scene.redis.admin() as redis:
                prefix, _, address = next(redis.scan_iter("*:c:telegram/5/5")).partition(b"c:")
                damage(redis, prefix + name.encode() + b":" + address)
            ann.presses("iPhone")
            others = [scene.telegram.person(100 + n, "en") for n in range(OTHERS)]
            for each in others:
                each.starts()
            await scene.until(lambda: all(each.sees for each in others))
            await scene.until(lambda: not scene.telegram.updates.waiting)
            await scene.until(lambda: len(ann.sees) > 1)
            logged = [*scene.program.log, *other.log]
            assert sum(line["event"] == "event set aside" for line in logged) <= 1
            ann.says("/forget")
            await scene.until(lambda: "deleted" in ann.last.text or "nothing stored" in ann.last.text)
            ann.starts()
            await scene.until(lambda: ann.last.text.startswith("Hello!"))
        finally:
            await other.close()

    played(story)


def test_telegram_brings_no_damaged_conversation_again_to_the_webhook() -> None:
    async def story(scene: Scene) -> None:
        ann, ben = (scene.telegram.person(n, "en") for n in (5, 6))
        ann.starts()
        await scene.until(lambda: len(ann.sees) == 1)
        await scene.settled()
        with scene.redis.admin() as redis:
            as_a_list(redis, next(redis.scan_iter("*:c:telegram/5/5")))
        ann.presses("iPhone")
        ben.starts()
        await scene.until(lambda: ben.sees and len(ann.sees) == 2)
        await scene.until(lambda: not scene.telegram.updates.waiting)
        assert told(scene, "update comes again") == 0
        assert told(scene, "event set aside") == 1

    played(story, "webhook")


# --- readiness --------------------------------------------------------------------------------------------


async def checks(program: LiveProgram) -> tuple[int, dict[str, Any]]:
    """Ask a worker whether it is ready."""
    port = next(line["health_port"] for line in program.log if line["event"] == "started")
    async with aiohttp.ClientSession() as session, session.get(f"http://127.0.0.1:{port}/readyz") as answer:
        return answer.status, json.loads(await answer.text())


async def becomes(program: LiveProgram, status: int) -> None:
    """Wait until it answers so."""
    async with asyncio.timeout(SETTLES_WITHIN):
        while (await checks(program))[0] != status:  # noqa: ASYNC110  another process tells nobody
            await asyncio.sleep(0.05)


def full(redis: Redis) -> None:
    redis.config_set("maxmemory", 1)


def full_no_more(redis: Redis) -> None:
    redis.config_set("maxmemory", 0)


def forbidden(redis: Redis) -> None:
    redis.acl_setuser("default", enabled=True, nopass=True, commands=["+@all", "-@write"], keys=["*"])


def allowed(redis: Redis) -> None:
    redis.acl_setuser("default", enabled=True, nopass=True, commands=["+@all"], keys=["*"])


def told(scene: Scene, what: str) -> int:
    return sum(line["event"] == what for line in scene.program.log)


@pytest.mark.parametrize(("breaks", "mends"), [(full, full_no_more), (forbidden, allowed)])
@pytest.mark.parametrize("talks", [True, False])
def test_a_worker_whose_store_takes_no_turn_is_not_ready_until_it_does(
    breaks: Callable[[Redis], None],
    mends: Callable[[Redis], None],
    talks: bool,  # noqa: FBT001
) -> None:
    async def story(scene: Scene) -> None:
        ann = scene.telegram.person(5, "en")
        ann.starts()
        await scene.until(lambda: len(ann.sees) == 1)
        await scene.settled()
        await becomes(scene.program, 200)
        with scene.redis.admin() as redis:
            breaks(redis)
            if talks:
                ann.presses("iPhone")
            await becomes(scene.program, 503)
            assert (await checks(scene.program))[1]["checks"]["store"] is False
            mends(redis)
        await becomes(scene.program, 200)
        if talks:
            await scene.until(lambda: len(ann.sees) == 2)
        assert (told(scene, "store lost"), told(scene, "store is back")) == (1, 1)
        assert told(scene, "event set aside") == 0

    played(story)


def test_one_damaged_conversation_leaves_the_worker_ready() -> None:
    async def story(scene: Scene) -> None:
        ann = scene.telegram.person(5, "en")
        ann.starts()
        await scene.until(lambda: len(ann.sees) == 1)
        with scene.redis.admin() as redis:
            as_a_list(redis, next(redis.scan_iter("*:c:telegram/5/5")))
        for n in range(5):
            ann.says(f"hello {n}")
        await scene.until(lambda: len(ann.sees) == 6)
        assert (await checks(scene.program))[0] == 200
        assert told(scene, "store lost") == 0

    played(story)
