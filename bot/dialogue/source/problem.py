"""A mistake in a flow file, in words for its editor."""

from collections.abc import Iterable
from difflib import get_close_matches

from msgspec import Struct

from bot.dialogue.flow import Where


class Problem(Struct, frozen=True, order=True):
    """One mistake in a flow file, as its editor reads it."""

    file: str
    line: int
    what: str

    @classmethod
    def at(cls, where: Where, what: str) -> "Problem":
        """Say what is wrong there, in one line, however long the names in it are."""
        return cls(where.file, where.line, shortened(what, 400))

    def __str__(self) -> str:
        """Give the line that `imessage-support check` prints."""
        return f"{self.file}:{self.line}  {self.what}"


def did_you_mean(name: str, known: Iterable[str]) -> str:
    """Give the hint to append to "there is no such …", or nothing if nothing is near."""
    names = list(known)
    if len(name) > _LONGEST_NAME or len(names) > _MOST_NAMES:
        return ""
    near = get_close_matches(name, names, n=1, cutoff=0.6)
    return f" did you mean `{near[0]}`?" if near else ""


_LONGEST_NAME = 60
_MOST_NAMES = 1_000
"""Comparing names takes time; no flow has as many."""


def shortened(text: str, most: int) -> str:
    """Give the text in one line of at most so many characters."""
    line = " ".join(text.split())
    return line if len(line) <= most else f"{line[: most - 1]}…"
