"""What the tests' platform and its workers say to each other: JSON, a message a line, over a socket file."""

import asyncio
from typing import Literal, TypeAlias, TypeVar

import msgspec

from bot.events import Command, Event, ForgetMe, Invoked, Left, Picked, Said
from bot.model import Address, EventId, Language

LONGEST_LINE = 1 << 20
"""Bytes."""

_T = TypeVar("_T")


class Hello(msgspec.Struct, frozen=True, tag="hello"):
    """From a worker: this connection is a way in."""

    worker: str


class Ack(msgspec.Struct, frozen=True, tag="ack"):
    """From a worker: the event need not be brought again."""

    id: str


class Send(msgspec.Struct, frozen=True, tag="send"):
    """From a worker: show this reply. Each has a connection of its own, on which the `Answer` comes."""

    worker: str
    key: str
    attempt: int
    address: tuple[str, str, str]
    text: str
    choices: tuple[str, ...]
    prompt: int


What: TypeAlias = Literal["said", "overheard", "pressed", "watch", "forget", "left", "look"]
"""What can happen: words to us or to others, a press, the beginning or the end of a watch, the wish that all
be deleted, that somebody has blocked us; and that they open their overview, which is no event, and which
nobody acknowledges.
"""


BEGIN = ("Tell me when it’s back", "復旧したら知らせて")
END = ("Stop watching", "お知らせをやめる")
"""The labels of what begins a watch, and of what ends it."""


class Push(msgspec.Struct, frozen=True, tag="push"):
    """To a worker: this happened. It has words, or a choice of a prompt."""

    id: str
    address: tuple[str, str, str]
    text: str = ""
    choice: str = ""
    prompt: int = 0
    language: Language | None = None
    what: What = "said"


class Answer(msgspec.Struct, frozen=True, tag="answer"):
    """To a worker: what became of its reply. `after` is seconds, for "later"."""

    kind: str
    after: float = 0.0


FromWorker: TypeAlias = Hello | Ack | Send

_encoder = msgspec.json.Encoder()
_from_worker: msgspec.json.Decoder[FromWorker] = msgspec.json.Decoder(FromWorker)
_push = msgspec.json.Decoder(Push)
_answer = msgspec.json.Decoder(Answer)


def line(message: msgspec.Struct) -> bytes:
    """Write a message as a line."""
    return _encoder.encode(message) + b"\n"


async def read_from_worker(reader: asyncio.StreamReader) -> FromWorker | None:
    """Read what a worker says; None where it says no more."""
    return await _read(reader, _from_worker)


async def read_push(reader: asyncio.StreamReader) -> Push | None:
    """Read the next event; None where none comes any more."""
    return await _read(reader, _push)


async def read_answer(reader: asyncio.StreamReader) -> Answer | None:
    """Read what became of a reply; None where nobody says. Raises `msgspec.MsgspecError` for nonsense."""
    return await _read(reader, _answer)


def event_of(push: Push) -> Event:
    """Give the event as the program knows it."""
    match push.what:
        case "pressed":
            return Picked(EventId(push.id), push.prompt, push.choice)
        case "watch":
            command: Command = "watch" if push.text in BEGIN else "unwatch"
            return Invoked(EventId(push.id), command, push.language)
        case "forget":
            return ForgetMe(EventId(push.id), push.language)
        case "left":
            return Left(EventId(push.id))
        case _:
            return Said(EventId(push.id), push.text, push.language, addressed=push.what == "said")


def address_of(push: Push | Send) -> Address:
    """Give the conversation that it is about."""
    return Address(*push.address)


async def _read(reader: asyncio.StreamReader, decoder: msgspec.json.Decoder[_T]) -> _T | None:
    try:
        text = await reader.readline()
    except ConnectionError:
        return None
    return decoder.decode(text) if text.endswith(b"\n") else None
