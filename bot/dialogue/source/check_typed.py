"""Checks what people may type: no word means two things where it stands, and the commands work everywhere."""

from collections.abc import Iterator, Mapping

from bot.dialogue.flow import Option, State, Text, Where
from bot.dialogue.source.parse import Source
from bot.dialogue.source.problem import Problem
from bot.dialogue.typed import NUMBER, normal
from bot.dialogue.understand import answer_phrases, command_phrases
from bot.dialogue.vocabulary import ANSWERS, CASES, COMMANDS, WORDS


def check_words(source: Source) -> Iterator[Problem]:
    """Check that no phrase of `words.yaml`, and no standard label, has two meanings."""
    meanings: dict[str, str] = {}
    for name in WORDS:
        for where, phrase in _standard_phrases(source, name):
            yield from _readable(where, phrase)
            known = meanings.setdefault(normal(phrase), name)
            if known != name and not (known == "language" and name in ("japanese", "english")):
                yield Problem.at(where, f"`{phrase}` means both `{known}` and `{name}`")


def check_answers(source: Source) -> Iterator[Problem]:
    """Check, for each state, that what may be typed there means one of its answers, or one command."""
    labels = _labels(source)
    everywhere = _everywhere(source.words, labels)
    for flow in source.flows.values():
        for state in flow.states.values():
            yield from _answers(state, labels, source.words, everywhere)


def check_called(source: Source) -> Iterator[Problem]:
    """Check that a word by which people name a topic names that one only, and is no command."""
    labels = _labels(source)
    known = {phrase: f"the command `{name}`" for phrase, name in _everywhere(source.words, labels).items()}
    for flow in source.flows.values():
        where = source.lines.get(f"flow {flow.name}.called", flow.where)
        for phrase in flow.called:
            yield from _readable(where, phrase)
            meaning = known.setdefault(normal(phrase), f"flow `{flow.name}`")
            if meaning != f"flow `{flow.name}`":
                yield Problem.at(where, f"`{phrase}` means both {meaning} and flow `{flow.name}`")


def check_troubles(source: Source) -> Iterator[Problem]:
    """Check that a word by which people name a trouble leads to one state of its flow, and is no command."""
    everywhere = _everywhere(source.words, _labels(source))
    for flow in source.flows.values():
        known: dict[str, str] = {}
        for state in flow.states.values():
            where = source.lines.get(f"state {state.place}.called", state.where)
            for phrase in state.called:
                yield from _readable(where, phrase)
                command = everywhere.get(normal(phrase))
                if command is not None:
                    yield Problem.at(where, f"`{phrase}` means the command `{command}`, which comes first")
                other = known.setdefault(normal(phrase), state.place.state)
                if other != state.place.state:
                    yield Problem.at(
                        where, f"`{phrase}` leads both to `{other}` and to `{state.place.state}`"
                    )


def _labels(source: Source) -> Mapping[str, Text]:
    return {name: source.phrases[f"label.{name}"] for name in (*COMMANDS, *ANSWERS)}


def _standard_phrases(source: Source, name: str) -> Iterator[tuple[Where, str]]:
    label = source.phrases.get(f"label.{name}")
    if label is not None:
        where = source.lines[f"phrases.label.{name}"]
        yield from ((where, text) for text in (label.ja, label.en))
    where = source.lines[f"words.{name}"]
    yield from ((where, phrase) for phrase in source.words[name])


def _readable(where: Where, phrase: str) -> Iterator[Problem]:
    message = normal(phrase)
    if not message:
        yield Problem.at(where, f"`{phrase}` has no letter or digit, so nobody's message can match it")
    elif NUMBER.fullmatch(message):
        yield Problem.at(where, f"`{phrase}` is a number, and numbers stand for the buttons in their order")


def _everywhere(words: Mapping[str, tuple[str, ...]], labels: Mapping[str, Text]) -> dict[str, str]:
    """Give what has a meaning in every state, so no answer may take it away."""
    commands = {phrase: name for name in COMMANDS for phrase in command_phrases(name, labels, words)}
    languages = {normal(phrase): "language" for name in ("japanese", "english") for phrase in words[name]}
    return commands | languages


def _answers(
    state: State,
    labels: Mapping[str, Text],
    words: Mapping[str, tuple[str, ...]],
    everywhere: Mapping[str, str],
) -> Iterator[Problem]:
    taken: dict[str, list[Option]] = {}
    for option in state.options:
        if option.id in COMMANDS:
            yield Problem.at(option.where, f"`{option.id}` is understood everywhere; choose another name")
            continue
        for phrase in sorted(answer_phrases(option, labels)):
            yield from _readable(option.where, phrase)
            if phrase in everywhere:
                command = everywhere[phrase]
                yield Problem.at(
                    option.where,
                    f"`{phrase}` of `{option.id}` would hide `{command}`, which works everywhere",
                )
        for phrase in answer_phrases(option, labels) | set(map(normal, words.get(option.id, ()))):
            taken.setdefault(phrase, []).append(option)
    for phrase, options in taken.items():
        for number, option in enumerate(options):
            other = next((each for each in options[:number] if _together(each, option)), None)
            if other is not None:
                yield Problem.at(option.where, f"`{phrase}` means both `{other.id}` and `{option.id}`")


def _together(one: Option, other: Option) -> bool:
    """Say whether two answers can be offered at the same time."""
    first, second = set(one.when), set(other.when)
    apart = any(first <= set(case) and second <= set(case) for case in CASES)
    return not first or not second or bool(first & second) or not apart
