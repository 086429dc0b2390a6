"""Recognises what people type of their device when they are asked: its model, and the version of its system.

It is put together from words that are known beforehand, so nothing else of the message is ever kept.
"""

import re

from bot.dialogue.evidence.page import Page
from bot.model import Finding

_MODEL = re.compile(
    r"(?<![a-z])(?P<line>iphone|ipad|macbook|imac|mac(?= ?(?:mini|studio|pro|ミニ|プロ)))"
    r" ?(?P<first>[0-9]{1,2}(?![0-9.])e?|se(?![a-z])|x[rs]?(?![a-z]))?"
    r"(?P<kinds>(?:[ -]?(?:pro|max|plus|mini|air|studio|neo|プロ|マックス|プラス|ミニ|エアー?))*)"
)
_KINDS = {
    "プロ": "Pro", "マックス": "Max", "プラス": "Plus", "ミニ": "mini", "エア": "Air", "エアー": "Air",
    "pro": "Pro", "max": "Max", "plus": "Plus", "mini": "mini", "air": "Air", "studio": "Studio",
    "neo": "Neo",
}  # fmt: skip
_KIND = re.compile("|".join(sorted(_KINDS, key=len, reverse=True)))
_LINES = {"iphone": "iPhone", "ipad": "iPad", "macbook": "MacBook", "imac": "iMac", "mac": "Mac"}
_FIRST = {"se": "SE", "x": "X", "xr": "XR", "xs": "XS"}
_JAPANESE_LINES = {
    "アイフォーン": "iphone",
    "アイフォン": "iphone",
    "アイパッド": "ipad",
    "マックブック": "macbook",
}

_SYSTEM = re.compile(
    r"(?<![a-z])(?P<name>ios|ipados|macos|mac os(?: x)?|os x)[ a-z]{0,16}?"
    r"(?:の?バージョン|version|ver\.?)?[ :]{0,2}"
    r"(?P<version>[0-9]{1,2}(?:\.[0-9]{1,2}){0,2})(?![0-9.])"
)
_BARE = re.compile(r"(?<![0-9a-z.])(?P<version>[0-9]{1,2}(?:\.[0-9]{1,2}){1,2})(?![0-9.])")
_SYSTEMS = {"ios": "iOS ", "ipados": "iPadOS "}


def told_machine(text: str) -> tuple[Finding, ...]:
    """Give the model and the version of the system that the message names; nothing if it names none."""
    words = Page.of(text[:_CONSIDERED]).low
    for spoken, line in _JAPANESE_LINES.items():
        words = words.replace(spoken, line)
    found = (_model(words), _version(words))
    return tuple(each for each in found if each)


_CONSIDERED = 300


def _model(words: str) -> Finding | None:
    named = [match for match in _MODEL.finditer(words) if match["first"] or match["kinds"]]
    if not named:
        return None
    match = named[0]
    first = _FIRST.get(match["first"] or "", match["first"] or "")
    kinds = [_KINDS[kind] for kind in _KIND.findall(match["kinds"])]
    return Finding("model", " ".join(filter(None, (_LINES[match["line"]], first, *kinds[:3]))))


def _version(words: str) -> Finding | None:
    if match := _SYSTEM.search(words):
        name = _SYSTEMS.get(match["name"], "macOS ")
        return Finding("macos_version", f"{name}{match['version']}")
    bare = _BARE.search(words)
    return Finding("macos_version", bare["version"]) if bare else None
