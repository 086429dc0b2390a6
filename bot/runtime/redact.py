"""What must never reach a log: tokens, passwords, and what people wrote or are called. Pure."""

import math
import re
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from types import TracebackType

from bot.dialogue.evidence.mask import mask
from bot.model import Address

LONGEST_TEXT = 500
MOST_ITEMS = 50
DEEPEST = 4
LAST_FRAMES = 20

Who = Callable[[Address], str]


def redacted(text: str) -> str:
    """Replace whatever looks like a token, a password or the credentials in an address; cut what is long."""
    text = text[: 8 * LONGEST_TEXT]  # more would cost time; what is cut in two here is cut off below
    for pattern, mark in _SECRETS:
        text = pattern.sub(mark, text)
    return text if len(text) <= LONGEST_TEXT else f"{text[:LONGEST_TEXT]}…"


def first_line(text: str) -> str:
    """Take the words of a library: its first line, without secrets, and without what identifies a person."""
    return mask(redacted(text.partition("\n")[0]))


def plain(value: object, who: Who, depth: int = 0) -> object:
    """Turn a value into what JSON has.

    Whom it is about is hashed. An object gives its type's name alone: its text may hold what a person wrote.
    """
    match value:
        case None | bool() | int():
            return value
        case float():
            return value if math.isfinite(value) else str(value)
        case str():
            return redacted(value)
        case datetime():
            return value.isoformat()
        case Address():
            return who(value)
        case BaseException():
            return told(value)
        case Mapping() if depth < DEEPEST:
            kept = list(value.items())[:MOST_ITEMS]
            return {redacted(str(name)): field(str(name), each, who, depth + 1) for name, each in kept}
        case Sequence() | set() | frozenset() if not isinstance(value, bytes | bytearray) and depth < DEEPEST:
            return [plain(each, who, depth + 1) for each in list(value)[:MOST_ITEMS]]
        case _:
            return type(value).__name__


def field(name: str, value: object, who: Who, depth: int = 0) -> object:
    """Turn a named field into what JSON has; one that by its name is secret or personal is left out."""
    return "…" if _NEVER.fullmatch(name) else plain(value, who, depth)


def told(error: BaseException) -> dict[str, object]:
    """Tell an exception: its type, its words, where it happened, and what it came from.

    Its words are left out where it passed through code that has a person's text in hand.
    """
    frames = list(_frames(error.__traceback__))
    private = any(_PRIVATE.match(module) for module, _ in frames)
    cause = error.__cause__ or (None if error.__suppress_context__ else error.__context__)
    said: dict[str, object] = {"type": type(error).__name__}
    if not private and str(error):
        said["says"] = first_line(str(error))
    if frames:
        said["at"] = [where for _, where in frames[-LAST_FRAMES:]]
    if cause is not None:
        said["from"] = _origin(cause, private=private)
    if isinstance(error, BaseExceptionGroup):
        said["together"] = [told(each) for each in error.exceptions[:MOST_ITEMS]]
    return said


def _origin(error: BaseException, *, private: bool) -> str:
    name = type(error).__name__
    hidden = private or any(_PRIVATE.match(module) for module, _ in _frames(error.__traceback__))
    return name if hidden or not str(error) else f"{name}: {first_line(str(error))}"


def _frames(traceback: TracebackType | None) -> list[tuple[str, str]]:
    """Give the module of each frame, and where it stood."""
    found = []
    while traceback is not None:
        code = traceback.tb_frame.f_code
        module = str(traceback.tb_frame.f_globals.get("__name__", "?"))
        found.append((module, f"{module}:{traceback.tb_lineno} {code.co_name}"))
        traceback = traceback.tb_next
    return found


_PRIVATE = re.compile(r"bot\.(?:dialogue|codec)\b|adapters\.\w+\.(?:in|out)bound$")
"""Modules that have a person's text in hand."""

_NEVER = re.compile(
    r"(?i)text|body|person|chat|.*(?:password|passwd|secret|token|ticket|authorization|cookie|api_?key|signature)"
)

_SECRETS = (
    (re.compile(r"://[^/\s\"']*@"), "://…@"),
    (re.compile(r"\b(bot)?[0-9]{5,}:[\w-]{20,}"), r"\1…"),
    (re.compile(r"(?i)\bx(?:ox[a-z]|app)[-.][\w.-]+"), "…"),
    (re.compile(r"(?i)\b(hooks\.slack\.com/)[^\s\"']+"), r"\1…"),
    (re.compile(r"(?i)\b(bearer|basic)\s+[\w.~+/=-]{6,}"), r"\1 …"),
    (
        re.compile(
            r"(?i)((?:password|passwd|secret|token|ticket|authorization|api[_-]?key|signature)[\"']?\s*[:=]\s*)"
            r"(?:\"[^\"]*\"|'[^']*'|[^\s&,;\"'})])+"
        ),
        r"\1…",
    ),
)
