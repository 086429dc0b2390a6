"""The words of a Telegram message, and what of them is a command or a call for us. Pure."""

from collections.abc import Iterator

import telegram
from msgspec import Struct
from telegram.constants import MessageEntityType

from adapters.parts import clean, units
from adapters.telegram.incoming import Me
from adapters.telegram.utf16 import part, without


class Words(Struct, frozen=True):
    """What a message says, or what is written under its picture or file."""

    text: str = ""
    """Without our name."""
    command: str = ""
    """The command that it begins with, in small letters, without / and what follows @."""
    rest: str = ""
    """What follows the command."""
    to_us: bool = False
    """It has our name in it."""
    to_others: bool = False
    """The command is for another bot."""


def read_words(message: telegram.Message, me: Me) -> Words:
    """Read the text or the caption, which Telegram describes by offsets in UTF-16 units."""
    text = message.text or message.caption or ""
    entities = message.entities if message.text else message.caption_entities
    calls = list(_calls(text, entities, me))
    command = _command(text, entities, calls)
    if command is None:
        return Words(_cut(text, calls), to_us=bool(calls))
    name, _, bot = part(text, command.offset + 1, command.length - 1).partition("@")
    ours, after = bot.casefold() == me.username.casefold(), command.offset + command.length
    if ours:
        calls.append((command.offset + 1 + units(name), 1 + units(bot)))
    rest = clean(part(text, after, units(text))).strip()
    return Words(_cut(text, calls), name.lower(), rest, bool(calls), to_others=bool(bot) and not ours)


def _calls(text: str, entities: tuple[telegram.MessageEntity, ...], me: Me) -> Iterator[tuple[int, int]]:
    """Give where our name stands, as offsets and lengths."""
    for entity in entities:
        name = part(text, entity.offset, entity.length)
        mentioned = entity.type == MessageEntityType.MENTION
        if (mentioned and name.casefold() == f"@{me.username}".casefold()) or (
            entity.type == MessageEntityType.TEXT_MENTION and entity.user and entity.user.id == me.id
        ):
            yield entity.offset, entity.length


def _command(
    text: str, entities: tuple[telegram.MessageEntity, ...], calls: list[tuple[int, int]]
) -> telegram.MessageEntity | None:
    """Give the command if the text begins with one; our name may stand before it."""
    for entity in entities:
        if entity.type == MessageEntityType.BOT_COMMAND:
            before = (call for call in calls if call[0] < entity.offset)
            alone = not without(part(text, 0, entity.offset), before).strip()
            return entity if alone else None
    return None


def _cut(text: str, calls: list[tuple[int, int]]) -> str:
    return without(text, calls).strip() if calls else clean(text)
