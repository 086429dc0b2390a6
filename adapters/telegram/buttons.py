"""What a button carries: the number of its prompt, whose prompt it is, and the choice.

Telegram allows 64 bytes. The longest is `1:` with 10 digits, 16 digits (an id has at most 52 bits), 32
letters (`bot.dialogue.source.values.NAME`) and two colons between them: 62.
"""

import re
from typing import Final

from msgspec import Struct

BUTTON_LIMIT: Final = 64
"""Bytes."""

_FORM: Final = re.compile(r"1:([0-9]{1,10}):([0-9]{1,16}):([a-z][a-z0-9_]{0,31})")


class Button(Struct, frozen=True):
    """A button of the prompt numbered `prompt`, which was asked of the person with the id `owner`."""

    prompt: int
    owner: int
    choice: str

    def __str__(self) -> str:
        """Give it as `callback_data`."""
        return f"1:{self.prompt}:{self.owner}:{self.choice}"


def read_button(data: object) -> Button | None:
    """Read `callback_data`, which a forged client can make up; None for what no button of ours carries."""
    match = _FORM.fullmatch(data) if isinstance(data, str) else None
    return Button(int(match[1]), int(match[2]), match[3]) if match else None
