"""How often Apple is asked, and what there is to show when it does not answer."""

import asyncio
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

from bot.model import Board, Language, World
from bot.ports import StatusUnreadable
from bot.runtime.status import FRESH_FOR, RETRY_AFTER, StatusWatch

NOON = datetime(2026, 5, 5, 3, 0, tzinfo=UTC)
MOMENT = timedelta(milliseconds=1)
SILENT = "Apple's System Status did not answer within 6 seconds"


class ScriptedStatus:
    """A source that fails while `broken`, waits while `held`, and notes each question."""

    def __init__(self, *, broken: bool = False) -> None:
        self.broken = broken
        self.asked: list[tuple[Language, datetime]] = []
        self.arrivals = asyncio.Queue[Language]()
        self.free = asyncio.Event()
        self.free.set()
        self.closed = 0

    async def fetch(self, language: Language, *, now: datetime) -> Board:
        self.asked.append((language, now))
        self.arrivals.put_nowait(language)
        async with asyncio.timeout(10):
            await self.free.wait()
        if self.broken:
            raise StatusUnreadable(SILENT)
        return Board(now, ())

    async def arrival(self) -> None:
        """Wait for the next question."""
        async with asyncio.timeout(10):
            await self.arrivals.get()

    async def close(self) -> None:
        self.closed += 1


def ask(watch: StatusWatch, *times: datetime, language: Language = "ja") -> Sequence[Board | None]:
    """Ask at each of these times and give the board of each answer in that language."""

    async def each() -> list[Board | None]:
        return [(await watch.boards(language, now=now)).get(language) for now in times]

    return asyncio.run(each())


def test_the_first_question_fetches_the_board_in_that_language_only() -> None:
    source = ScriptedStatus()
    boards = asyncio.run(StatusWatch(source).boards("en", now=NOON))
    assert boards == {"en": Board(NOON, ())}
    assert source.asked == [("en", NOON)]


def test_a_board_serves_everybody_for_half_a_minute_and_is_then_fetched_again() -> None:
    source = ScriptedStatus()
    boards = ask(StatusWatch(source), NOON, NOON + FRESH_FOR - MOMENT, NOON + FRESH_FOR)
    assert boards == [Board(NOON, ()), Board(NOON, ()), Board(NOON + FRESH_FOR, ())]


def test_a_clock_that_was_set_back_does_not_freeze_the_board() -> None:
    source = ScriptedStatus()
    day = timedelta(days=1)
    assert ask(StatusWatch(source), NOON, NOON - MOMENT, NOON - day)[1:] == [
        Board(NOON, ()),
        Board(NOON - day, ()),
    ]


def test_a_failure_raises_nothing_and_gives_no_board() -> None:
    watch = StatusWatch(ScriptedStatus(broken=True))
    assert ask(watch, NOON) == [None]


def test_after_a_failure_apple_is_left_alone_for_half_a_minute() -> None:
    source = ScriptedStatus(broken=True)
    ask(StatusWatch(source), NOON, NOON + RETRY_AFTER - MOMENT, NOON + RETRY_AFTER)
    assert source.asked == [("ja", NOON), ("ja", NOON + RETRY_AFTER)]


def test_the_last_good_board_stays_in_hand_while_apple_fails() -> None:
    source = ScriptedStatus()
    watch = StatusWatch(source)
    ask(watch, NOON)
    source.broken = True
    later = NOON + timedelta(minutes=11)
    boards = asyncio.run(watch.boards("ja", now=later))
    assert boards == {"ja": Board(NOON, ())}
    assert World(later, boards).board("ja") is None


def test_after_a_failure_a_fetch_that_works_gives_its_board() -> None:
    source = ScriptedStatus(broken=True)
    watch = StatusWatch(source)
    ask(watch, NOON)
    source.broken = False
    assert ask(watch, NOON + RETRY_AFTER) == [Board(NOON + RETRY_AFTER, ())]


def test_a_failure_in_one_language_holds_back_no_other() -> None:
    source = ScriptedStatus(broken=True)
    watch = StatusWatch(source)
    ask(watch, NOON, language="ja")
    source.broken = False
    assert ask(watch, NOON, language="en") == [Board(NOON, ())]


def test_everybody_who_asks_at_once_shares_one_fetch_a_language() -> None:
    for broken in (False, True):
        source = ScriptedStatus(broken=broken)
        asyncio.run(crowd(StatusWatch(source), source))
        assert sorted(source.asked) == [("en", NOON), ("ja", NOON)]


async def crowd(watch: StatusWatch, source: ScriptedStatus) -> None:
    source.free.clear()
    async with asyncio.TaskGroup() as group:
        for language in ("ja", "en") * 50:
            group.create_task(watch.boards(language, now=NOON))
        await source.arrival()
        await source.arrival()
        source.free.set()


def test_whoever_waits_takes_over_when_the_fetch_is_called_off() -> None:
    async def call_off_the_first(watch: StatusWatch, source: ScriptedStatus) -> Board:
        source.free.clear()
        first = asyncio.create_task(watch.boards("ja", now=NOON))
        await source.arrival()
        second = asyncio.create_task(watch.boards("ja", now=NOON))
        first.cancel()
        await source.arrival()
        source.free.set()
        return (await second)["ja"]

    source = ScriptedStatus()
    assert asyncio.run(call_off_the_first(StatusWatch(source), source)) == Board(NOON, ())


def test_the_boards_that_were_handed_out_do_not_change_afterwards() -> None:
    watch = StatusWatch(ScriptedStatus())
    handed_out = asyncio.run(watch.boards("ja", now=NOON))
    ask(watch, NOON, language="en")
    assert set(handed_out) == {"ja"}


def test_closing_closes_the_source() -> None:
    source = ScriptedStatus()
    asyncio.run(StatusWatch(source).close())
    assert source.closed == 1
