"""What each worker was asked to take in or to look at, and when it said that it was done.

A worker writes this down itself, at once and before it tells anybody; what it made of it, it does not say.
"""

import itertools
import os
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextvars import ContextVar
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any, Self, TypeAlias, get_args

import msgspec

from bot.events import Event
from bot.model import Address, Language, Reply
from bot.ports import Glance
from bot.runtime import worker as shell
from bot.runtime.bulletin import BULLETINS, Bulletin
from bot.runtime.receive import Received


class Took(msgspec.Struct, frozen=True, tag="took"):
    """An event was to be taken in."""

    deed: int
    at: float
    address: Address
    kind: str
    event: msgspec.Raw
    now: datetime
    board: int

    @classmethod
    def of(cls, deed: int, at: float, address: Address, event: Event, *, now: datetime, board: int) -> Self:
        """Write the event down with its kind."""
        raw = msgspec.Raw(msgspec.json.encode(event))
        return cls(deed, at, address, type(event).__name__, raw, now, board)


class Weighed(msgspec.Struct, frozen=True, tag="weighed"):
    """It came to its turn, in a world with that board."""

    deed: int
    now: datetime
    board: int


class Done(msgspec.Struct, frozen=True, tag="done"):
    """It was taken in, and may be acknowledged."""

    deed: int
    at: float


class Held(msgspec.Struct, frozen=True, tag="board"):
    """What the worker knows of Apple from now on."""

    board: int
    bulletin: str


class Looked(msgspec.Struct, frozen=True, tag="looked"):
    """Somebody's overview was made."""

    begun: float
    at: float
    address: Address
    language: Language | None
    now: datetime
    board: int
    text: str
    choices: tuple[str, ...]


Line: TypeAlias = Took | Weighed | Done | Held | Looked

doing: ContextVar[Event | str | None] = ContextVar("doing", default=None)
"""What this task is about: an event, or "glance"."""

_deed: ContextVar[int] = ContextVar("_deed", default=0)
_lines: msgspec.json.Decoder[Line] = msgspec.json.Decoder(Line)


class Pen:
    """Writes a worker's lines, each with one call, so that a kill leaves whole lines behind."""

    def __init__(self, folder: str, worker: str) -> None:
        path = f"{folder}/{worker}.jsonl" if folder else os.devnull
        self._file = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND)
        self._bulletin: Bulletin | None = None
        self._board = 0
        self._deeds = itertools.count(1)

    def deed(self) -> int:
        """Give the next number."""
        return next(self._deeds)

    def write(self, line: Line) -> None:
        """Write a line."""
        os.write(self._file, msgspec.json.encode(line) + b"\n")

    def board(self, bulletin: Bulletin) -> int:
        """Name what is known of Apple; what is new is written down."""
        if bulletin is not self._bulletin:
            self._bulletin, self._board = bulletin, self._board + 1
            self.write(Held(self._board, BULLETINS.encode(bulletin).decode()))
        return self._board


FASTER = 5
"""How much faster than usual workers look for news, which are few otherwise while the chaos lasts."""


class WitnessedWorker(shell.Worker):
    """The real worker, with a pen."""

    pen: Pen

    async def receive(self, address: Address, event: Event) -> None:
        """Write down that it came, and that it is done."""
        deed, board = self.pen.deed(), self.pen.board(self._poller.bulletin)
        self.pen.write(Took.of(deed, time.monotonic(), address, event, now=self._clock.now(), board=board))
        tokens = doing.set(event), _deed.set(deed)
        try:
            await super().receive(address, event)
        finally:
            doing.reset(tokens[0])
            _deed.reset(tokens[1])
        self.pen.write(Done(deed, time.monotonic()))

    async def _take(self, address: Address, event: Event) -> Received:
        board = self.pen.board(self._poller.bulletin)
        self.pen.write(Weighed(_deed.get(), self._clock.now(), board))
        return await super()._take(address, event)

    async def _look_outside(self) -> float:
        return await super()._look_outside() / FASTER

    async def _tell_news(self) -> float:
        return await super()._tell_news() / FASTER


def witnessed(
    look: Glance, pen: Pen, bulletin: Callable[[], Bulletin], now: Callable[[], datetime]
) -> Glance:
    """Give what looks, and writes down what was seen."""

    async def seen(address: Address, language: Language | None) -> Reply:
        begun, board, moment = time.monotonic(), pen.board(bulletin()), now()
        token = doing.set("glance")
        try:
            reply = await look(address, language)
        finally:
            doing.reset(token)
        choices = tuple(choice.id for choice in reply.choices)
        pen.write(Looked(begun, time.monotonic(), address, language, moment, board, reply.text, choices))
        return reply

    return seen


# --- reading ----------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Outside:
    """What the worker knew of the world."""

    now: datetime
    bulletin: Bulletin


@dataclass
class Attempt:
    """A worker's attempt to take in an event; times are in seconds."""

    worker: str
    address: Address
    event: Event
    took: float
    worlds: list[Outside]
    done: float | None = None
    """None where it did not say so: it died, or could not."""


@dataclass(frozen=True)
class Look:
    """An overview as it was given."""

    worker: str
    address: Address
    language: Language | None
    begun: float
    at: float
    world: Outside
    text: str
    choices: tuple[str, ...]


@dataclass(frozen=True)
class Witnessed:
    """What all workers wrote down."""

    attempts: Sequence[Attempt] = field(default_factory=list)
    looks: Sequence[Look] = field(default_factory=list)


def read_witnessed(folder: Path) -> Witnessed:
    """Read what the workers of a run wrote."""
    attempts: list[Attempt] = []
    looks: list[Look] = []
    for path in sorted(folder.glob("*.jsonl")):
        _read(path.stem, path.read_bytes(), attempts, looks)
    return Witnessed(attempts, looks)


def _read(worker: str, text: bytes, attempts: list[Attempt], looks: list[Look]) -> None:
    boards: dict[int, Bulletin] = {}
    own: dict[int, Attempt] = {}
    for line in _whole(text):
        match line:
            case Held(board=number, bulletin=bulletin):
                boards[number] = BULLETINS.decode(bulletin.encode()) or Bulletin()
            case Took():
                event = msgspec.json.decode(line.event, type=KINDS[line.kind])
                outside = Outside(line.now, boards[line.board])
                own[line.deed] = Attempt(worker, line.address, event, line.at, [outside])
                attempts.append(own[line.deed])
            case Weighed():
                own[line.deed].worlds.insert(0, Outside(line.now, boards[line.board]))
            case Done(deed=deed, at=at):
                own[deed].done = at
            case Looked():
                outside = Outside(line.now, boards[line.board])
                where = (worker, line.address, line.language, line.begun, line.at)
                looks.append(Look(*where, outside, line.text, line.choices))


def _whole(text: bytes) -> Iterator[Line]:
    for raw in text.split(b"\n")[:-1]:
        yield _lines.decode(raw)


KINDS: Mapping[str, Any] = {each.__name__: each for each in get_args(Event)}
