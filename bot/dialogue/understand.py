"""What a typed answer means, in either language, whatever language the conversation is in.

Only the question that was asked is understood here, and the commands that are valid everywhere: a number or a
label, then a listed phrase as the whole message, then a listed phrase inside a short one. To be told "great!"
when nothing works is worse than to be asked again: "it works" counts only if nothing else is said with it.
"""

from collections.abc import Mapping
from typing import TypeAlias

from msgspec import Struct

from bot.dialogue.flow import Flow, Option, State, Text
from bot.dialogue.typed import NUMBER, Finder, is_filler, is_question, normal, without_courtesies
from bot.dialogue.vocabulary import COMMANDS, CommandName
from bot.model import Language


class Answered(Struct, frozen=True):
    """The person gave the answer `id` of the state's question."""

    id: str


class Commanded(Struct, frozen=True):
    """The person asked for something that is valid everywhere."""

    name: CommandName


class Switched(Struct, frozen=True):
    """The person asked for this language by name."""

    language: Language


class Named(Struct, frozen=True):
    """The person named the topic of a flow, and of that one only, or a trouble that a state of it is for."""

    flow: str
    state: str = ""


class Solved(Struct, frozen=True):
    """The person says that it works now, where no answer asks for it."""


class Thanked(Struct, frozen=True):
    """The person said thank you."""


class Nodded(Struct, frozen=True):
    """The person said yes, no or OK, where nothing was asked that it could answer."""


class Unclear(Struct, frozen=True):
    """Nothing of the above; `empty` if there was nothing to read at all."""

    empty: bool = False


Meaning: TypeAlias = Answered | Commanded | Switched | Named | Solved | Thanked | Nodded | Unclear

_FAREWELLS = ("bye", "bye bye", "goodbye", "またお願いします", "ではまた", "それでは", "では")
"""What ends a talk politely, said with thanks; alone it is a command."""

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
        self._troubles = {
            flow.name: Finder({name: state.called for name, state in flow.states.items()})
            for flow in flows.values()
        }
        self._polite = Finder({"polite": (*words["thanks"], *words["go_on"], *_FAREWELLS)})
        self._answers = {
            state.place: _by_phrase(state, labels)
            for flow in flows.values()
            for state in flow.states.values()
        }

    def understand(
        self, state: State, offered: tuple[str, ...], text: str, *, numbers: bool = True
    ) -> Meaning:
        """Say what `text` means as an answer to what `state` asked, of which `offered` was on the screen.

        Without `numbers`, a number means nothing: then `offered` has no order that the person knows.
        """
        message = normal(text)
        if not message:
            return Unclear(empty=True)
        asks = is_question(text, message)
        counted = offered if numbers else ()
        for phrase in without_courtesies(message):
            meaning = self._said(phrase, state, offered, counted, asks=asks)
            if meaning is not None and (phrase == message or not self._is_fixed(phrase, state)):
                return meaning
        named = self._named(message, state.place.flow)
        if named and named.state:
            told = self._told_beside(named, message)
            if not told:
                return named
            named = Named(named.flow) if "fixed" in told else named
        outcome = None if asks or _is_story(message) else self._outcome(message, offered)
        if isinstance(outcome, Answered):
            return outcome
        return named or outcome or (Thanked() if self._is_polite(message) else Unclear())

    def named(self, text: str) -> Named | None:
        """Give the one topic that is named in the text, whatever else it says."""
        return self._named(normal(text))

    def _is_polite(self, message: str) -> bool:
        """Say whether nothing is said but thanks and farewell, as people do at an end."""
        if _is_story(message):
            return False
        mentions = self._polite.mentions(message)
        ends = (0, *(end for _, _, end in mentions))
        begins = (*(begin for _, begin, _ in mentions), len(message))
        return bool(mentions) and all(is_filler(message, *gap) for gap in zip(ends, begins, strict=True))

    def _is_fixed(self, phrase: str, state: State) -> bool:
        """Say whether the phrase is "it works": 解決したい is no courteous way to say 解決."""
        return self._whole.get(phrase) == "fixed" or "fixed" in self._answers[state.place].get(phrase, ())

    def _said(
        self, phrase: str, state: State, offered: tuple[str, ...], counted: tuple[str, ...], *, asks: bool
    ) -> Meaning | None:
        """Take the whole phrase for a number, a label or a listed phrase."""
        chosen = None if asks else _numbered(phrase, counted) or self._labelled(phrase, state, offered)
        if chosen is not None:
            return chosen
        if phrase in self._whole:
            return self._listed(self._whole[phrase], state, offered, asks=asks)
        return Commanded(self._commands[phrase]) if phrase in self._commands else None

    def _labelled(self, phrase: str, state: State, offered: tuple[str, ...]) -> Meaning | None:
        answers = self._answers[state.place].get(phrase, ())
        return next((Answered(id_) for id_ in answers if id_ in offered), None)

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

    def _named(self, message: str, here: str = "") -> Named | None:
        """Give the one topic that is named, and its trouble.

        A trouble alone is that of `here`, or of the one topic that knows it.
        """
        named = {name for name, _, _ in self._topics.mentions(message)}
        if len(named) > 1:
            return None
        flows = named or {flow for flow in self._troubles if self._trouble(flow, message)}
        flow = here if here in flows else flows.pop() if len(flows) == 1 else ""
        return Named(flow, self._trouble(flow, message)) if flow else None

    def _told_beside(self, named: Named, message: str) -> set[str]:
        """Say how it went besides the trouble's own words: "could not …" may be a part of these."""
        _, begin, end = self._troubles[named.flow].mentions(message)[0]
        return {
            name for name, first, last in self._outcomes.mentions(message) if last <= begin or first >= end
        }

    def _trouble(self, flow: str, message: str) -> str:
        """Give the state of the flow that is for the trouble that is named first."""
        return next((name for name, _, _ in self._troubles[flow].mentions(message)), "")

    def _outcome(self, message: str, offered: tuple[str, ...]) -> Meaning | None:
        """Say how it went: as the last words have it, but "fixed" only if the message says nothing else."""
        mentions = [each for each in self._outcomes.mentions(message) if not _is_of_a_thing(message, each)]
        if not mentions:
            return None
        name = mentions[-1][0]
        if name == "fixed":
            ends = (0, *(end for _, _, end in mentions))
            begins = (*(begin for _, begin, _ in mentions), len(message))
            told = all(other == name for other, _, _ in mentions)
            if not told or not all(is_filler(message, *gap) for gap in zip(ends, begins, strict=True)):
                return None
        return _standard(name, offered)


def _is_of_a_thing(message: str, mention: tuple[str, int, int]) -> bool:
    """Say whether this is the "not yet" of "certificate not yet generated"."""
    _, begin, end = mention
    return message[begin:end] == "not yet" and not is_filler(message, end, len(message))


def _is_story(message: str) -> bool:
    return len(message) > (SHORT if message.isascii() else SHORT_JAPANESE)


def command_phrases(
    name: CommandName, labels: Mapping[str, Text], words: Mapping[str, tuple[str, ...]]
) -> set[str]:
    """Give what means this command when typed: its id, labels and words, without the names of languages.

    "restart" is what people say of their device, so it is not what begins the conversation again, and "watch"
    is one.
    """
    typed_id = () if name in ("restart", "watch") else (name,)
    phrases = {normal(phrase) for phrase in (*typed_id, labels[name].ja, labels[name].en, *words[name])}
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
