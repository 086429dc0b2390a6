"""How often Apple is asked, and what there is to show when it does not answer."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta
from itertools import pairwise

import pytest

from adapters.store.memory.store import MemoryStore
from bot.apple import BOARD_IS_OLD_AFTER, Service
from bot.ports import Record
from bot.replace import replace
from bot.runtime.poller import ASK_EVERY, FRESH_FOR, PIN
from tests.outside import START, Weather
from tests.runtime.fleet import MINUTE, Fleet

QUIET = 3 * ASK_EVERY
MOMENT = timedelta(milliseconds=1)
DAY = timedelta(days=1)


def played(story: Callable[[Fleet], Awaitable[None]]) -> None:
    """Run a story with a new store."""

    async def run() -> None:
        await story(Fleet(MemoryStore()))

    asyncio.run(run())


async def settled(fleet: Fleet, weather: Weather) -> None:
    """Let that weather be read often enough."""
    fleet.apple.becomes(weather)
    await fleet.pass_by(2 * QUIET, fleet.process("before"), step=MINUTE / 2)
    fleet.apple.asked.clear()
    await fleet.store.lead("apple", "before", now=fleet.now, lease=timedelta())


def test_the_first_look_reads_the_board_in_both_languages_for_all() -> None:
    async def story(fleet: Fleet) -> None:
        one, two = fleet.process("one"), fleet.process("two")
        await fleet.look(one, two)
        assert sorted(fleet.apple.asked) == [("en", START), ("ja", START)]
        assert fleet.seen_by(one) == fleet.seen_by(two)
        assert fleet.seen_by(two).board("ja")

    played(story)


@pytest.mark.parametrize("weather", ["down", "maintenance"])
def test_while_something_is_wrong_apple_is_asked_each_minute(weather: Weather) -> None:
    async def story(fleet: Fleet) -> None:
        await settled(fleet, weather)
        await fleet.pass_by(10 * MINUTE, fleet.process("one"))
        assert len(fleet.apple.times()) == 10

    played(story)


def test_while_all_is_well_and_nobody_follows_apple_is_asked_seldom() -> None:
    async def story(fleet: Fleet) -> None:
        await settled(fleet, "clear")
        await fleet.pass_by(9 * MINUTE, fleet.process("one"))
        assert len(fleet.apple.times()) == 3

    played(story)


def test_while_somebody_follows_apple_is_asked_each_minute() -> None:
    async def story(fleet: Fleet) -> None:
        await settled(fleet, "clear")
        await fleet.follow("ann")
        await fleet.pass_by(13 * MINUTE, fleet.process("one"))
        assert len(fleet.apple.times()) in (11, 12, 13), "the last long pause had begun"

    played(story)


@pytest.mark.parametrize(("before", "after"), [("clear", "down"), ("down", "clear")])
def test_a_change_is_looked_at_again_after_a_minute(before: Weather, after: Weather) -> None:
    async def story(fleet: Fleet) -> None:
        await settled(fleet, before)
        one = fleet.process("one")
        await fleet.pass_by(QUIET, one)
        fleet.apple.becomes(after)
        fleet.apple.asked.clear()
        await fleet.pass_by(QUIET + 2 * MINUTE, one)
        first, second = fleet.apple.times()[:2]
        assert second - first < ASK_EVERY + MINUTE / 10
        outlook = fleet.seen_by(one).outlook
        assert outlook
        assert (outlook.settled_at, bool(outlook.troubles)) == (second, after == "down")

    played(story)


def test_in_quiet_times_no_board_gets_old() -> None:
    async def story(fleet: Fleet) -> None:
        fleet.jitter = 1.0
        one = fleet.process("one")
        for _ in range(90):
            await fleet.look(one, after=timedelta(seconds=40))
            board = fleet.seen_by(one).board("en")
            assert board
            assert fleet.now - board.checked_at < BOARD_IS_OLD_AFTER / 2

    played(story)


def test_pauses_are_of_different_lengths() -> None:
    async def story(fleet: Fleet) -> None:
        await settled(fleet, "down")
        fleet.jitter = 1.0
        one = fleet.process("one")
        await fleet.pass_by(10 * MINUTE, one)
        assert len(fleet.apple.times()) == 9

    played(story)


def test_after_failures_apple_is_left_alone_for_longer_and_longer() -> None:
    async def story(fleet: Fleet) -> None:
        await settled(fleet, "down")
        fleet.apple.becomes(None)
        await fleet.pass_by(14 * MINUTE, fleet.process("one"))
        asked = fleet.apple.times()
        pauses = [(later - sooner) / MINUTE for sooner, later in pairwise(asked)]
        assert pauses == pytest.approx([0.5, 1, 2, 3, 3, 3], abs=0.05)
        fleet.apple.becomes("down")
        fleet.apple.asked.clear()
        await fleet.pass_by(6 * MINUTE, fleet.process("one"))
        assert len(fleet.apple.times()) >= 4, "as usual again"

    played(story)


def test_an_apple_that_is_down_for_weeks_is_still_asked() -> None:
    async def story(fleet: Fleet) -> None:
        fleet.apple.becomes(None)
        one = fleet.process("one")
        await fleet.pass_by(timedelta(weeks=4), one, step=QUIET)
        fleet.apple.becomes("clear")
        await fleet.pass_by(2 * QUIET, one)
        assert fleet.seen_by(one).board("ja")

    played(story)


def test_the_last_good_board_stays_in_hand_while_apple_fails() -> None:
    async def story(fleet: Fleet) -> None:
        one, two = fleet.process("one"), fleet.process("two")
        await fleet.look(one, two)
        fleet.apple.becomes(None)
        await fleet.pass_by(9 * MINUTE, one, two)
        assert fleet.seen_by(two).board("ja") == fleet.seen_by(one).boards["ja"]
        assert fleet.seen_by(two).boards["ja"].checked_at == START
        await fleet.pass_by(2 * MINUTE, one, two)
        assert fleet.seen_by(two).board("ja") is None

    played(story)


def test_who_does_not_lead_asks_nothing() -> None:
    async def story(fleet: Fleet) -> None:
        await fleet.store.lead("apple", "another", now=fleet.now, lease=MINUTE)
        await fleet.pass_by(MINUTE / 2, fleet.process("one"))
        assert fleet.apple.asked == []

    played(story)


def test_of_two_who_would_ask_at_the_same_instant_one_does() -> None:
    class Slow(MemoryStore):
        """A store whose answers take their time."""

        async def pinned(self, name: str, *, now: datetime) -> Record:
            found = await super().pinned(name, now=now)
            await asyncio.sleep(0)
            return found

    async def run() -> None:
        fleet = Fleet(Slow())
        fleet.apple.free.clear()
        async with asyncio.TaskGroup() as group:
            one, two = (fleet.process(name, believes=True) for name in ("one", "two"))
            asks = group.create_task(one.look(now=fleet.now))
            await group.create_task(two.look(now=fleet.now))
            fleet.apple.free.set()
            await asks
        assert fleet.apple.times() == [START]

    asyncio.run(run())


def test_a_failure_in_one_language_holds_back_no_other() -> None:
    async def story(fleet: Fleet) -> None:
        fleet.apple.weather = {"ja": None, "en": "down"}
        one = fleet.process("one")
        await fleet.look(one)
        await fleet.pass_by(2 * MINUTE, one)
        assert list(fleet.seen_by(one).boards) == ["en"]
        outlook = fleet.seen_by(one).outlook
        assert outlook
        assert Service.IMESSAGE in dict(outlook.troubles)
        fleet.apple.weather = {"ja": "down", "en": None}
        await fleet.pass_by(2 * MINUTE, one)
        assert set(fleet.seen_by(one).boards) == {"ja", "en"}, "the one that was read before stays in hand"

    played(story)


def test_a_clock_that_was_set_back_does_not_freeze_the_board() -> None:
    async def story(fleet: Fleet) -> None:
        one = fleet.process("one")
        await fleet.look(one)
        await fleet.look(one, after=-MOMENT)
        assert fleet.apple.times() == [START]
        await fleet.look(one, after=-DAY)
        assert fleet.apple.times()[1:] == [START - DAY - MOMENT]

    played(story)


@pytest.mark.parametrize("body", [b"", b"{}", b"\xff", b'{"f":2,"bulletin":{}}', b'{"f":1,"bulletin":[]}'])
def test_what_is_pinned_and_cannot_be_read_is_put_right_by_the_next_answer(body: bytes) -> None:
    async def story(fleet: Fleet) -> None:
        one, two = fleet.process("one"), fleet.process("two")
        await fleet.store.pin(PIN, body, expected=0, now=fleet.now, keep=DAY)
        await fleet.look(one, two)
        assert fleet.seen_by(two).board("en") == fleet.seen_by(one).boards["en"]
        await fleet.store.pin(PIN, body, expected=3, now=fleet.now, keep=DAY)
        await fleet.look(one, two, after=MOMENT)
        assert fleet.seen_by(two).board("en"), "what was in hand"
        assert len(fleet.apple.times()) == 1
        await fleet.pass_by(QUIET, one, two)
        assert (await fleet.store.pinned(PIN, now=fleet.now)).body != body

    played(story)


def test_what_the_store_has_lost_is_pinned_again_from_what_is_in_hand() -> None:
    async def story(fleet: Fleet) -> None:
        one, new = fleet.process("one"), MemoryStore()
        await settled(fleet, "down")
        await fleet.look(one)
        before = fleet.seen_by(one)
        one._store = fleet.store = new
        await fleet.look(one, after=MOMENT)
        assert fleet.seen_by(one).outlook == before.outlook
        await fleet.pass_by(QUIET, one)
        two = fleet.process("two")
        await fleet.look(two)
        assert fleet.seen_by(two).outlook == before.outlook

    played(story)


def test_whoever_waits_for_a_board_gets_a_fresh_one() -> None:
    async def story(fleet: Fleet) -> None:
        one = fleet.process("one")
        for after in (timedelta(), FRESH_FOR - MOMENT, MOMENT):
            fleet.now += after
            await one.refresh("ja", now=fleet.now)
            assert fleet.seen_by(one).board("ja")
        assert fleet.apple.times() == [START, START + FRESH_FOR]

    played(story)


def test_everybody_who_waits_at_once_shares_one_question_even_if_it_fails() -> None:
    async def story(fleet: Fleet) -> None:
        for weather in ("clear", None):
            fleet.apple.becomes(weather)
            fleet.now += MINUTE
            fleet.apple.asked.clear()
            fleet.apple.free.clear()
            one = fleet.process("one")
            async with asyncio.TaskGroup() as group:
                for _ in range(500):
                    group.create_task(one.refresh("ja", now=fleet.now))
                await fleet.apple.arrived.wait()
                fleet.apple.free.set()
            assert fleet.apple.asked == [("ja", fleet.now)]

    played(story)


def test_a_change_to_the_bulletin_is_seen_by_all_and_stays() -> None:
    async def story(fleet: Fleet) -> None:
        one, two = fleet.process("one"), fleet.process("two")
        await fleet.look(one, two)
        assert await one.amend(lambda known: replace(known, crowd=START), now=fleet.now)
        assert not await two.amend(lambda known: replace(known, crowd=None), now=fleet.now)
        await fleet.pass_by(QUIET, one, two)
        assert fleet.seen_by(two).crowd == START

    played(story)


def test_closing_closes_the_source() -> None:
    async def story(fleet: Fleet) -> None:
        await fleet.process("one").close()
        assert fleet.apple.closed == 1

    played(story)
