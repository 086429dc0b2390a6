"""Commands and descriptions: registered in both languages, and only where they differ."""

import structlog

from adapters.telegram.bot import open_bot
from adapters.telegram.profile import MENU, register
from bot.dialogue.book import Book
from tests.adapters.telegram_door import Door, tell, words
from tests.wire.telegram.faults import limit
from tests.wire.telegram.server import TelegramServer

SETTERS = ("setMyCommands", "setMyDescription", "setMyShortDescription")


async def registered(server: TelegramServer) -> None:
    bot = open_bot(server.token, server.url)
    await register(bot, words)
    await bot.shutdown()


def test_both_languages_are_registered_once() -> None:
    async def story(server: TelegramServer, _: Door) -> None:
        await registered(server)
        profile = server.profile
        assert profile.descriptions == {"": "about.description in en", "ja": "about.description in ja"}
        assert profile.short_descriptions == {"": "about.short in en", "ja": "about.short in ja"}
        shown = [[each["command"] for each in menu] for menu in profile.commands.values()]
        assert shown == [[*MENU], [*MENU]]
        await registered(server)
        assert [len(server.called(setter)) for setter in SETTERS] == [2, 2, 2]

    tell(story)


def test_only_what_differs_is_sent_again() -> None:
    async def story(server: TelegramServer, _: Door) -> None:
        await registered(server)
        server.profile.short_descriptions["ja"] = "another"
        await registered(server)
        assert [len(server.called(setter)) for setter in SETTERS] == [2, 2, 3]

    tell(story)


def test_what_telegram_does_not_take_is_left_for_the_next_start() -> None:
    async def story(server: TelegramServer, _: Door) -> None:
        server.faults.next("setMyDescription", limit(3600))
        await registered(server)
        assert server.profile.descriptions == {"": "about.description in en"}
        assert server.profile.short_descriptions == {"": "about.short in en"}

    with structlog.testing.capture_logs() as logged:
        tell(story)
    assert [line["event"] for line in logged] == ["telegram keeps the old description"]


def test_the_real_phrases_are_taken(book: Book) -> None:
    async def story(server: TelegramServer, _: Door) -> None:
        bot = open_bot(server.token, server.url)
        await register(bot, book.say)
        await bot.shutdown()
        assert len(server.profile.commands) == 2

    with structlog.testing.capture_logs() as logged:
        tell(story)
    assert logged == []
