"""Telegram away, busy, or polled by somebody else: what the way in says, and that it comes back."""

import asyncio
from collections.abc import Callable

import pytest
import structlog
from aiohttp import web
from telegram.error import Conflict, InvalidToken, NetworkError, RetryAfter, TelegramError

from adapters.outage import Outage
from adapters.telegram.bot import open_bot
from adapters.telegram.outage import Pace, setback
from adapters.telegram.polling import TelegramPolling
from bot.ports import TokenRefused
from tests.adapters.telegram_door import QUICK, Door, leads, polled, tell, words
from tests.wire.telegram.faults import Process, error_before, refuse, reset_before
from tests.wire.telegram.refusals import OTHER_POLL, conflict, unauthorized
from tests.wire.telegram.server import TelegramServer

BACK = "telegram is back"
OTHER_TOKEN = "7000000001:another_token_of_no_value_at_all0"  # noqa: S105


async def becomes(server: TelegramServer, holds: Callable[[], bool]) -> None:
    """Wait until something holds that shows itself at a call only."""
    async with asyncio.timeout(10):
        while not holds():
            calls = len(server.calls)
            await server.until(lambda: len(server.calls) > calls)  # noqa: B023  awaited at once
            await asyncio.sleep(0.01)


@pytest.mark.parametrize(
    ("fault", "told"),
    [
        (error_before(502), "telegram is away"),
        (refuse(conflict(OTHER_POLL)), "telegram is polled by somebody else, or has a webhook"),
    ],
    ids=["away", "conflict"],
)
def test_trouble_is_told_once_at_its_beginning_and_at_its_end(fault: object, told: str) -> None:
    async def story(server: TelegramServer, door: Door) -> None:
        async with polled(server, door) as (way_in, _):
            await becomes(server, lambda: way_in.is_ready)
            server.faults.always("getUpdates", fault)  # type: ignore[arg-type]
            await becomes(server, lambda: not way_in.is_ready)
            polls = len(server.called("getUpdates"))
            await server.until(lambda: len(server.called("getUpdates")) > polls + 5)
            server.faults.clear()
            server.person(1).says("hello")
            await server.until(lambda: door.texts == ["hello"])
            await becomes(server, lambda: way_in.is_ready)

    with structlog.testing.capture_logs() as logged:
        tell(story)
    assert [line["event"] for line in logged if line["event"].startswith("telegram")] == [told, BACK]


def test_another_who_ends_each_long_poll_is_told_of_once_and_left_more_and_more_time() -> None:
    async def ends_long_polls(request: web.Request, process: Process) -> web.StreamResponse:
        asked = await request.json()
        return await (refuse(conflict(OTHER_POLL))(request, process) if asked["timeout"] else process())

    async def story(server: TelegramServer, door: Door) -> None:
        async with polled(server, door) as (way_in, _):
            server.faults.always("getUpdates", ends_long_polls)
            await server.until(lambda: len(server.called("getUpdates")) > 9)
            assert not way_in.is_ready
            server.person(1).says("hello")
            await server.until(lambda: door.texts == ["hello"])
            server.faults.clear()
            await becomes(server, lambda: way_in.is_ready)

    with structlog.testing.capture_logs() as logged:
        tell(story)
    told = [line["event"] for line in logged if line["event"].startswith("telegram")]
    assert told == ["telegram is polled by somebody else, or has a webhook", BACK]


def test_an_idle_connection_that_is_closed_is_no_news() -> None:
    async def story(server: TelegramServer, door: Door) -> None:
        async with polled(server, door) as (way_in, _):
            await becomes(server, lambda: way_in.is_ready)
            server.faults.next("getUpdates", reset_before)
            polls = len(server.called("getUpdates"))
            server.person(1).says("hello")
            await server.until(lambda: len(server.called("getUpdates")) > polls and door.texts)

    with structlog.testing.capture_logs() as logged:
        tell(story)
    assert logged == []


def test_two_who_poll_at_once_take_everything_all_the_same() -> None:
    async def story(server: TelegramServer, door: Door) -> None:
        async with polled(server, door), polled(server, door):
            for number in range(10):
                server.person(number % 3 + 1).says(str(number))
            await server.until(lambda: len(server.updates.confirmed) == 10)
        assert {*door.texts} == {*map(str, range(10))}

    tell(story)


def test_a_token_that_is_wrong_at_the_start_is_told_without_it() -> None:
    async def story(server: TelegramServer, door: Door) -> None:
        bot = open_bot(OTHER_TOKEN, server.url)
        way_in = TelegramPolling(bot, words, leads, random=lambda: 0.0, pace=QUICK)
        with pytest.raises(TokenRefused) as refusal:
            await way_in.run(door.receive, asyncio.Event())
        await bot.shutdown()
        assert refusal.value.setting == "TELEGRAM_BOT_TOKEN"
        assert refusal.value.__cause__ is None
        assert not way_in.is_ready

    tell(story)


def test_a_token_that_is_taken_away_later_is_told_and_tried_again() -> None:
    async def story(server: TelegramServer, door: Door) -> None:
        async with polled(server, door) as (way_in, _):
            await server.until(lambda: len(server.called("setMyShortDescription")) == 2)
            await becomes(server, lambda: way_in.is_ready)
            server.faults.always("getUpdates", refuse(unauthorized()))
            await becomes(server, lambda: not way_in.is_ready)
            server.faults.clear()
            server.person(1).says("hello")
            await server.until(lambda: door.texts == ["hello"])
            await becomes(server, lambda: way_in.is_ready)

    with structlog.testing.capture_logs() as logged:
        tell(story)
    assert [(line["event"], line["log_level"]) for line in logged] == [
        ("telegram refuses the token", "error"), (BACK, "info"),
    ]  # fmt: skip


def test_a_start_during_an_outage_waits_and_says_for_what() -> None:
    async def story(server: TelegramServer, door: Door) -> None:
        server.faults.next("getMe", *[error_before()] * 3)
        async with polled(server, door) as (way_in, _):
            await becomes(server, lambda: way_in.is_ready)

    with structlog.testing.capture_logs() as logged:
        tell(story)
    assert [line["event"] for line in logged].count("waiting for telegram") == 3


def test_a_stop_during_an_outage_at_the_start_is_answered_at_once() -> None:
    async def story(server: TelegramServer, door: Door) -> None:
        server.faults.always("getMe", error_before())
        async with polled(server, door, pace=Pace(first=60, longest=60)) as (way_in, stop):
            await server.until(lambda: "waiting for telegram" in [line["event"] for line in logged])
            assert not way_in.is_ready
            await stop()

    with structlog.testing.capture_logs() as logged:
        tell(story)


# --- who leads --------------------------------------------------------------------------------------------


def test_who_does_not_lead_is_ready_and_polls_nothing_until_it_does() -> None:
    may = {"lead": False}
    asked = asyncio.Event()

    async def lead() -> bool:
        asked.set()
        return may["lead"]

    async def story(server: TelegramServer, door: Door) -> None:
        server.person(1).says("hello")
        async with polled(server, door, lead) as (way_in, _):
            await asked.wait()
            assert way_in.is_ready
            assert server.called("getUpdates") == server.called("deleteWebhook") == []
            may["lead"] = True
            await server.until(lambda: door.texts == ["hello"])

    tell(story)


def test_who_leads_no_more_ends_its_poll() -> None:
    may, noticed = {"lead": True}, asyncio.Event()

    async def lead() -> bool:
        if not may["lead"]:
            noticed.set()
        return may["lead"]

    async def story(server: TelegramServer, door: Door) -> None:
        async with polled(server, door, lead, pace=Pace(poll=25, look=0.05)):
            await server.until(lambda: len(server.called("getUpdates")) == 2)
            may["lead"] = False
            await noticed.wait()
            may["lead"] = True
            await server.until(lambda: len(server.called("getUpdates")) > 2)

    tell(story)


# --- how long to wait -------------------------------------------------------------------------------------


def test_waits_grow_to_half_a_minute_and_begin_anew() -> None:
    outage = Outage("telegram", Pace(), lambda: 1.0)
    assert [outage.failed(setback(NetworkError(""))) for _ in range(8)] == [1, 2, 4, 8, 16, 30, 30, 30]
    outage.worked()
    assert outage.failed(setback(NetworkError(""))) == 1
    assert Outage("telegram", Pace(), lambda: 0.0).failed(setback(NetworkError(""))) == 0.5


@pytest.mark.parametrize(("error", "wait"), [(RetryAfter(7), 7), (InvalidToken(), 60), (Conflict(""), 1)])
def test_what_telegram_asks_for_is_obeyed(error: TelegramError, wait: float) -> None:
    with structlog.testing.capture_logs():
        assert Outage("telegram", Pace(), lambda: 1.0).failed(setback(error)) == wait
