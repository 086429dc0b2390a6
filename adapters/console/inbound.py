"""Lines of JSON from a program that drives the chat → what the person did. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import TypeAlias

import msgspec

from bot.model import Choice, Reply

LONGEST_WAIT = 10 * 365 * 24 * 3600
"""Seconds that `wait` takes at most: ten years."""


@dataclass(frozen=True, slots=True)
class Text:
    """Something typed or pasted."""

    text: str


@dataclass(frozen=True, slots=True)
class Press:
    """A button of the prompt on the screen."""

    prompt: int
    choice: str


@dataclass(frozen=True, slots=True)
class File:
    """A file to be read."""

    path: Path


@dataclass(frozen=True, slots=True)
class Pause:
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


def read_line(line: bytes, screen: Reply | None) -> Input:
    """Read one line, or raise `BadInput`. `screen` is the reply whose buttons are on the screen."""
    try:
        given = _decoder.decode(line)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError) as error:
        raise BadInput(f"{_SHAPE}; this one is not: {error}") from error
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
        raise BadInput(f"there is no button {pick!r}; the buttons are: {known}")
    return Press(screen.prompt, choice.id)


def _numbered(number: int, choices: Sequence[Choice]) -> Choice | None:
    return choices[number - 1] if 1 <= number <= len(choices) else None


def _called(name: str, choices: Sequence[Choice]) -> Choice | None:
    wanted = name.strip().casefold()
    by_id = (each for each in choices if each.id == wanted)
    by_label = (each for each in choices if each.label.casefold() == wanted)
    number = int(wanted) if wanted.isdecimal() and len(wanted) < 4 else 0
    return next(by_id, None) or next(by_label, None) or _numbered(number, choices)


def _time(seconds: float) -> timedelta:
    if not 0 <= seconds <= LONGEST_WAIT:
        raise BadInput(f"wait takes 0 to {LONGEST_WAIT} seconds")
    return timedelta(seconds=seconds)
