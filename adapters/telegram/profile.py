"""Who we are on Telegram, and what the bot says of itself before anybody has written."""

import asyncio
from collections.abc import Callable

import structlog
import telegram
from telegram.error import InvalidToken, TelegramError

from adapters.outage import Outage, rest
from adapters.telegram.incoming import Me
from adapters.telegram.intake import Words
from adapters.telegram.outage import Pace, setback
from bot.model import LANGUAGES, Language
from bot.ports import TokenRefused

MENU = ("start", "help", "status", "language", "restart", "stop", "forget")
"""The commands in Telegram's menu, in its order."""

OTHERS: Language = "en"
"""What people are shown whose language we do not speak: Telegram calls it the language ""."""

_log = structlog.get_logger()


async def introduce(
    bot: telegram.Bot, stop: asyncio.Event, *, pace: Pace, random: Callable[[], float]
) -> Me | None:
    """Ask Telegram who we are, again and again through an outage; None if the stop came first.

    Raises `TokenRefused`.
    """
    outage = Outage("telegram", pace, random)
    while not stop.is_set():
        try:
            user = await bot.get_me()
        except InvalidToken:
            raise TokenRefused("TELEGRAM_BOT_TOKEN") from None  # the library's words may hold the token
        except TelegramError as error:
            wait = outage.failed(setback(error))
            _log.info("waiting for telegram", seconds=round(wait, 1))
            await rest(stop, wait)
        else:
            outage.worked()
            return Me(user.id, user.username or "")
    return None


async def register(bot: telegram.Bot, words: Words) -> None:
    """Register commands and descriptions in each language, where they differ from what is registered.

    Where that fails it is left for the next start: the bot works without. Telegram lets them be changed a few
    times a day only, so what is right already is not sent again.
    """
    for language in LANGUAGES:
        try:
            await _register(bot, words, language)
        except TelegramError as error:
            _log.warning("telegram keeps the old description", language=language, kind=type(error).__name__)


async def _register(bot: telegram.Bot, words: Words, language: Language) -> None:
    code = "" if language == OTHERS else language
    menu = [(name, words(f"menu.{name}", language)) for name in MENU]
    if [(each.command, each.description) for each in await bot.get_my_commands(language_code=code)] != menu:
        await bot.set_my_commands(menu, language_code=code)
    about = words("about.description", language)
    if (await bot.get_my_description(language_code=code)).description != about:
        await bot.set_my_description(about, language_code=code)
    short = words("about.short", language)
    if (await bot.get_my_short_description(language_code=code)).short_description != short:
        await bot.set_my_short_description(short, language_code=code)
