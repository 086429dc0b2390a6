"""Letters and boxes of an SVG picture, as wide as a phone would draw them, whatever font there is."""

import html
import re
from collections.abc import Iterator

from adapters.telegram.width import width

SIZE = 15
"""Pixels of the letters."""

FONT = "-apple-system, 'Hiragino Sans', 'Noto Sans CJK JP', 'Noto Sans', 'Segoe UI', sans-serif"
_NARROW, _BROAD = frozenset("iIjl.,:;'’!|()[] ftr-"), frozenset("MWmw@%")
_PIECE = re.compile(r"[「『（]*(?:[!-~‘’“”–•·]+|.)[、。」』）！？：…・]* *")
"""What is not torn apart: a word, or a Japanese character, with the marks round it."""


def wrapped(line: str, room: float) -> Iterator[str]:
    """Break a line where it may be broken, so that no part is wider than `room` (pixels)."""
    begun = ""
    for piece in _PIECE.findall(line):
        if begun and pixels((begun + piece).rstrip()) > room:
            yield begun.rstrip()
            begun = ""
        begun += piece
    yield begun.rstrip()


def pixels(text: str) -> float:
    """Guess how wide a text is; the picture then makes it so, whatever font there is."""
    return sum(
        SIZE * (1.0 if width(each) > 1 else 0.3 if each in _NARROW else 0.85 if each in _BROAD else 0.56)
        for each in text
    )


def box(x: float, y: float, wide: float, high: float, color: str) -> str:
    """Draw a box with round corners."""
    return f'<rect x="{x:g}" y="{y:g}" width="{wide:g}" height="{high:g}" rx="9" fill="{color}"/>'


def text(
    x: float, y: float, text: str, *, bold: bool = False, color: str = "#111111", size: int = SIZE
) -> str:
    """Write a line; `y` is where its letters stand."""
    look = (' font-weight="bold"' if bold else "") + (f' font-size="{size}"' if size != SIZE else "")
    fit = f'textLength="{pixels(text) * size / SIZE:g}" lengthAdjust="spacingAndGlyphs"' if text else ""
    return f'<text x="{x:g}" y="{y:g}" fill="{color}"{look} {fit}>{html.escape(text)}</text>'
