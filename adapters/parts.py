"""Cuts a long text into parts that a platform takes, at the end of a paragraph, a line or a sentence."""

import re

_ENDS = (re.compile(r"\n\n"), re.compile(r"\n"), re.compile(r"[。！？]|[.!?](?= )"), re.compile(r"[ 、,]"))
"""Where one may cut, best first."""


def clean(text: str) -> str:
    """Replace halves of surrogate pairs, which can be neither stored nor sent."""
    code = "utf-16-le"
    return text if text.isascii() else text.encode(code, "surrogatepass").decode(code, "replace")


def units(text: str) -> int:
    """Count the UTF-16 units, as the platforms count."""
    return len(text) + sum(character > "\uffff" for character in text)


def parts(text: str, limit: int) -> list[str]:
    """Cut a text into parts of at most `limit` UTF-16 units, none of them empty or of space only."""
    found: list[str] = []
    while units(text) > limit:
        head = _head(text, limit)
        cut = _cut(head)
        found.append(text[:cut].rstrip())
        text = text[cut:].lstrip()
    return [part for part in (*found, text.rstrip()) if part.strip()]


def _head(text: str, limit: int) -> str:
    head = text[:limit]
    while units(head) > limit:
        head = head[: len(head) - max(1, (units(head) - limit) // 2)]
    return head


def _cut(head: str) -> int:
    """Find the best place in the second half; a text without any is cut where it is full."""
    for end in _ENDS:
        places = [found.end() for found in end.finditer(head) if found.end() > len(head) // 2]
        if places:
            return places[-1]
    return len(head)
