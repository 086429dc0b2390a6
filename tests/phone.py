"""Draws a chat on Telegram as a narrow phone shows it, from the calls that the bot makes."""

import asyncio
from datetime import UTC, datetime, timedelta, timezone
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from adapters.store.memory.store import MemoryStore
from adapters.telegram.bot import open_bot
from adapters.telegram.channel import TelegramChannel
from adapters.telegram.incoming import Me
from adapters.telegram.intake import Intake
from bot.apple import Board, Report, Service
from bot.codec import decode_job
from bot.events import Event
from bot.flowfiles import load_book
from bot.model import Address, Language, Say, World
from bot.runtime.receive import LEASE, receive
from tests.drawing import FONT, SIZE, box, pixels, text, wrapped
from tests.wire.telegram.chats import Shown
from tests.wire.telegram.server import TelegramServer

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

ROOT = Path(__file__).parents[1]
PHONES: dict[Language, Path] = {
    "ja": ROOT / ".github/telegram-ja.svg",
    "en": ROOT / ".github/telegram-en.svg",
}
PRESSED: dict[Language, tuple[str, ...]] = {
    "ja": ("iPhone・iPad", "開いた"),
    "en": ("iPhone or iPad", "Yes, it opens"),
}

ASKED = datetime(2026, 1, 5, 1, 32, tzinfo=UTC)
TOKYO = timezone(timedelta(hours=9), "JST")
WIDTH, MARGIN, PADDING = 390, 8, 12
BUBBLE = 300
LINE, ROW = 20, 34
"""Pixels: from line to line, of a button."""


async def chatted(language: Language) -> list[Shown]:
    """Give what a chat shows in the end."""
    book, store = load_book(), MemoryStore()
    board = Board(ASKED, tuple(Report(service, "ok") for service in Service))
    async with TelegramServer() as server:
        bot = open_bot(server.token, server.url)
        channel, intake = TelegramChannel(bot), Intake(bot, Me(server.me["id"], "bot"), book.say)

        async def take(address: Address, event: Event) -> None:
            taken = await receive(store, book, address, event, World(ASKED, {language: board}, TOKYO))
            for owed in taken.owed:
                if isinstance(job := decode_job(owed.body), Say):
                    await channel.send(job.address, job.reply, key="", attempt=1)
                await store.settle(owed, now=ASKED, lease=LEASE)

        person = server.person(5, language)
        labels = (partial(person.presses, label) for label in PRESSED[language])
        acts: list[Callable[[], object]] = [person.starts, *labels]
        for act in acts:
            act()
            for number in sorted(server.updates.waiting):
                await intake.take(server.updates.waiting.pop(number)[1], take)
        await bot.shutdown()
    return person.chat.messages


def phone(language: Language) -> str:
    """Give the picture."""
    drawn, top = [], MARGIN
    for message in asyncio.run(chatted(language)):
        parts, top = _message(message, top)
        drawn += parts
    body = "\n".join(drawn)
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {top}" width="{WIDTH}"'
        f' height="{top}" font-family="{FONT}" font-size="{SIZE}">\n'
        f'<rect width="{WIDTH}" height="{top}" rx="12" fill="#cddbe6"/>\n{body}\n</svg>\n'
    )


def _message(message: Shown, top: int) -> tuple[list[str], int]:
    """Draw a bubble with its buttons; give the place for the next one too."""
    lines = [part for line in message.text.split("\n") for part in wrapped(line, BUBBLE - 2 * PADDING)]
    rows: Sequence[Sequence[Mapping[str, str]]] = message.payload.get("reply_markup", {}).get(
        "inline_keyboard", []
    )
    wide = BUBBLE if rows else round(max(map(pixels, lines))) + 2 * PADDING
    left, high = (MARGIN if message.is_ours else WIDTH - MARGIN - wide), LINE * len(lines) + PADDING
    drawn = [box(left, top, wide, high, "#ffffff" if message.is_ours else "#e3fed0")]
    for number, line in enumerate(lines):
        bold = any(each and line == f"✓ {each}" for each in message.bold)
        drawn.append(text(left + PADDING, top + LINE * (number + 1), line, bold=bold))
    top += high + 3
    for row in rows:
        each = (wide - 3 * (len(row) - 1)) // len(row)
        for column, button in enumerate(row):
            x = left + column * (each + 3)
            drawn.append(box(x, top, each, ROW - 3, "#7f98ab"))
            middle = x + (each - pixels(button["text"])) / 2
            drawn.append(text(middle, top + 21, button["text"], color="#ffffff"))
        top += ROW
    return drawn, top + MARGIN
