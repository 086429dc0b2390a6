"""Checks what flows do by themselves: a step that waits goes on to a question, and to each only once."""

from collections.abc import Iterator, Mapping

from bot.dialogue.flow import Flow, State
from bot.dialogue.source.parse import Source
from bot.dialogue.source.problem import Problem
from bot.model import Place


def check_times(source: Source, flow: Flow, states: Mapping[Place, State]) -> Iterator[Problem]:
    """Check the waits of a flow and its check-in; `states` are those of all flows."""
    check_in = flow.check_in
    questions = {"solved": check_in.solved, "unfinished": check_in.unfinished} if check_in else {}
    for name, place in questions.items():
        where = source.lines.get(f"flow {flow.name}.check_in.{name}", flow.where)
        if place.flow != flow.name or place == flow.begin or states[place].end:
            needs = f"a question of flow `{flow.name}`, not its beginning or an end"
            yield Problem.at(where, f"`{name}:` of `check_in:` needs {needs}")
        if states[place].wait or states[place].remind:
            asked = f"`{place.state}` is asked of our own accord, and once"
            yield Problem.at(states[place].where, f"{asked}, so it cannot have `wait:` or `remind:`")
    for state in flow.states.values():
        if state.wait is not None:
            yield from _wait(source, state, states)
        for option in state.options:
            if option.resumes and state.place not in questions.values():
                yield Problem.at(option.where, "`resumes:` belongs to the questions of `check_in:` only")


def _wait(source: Source, state: State, states: Mapping[Place, State]) -> Iterator[Problem]:
    where = source.lines.get(f"state {state.place}.wait", state.where)
    name = f"state `{state.place.state}`"
    if state.end:
        yield Problem.at(where, f"{name} is an end, so it cannot have `wait:`")
    if state.remind is not None:
        yield Problem.at(where, f"{name} has `remind:` and `wait:`; give it one of them")
    if _comes_round(state, states):
        yield Problem.at(where, f"the `wait:` of {name} leads round to it again, with nobody there to answer")


def _comes_round(state: State, states: Mapping[Place, State]) -> bool:
    """Say whether the waits, one after the other, lead back to this state."""
    passed: set[Place] = set()
    each = state
    while each.wait is not None and each.place not in passed:
        passed.add(each.place)
        each = states[each.wait.then]
    return each.place == state.place
