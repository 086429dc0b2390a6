"""Takes out of a text what a terminal would obey instead of show."""

import re
import unicodedata

_CANDIDATE = re.compile(r"[^\n\t -~]")
_KEPT = "\u200c\u200d"
"""The joiners that emoji and some scripts are written with."""


def plain(text: str) -> str:
    """Leave out control characters (line breaks and tabs stay) and those that turn the reading direction.

    Apple's words and pasted logs come from outside; an escape sequence in them could rewrite the screen or
    the title of the window, and a bidirectional mark could make an address read as another one.
    """
    return _CANDIDATE.sub(lambda found: _shown(found[0]), text)


def one_line(text: str) -> str:
    """Give the text plain and on one line."""
    return " ".join(plain(text).split("\n")).replace("\t", " ")


def _shown(character: str) -> str:
    match unicodedata.category(character):
        case "Cc":
            return ""
        case "Cf":
            return character if character in _KEPT else ""
        case "Zl" | "Zp":
            return "\n"
        case "Cs":
            return "\ufffd"
        case _:
            return character
