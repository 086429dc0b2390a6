"""A reply → the calls that show it, in order. Pure."""

from collections.abc import Iterator, Sequence
from typing import Final, TypeAlias

from msgspec import Struct
from telegram import MessageEntity, ReplyParameters

from adapters.parts import clean, parts, units
from adapters.telegram.buttons import Button
from adapters.telegram.origin import Press, Spoken, read_origin
from adapters.telegram.place import chat_of
from adapters.telegram.width import width
from bot.model import Address, Choice, Reply
from bot.replace import replace

TEXT_LIMIT: Final = 4096
"""UTF-16 units of a message."""

TOAST_LIMIT: Final = 200
"""UTF-16 units of what comes up at a button."""

_HALF_ROW: Final = 17
"""Columns that fit beside each other on a narrow phone; a Japanese character takes two."""


Keyboard: TypeAlias = tuple[tuple[tuple[str, str], ...], ...]
"""Rows of buttons, each its label and its `callback_data`."""


class Answer(Struct, frozen=True):
    """Let a pressed button stop spinning, with some words or none."""

    query: str
    toast: str = ""


class Close(Struct, frozen=True):
    """Show under a prompt what was chosen, and take its keyboard away."""

    chat: int
    message: int
    text: str = ""
    """The whole new text; nothing leaves it as it is."""
    entities: tuple[MessageEntity, ...] = ()


class Show(Struct, frozen=True):
    """Send a message."""

    chat: int
    text: str
    thread: int | None = None
    keyboard: Keyboard = ()
    answers: ReplyParameters | None = None
    """The message that it replies to, so that a group sees who is spoken to."""

    def moved(self, chat: int) -> "Show":
        """Give it for the supergroup that the group became, in which messages have other numbers."""
        return replace(self, chat=chat, thread=None, answers=None)


Call: TypeAlias = Answer | Close | Show


def calls_for(address: Address, reply: Reply) -> tuple[Call, ...]:
    """Give the calls, in the order in which they are to be made."""
    origin = read_origin(reply.origin)
    if isinstance(origin, Press):
        answer = Answer(origin.query, _toast(reply.text) if reply.aside else "")
        if reply.aside:
            return (answer,)
        return (answer, *_close(address, origin), *_show(address, reply, None))
    return tuple(_show(address, reply, origin))


def _toast(text: str) -> str:
    """Give as much as there is room for; what is a sentence too long is cut between sentences."""
    return (parts(clean(text), TOAST_LIMIT) or [""])[0]


def _close(address: Address, press: Press) -> Iterator[Close]:
    if not press.message:
        return
    chat, _ = chat_of(address)
    closed = Close(chat, press.message)
    chosen = f"{press.text}\n\n✓ {press.label}"
    if not press.label or not press.text or units(chosen) > TEXT_LIMIT:
        yield closed
        return
    bold = MessageEntity(MessageEntity.BOLD, units(chosen) - units(press.label), units(press.label))
    kept = (MessageEntity(mark.type, mark.offset, mark.length) for mark in press.marks)
    yield replace(closed, text=chosen, entities=(*kept, bold))


def _show(address: Address, reply: Reply, spoken: Spoken | None) -> Iterator[Show]:
    """Give the message, or several where the text is too long: the keyboard is under the last."""
    chat, thread = chat_of(address)
    texts = parts(clean(reply.text), TEXT_LIMIT)
    answers = ReplyParameters(spoken.message, allow_sending_without_reply=True) if spoken else None
    for number, text in enumerate(texts):
        keyboard = _keyboard(address, reply) if number == len(texts) - 1 else ()
        yield Show(chat, text, thread, keyboard, None if number else answers)


def _keyboard(address: Address, reply: Reply) -> Keyboard:
    """Give answers a row each, and commands two in a row where they are short."""
    rows: list[list[Choice]] = []
    for choice in reply.choices:
        beside = rows and choice.kind == "command" and _has_room(rows[-1], choice)
        if beside:
            rows[-1].append(choice)
        else:
            rows.append([choice])
    owner = int(address.person) if rows else 0
    return tuple(tuple(_button(each, reply.prompt, owner) for each in row) for row in rows)


def _has_room(row: Sequence[Choice], choice: Choice) -> bool:
    alone = len(row) == 1 and row[0].kind == "command"
    return alone and max(width(row[0].label), width(choice.label)) <= _HALF_ROW


def _button(choice: Choice, prompt: int, owner: int) -> tuple[str, str]:
    return clean(choice.label), str(Button(prompt, owner, choice.id))
