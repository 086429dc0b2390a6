"""Proves, over all flow files together, that a conversation cannot go wrong because of them.

Every state can be reached and leads to an end; both languages say the same; a placeholder has a value where it
stands; labels cannot be confused; settings are lost by consent only; every reply fits the smallest platform.
"""

import re
from collections.abc import Iterable, Iterator, Mapping

from bot.dialogue.book import FIRST_FLOW
from bot.dialogue.flow import Flow, Option, State, Text, Variant, Where
from bot.dialogue.machine import Arrow, arrows
from bot.dialogue.parse import Problem, Source, did_you_mean
from bot.dialogue.typed import normal
from bot.dialogue.vocabulary import CASES, COMMANDS, CONSENT, EXITS, PHRASES, PLACEHOLDERS, WORDS
from bot.model import LANGUAGES, Place

REPLY_LIMIT = 3_000
"""Characters of a reply: a section of a Slack message holds 3,000, a Telegram message 4,096."""

LABEL_LIMIT = 40
"""Characters of a button: Slack allows 75, but a phone shows about 40."""

NOTES_LIMIT = 600
"""Characters kept free in each reply for what is said before the question (see `turn.*`, `finding.*`)."""

WIDEST: Mapping[str, int] = {
    "apple_report": 1_600, "checked_at": 30, "services_ok": 150, "services_unknown": 150,
    "status_page": 60, "fixed_by": 40, "summary": 2_100,
}  # fmt: skip
"""The longest value of each placeholder in characters; property tests hold the phrases to it."""

_PLACEHOLDER = re.compile(r"\{([^{}]*)\}")


def check(source: Source) -> tuple[Problem, ...]:
    """List every mistake, in the order of files and lines; nothing if the files may be used."""
    problems = [*source.problems, *_texts(source), *_first_flow(source)]
    if not problems:
        problems = [*_targets(source)] or [*_graph(source), *_states(source)]
    return tuple(sorted(set(problems)))


def _problem(where: Where, what: str) -> Problem:
    return Problem(where.file, where.line, what)


# --- phrases.yaml and words.yaml ---


def _texts(source: Source) -> Iterator[Problem]:
    for kind, wanted, given in (("phrases", PHRASES, source.phrases), ("words", WORDS, source.words)):
        where = source.lines.get(kind, Where(f"{kind}.yaml", 1))
        for key in wanted:
            if key not in given:
                yield _problem(where, f"`{kind}:` lacks `{key}:`")
    for key, text in source.phrases.items():
        yield from _phrase(source.lines[f"phrases.{key}"], text, PHRASES[key])
    yield from _ambiguous_words(source)


def _phrase(where: Where, text: Text, wanted: frozenset[str]) -> Iterator[Problem]:
    for language in LANGUAGES:
        named = set(_PLACEHOLDER.findall(text.of(language)))
        for name in sorted(wanted - named):
            yield _problem(where, f"the `{language}:` text lacks the placeholder {{{name}}}")
        for name in sorted(named - wanted):
            yield _problem(
                where,
                f"the `{language}:` text has {{{name}}}, which has no value here.{did_you_mean(name, wanted)}",
            )


def _ambiguous_words(source: Source) -> Iterator[Problem]:
    meanings: dict[str, str] = {}
    for name, phrases in source.words.items():
        where = source.lines[f"words.{name}"]
        for phrase in phrases:
            known = normal(phrase)
            if not known:
                yield _problem(where, f"`{phrase}` has no letter or digit, so nobody's message can match it")
            elif meanings.setdefault(known, name) != name:
                yield _problem(where, f"`{phrase}` means both `{meanings[known]}` and `{name}`")


# --- where things lead ---


def _first_flow(source: Source) -> Iterator[Problem]:
    if FIRST_FLOW not in source.flows and not source.problems:
        yield Problem(
            "flows", 1, f"there is no flow called `{FIRST_FLOW}`, in which every conversation begins"
        )


def _targets(source: Source) -> Iterator[Problem]:
    known = {str(state.place) for flow in source.flows.values() for state in flow.states.values()}
    for flow in source.flows.values():
        for name in EXITS:
            if name not in flow.exits:
                yield _problem(flow.where, f"`exits:` of flow `{flow.name}` lacks `{name}:`")
        for where, place in _named_places(flow):
            if str(place) not in known:
                short = {name.removeprefix(f"{flow.name}.") for name in known}
                wanted = str(place).removeprefix(f"{flow.name}.")
                yield _problem(where, f"there is no state `{wanted}`.{did_you_mean(wanted, short)}")


def _named_places(flow: Flow) -> Iterator[tuple[Where, Place]]:
    yield flow.where, flow.begin
    for place in flow.exits.values():
        yield flow.where, place
    for pointer in flow.evidence:
        yield pointer.where, pointer.to
        if isinstance(pointer.origin, Place):
            yield pointer.where, pointer.origin
    for state in flow.states.values():
        for option in state.options:
            yield option.where, option.to
        if state.skip is not None:
            yield state.where, state.skip


def _graph(source: Source) -> Iterator[Problem]:
    flows = source.flows.values()
    states = {state.place: state for flow in flows for state in flow.states.values()}
    everything = tuple(arrows(flows))
    reachable = _closure({source.flows[FIRST_FLOW].begin}, ((arrow.origin, arrow.to) for arrow in everything))
    own = ((option.to, state.place) for state in states.values() for option in state.options)
    skips = ((state.skip, state.place) for state in states.values() if state.skip is not None)
    ending = _closure({place for place, state in states.items() if state.end}, (*own, *skips))
    for place, state in states.items():
        if place not in reachable:
            yield _problem(state.where, f"nothing leads to state `{place.state}`")
        if place not in ending:
            yield _problem(
                state.where, f"no answer of state `{place.state}` ever leads to an end (`end: yes`)"
            )
    yield from _losses(states, everything)
    yield from _renamed(states)


def _closure(start: set[Place], steps: Iterable[tuple[Place, Place]]) -> set[Place]:
    next_places: dict[Place, set[Place]] = {}
    for origin, to in steps:
        next_places.setdefault(origin, set()).add(to)
    reached, frontier = set(start), set(start)
    while frontier:
        frontier = {to for place in frontier for to in next_places.get(place, ())} - reached
        reached |= frontier
    return reached


def _losses(states: Mapping[Place, State], everything: Iterable[Arrow]) -> Iterator[Problem]:
    for arrow in everything:
        if not states[arrow.to].loses or arrow.origin == arrow.to:
            continue
        if arrow.trigger != CONSENT:
            option = states[arrow.origin].option(arrow.trigger)
            yield _problem(
                option.where if option else states[arrow.origin].where,
                f"`{arrow.trigger}` leads to `{arrow.to.state}`, which loses settings: "
                f"only the choice `{CONSENT}:` may lead there",
            )


def _renamed(states: Mapping[Place, State]) -> Iterator[Problem]:
    olds: dict[Place, Place] = {}
    for place, state in states.items():
        for old in (Place(place.flow, name) for name in state.was):
            if old in states:
                yield _problem(state.where, f"`was: {old.state}` names a state that still exists")
            elif olds.setdefault(old, place) != place:
                yield _problem(state.where, f"`was: {old.state}` stands in two states")


# --- one state ---


def _states(source: Source) -> Iterator[Problem]:
    topics: dict[str, str] = {}
    for flow in source.flows.values():
        for phrase in map(normal, flow.called):
            if topics.setdefault(phrase, flow.name) != flow.name:
                yield _problem(flow.where, f"`{phrase}` calls both `{topics[phrase]}` and `{flow.name}`")
        for state in flow.states.values():
            yield from _state(state, source.phrases)


def _state(state: State, phrases: Mapping[str, Text]) -> Iterator[Problem]:
    name = f"state `{state.place.state}`"
    if state.end and state.options:
        yield _problem(state.where, f"{name} is an end, so it cannot have `choices:`")
    if not state.end and not state.options:
        yield _problem(state.where, f"{name} needs `choices:`, or `end: yes`")
    if state.options and not _no_case_left(option.when for option in state.options):
        yield _problem(state.where, f"{name} can come to offer no answer: give one without `when:`")
    yield from _variants(state)
    yield from _plain_texts(state)
    yield from _labels(state, phrases)


def _variants(state: State) -> Iterator[Problem]:
    for number, variant in enumerate(state.say):
        if _no_case_left(each.when for each in state.say[:number]):
            yield _problem(variant.where, "this text is never said: the ones above leave no case over")
        yield from _template(variant.where, variant.text, variant)
    if state.say and not _no_case_left(variant.when for variant in state.say):
        yield _problem(
            state.where, "the last text under `say:` needs to be without `when:`, for all other cases"
        )


def _no_case_left(whens: Iterable[tuple[str, ...]]) -> bool:
    """Say whether, of things offered under these guards, one is offered whatever the world looks like."""
    whens = tuple(whens)
    guards = {guard for when in whens for guard in when}
    return any(not when for when in whens) or any(guards >= set(case) for case in CASES)


def _plain_texts(state: State) -> Iterator[Problem]:
    remind = state.remind.text if state.remind else None
    for text in (state.how, remind):
        if text is not None:
            yield from _template(state.where, text, None)
    for text in (state.title, *(option.label for option in state.options)):
        if text is not None and any("{" in text.of(language) for language in LANGUAGES):
            yield _problem(state.where, "titles and labels cannot have placeholders")
    if state.title is not None:
        yield from _short(state.where, state.title, "title")


def _template(where: Where, text: Text, variant: Variant | None) -> Iterator[Problem]:
    named = {language: set(_PLACEHOLDER.findall(text.of(language))) for language in LANGUAGES}
    for name in sorted(named["ja"] ^ named["en"]):
        yield _problem(where, f"the placeholder {{{name}}} stands in one language only")
    for name in sorted(named["ja"] | named["en"]):
        if name not in PLACEHOLDERS:
            yield _problem(where, f"there is no placeholder {{{name}}}.{did_you_mean(name, PLACEHOLDERS)}")
        elif needed := PLACEHOLDERS[name]:
            guards = set(variant.when) if variant else set()
            if not guards or guards - set(needed):
                yield _problem(
                    where, f"{{{name}}} has a value only in a text with `when: {' / '.join(needed)}`"
                )
    for language in LANGUAGES:
        size = len(text.of(language)) + sum(WIDEST.get(name, 0) for name in named[language])
        if size > REPLY_LIMIT - NOTES_LIMIT:
            yield _problem(
                where, f"the `{language}:` text can get too long for a chat message ({size} characters)"
            )


def _labels(state: State, phrases: Mapping[str, Text]) -> Iterator[Problem]:
    for language in LANGUAGES:
        taken = {normal(phrases[f"label.{name}"].of(language)): (name, ()) for name in COMMANDS}
        seen: list[tuple[str, Option]] = []
        for option in state.options:
            standard = phrases.get(f"label.{option.id}")
            text = option.label if option.label.ja or standard is None else standard
            yield from _short(option.where, text, "label")
            label = normal(text.of(language))
            clash = label in taken or any(label == other and _together(option, each) for other, each in seen)
            if clash or not label:
                yield _problem(
                    option.where, f"the `{language}:` label of `{option.id}` can be confused with another"
                )
            seen.append((label, option))


def _together(one: Option, other: Option) -> bool:
    return not one.when or not other.when or bool(set(one.when) & set(other.when))


def _short(where: Where, text: Text, what: str) -> Iterator[Problem]:
    for language in LANGUAGES:
        if len(text.of(language)) > LABEL_LIMIT or "\n" in text.of(language):
            yield _problem(
                where, f"the `{language}:` {what} must be one line of at most {LABEL_LIMIT} characters"
            )
