"""Where a conversation takes place on Telegram, and in which language."""

from typing import Final, TypeGuard

import telegram

from bot.model import Address, Language

PLATFORM: Final = "telegram"
_ID_LIMIT: Final = 2**53
"""Telegram's ids have at most 52 bits."""


def is_id(value: object) -> TypeGuard[int]:
    """Say whether that is a number as Telegram gives to people, chats and messages."""
    return isinstance(value, int) and value != 0 and abs(value) < _ID_LIMIT


def address_of(chat: int, person: int, thread: int | None = None) -> Address:
    """Name the conversation of a person in a chat, or in a topic of it. Raises `ValueError` for no ids."""
    if not (is_id(chat) and is_id(person) and (thread is None or is_id(thread))):
        raise ValueError("these are no ids of Telegram")
    return Address(PLATFORM, str(chat) if thread is None else f"{chat}/{thread}", str(person))


def chat_of(address: Address) -> tuple[int, int | None]:
    """Give the chat and the topic in it, if it is one."""
    chat, _, thread = address.chat.partition("/")
    return int(chat), int(thread) if thread else None


def language_of(user: telegram.User) -> Language | None:
    """Give the language of the person's app as one of ours: English for what we do not speak."""
    code = user.language_code
    if not isinstance(code, str) or not code:
        return None
    return "ja" if code.lower().partition("-")[0] == "ja" else "en"
