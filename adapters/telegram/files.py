"""Fetches a document that somebody sent, as text."""

import asyncio
import re
from typing import Final
from urllib.parse import unquote

import telegram
from telegram.error import BadRequest, TelegramError

from adapters.attachment import FILE_LIMIT, decoded
from adapters.telegram.bot import API_URL
from adapters.telegram.incoming import Fetch
from adapters.telegram.request import TooLarge
from bot.events import Sent, Shared

DEADLINE: Final = 10.0
"""Seconds for everything: the person is waiting."""

_READ_TIMEOUT: Final = 4.0


async def fetched(bot: telegram.Bot, wanted: Fetch, *, deadline: float = DEADLINE) -> Shared | Sent:
    """Give the event for the file: what stands in it, or why that cannot be read. Never raises."""
    try:
        async with asyncio.timeout(deadline):
            content = await _content(bot, wanted.file)
    except TooLarge:
        return wanted.unread("large_file")
    except (TelegramError, TimeoutError):
        return wanted.unread("unavailable_file")
    text = await decoded(content)
    return wanted.unread("other_file") if text is None else wanted.shared(text)


async def _content(bot: telegram.Bot, file: str) -> bytes:
    try:
        return await _download(bot, file)
    except TooLarge:
        raise
    except TelegramError:
        return await _download(bot, file)


async def _download(bot: telegram.Bot, file: str) -> bytes:
    """Download at most `FILE_LIMIT` bytes, whatever Telegram says of the size. Raises `TelegramError`."""
    try:
        found = await bot.get_file(file, read_timeout=_READ_TIMEOUT)
        small = (found.file_size or 0) <= FILE_LIMIT
        content = await _from(bot, found) if small else b""
    except BadRequest as error:
        if "too big" in error.message.lower():
            raise TooLarge(error.message) from error
        raise
    except TelegramError:
        raise
    except Exception as error:  # a strange answer
        raise TelegramError("There is no such file") from error
    if not small or len(content) > FILE_LIMIT:  # the latter from the disk of a local server
        raise TooLarge(f"More than {FILE_LIMIT} bytes")
    return bytes(content)


async def _from(bot: telegram.Bot, found: telegram.File) -> bytes | bytearray:
    if not _is_there(bot, found.file_path or ""):
        raise TelegramError("There is no such file")
    return await found.download_as_bytearray(read_timeout=_READ_TIMEOUT)


def _is_there(bot: telegram.Bot, place: str) -> bool:
    """Say whether a place is below that of this bot's files, where alone its token goes, or on our own disk.

    The library puts the address before any path that Telegram gives, unless there is a file with that name on
    our disk: that can only be meant by a Bot API server of one's own.
    """
    files = f"{bot.base_file_url}/"
    if not place.startswith(files):
        return not files.startswith(f"{API_URL}/")
    segments = re.split(r"[/\\]", unquote(place[len(files) :]))
    return not {"", ".", ".."}.intersection(segments)
