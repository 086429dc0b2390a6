"""Pasted text: what mail, chat and terminals wrapped round it is taken off, and places in it can be found."""

import re
from collections import deque
from collections.abc import Iterable
from typing import NamedTuple

NEAR = 200
"""Characters of a line that are looked at before and after a match."""

CANDIDATES = 500
"""Matches of a pattern that are looked at, the last ones. No honest text has as many; a hostile one may."""


class Page(NamedTuple):
    """The plain text, and the same in lower case, character for character in the same places."""

    text: str
    low: str

    @classmethod
    def of(cls, pasted: str) -> "Page":
        text = plain(pasted)
        return cls(text, text.lower())

    def matches(self, patterns: Iterable[re.Pattern[str]]) -> list[re.Match[str]]:
        """Give the matches of any of the patterns in the lower-case text, the last one first."""
        found = [match for each in patterns for match in deque(each.finditer(self.low), CANDIDATES)]
        return sorted(found, key=re.Match.start, reverse=True)

    def before(self, at: int) -> str:
        """Give what stands before that place on its line."""
        return self.text[max(0, at - NEAR) : at].rpartition("\n")[2]

    def after(self, at: int) -> str:
        """Give what follows from that place on its line."""
        return self.text[at : at + NEAR].partition("\n")[0]

    def below(self, at: int) -> str:
        """Give the next line after that place which is not empty, without quote marks."""
        return self.text[at : at + NEAR].lstrip("\n >|").partition("\n")[0]

    def around(self, at: int) -> str:
        """Give the neighbourhood of that place in lower case, other lines too."""
        return self.low[max(0, at - 2 * NEAR) : at + 2 * NEAR]


def plain(text: str) -> str:
    """Give the text in plain characters: one kind of space, quote, bracket and line end, nothing invisible.

    Full-width letters become ASCII and half-width kana full-width ones. Lower-casing the result keeps every
    character's place, and it can always be encoded. The time is linear in the length of the text.
    """
    if "&" in text:
        for entity, character in _ENTITIES:
            text = text.replace(entity, character)
    if "\x1b" in text:
        text = _TERMINAL_COLOUR.sub("", text)
    if text.isascii():
        return text.translate(_FOLDED)
    for written, meant in _FREQUENT:
        text = text.replace(written, meant)
    return _FOLDABLE.sub(lambda run: run[0].translate(_FOLDED), text)


_ENTITIES = (
    ("&quot;", '"'),
    ("&#34;", '"'),
    ("&ldquo;", '"'),
    ("&rdquo;", '"'),
    ("&#39;", "'"),
    ("&nbsp;", " "),
    ("&#160;", " "),
    ("&lt;", "<"),
    ("&gt;", ">"),
    ("&amp;", "&"),
)
_TERMINAL_COLOUR = re.compile(r"\x1b\[[0-9;?]*+[A-Za-z]")
_FREQUENT = (("（", "("), ("）", ")"), ("：", ":"), ("\u3000", " "))
"""`_FOLDED` has these too; in Japanese text there are so many that replacing them first is faster."""


def _each(*ranges: tuple[int, int]) -> list[int]:
    return [code for first, last in ranges for code in range(first, last + 1)]


_INVISIBLE = _each(
    (0x00, 0x08),
    (0x0E, 0x1F),
    (0x7F, 0x84),
    (0x86, 0x9F),
    (0xAD, 0xAD),
    (0x034F, 0x034F),
    (0x061C, 0x061C),
    (0x180B, 0x180E),
    (0x200B, 0x200F),
    (0x202A, 0x202E),
    (0x2060, 0x206F),
    (0xD800, 0xDFFF),
    (0xFE00, 0xFE0F),
    (0xFEFF, 0xFEFF),
    (0xFFF9, 0xFFFB),
)
_SPACES = _each(
    (0x09, 0x09), (0x0B, 0x0C), (0xA0, 0xA0), (0x2000, 0x200A), (0x202F, 0x202F), (0x205F, 0x205F)
)
_LINE_ENDS = _each((0x0D, 0x0D), (0x85, 0x85), (0x2028, 0x2029))
_HALF_WIDTH_KANA = "ｱｲｳｴｵｶｷｸｹｺｻｼｽｾｿﾀﾁﾂﾃﾄﾅﾆﾇﾈﾉﾊﾋﾌﾍﾎﾏﾐﾑﾒﾓﾔﾕﾖﾗﾘﾙﾚﾛﾜｦﾝｬｭｮｯｰ"
_FULL_WIDTH_KANA = (
    "アイウエオカキクケコサシスセソタチツテトナニヌネノハヒフヘホマミムメモヤユヨラリルレロワヲンャュョッー"
)
_FOLDED: dict[int, str | None] = {
    **dict.fromkeys(_INVISIBLE),
    **dict.fromkeys([*_SPACES, 0x3000], " "),
    **dict.fromkeys(_LINE_ENDS, "\n"),
    **dict.fromkeys(map(ord, "“”„‟«»〝〟"), '"'),
    **dict.fromkeys(map(ord, "‘’‚‛′"), "'"),
    **{full: chr(full - 0xFEE0) for full in range(0xFF01, 0xFF5F)},
    **{ord(half): full for half, full in zip(_HALF_WIDTH_KANA, _FULL_WIDTH_KANA, strict=True)},
    ord("İ"): "I",  # the one letter whose lower case is two characters
}
# All of these lie below U+10000: one character beyond makes the search for a class twenty times slower.
_FOLDABLE = re.compile(f"[{re.escape(''.join(map(chr, _FOLDED)))}]+")
