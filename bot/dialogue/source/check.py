"""Proves, over all flow files together, that a conversation cannot go wrong because of them.

Every state is reached and leads to an end; settings are lost by consent only; both languages say the same; a
placeholder has a value where it stands; what people type has one meaning; replies fit every platform.
"""

from collections.abc import Iterable, Iterator, Mapping
from itertools import islice

from msgspec import Struct

from bot.dialogue.book import FIRST_FLOW
from bot.dialogue.flow import Flow, State, Where
from bot.dialogue.machine import arrows
from bot.dialogue.source.check_texts import check_about, check_phrases, check_state_texts, no_case_left
from bot.dialogue.source.check_times import check_times
from bot.dialogue.source.check_typed import check_answers, check_called, check_troubles, check_words
from bot.dialogue.source.parse import Source
from bot.dialogue.source.problem import Problem, did_you_mean
from bot.dialogue.vocabulary import CONSENT, EXITS, PHRASES, WORDS
from bot.model import Place

_MANY = 100
"""Nobody reads further than this, and looking for the nearest name takes time."""


def check(source: Source) -> tuple[Problem, ...]:
    """List every mistake, in the order of files and lines; nothing if the files may be used.

    What builds on something else is looked at once that is right: a wrong target would otherwise be followed
    by "nothing leads to …" and more.
    """
    problems = [*source.problems, *_parts(source)]
    if not problems:
        problems = [*check_phrases(source), *check_words(source), *islice(_targets(source), _MANY)]
    if not problems:
        problems = [
            *_graph(source),
            *_states(source),
            *check_about(source),
            *check_called(source),
            *check_troubles(source),
        ]
    return tuple(sorted(set(problems)))


def _parts(source: Source) -> Iterator[Problem]:
    """Look for what has to be there; a file that could not be read is no reason to miss all that is in it."""
    for kind, wanted, given in (("phrases", PHRASES, source.phrases), ("words", WORDS, source.words)):
        where = source.lines.get(kind)
        if where is None and not source.problems:
            yield Problem("flows", 1, f"there is no file with `{kind}:`")
        for key in wanted:
            if where is not None and key not in given:
                yield Problem.at(where, f"`{kind}:` lacks `{key}:`")
    if FIRST_FLOW not in source.flows and not source.problems:
        yield Problem(
            "flows", 1, f"there is no flow called `{FIRST_FLOW}`, in which every conversation begins"
        )


# --- where things lead ---


class _Lead(Struct, frozen=True):
    """Something in a flow file that leads to a state, as its editor sees it."""

    what: str
    to: Place
    origin: Place | None
    where: Where


def _leads(source: Source, flow: Flow) -> Iterator[_Lead]:
    """Give all that leads somewhere; None as the origin is from several places, or from outside."""
    prefix = f"flow {flow.name}"
    yield _Lead("begin", flow.begin, None, source.lines.get(f"{prefix}.begin", flow.where))
    for name, place in flow.exits.items():
        yield _Lead(name, place, None, source.lines.get(f"{prefix}.exits.{name}", flow.where))
    for pointer in flow.evidence:
        origin = pointer.origin if isinstance(pointer.origin, Place) else None
        yield _Lead(pointer.finding, pointer.to, origin, pointer.where)
    for state in flow.states.values():
        for option in state.options:
            yield _Lead(option.id, option.to, state.place, option.where)
        if state.skip is not None and f"state {state.place}.skip" in source.lines:
            yield _Lead("skip", state.skip, state.place, source.lines[f"state {state.place}.skip"])
        if state.passes is not None:
            where = source.lines.get(f"state {state.place}.passes.to", state.where)
            yield _Lead("passes", state.passes.to, state.place, where)
        if state.wait is not None:
            where = source.lines.get(f"state {state.place}.wait.then", state.where)
            yield _Lead("then", state.wait.then, state.place, where)
    if flow.check_in is not None:
        for name, place in (("solved", flow.check_in.solved), ("unfinished", flow.check_in.unfinished)):
            where = source.lines.get(f"flow {flow.name}.check_in.{name}", flow.where)
            yield _Lead(name, place, None, where)


def _targets(source: Source) -> Iterator[Problem]:
    known = {state.place for flow in source.flows.values() for state in flow.states.values()}
    for flow in source.flows.values():
        for name in EXITS:
            if name not in flow.exits:
                where = source.lines.get(f"flow {flow.name}.exits", flow.where)
                yield Problem.at(where, f"`exits:` of flow `{flow.name}` lacks `{name}:`")
        origins = (
            _Lead("from", pointer.origin, None, pointer.where)
            for pointer in flow.evidence
            if isinstance(pointer.origin, Place)
        )
        for lead in (*_leads(source, flow), *origins):
            if lead.to not in known:
                yield _unknown(lead, flow, known)


def _unknown(lead: _Lead, flow: Flow, known: Iterable[Place]) -> Problem:
    """Say which state is missing; one of the same flow has its short name, as its editor calls it."""
    names = {each.state if each.flow == flow.name else str(each) for each in known}
    wanted = lead.to.state if lead.to.flow == flow.name else str(lead.to)
    what = f"`{lead.what}:` in flow `{flow.name}` names `{wanted}`, which is no state"
    return Problem.at(lead.where, f"{what}.{did_you_mean(wanted, names)}")


def _graph(source: Source) -> Iterator[Problem]:
    states = {state.place: state for flow in source.flows.values() for state in flow.states.values()}
    reached = _reached(source)
    own = ((option.to, state.place) for state in states.values() for option in state.options)
    skips = ((state.skip, state.place) for state in states.values() if state.skip is not None)
    ending = _closure({place for place, state in states.items() if state.end}, (*own, *skips))
    for place, state in states.items():
        if place not in reached:
            yield Problem.at(state.where, f"nothing leads to state `{place.state}`")
        if place not in ending:
            yield Problem.at(
                state.where, f"no answer of state `{place.state}` ever leads to an end (`end: yes`)"
            )
    for flow in source.flows.values():
        yield from _ends(source, flow, states)
        yield from _losses(source, flow, states)
        yield from check_times(source, flow, states)
    yield from _renamed(source, states)


def _reached(source: Source) -> set[Place]:
    """Give the states that a conversation can come to; a flow also begins where its name is mentioned."""
    begins = {flow.begin for flow in source.flows.values() if flow.called or flow.name == FIRST_FLOW}
    named = {state.place for flow in source.flows.values() for state in flow.states.values() if state.called}
    return _closure(begins | named, ((arrow.origin, arrow.to) for arrow in arrows(source.flows.values())))


def _closure(start: set[Place], steps: Iterable[tuple[Place, Place]]) -> set[Place]:
    next_places: dict[Place, set[Place]] = {}
    for origin, to in steps:
        next_places.setdefault(origin, set()).add(to)
    reached, frontier = set(start), set(start)
    while frontier:
        frontier = {to for place in frontier for to in next_places.get(place, ())} - reached
        reached |= frontier
    return reached


def _ends(source: Source, flow: Flow, states: Mapping[Place, State]) -> Iterator[Problem]:
    prefix = f"flow {flow.name}"
    begin = source.lines[f"{prefix}.begin"]
    if flow.begin.flow != flow.name:
        yield Problem.at(begin, f"`begin:` needs a state of flow `{flow.name}` itself")
    elif states[flow.begin].end:
        yield Problem.at(begin, f"flow `{flow.name}` begins with its end")
    for name in ("solved", "stop"):
        if not states[flow.exits[name]].end:
            yield Problem.at(
                source.lines[f"{prefix}.exits.{name}"], f"`{name}:` needs a state that is an end (`end: yes`)"
            )


def _losses(source: Source, flow: Flow, states: Mapping[Place, State]) -> Iterator[Problem]:
    for lead in _leads(source, flow):
        consents = lead.what == CONSENT and lead.origin is not None
        if states[lead.to].loses and lead.origin != lead.to and not consents:
            yield Problem.at(
                lead.where,
                f"`{lead.what}:` leads to `{lead.to.state}`, which loses settings: "
                f"only the choice `{CONSENT}:` may lead there",
            )


def _renamed(source: Source, states: Mapping[Place, State]) -> Iterator[Problem]:
    olds: dict[Place, Place] = {}
    for place, state in states.items():
        where = source.lines.get(f"state {place}.was", state.where)
        for old in (Place(place.flow, name) for name in state.was):
            if old in states:
                yield Problem.at(where, f"`was: {old.state}` names a state that still exists")
            elif olds.setdefault(old, place) != place:
                yield Problem.at(where, f"`was: {old.state}` stands in two states")


# --- one state ---


def _states(source: Source) -> Iterator[Problem]:
    for flow in source.flows.values():
        for state in flow.states.values():
            yield from _choices(source, state)
            yield from check_state_texts(source, state)
    yield from check_answers(source)


def _choices(source: Source, state: State) -> Iterator[Problem]:
    name = f"state `{state.place.state}`"
    where = source.lines.get(f"state {state.place}.choices", state.where)
    if state.end and state.options:
        yield Problem.at(where, f"{name} is an end, so it cannot have `choices:`")
    if not state.end and not state.options:
        yield Problem.at(state.where, f"{name} needs `choices:`, or `end: yes`")
    if state.options and not no_case_left(option.when for option in state.options):
        yield Problem.at(where, f"{name} can come to offer no answer: give one without `when:`")
