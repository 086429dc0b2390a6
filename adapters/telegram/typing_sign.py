"""Shows "typing…" in a chat for as long as something takes, if that is longer than a moment."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Final

import telegram
from telegram.constants import ChatAction

from adapters.telegram.place import chat_of
from bot.model import Address

MOMENT: Final = 0.7
"""Seconds that a person waits without wondering."""

RENEWAL: Final = 4.5
"""Seconds; Telegram takes the sign away after 5."""


@asynccontextmanager
async def typing_sign(
    bot: telegram.Bot, address: Address, *, after: float = MOMENT, renewal: float = RENEWAL
) -> AsyncIterator[None]:
    """Show the sign from `after` seconds on until the block ends; that it cannot be shown hurts nobody.

    Most blocks are through before that, so nothing but a timer is set for them.
    """
    shown: list[asyncio.Task[None]] = []

    def begin() -> None:
        shown.append(asyncio.create_task(_show(bot, address, renewal), name="typing"))

    timer = asyncio.get_running_loop().call_later(after, begin)
    try:
        yield
    finally:
        timer.cancel()
        for task in shown:
            task.cancel()


async def _show(bot: telegram.Bot, address: Address, renewal: float) -> None:
    chat, thread = chat_of(address)
    try:
        while True:
            await bot.send_chat_action(chat, ChatAction.TYPING, message_thread_id=thread)
            await asyncio.sleep(renewal)
    except Exception:  # noqa: BLE001  nobody misses the sign
        return
