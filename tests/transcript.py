"""A conversation with the bot as it is written down, so that support staff can read and write it.

A file of `tests/conversations` holds talks, separated by `---`; every value in it is text, as in a flow file.
Each step is what the person does (at most one of `say`, `press`, `press_old`, `share`, `wait`, `open`), and
what is to be seen afterwards.
"""

import re
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Final, Literal

import msgspec
import yaml

from bot.model import LANGUAGES, FindingName, Language, Outcome
from tests.outside import Weather

CONVERSATIONS: Final = Path(__file__).parent / "conversations"


class Step(msgspec.Struct, forbid_unknown_fields=True, frozen=True, kw_only=True, omit_defaults=True):
    """What the person does, and what is to be seen afterwards. What is not written is not looked at."""

    board: Weather | None = None
    """How Apple's board looks from now on."""
    say: str | None = None
    press: str | None = None
    """Presses the button of that choice under the last prompt."""
    press_old: str | None = None
    """Presses the button of that choice under the last of the earlier prompts that had one."""
    share: str | None = None
    """Sends a text file with this content."""
    wait: str | None = None
    """Lets time pass: `10 min`, `2 hours`, `3 days`."""
    open: Literal["yes"] | None = None
    """Comes back to the chat without a word."""

    state: str | None = None
    says: tuple[str, ...] = ()
    says_not: tuple[str, ...] = ()
    offers: tuple[str, ...] = ()
    offers_not: tuple[str, ...] = ()
    language: Language | None = None
    ended: Literal["yes", "no"] | None = None
    silent: Literal["yes"] | None = None
    """Nothing is sent. Without it, exactly one message is."""
    found: tuple[FindingName, ...] | None = None
    tried: dict[str, Outcome] | None = None
    """How the steps went that the bot remembers, in their order, by their state."""

    def __post_init__(self) -> None:
        """Refuse a step in which the person does two things."""
        if self._actions > 1:
            raise ValueError("the person does one thing a step")

    @property
    def acts(self) -> bool:
        """Whether the person does something at all."""
        return self._actions == 1

    @property
    def _actions(self) -> int:
        written = (self.say, self.press, self.press_old, self.share, self.wait, self.open)
        return sum(each is not None for each in written)


class Talk(msgspec.Struct, forbid_unknown_fields=True, frozen=True, kw_only=True):
    """A written conversation. With `language: both` it is played once in each."""

    about: str
    talk: tuple[Step, ...]
    language: Literal["ja", "en", "both"] | None = None
    """What the platform says about the person; without it, nothing."""
    board: Weather = "clear"

    @property
    def languages(self) -> tuple[Language | None, ...]:
        """The languages in which it is played."""
        return LANGUAGES if self.language == "both" else (self.language,)


def read_talks(folder: Path = CONVERSATIONS) -> Iterator[tuple[str, Talk]]:
    """Give the talks of all files below the folder with their names, or raise for what is not a talk."""
    for path in sorted(folder.rglob("*.yaml")):
        for document in yaml.load_all(path.read_text(encoding="utf-8"), Loader=yaml.BaseLoader):
            talk = msgspec.convert(document, Talk)
            yield f"{path.parent.name}/{path.stem}: {talk.about}", talk


def time_of(written: str) -> timedelta:
    """Read what is written after `wait:`."""
    found = re.fullmatch(r"(\d+) (min|hours?|days?)", written)
    assert found, f"`wait: {written}` should be written like `10 min`, `2 hours` or `3 days`"
    return int(found[1]) * _UNITS[found[2].rstrip("s")]


_UNITS = {"min": timedelta(minutes=1), "hour": timedelta(hours=1), "day": timedelta(days=1)}
