"""What a typed answer means, in either language, whatever language the conversation is in.

Only the question that was asked is understood here, and the commands that are valid everywhere: a number or a
label, then a listed phrase as the whole message, then a listed phrase inside a short one (the longest wins,
so "まだ直りません" is not taken for 「直り」).
"""

import re
import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import TypeAlias

from bot.dialogue.flow import Flow, State, Text
from bot.dialogue.vocabulary import COMMANDS, CommandName
from bot.model import LANGUAGES, Language


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
class Unclear:
    """Nothing of the above; `empty` if there was nothing to read at all."""

    empty: bool = False


Meaning: TypeAlias = Answered | Commanded | Switched | Named | Solved | Thanked | Unclear

SHORT = 80
"""Longer messages are stories: a phrase inside them is no answer (characters, after `normal`)."""

_CONSIDERED = 2_000
"""Characters of a message that are looked at here; logs are read by `evidence`."""


class Lexicon:
    """All phrases of a book, ready to be looked up. Built once a book."""

    def __init__(
        self, flows: Mapping[str, Flow], labels: Mapping[str, Text], words: Mapping[str, tuple[str, ...]]
    ) -> None:
        """Index the labels and words of the flows, the standard labels, and the phrases of `words.yaml`."""
        self._commands = {
            normal(phrase): name
            for name in COMMANDS
            for phrase in (name, *_names(name, labels), *words[name])
        }
        self._whole = {
            normal(phrase): name
            for name, phrases in words.items()
            if name not in COMMANDS
            for phrase in phrases
        }
        self._inside = {name: _finder(words[name]) for name in ("fixed", "not_yet")}
        self._topics = {flow.name: _finder(flow.called) for flow in flows.values() if flow.called}
        self._labels = {
            state.place: dict(_labels(state, labels))
            for flow in flows.values()
            for state in flow.states.values()
        }

    def understand(self, state: State, offered: tuple[str, ...], text: str) -> Meaning:
        """Say what `text` means as an answer to what `state` asked, of which `offered` was on the screen."""
        message = normal(text)
        if not message:
            return Unclear(empty=True)
        return (
            _numbered(message, offered)
            or self._labelled(message, state, offered)
            or self._phrased(message, state, offered)
            or self._named(message)
            or self._mentioned(message, text, state, offered)
            or Unclear()
        )

    def _labelled(self, message: str, state: State, offered: tuple[str, ...]) -> Meaning | None:
        answer = self._labels[state.place].get(message)
        if answer in offered:
            return Answered(answer)
        command = self._commands.get(message) or self._commands.get(_politely_short(message))
        return Commanded(command) if command else None

    def _phrased(self, message: str, state: State, offered: tuple[str, ...]) -> Meaning | None:
        match self._whole.get(message) or self._whole.get(_politely_short(message)):
            case None:
                return None
            case "thanks":
                return Thanked()
            case "japanese":
                return Switched("ja")
            case "english":
                return Switched("en")
            case "yes" | "no" as stance:
                return _stance(stance, state, offered)
            case name:
                return _standard(name, offered)

    def _named(self, message: str) -> Meaning | None:
        named = [name for name, finder in self._topics.items() if finder.search(message)]
        return Named(named[0]) if len(named) == 1 else None

    def _mentioned(self, message: str, text: str, state: State, offered: tuple[str, ...]) -> Meaning | None:
        if len(message) > SHORT or text.rstrip().endswith(("?", "？")):
            return None
        lengths = {name: _longest(finder, message) for name, finder in self._inside.items()}
        name = max(lengths, key=lambda each: lengths[each])
        if not lengths[name]:
            return None
        return _standard(name, offered)


def normal(text: str) -> str:
    """Fold what does not change the meaning: width, case, punctuation, emoji, invisible characters, spaces.

    Apostrophes vanish ("didn't" → "didnt"); all else that is no letter or digit becomes one space.
    """
    folded = unicodedata.normalize("NFKC", text[:_CONSIDERED]).casefold()
    kept = (_fold(character) for character in folded if character not in "'’‘`´")
    return " ".join("".join(kept).split())


def _fold(character: str) -> str:
    if character.isalnum() or character == "ー":
        return character
    return "" if unicodedata.category(character) in ("Cf", "Mn", "Cs") else " "


_NUMBER = re.compile(r"(?:no |番号 ?)?(\d{1,2}) ?(?:番|番目|つ目|です)*")

_POLITE = re.compile(
    r"(?:^(?:please|can you|could you|i want to|id like to) )|(?: please| for me| now)$"
    r"|(?:を?お願い(?:します|いたします)?|を?おねがいします|して ?(?:ください|下さい|ほしいです)|ください|下さい|です|したいです|したい|する)$"
)


def _politely_short(message: str) -> str:
    return _POLITE.sub("", message).strip()


def _numbered(message: str, offered: tuple[str, ...]) -> Meaning | None:
    found = _NUMBER.fullmatch(message)
    if not found or not 1 <= int(found[1]) <= len(offered):
        return None
    chosen = offered[int(found[1]) - 1]
    return Commanded(chosen) if chosen in COMMANDS else Answered(chosen)


def _stance(stance: str, state: State, offered: tuple[str, ...]) -> Meaning | None:
    answers = [option.id for option in state.options if option.stance == stance and option.id in offered]
    return Answered(answers[0]) if len(answers) == 1 else None


def _standard(name: str, offered: tuple[str, ...]) -> Meaning | None:
    if name in offered:
        return Answered(name)
    return Solved() if name == "fixed" else None


def _names(command: CommandName, labels: Mapping[str, Text]) -> tuple[str, ...]:
    """Give a command's labels; those of `language` name the other language, which is asked for by name."""
    return () if command == "language" else (labels[command].ja, labels[command].en)


def _labels(state: State, standard: Mapping[str, Text]) -> Iterable[tuple[str, str]]:
    for option in state.options:
        for language in LANGUAGES:
            yield normal(option.label.of(language) or standard[option.id].of(language)), option.id
        for phrase in (option.id, *option.words):
            yield normal(phrase), option.id


def _finder(phrases: Iterable[str]) -> re.Pattern[str]:
    """Find the phrases inside a message: Latin ones as whole words, Japanese ones anywhere."""
    longest_first = sorted({normal(phrase) for phrase in phrases}, key=len, reverse=True)
    return re.compile("|".join(_whole_word(phrase) for phrase in longest_first))


def _whole_word(phrase: str) -> str:
    return rf"(?<![a-z0-9]){re.escape(phrase)}(?![a-z0-9])" if phrase.isascii() else re.escape(phrase)


def _longest(finder: re.Pattern[str], message: str) -> int:
    return max((len(found[0]) for found in finder.finditer(message)), default=0)
