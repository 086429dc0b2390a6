"""The nouns of a flow: what a flow file says, once it has been read."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Literal, TypeAlias

from msgspec import Struct

from bot.apple import Service
from bot.model import FindingName, Language, Place


class Where(Struct, frozen=True):
    """A line of a flow file, for messages to its editor; lines count from 1."""

    file: str
    line: int


class Text(Struct, frozen=True):
    """One text in both languages. `{name}` in it is a placeholder."""

    ja: str
    en: str

    def of(self, language: Language) -> str:
        """Give the text in that language."""
        return self.ja if language == "ja" else self.en


class Variant(Struct, frozen=True):
    """A text that is said when one of the guards `when` holds, or always if there is none."""

    text: Text
    when: tuple[str, ...]
    where: Where


Stance: TypeAlias = Literal["yes", "no"]


class Option(Struct, frozen=True):
    """One answer to a state's question, and where it leads."""

    id: str
    label: Text
    to: Place
    when: tuple[str, ...]
    """The guards of which one must hold for the option to be offered; none means always."""
    stance: Stance | None
    """Whether a typed "yes" or "no" means this option."""
    words: tuple[str, ...]
    """Further typed answers that mean this option."""
    resumes: bool
    """It leads back to where the guide was left, and to `to` only where that is not known."""
    untried: bool
    """It leads on from `to` to the first step that has not been tried yet."""
    finds: FindingName | None
    """What giving this answer shows, as pasted text may."""
    where: Where


class Reminder(Struct, frozen=True):
    """A message for somebody who has not answered `after` the step was shown."""

    after: timedelta
    text: Text


class Wait(Struct, frozen=True):
    """Where the conversation goes by itself, if nobody has answered `after` the step was shown."""

    after: timedelta
    then: Place


class Pass(Struct, frozen=True):
    """Where a state leads at once while one of the guards `when` holds: its text is said above the next."""

    when: tuple[str, ...]
    to: Place


class State(Struct, frozen=True):
    """One step of a flow: what is said, and which answers lead where."""

    place: Place
    title: Text | None
    """The step's name in summaries; a state without one is not a step that can be tried."""
    say: tuple[Variant, ...]
    how: Text | None
    options: tuple[Option, ...]
    skip: Place | None
    remind: Reminder | None
    wait: Wait | None
    end: bool
    loses: bool
    """Following this step loses settings, so it may be entered by consent only."""
    was: tuple[str, ...]
    passes: Pass | None
    called: tuple[str, ...]
    """The words by which people name this trouble: a message that has one leads here."""
    asks: Literal["machine"] | None
    """What is typed here is read for this first."""
    where: Where

    def option(self, id_: str) -> Option | None:
        """Give the option of that id, if the state has it."""
        return next((option for option in self.options if option.id == id_), None)


class Pointer(Struct, frozen=True):
    """Where a finding in pasted text leads: from one state, from the other flows, or from anywhere."""

    finding: FindingName
    origin: Place | Literal["other flows"] | None
    to: Place
    where: Where


ExitName: TypeAlias = Literal["solved", "person", "stop"]


class CheckIns(Struct, frozen=True):
    """What is asked once `after` the person's last word: where it was solved, or where it was left open."""

    after: timedelta
    solved: Place
    unfinished: Place


class Flow(Struct, frozen=True):
    """One topic: a guide from its first step to its ends."""

    name: str
    about: Text
    called: tuple[str, ...]
    """The words by which people name the topic: a first message that has one starts this flow."""
    begin: Place
    exits: Mapping[ExitName, Place]
    """Where "it works", "a person" and "stop" lead from every state."""
    watches: tuple[Service, ...]
    """Apple's services that this topic depends on."""
    evidence: tuple[Pointer, ...]
    check_in: CheckIns | None
    states: Mapping[str, State]
    version: str
    """Changes whenever a state, an answer or a target changes; wording does not count."""
    where: Where
