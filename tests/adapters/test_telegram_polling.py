"""Long polling: nothing is lost, whatever becomes of Telegram, of us, or of one update."""

import asyncio
from itertools import count

from adapters.telegram.bot import open_bot
from adapters.telegram.outage import Pace
from adapters.telegram.polling import KINDS, TelegramPolling
from bot.ports import StoreUnusable
from tests.adapters.telegram_door import QUICK, Door, leads, polled, tell, words
from tests.wire.telegram.server import TelegramServer

AWAY = StoreUnusable("unreachable", "the store")


def test_what_is_said_is_taken_once_and_confirmed() -> None:
    async def story(server: TelegramServer, door: Door) -> None:
        server.person(1).says("before the start")
        async with polled(server, door):
            await server.until(lambda: len(door.texts) == 1)
            server.person(2).says("while polling")
            await server.until(lambda: len(server.updates.confirmed) == 2)
        assert door.texts == ["before the start", "while polling"]

    tell(story)


def test_it_begins_without_an_offset_and_asks_for_what_it_reads() -> None:
    async def story(server: TelegramServer, door: Door) -> None:
        async with polled(server, door):
            await server.until(lambda: len(server.called("getUpdates")) > 1)
        first, second = (call.arguments for call in server.called("getUpdates")[:2])
        assert first == {"timeout": 0, "limit": 100, "allowed_updates": list(KINDS)}
        assert second["timeout"] == QUICK.poll

    tell(story)


def test_a_webhook_is_taken_away_and_nothing_with_it() -> None:
    async def story(server: TelegramServer, door: Door) -> None:
        server.webhook.url = "https://elsewhere.example.org"
        server.person(1).says("hello")
        async with polled(server, door):
            await server.until(lambda: door.texts == ["hello"])
        (call,) = server.called("deleteWebhook")
        assert call.arguments == {"drop_pending_updates": False}

    tell(story)


# --- order, and what holds up whom ------------------------------------------------------------------------


def test_a_chat_goes_in_order_and_holds_up_no_other() -> None:
    async def story(server: TelegramServer, door: Door) -> None:
        ann, ben = server.person(1), server.person(2)
        door.held["slow"] = asyncio.Event()
        for who, text in ((ann, "slow"), (ann, "next"), (ben, "other")):
            who.says(text)
        async with polled(server, door):
            await server.until(lambda: door.texts == ["other"])
            ben.says("and later")
            await server.until(lambda: door.texts == ["other", "and later"])
            assert door.begun == ["slow", "other", "and later"]
            assert server.updates.confirmed == set()
            door.held["slow"].set()
            await server.until(lambda: len(server.updates.confirmed) == 4)
        assert door.texts[-2:] == ["slow", "next"]

    tell(story)


def test_what_could_not_be_taken_is_tried_again_and_not_confirmed_before() -> None:
    async def story(server: TelegramServer, door: Door) -> None:
        server.person(1).says("one")
        (first,) = server.updates.waiting
        door.faults["one"] = AWAY
        server.person(2).says("two")
        async with polled(server, door):
            await server.until(lambda: door.begun.count("one") > 1 and door.texts == ["two"])
            assert server.updates.confirmed == set()
            assert first in server.updates.waiting
            del door.faults["one"]
            await server.until(lambda: len(server.updates.confirmed) == 2)
        assert door.texts == ["two", "one"]

    tell(story)


def test_a_mistake_of_ours_loses_nothing_either() -> None:
    async def story(server: TelegramServer, door: Door) -> None:
        door.faults["one"] = KeyError("a mistake")
        server.person(1).says("one")
        async with polled(server, door):
            await server.until(lambda: door.begun.count("one") > 1)
            del door.faults["one"]
            await server.until(lambda: door.texts == ["one"])

    tell(story)


def test_a_malformed_update_is_passed_over_and_the_rest_is_taken() -> None:
    async def story(server: TelegramServer, door: Door) -> None:
        server.person(1).says("before")
        server.push("message", {"message_id": "x", "chat": 7, "date": "never"})
        server.push("callback_query", {"id": 5, "message": {"chat": {"id": "none"}}})
        server.person(1).says("after")
        async with polled(server, door):
            await server.until(lambda: len(server.updates.confirmed) == 4)
            assert len(server.called("getUpdates")) < 4
        assert door.texts == ["before", "after"]

    tell(story)


def test_numbers_that_begin_anew_are_taken_too() -> None:
    """After a week without updates Telegram begins with any number (Bot API, `Update`)."""

    async def story(server: TelegramServer, door: Door) -> None:
        ann = server.person(1)
        ann.says("old")
        async with polled(server, door):
            await server.until(lambda: len(server.updates.confirmed) == 1)
            polls = len(server.called("getUpdates"))
            await server.until(lambda: len(server.called("getUpdates")) > polls)
            assert "offset" not in server.called("getUpdates")[-1].arguments
            server.updates.numbers = count(17)
            ann.says("new")
            await server.until(lambda: server.updates.confirmed >= {17})
        assert door.texts == ["old", "new"]

    tell(story)


# --- the end ----------------------------------------------------------------------------------------------


def test_a_stop_ends_the_poll_and_confirms_what_was_taken() -> None:
    async def story(server: TelegramServer, door: Door) -> None:
        server.person(1).says("hello")
        async with polled(server, door, pace=Pace(poll=25, look=25, grace=25)) as (_, stop):
            await server.until(lambda: len(server.updates.confirmed) == 1)
            await server.until(lambda: server.called("getUpdates")[-1].arguments["timeout"] == 25)
            server.person(2).says("and")
            await server.until(lambda: len(door.texts) == 2)
            await stop()
        assert server.updates.waiting == {}
        assert server.called("getUpdates")[-1].arguments["limit"] == 1

    tell(story)


def test_what_is_being_taken_at_the_stop_is_finished_and_confirmed() -> None:
    async def story(server: TelegramServer, door: Door) -> None:
        door.held["slow"] = asyncio.Event()
        server.person(1).says("slow")
        async with polled(server, door) as (_, stop):
            await server.until(lambda: door.begun == ["slow"])
            ending = asyncio.ensure_future(stop())
            await asyncio.sleep(0)
            door.held["slow"].set()
            await ending
        assert (door.texts, server.updates.waiting) == (["slow"], {})

    tell(story)


def test_what_could_not_be_taken_before_the_stop_comes_again() -> None:
    async def story(server: TelegramServer, door: Door) -> None:
        door.faults["one"] = AWAY
        server.person(1).says("one")
        server.person(1).says("two")
        async with polled(server, door):
            await server.until(lambda: door.begun.count("one") > 1)
        assert (door.texts, len(server.updates.waiting)) == ([], 2)
        del door.faults["one"]
        async with polled(server, door):
            await server.until(lambda: server.updates.waiting == {})
        assert door.texts == ["one", "two"]

    tell(story)


def test_what_was_got_and_not_taken_when_the_process_dies_comes_again() -> None:
    async def story(server: TelegramServer, door: Door) -> None:
        door.held["one"] = asyncio.Event()
        server.person(1).says("one")
        bot = open_bot(server.token, server.url)
        way_in = TelegramPolling(bot, words, leads, random=lambda: 0.0, pace=QUICK)
        door.on_change = server._notify
        life = asyncio.create_task(way_in.run(door.receive, asyncio.Event()))
        await server.until(lambda: door.begun == ["one"])
        life.cancel()
        await asyncio.wait([life])
        await bot.shutdown()
        door.held.clear()
        async with polled(server, door):
            await server.until(lambda: server.updates.waiting == {})
        assert door.texts == ["one"]

    tell(story)
