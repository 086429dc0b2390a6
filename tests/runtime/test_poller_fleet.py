"""All processes together ask Apple once in an interval, whoever dies, is paused, or believes to lead."""

import asyncio
import random
from datetime import timedelta
from itertools import pairwise
from pathlib import Path

from bot.runtime.lead import LEASE
from bot.runtime.poller import ASK_EVERY, Poller
from tests.outside import START
from tests.runtime.fleet import MINUTE, Fleet
from tests.runtime.stores import Kind, on_each_store, played

RETRY = ASK_EVERY / 2
STEP = timedelta(seconds=3)


@on_each_store
def test_many_who_come_and_die_ask_no_more_often_than_one_would(kind: Kind, tmp_path: Path) -> None:
    async def story(fleet: Fleet) -> None:
        lots, named = random.Random(6), 0  # noqa: S311  a schedule
        fleet.apple.becomes("down")
        living: list[Poller] = []
        for _ in range(20 * MINUTE // STEP):
            while len(living) < 4:
                named += 1
                living.append(fleet.process(f"process {named}"))
            lots.shuffle(living)
            await fleet.look(*living, after=STEP)
            if lots.random() < 0.1:
                living.pop()
        assert named > 20, "many have died"
        for language in ("ja", "en"):
            asked = fleet.apple.times(language)
            assert min(later - sooner for sooner, later in pairwise(asked)) >= ASK_EVERY
            assert max(later - sooner for sooner, later in pairwise(asked)) <= ASK_EVERY + LEASE + 2 * STEP

    played(kind, tmp_path, story)


@on_each_store
def test_of_two_who_both_believe_that_they_lead_one_asks(kind: Kind, tmp_path: Path) -> None:
    async def story(fleet: Fleet) -> None:
        one, two = (fleet.process(name, believes=True) for name in ("one", "two"))
        for _ in range(20):
            fleet.now += STEP
            await asyncio.gather(one.look(now=fleet.now), two.look(now=fleet.now))
        assert len(fleet.apple.times()) == 1
        assert fleet.seen_by(one) == fleet.seen_by(two)

    played(kind, tmp_path, story)


@on_each_store
def test_when_the_one_who_asks_is_killed_the_next_waits_and_then_asks(kind: Kind, tmp_path: Path) -> None:
    async def story(fleet: Fleet) -> None:
        fleet.apple.free.clear()
        asking = asyncio.create_task(fleet.process("one").look(now=fleet.now))
        await fleet.apple.arrived.wait()
        asking.cancel()
        await asyncio.wait([asking])
        fleet.apple.free.set()
        two = fleet.process("two")
        await fleet.pass_by(RETRY - STEP, two, step=STEP)
        assert fleet.apple.times() == [START], "the lease has ended, the pause has not"
        await fleet.look(two, after=STEP)
        assert fleet.apple.times() == [START, START + RETRY]
        assert fleet.seen_by(two).board("ja")

    played(kind, tmp_path, story)


@on_each_store
def test_an_answer_that_comes_after_others_took_over_is_dropped(kind: Kind, tmp_path: Path) -> None:
    async def story(fleet: Fleet) -> None:
        one, two, held = fleet.process("one"), fleet.process("two"), fleet.apple.free
        held.clear()
        paused = asyncio.create_task(one.look(now=fleet.now))
        await fleet.apple.arrived.wait()
        fleet.apple.free = asyncio.Event()
        fleet.apple.free.set()
        await fleet.pass_by(MINUTE, two, step=STEP)
        newer = fleet.seen_by(two).boards
        held.set()
        await paused
        await fleet.look(one, two)
        assert newer["ja"].checked_at > START
        assert fleet.seen_by(one).boards == fleet.seen_by(two).boards == newer

    played(kind, tmp_path, story)


@on_each_store
def test_whoever_leads_next_goes_on_where_the_last_one_stopped(kind: Kind, tmp_path: Path) -> None:
    async def story(fleet: Fleet) -> None:
        fleet.apple.becomes("down")
        await fleet.look(fleet.process("one"))
        two = fleet.process("two")
        await fleet.look(two, after=LEASE)
        assert fleet.seen_by(two).board("ja"), "before it has asked itself"
        assert fleet.seen_by(two).outlook is None
        await fleet.look(two, after=ASK_EVERY)
        assert len(fleet.apple.times()) == 2
        outlook = fleet.seen_by(two).outlook
        assert outlook
        assert outlook.troubles

    played(kind, tmp_path, story)


def test_a_cold_cache_and_five_hundred_who_ask_cost_one_question(tmp_path: Path) -> None:
    async def story(fleet: Fleet) -> None:
        pollers = [fleet.process(f"process {number}") for number in range(5)]
        async with asyncio.TaskGroup() as group:
            for number in range(500):
                group.create_task(pollers[number % 5].refresh("ja", now=fleet.now))
        assert fleet.apple.asked == [("ja", START)]

    played("memory", tmp_path, story)
