"""What the harness notes of a machine that stands still."""

import asyncio
import signal
import time
from collections.abc import Coroutine

from adapters.store.redis.store import RedisStore
from tests.chaos.record import Record
from tests.chaos.stalls import TICK, TOO_LATE, note_slow_answers, note_stalls
from tests.redis_server import RedisServer

LONG = 3 * TOO_LATE


async def noting(watch: Coroutine[None, None, None], strike: Coroutine[None, None, None]) -> None:
    """Let something happen while it is watched, and a few ticks before and after."""
    task = asyncio.create_task(watch)
    await asyncio.sleep(3 * TICK)
    await strike
    await asyncio.sleep(3 * TICK)
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)


def test_a_loop_that_stood_still_is_noted() -> None:
    async def stand_still() -> None:
        time.sleep(LONG)  # noqa: ASYNC251  which is the point

    record = Record()
    asyncio.run(noting(note_stalls(record), stand_still()))
    assert any(spell.whom == "machine" and spell.end - spell.begin >= LONG for spell in record.spells)


def test_a_server_that_answered_late_is_noted() -> None:
    async def story(server: RedisServer, record: Record) -> None:
        async def stop_for_a_while() -> None:
            server.signal(signal.SIGSTOP)
            await asyncio.sleep(LONG)
            server.signal(signal.SIGCONT)

        store = await RedisStore.open(server.url)
        await noting(note_slow_answers(record, store), stop_for_a_while())
        await store.close()

    with RedisServer() as server:
        record = Record()
        asyncio.run(story(server, record))
    assert any(spell.whom == "redis" and spell.end - spell.begin > TOO_LATE for spell in record.spells)
