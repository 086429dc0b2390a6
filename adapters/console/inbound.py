"""Lines of JSON from a program that drives the chat → what the person did."""

import unicodedata
from collections.abc import Iterator, Sequence
from datetime import timedelta
from pathlib import Path
from typing import BinaryIO, TypeAlias

import msgspec
from msgspec import Struct

from bot.model import Choice, Reply

LINE_LIMIT = 10_000_000
"""Bytes of a line that are read."""

SHOWN = 120
"""Characters of what was given that an error repeats."""

LONGEST_WAIT = 10 * 365 * 24 * 3600
"""Seconds that `wait` takes at most: ten years."""


class Text(Struct, frozen=True):
    """Something typed or pasted."""

    text: str


class Press(Struct, frozen=True):
    """A button of the prompt on the screen."""

    prompt: int
    choice: str


class File(Struct, frozen=True):
    """A file to be read."""

    path: Path


class Pause(Struct, frozen=True):
    """Time passes."""

    time: timedelta


Input: TypeAlias = Text | Press | File | Pause


class BadInput(Exception):
    """A line that means nothing; the text says why in one English line."""


class _Line(msgspec.Struct, forbid_unknown_fields=True):
    text: str | None = None
    pick: str | int | None = None
    file: str | None = None
    wait: float | None = None


_decoder = msgspec.json.Decoder(_Line)
_SHAPE = 'a line is one of {"text": …}, {"pick": …}, {"file": …} and {"wait": seconds}'


def lines_of(stream: BinaryIO) -> Iterator[bytes]:
    """Give the lines as they come. Of one that is too long, only so much is kept that it shows."""
    while line := stream.readline(LINE_LIMIT + 1):
        rest = line
        while len(rest) > LINE_LIMIT and not rest.endswith(b"\n"):
            rest = stream.readline(LINE_LIMIT + 1)
        yield line


def read_line(line: bytes, screen: Reply | None) -> Input:
    """Read one line, or raise `BadInput`. `screen` is the reply whose buttons are on the screen."""
    if len(line) > LINE_LIMIT:
        raise BadInput(f"a line has {LINE_LIMIT:,} bytes at most")
    if not line.strip():
        raise BadInput(f"{_SHAPE}; this one is empty")
    try:
        given = _decoder.decode(line)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError) as error:
        raise BadInput(f"{_SHAPE}; this one is not: {_short(str(error))}") from error
    match given:
        case _Line(text=str(text), pick=None, file=None, wait=None):
            return Text(text)
        case _Line(text=None, pick=str() | int() as pick, file=None, wait=None):
            return _press(pick, screen)
        case _Line(text=None, pick=None, file=str(path), wait=None):
            return File(Path(path))
        case _Line(text=None, pick=None, file=None, wait=float(seconds)):
            return Pause(_time(seconds))
        case _:
            raise BadInput(f"{_SHAPE}, with one key only")


def _press(pick: str | int, screen: Reply | None) -> Press:
    if screen is None or not screen.choices:
        raise BadInput("there is no button to pick")
    choice = _numbered(pick, screen.choices) if isinstance(pick, int) else _called(pick, screen.choices)
    if choice is None:
        known = ", ".join(f"{number} {each.id}" for number, each in enumerate(screen.choices, 1))
        raise BadInput(f"there is no button {_short(repr(pick))}; the buttons are: {known}")
    return Press(screen.prompt, choice.id)


def _short(words: str) -> str:
    return words if len(words) <= SHOWN else f"{words[:SHOWN]}…"


def _numbered(number: int, choices: Sequence[Choice]) -> Choice | None:
    return choices[number - 1] if 1 <= number <= len(choices) else None


def _called(name: str, choices: Sequence[Choice]) -> Choice | None:
    """Find the button by its id, else by its label, else by its number written as text."""
    wanted = _folded(name)
    by_id = (each for each in choices if each.id == wanted)
    by_label = (each for each in choices if _folded(each.label) == wanted)
    by_number = (each for number, each in enumerate(choices, 1) if str(number) == wanted)
    return next(by_id, None) or next(by_label, None) or next(by_number, None)


def _folded(name: str) -> str:
    return unicodedata.normalize("NFKC", name).strip().casefold()


def _time(seconds: float) -> timedelta:
    if not 0 <= seconds <= LONGEST_WAIT:
        raise BadInput(f"wait takes 0 to {LONGEST_WAIT} seconds")
    return timedelta(seconds=seconds)
