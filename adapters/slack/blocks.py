"""The pieces that a message on Slack is made of, none of which can say more than it was given.

Text is always shown as it is: in the elements of rich text and in plain text, nothing that a person or Apple
wrote can become a mention, a command, an emoji or formatting. Only addresses of Apple's own pages become
links, which everything may contain.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from typing import Literal, TypeAlias

from adapters.slack.origin import Block

SECTION_LIMIT = 3_000
"""Characters of a block of text."""

BUTTON_LIMIT = 75
"""Characters of a button's text."""

ROW_LIMIT = 25
"""Buttons of an actions block."""

FALLBACK_LIMIT = 4_000
"""Characters of a message's `text`, which is for notifications and screen readers (`chat.update`'s limit)."""

ButtonStyle: TypeAlias = Literal["primary", "danger"]

_APPLE = re.compile(
    r"https://(?:[a-z0-9-]+\.){0,4}apple\.com(?![\w@:-]|\.\w)(?:/[A-Za-z0-9/_.~%#?=&+-]*[A-Za-z0-9/_=])?"
)
_PERSON = re.compile(r"[UW][A-Z0-9]+")
_ESCAPES = {"&": "&amp;", "<": "&lt;", ">": "&gt;"}


def rich_text(text: str, mention: str = "") -> Block:
    """Show text as it is, with Apple's pages as links. `mention` is the person (a user id) to begin with."""
    elements = [*_mentioned(mention), *_elements(text)]
    return {"type": "rich_text", "elements": [{"type": "rich_text_section", "elements": elements}]}


def context(text: str) -> Block:
    """Show a small line."""
    return {"type": "context", "elements": [_plain(cut(text, SECTION_LIMIT))]}


def button(label: str, action: str, value: str = "", style: ButtonStyle | None = None) -> Block:
    """Make a button; what is too long of its label is cut off."""
    made: Block = {"type": "button", "action_id": action, "text": _plain(cut(label, BUTTON_LIMIT))}
    return made | ({"value": value} if value else {}) | ({"style": style} if style else {})


def rows(buttons: Sequence[Block]) -> Iterator[Block]:
    """Put buttons below each other in as few blocks as Slack takes."""
    for start in range(0, len(buttons), ROW_LIMIT):
        yield {"type": "actions", "elements": [*buttons[start : start + ROW_LIMIT]]}


def escaped(text: str) -> str:
    """Write text so that Slack shows it as it is, where it reads its own markup."""
    return "".join(_ESCAPES.get(character, character) for character in text)


def fallback(text: str, mention: str = "") -> str:
    """Give what notifications and screen readers say of a message, cut between two characters."""
    room = FALLBACK_LIMIT - 40
    kept: list[str] = []
    for character in text:
        shown = _ESCAPES.get(character, character)
        room -= len(shown)
        if room < 0:
            kept.append("…")
            break
        kept.append(shown)
    return "".join((f"<@{mention}> " if _PERSON.fullmatch(mention) else "", *kept)) or " "


def read_out(blocks: Iterable[object]) -> Iterator[str]:
    """Give the words of blocks, a piece each, as Slack gave them back."""
    for block in blocks:
        if isinstance(block, dict):
            text = block.get("text", block.get("url"))
            if isinstance(text, str):
                yield text
            inner = block.get("elements")
            yield from read_out([text, *(inner if isinstance(inner, list) else ())])


def cut(text: str, limit: int) -> str:
    """Shorten a text to so many characters; there is always one, because Slack refuses an empty text."""
    return (text if len(text) <= limit else f"{text[: limit - 1]}…") or " "


def _mentioned(person: str) -> list[Block]:
    if not _PERSON.fullmatch(person):
        return []
    return [{"type": "user", "user_id": person}, {"type": "text", "text": " "}]


def _elements(text: str) -> Iterator[Block]:
    done = 0
    for found in _APPLE.finditer(text):
        if found.start() > done:
            yield {"type": "text", "text": text[done : found.start()]}
        yield {"type": "link", "url": found[0]}
        done = found.end()
    if text[done:] or not done:
        yield {"type": "text", "text": text[done:] or " "}


def _plain(text: str) -> Block:
    return {"type": "plain_text", "text": text, "emoji": False}
