"""What the harness reads in Redis's own file, and in what workers wrote down."""

import asyncio
import time
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path

from adapters.store.redis.store import RedisStore
from bot.codec import encode_job
from bot.events import Said
from bot.model import Address, EventId, Reply, Say, Wake
from bot.ports import Due, Farewell, Owed
from bot.runtime.bulletin import Bulletin
from bot.runtime.receive import receive
from tests.chaos.book import chaos_book
from tests.chaos.run import DURABLE
from tests.chaos.truth import Ticks, Truth, read_truth
from tests.chaos.witness import Done, Pen, Took, read_witnessed
from tests.outside import world
from tests.redis_server import RedisServer

ANN, BEN = Address("test", "chat", "canary ann"), Address("test", "chat", "canary ben")
LEASE = timedelta(seconds=30)


async def say(store: RedisStore, whose: Address, *words: str) -> Sequence[Owed]:
    """Say that, and have each reply marked as sent; give what else is owed."""
    for number, text in enumerate(words):
        now = await store.clock()
        event = Said(EventId(f"{number} {text}"), text, "en")
        for job in (await receive(store, chaos_book(), whose, event, world("clear", now))).owed:
            await store.settle(job, now=now, lease=LEASE)
    later = await store.clock() + timedelta(minutes=2)
    return await store.claim(now=later, lease=LEASE, limit=9)


async def tell(server: RedisServer) -> tuple[Ticks, float, float]:
    """Play it; give when the second half of it began and ended."""
    store, ticks = await RedisStore.open(server.url), Ticks(server.url)
    await ticks.tick()
    await say(store, BEN, "hello")
    await say(store, ANN, "hello", "continue")
    await ticks.tick()
    begun = time.monotonic()
    await asyncio.to_thread(server.restart)
    now = await store.clock()
    done = Due("say", now, encode_job(Say(ANN, Reply("All is deleted."))))
    await store.forget(ANN, EventId("f"), Farewell(done, done), now=now, lease=LEASE)
    await say(store, ANN, "hello again")
    await ticks.tick()
    await store.close()
    ticks.close()
    return ticks, begun, time.monotonic()


def test_every_turn_and_deletion_is_read_in_order_with_the_time_in_which_it_was_stored() -> None:
    with RedisServer(*DURABLE) as server:
        ticks, begun, ended = asyncio.run(tell(server))
        truth = read_truth(server.folder, ticks)

    assert [bool(step.body) for step in truth.steps[ANN]] == [True, True, False, True]
    assert truth.turns == {ANN: 3, BEN: 1}
    assert (truth.version(ANN), truth.version(BEN)) == (1, 1)
    assert {number for _, number in truth.dropped} == {
        number for number, job in truth.steps[ANN][1].owed.items() if isinstance(job, Wake)
    }
    assert [truth.lives[ANN, number] for step in truth.steps[ANN] for number in step.jobs] == [0, 0, 0, 1, 1]
    assert "All is deleted." in [reply.text for _, _, reply in truth.replies]
    for step in truth.steps[ANN][:2]:
        assert step.since <= step.by <= begun
    for step in truth.steps[ANN][2:]:
        assert step.since <= step.by <= ended
        assert step.by > begun
    states = [state.prompt if state else None for state in truth.states(ANN, begun, ended)]
    assert states == [truth.steps[ANN][1].after.prompt, None, 1]  # type: ignore[union-attr]


def test_all_parked_jobs_that_go_with_a_deletion_are_known() -> None:
    async def story(server: RedisServer) -> Ticks:
        store, ticks = await RedisStore.open(server.url), Ticks(server.url)
        now = await store.clock()
        for word in ("hello", "how", "help"):
            event = Said(EventId(word), word, "en")
            for job in (await receive(store, chaos_book(), ANN, event, world("clear", now))).owed:
                await store.bury(job, "blocked", now=now, lease=LEASE)
        await store.forget(ANN, EventId("f"), now=now, lease=LEASE)
        await ticks.tick()
        ticks.close()
        await store.close()
        return ticks

    with RedisServer(*DURABLE) as server:
        truth = read_truth(server.folder, asyncio.run(story(server)))
    assert truth.unparked == {(ANN, number) for number in (1, 2, 3)}


def test_of_somebody_unknown_there_is_nothing_at_any_time() -> None:
    assert [*Truth().states(ANN, 0.0, 9.0)] == [None]


def test_what_a_worker_wrote_down_is_read_up_to_where_it_was_killed(tmp_path: Path) -> None:
    pen, now = Pen(str(tmp_path), "w1"), datetime.now(UTC)
    board = pen.board(Bulletin())
    event = Said(EventId("1"), "hello", "en")
    for deed in (1, 2):
        pen.write(Took.of(deed, 1.0, ANN, event, now=now, board=board))
    pen.write(Done(1, 1.5))
    with (tmp_path / "w1.jsonl").open("ab") as file:
        file.write(b'{"type":"done","deed":2,')

    witnessed = read_witnessed(tmp_path)
    assert [(each.event, each.took, each.done) for each in witnessed.attempts] == [
        (event, 1.0, 1.5),
        (event, 1.0, None),
    ]
