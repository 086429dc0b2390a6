"""Five people begin a guide while Apple is silent; the sixth is told of them, and then what Apple says."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta

import pytest

from adapters.store.memory.store import MemoryStore
from bot import service
from bot.flowfiles import load_book
from bot.model import Language
from bot.settings import read_settings
from tests.live import OUTAGE, SETTLES_WITHIN, feed
from tests.runtime.test_lookout import know
from tests.wire.apple import AppleServer, apple, document
from tests.wire.telegram import TelegramServer
from tests.wire.telegram.people import Person

IPHONE = "iPhone"
SILENT = {"ja": "Appleは問題を報告していません", "en": "Apple has reported no problem"}
CROWD = {
    "ja": "同じ問題でお困りの方がふだんより増えています",
    "en": "more people than usual have ",
}
AGAIN = {"ja": "もう一度確認する", "en": "Check again"}
WATCH = {"ja": "Appleの発表があったら知らせて", "en": "Tell me when Apple reports it"}
SPOKEN = {"ja": "Appleが問題の発生を報告しました", "en": "Apple has reported a problem"}


class Shifted(MemoryStore):
    """A store whose clock can be put forward, which all processes follow."""

    shift = timedelta()

    async def clock(self) -> datetime:
        """Read it."""
        return datetime.now(UTC) + self.shift


@pytest.mark.parametrize("language", ["ja", "en"])
def test_the_sixth_is_told_of_five_others_and_what_apple_says_in_the_end(language: Language) -> None:
    asyncio.run(_sixth(language))


async def _sixth(language: Language) -> None:
    store = Shifted()
    await know(store, datetime.now(UTC))
    async with TelegramServer() as telegram:
        with apple(document(feed())) as board:
            async with _at_work(store, telegram, board):
                people = [telegram.person(number, language) for number in range(5, 12)]
                for each in people[:5]:
                    await _begins(each)
                    assert SILENT[language] in each.last.text
                store.shift += timedelta(minutes=1)
                sixth, seventh = people[5:]
                await _asks_until(sixth, CROWD[language])
                await _begins(sixth)
                assert CROWD[language] in sixth.last.text
                assert sixth.last.labels[0] == AGAIN[language], "waiting comes first"
                await _presses(sixth, WATCH[language])
                board.answer = document(feed(OUTAGE))
                await telegram.until(lambda: SPOKEN[language] in sixth.last.text, within=SETTLES_WITHIN)
                await _begins(seventh)
                assert "🔴" in seventh.last.text
                assert CROWD[language] not in seventh.last.text


@asynccontextmanager
async def _at_work(store: MemoryStore, telegram: TelegramServer, board: AppleServer) -> AsyncIterator[None]:
    """Run the program on that store until the block ends."""
    settings = read_settings(
        {
            "APPLE_STATUS_URL": board.url,
            "APPLE_STATUS_SECONDS": "1",
            "HEALTH_PORT": "0",
            "TELEGRAM_BOT_TOKEN": telegram.token,
            "TELEGRAM_API_URL": telegram.url,
        }
    )
    stop = asyncio.Event()
    async with asyncio.TaskGroup() as group:
        group.create_task(service._work(settings, load_book(), store, stop, "telegram", service._Health()))
        await telegram.until(lambda: len(board.requests) >= 2, within=SETTLES_WITHIN)
        yield
        stop.set()


async def _begins(who: Person) -> None:
    """Begin the guide for the iPhone."""
    seen = len(who.sees)
    who.starts()
    await _sees(who, seen + 1)
    await _presses(who, IPHONE)


async def _presses(who: Person, label: str) -> None:
    seen = len(who.sees)
    who.presses(label)
    await _sees(who, seen + 1)


async def _asks_until(who: Person, words: str) -> None:
    """Ask for Apple's status until it says that."""
    async with asyncio.timeout(SETTLES_WITHIN):
        while not who.sees or words not in who.last.text:
            seen = len(who.sees)
            who.says("/status")
            await _sees(who, seen + 1)


async def _sees(who: Person, count: int) -> None:
    await who.telegram.until(lambda: len(who.sees) >= count, within=SETTLES_WITHIN)
