"""What a typed answer means, in either language, whatever language the conversation is in.

Only the question that was asked is understood here, and the commands that are valid everywhere: a number or a
label, then a listed phrase as the whole message, then a listed phrase inside a short one. To be told "great!"
when nothing works is worse than to be asked again: a question, a doubt or a "not" is never taken for a yes.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TypeAlias

from bot.dialogue.flow import Flow, Option, State, Text
from bot.dialogue.typed import NUMBER, Finder, is_doubtful, is_question, normal, without_courtesies
from bot.dialogue.vocabulary import COMMANDS, CommandName
from bot.model import Language


@dataclass(frozen=True, slots=True)
class Answered:
    """The person gave the answer `id` of the state's question."""

    id: str


@dataclass(frozen=True, slots=True)
class Commanded:
    """The person asked for something that is valid everywhere."""

    name: CommandName


@dataclass(frozen=True, slots=True)
class Switched:
    """The person asked for this language by name."""

    language: Language


@dataclass(frozen=True, slots=True)
class Named:
    """The person named the topic of a flow, and of that one only."""

    flow: str


@dataclass(frozen=True, slots=True)
class Solved:
    """The person says that it works now, where no answer asks for it."""


@dataclass(frozen=True, slots=True)
class Thanked:
    """The person said thank you."""


@dataclass(frozen=True, slots=True)
class Nodded:
    """The person said yes, no or OK, where nothing was asked that it could answer."""


@dataclass(frozen=True, slots=True)
class Unclear:
    """Nothing of the above; `empty` if there was nothing to read at all."""

    empty: bool = False


Meaning: TypeAlias = Answered | Commanded | Switched | Named | Solved | Thanked | Nodded | Unclear

SHORT, SHORT_JAPANESE = 80, 45
"""Longer messages are stories: a phrase inside them is no answer (characters, after `normal`)."""


class Lexicon:
    """All phrases of a book, ready to be looked up. Built once a book."""

    def __init__(
        self, flows: Mapping[str, Flow], labels: Mapping[str, Text], words: Mapping[str, tuple[str, ...]]
    ) -> None:
        """Index the labels and words of the flows, the standard labels, and the phrases of `words.yaml`."""
        self._whole = {
            normal(phrase): name
            for name, phrases in words.items()
            if name not in COMMANDS
            for phrase in phrases
        }
        self._commands = {
            phrase: name for name in COMMANDS for phrase in command_phrases(name, labels, words)
        }
        self._outcomes = Finder({name: words[name] for name in ("fixed", "not_yet")})
        self._topics = Finder({flow.name: flow.called for flow in flows.values()})
        self._answers = {
            state.place: _by_phrase(state, labels)
            for flow in flows.values()
            for state in flow.states.values()
        }

    def understand(self, state: State, offered: tuple[str, ...], text: str) -> Meaning:
        """Say what `text` means as an answer to what `state` asked, of which `offered` was on the screen."""
        message = normal(text)
        if not message:
            return Unclear(empty=True)
        asks = is_question(text, message)
        meaning = None if asks else _numbered(message, offered) or self._labelled(message, state, offered)
        meaning = meaning or self._said(message, state, offered, asks=asks)
        if meaning is not None:
            return meaning
        outcome = None if asks or _is_story(message) else self._outcome(message, offered)
        if isinstance(outcome, Answered):
            return outcome
        return self._named(message) or outcome or Unclear()

    def _labelled(self, message: str, state: State, offered: tuple[str, ...]) -> Meaning | None:
        answers = self._answers[state.place].get(message, ())
        return next((Answered(id_) for id_ in answers if id_ in offered), None)

    def _said(self, message: str, state: State, offered: tuple[str, ...], *, asks: bool) -> Meaning | None:
        """Take the whole message for a listed phrase, politely put or not."""
        for phrase in without_courtesies(message):
            if phrase in self._whole:
                return self._listed(self._whole[phrase], state, offered, asks=asks)
            if phrase in self._commands:
                return Commanded(self._commands[phrase])
        return None

    def _listed(self, name: str, state: State, offered: tuple[str, ...], *, asks: bool) -> Meaning | None:
        match name:
            case "japanese":
                return Switched("ja")
            case "english":
                return Switched("en")
            case "thanks":
                return Thanked()
            case _ if asks:
                return None
            case "yes" | "no" as stance:
                return _stance(stance, state, offered) or Nodded()
            case "go_on" if name not in offered:
                return Nodded()
            case _:
                return _standard(name, offered)

    def _named(self, message: str) -> Meaning | None:
        named = {name for name, _, _ in self._topics.mentions(message)}
        return Named(named.pop()) if len(named) == 1 else None

    def _outcome(self, message: str, offered: tuple[str, ...]) -> Meaning | None:
        """Say how it went: as the last words have it, but "fixed" only if nothing speaks against it."""
        mentions = self._outcomes.mentions(message)
        if not mentions:
            return None
        name, begin, end = mentions[-1]
        if name == "fixed":
            contradicted = any(other != name for other, _, _ in mentions)
            if contradicted or is_doubtful(message, begin, end):
                return None
        return _standard(name, offered)


def _is_story(message: str) -> bool:
    return len(message) > (SHORT if message.isascii() else SHORT_JAPANESE)


def command_phrases(
    name: CommandName, labels: Mapping[str, Text], words: Mapping[str, tuple[str, ...]]
) -> set[str]:
    """Give what means this command when typed: its id, labels and words, without the names of languages."""
    phrases = {normal(phrase) for phrase in (name, labels[name].ja, labels[name].en, *words[name])}
    return phrases - {normal(phrase) for key in ("japanese", "english") for phrase in words[key]}


def answer_phrases(option: Option, labels: Mapping[str, Text]) -> set[str]:
    """Give what means this answer when typed: its id, its labels in both languages and its own words."""
    label = option.label if option.label.ja or option.id not in labels else labels[option.id]
    return {normal(phrase) for phrase in (option.id, label.ja, label.en, *option.words)}


def _by_phrase(state: State, labels: Mapping[str, Text]) -> Mapping[str, tuple[str, ...]]:
    """Index the answers of a state; two that are never offered together may share a phrase."""
    answers: dict[str, tuple[str, ...]] = {}
    for option in state.options:
        for phrase in answer_phrases(option, labels):
            answers[phrase] = (*answers.get(phrase, ()), option.id)
    return answers


def _numbered(message: str, offered: tuple[str, ...]) -> Meaning | None:
    found = NUMBER.fullmatch(message)
    if not found or not 1 <= int(found[1]) <= len(offered):
        return None
    chosen = offered[int(found[1]) - 1]
    return Commanded(chosen) if chosen in COMMANDS else Answered(chosen)


def _stance(stance: str, state: State, offered: tuple[str, ...]) -> Meaning | None:
    """Take a plain yes or no for an answer where that was asked, or where there is only one answer."""
    options = [option for option in state.options if option.id in offered]
    asked = len(options) == 1 or {option.stance for option in options} >= {"yes", "no"}
    answers = [option.id for option in options if option.stance == stance]
    return Answered(answers[0]) if asked and len(answers) == 1 else None


def _standard(name: str, offered: tuple[str, ...]) -> Meaning | None:
    if name in offered:
        return Answered(name)
    return Solved() if name == "fixed" else None
