"""A conversation with the bot as it is written down, so that support staff can read and write it.

A file of `tests/conversations` holds talks, separated by `---`; every value in it is text, as in a flow file.
Each step is what happens (one thing at most, from `say` to `leave`), and what is to be seen afterwards.
"""

import re
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Final, Literal

import msgspec
import yaml

from bot.events import Command, Unread
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
    overheard: str | None = None
    """Says something in the thread without naming us."""
    share: str | None = None
    """Sends a text file with this content."""
    wait: str | None = None
    """Lets time pass: `10 min`, `2 hours`, `3 days`."""
    open: Literal["yes"] | None = None
    """Comes back to the chat without a word."""
    link: str | None = None
    """Follows a link into the chat that carries this."""
    invoke: Command | None = None
    """Chooses this command from the platform's menu."""
    send: Unread | None = None
    """Sends something that cannot be read."""
    apple: Literal["changes"] | None = None
    """Word comes that Apple's board has changed, which is a step of its own: `board` says how it looks."""
    leave: Literal["yes"] | None = None
    """Blocks the bot."""

    state: str | None = None
    says: tuple[str, ...] = ()
    says_not: tuple[str, ...] = ()
    offers: tuple[str, ...] = ()
    offers_not: tuple[str, ...] = ()
    language: Language | None = None
    ended: Literal["yes", "no"] | None = None
    silent: Literal["yes"] | None = None
    """Nothing is sent. Without it, exactly one message is."""
    step: str | None = None
    """Which step of how many the message says it is: `2 of 9`, or `none`."""
    found: tuple[FindingName, ...] | None = None
    follows: tuple[str, ...] | None = None
    """What the person is to be told of."""
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
        mine = (self.say, self.press, self.press_old, self.overheard, self.share, self.wait, self.open)
        platform = (self.link, self.invoke, self.send, self.apple, self.leave)
        return sum(each is not None for each in (*mine, *platform))


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
