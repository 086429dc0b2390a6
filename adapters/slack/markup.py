"""Slack's own markup in what people write → the text that they meant."""

import html
import re

from adapters.parts import clean

_MARKUP = re.compile(r"<([@#!]?)([^<>|\s]{0,2000})(?:\|([^<>]{0,2000}))?>")


def meant(text: str, me: str = "") -> str:
    """Give the text without markup, and without the mention of us (by our user id)."""
    return clean(html.unescape(_MARKUP.sub(lambda found: _shown(found, me), text))).strip()


def mentions(text: str, person: str) -> bool:
    """Say whether the text mentions a person."""
    return f"<@{person}>" in text or f"<@{person}|" in text


def addresses_another(text: str, me: str) -> bool:
    """Say whether the text begins with the mention of somebody else than us."""
    found = _MARKUP.match(text.lstrip())
    return found is not None and found[1] == "@" and found[2] != me


def _shown(found: re.Match[str], me: str) -> str:
    kind, name, label = found[1], found[2], found[3]
    if kind == "@":
        return " " if name == me else f"@{label or name}"
    if kind:
        return f"{'#' if kind == '#' else '@'}{label or name.partition('^')[0]}"
    return label or name.removeprefix("mailto:").removeprefix("tel:")
