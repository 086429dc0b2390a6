"""The sign that a reply bears in the chaos: a first line that says whose it is, and at which attempt.

A platform of the field keeps no key with a message, so it stands in the text.
"""

import re
from dataclasses import dataclass

_FORM = re.compile(r"#(\S+) (\S+) (\d+) (\d+)\n")


@dataclass(frozen=True, slots=True)
class Sign:
    """What the worker that sends a reply knows of it."""

    person: str
    key: str
    attempt: int
    prompt: int

    def over(self, text: str) -> str:
        """Give the text with the sign over it."""
        return f"#{self.person} {self.key} {self.attempt} {self.prompt}\n{text}"


def read_sign(text: str) -> tuple[Sign | None, str]:
    """Give the sign, if there is one, and the text without it."""
    if (found := _FORM.match(text)) is None:
        return None, text
    return Sign(found[1], found[2], int(found[3]), int(found[4])), text[found.end() :]
