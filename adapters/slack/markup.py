"""Slack's own markup in what people write → the text that they meant."""

import html
import re

from adapters.parts import clean

_THUMB = re.compile(r":([+-])1:(?::skin-tone-[2-6]:)?")
"""How Slack writes a thumb up or down; its number is no answer."""
_EMOJI_ONLY = re.compile(r"(?:\s*:[^\s:]{1,100}:)+\s*")
"""A message without words: the names of emoji, as `:back:`, are none."""
_MARKUP = re.compile(r"<([@#!]?)([^<>|\s]{0,2000})(?:\|([^<>]{0,2000}))?>")


def meant(text: str, me: str = "") -> str:
    """Give the text without markup, and without the mention of us (by our user id)."""
    shown = _MARKUP.sub(lambda found: _shown(found, me), text)
    if _EMOJI_ONLY.fullmatch(shown):
        return "🙂"
    thumbs = _THUMB.sub(lambda found: "👍" if found[1] == "+" else "👎", shown)
    return clean(html.unescape(thumbs)).strip()


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
