"""Breaks text into lines of a terminal, in Japanese too, where there is no space to break at."""

import re
from collections.abc import Iterator

from rich.cells import cell_len

_OPENING = "「『（【〈《［｛“‘(["
_CLOSING = "、。，．・：；？！ー」』）】〉》］｝”’)]々ぁぃぅぇぉっゃゅょァィゥェォッャュョ…,.:;?!"
_WIDE = "\u2e80-\u9fff\uf900-\ufaff\uff00-\uff9f→"
_PIECE = re.compile(
    rf" +|[{re.escape(_OPENING)}]*(?:[{_WIDE}]|[^\s{_WIDE}{re.escape(_OPENING)}]+)?[{re.escape(_CLOSING)}]*"
)


def wrapped(text: str, width: int) -> str:
    """Break lines that are wider than `width` cells.

    No line begins with a closing bracket, a full stop or the like, and none ends with an opening bracket.
    What cannot be broken, as a web address, stays whole: the terminal folds it, and it can still be copied.
    """
    return "\n".join("\n".join(_lines(line, width)) for line in text.split("\n"))


def _lines(line: str, width: int) -> Iterator[str]:
    row = ""
    for piece in _PIECE.findall(line.expandtabs(4)):
        if row.strip() and piece.strip() and cell_len(row + piece) > width:
            yield row.rstrip()
            row = ""
        row += piece
    yield row.rstrip()
