"""All flows as one `transitions` machine, shared by every conversation. Nothing else imports `transitions`.

The machine knows places and answers only. Names from flow files reach the library as plain trigger and state
names, never as callbacks (which it would import by their dotted name), and triggers never come from people.
"""

from collections.abc import Iterable, Iterator

from msgspec import Struct
from transitions import Machine

from bot.dialogue.flow import ExitName, Flow, Pointer, State
from bot.dialogue.vocabulary import EXITS
from bot.model import Place


class Arrow(Struct, frozen=True):
    """One transition of the compiled machine."""

    origin: Place
    trigger: str
    to: Place


class FlowMachine:
    """The compiled flows: where an answer, a skip, an exit or a piece of evidence leads from a place."""

    def __init__(self, flows: Iterable[Flow]) -> None:
        """Compile flows that the checker has passed."""
        flows = tuple(flows)
        self._places = {str(state.place): state.place for flow in flows for state in flow.states.values()}
        self._machine = Machine(
            model=None,
            states=list(self._places),
            initial=None,
            model_attribute="_state",  # the library refuses triggers of this name; no answer can have it
            auto_transitions=False,
            send_event=True,
        )
        for arrow in arrows(flows):
            self._machine.add_transition(arrow.trigger, str(arrow.origin), str(arrow.to))

    def go(self, origin: Place, trigger: str) -> Place | None:
        """Give the place where the trigger leads, or None where it leads nowhere."""
        event, draft = self._machine.events.get(trigger), _Draft(str(origin))
        if event is None or draft.state not in event.transitions:  # else the library would log a warning
            return None
        event.trigger(draft)
        return self._places[draft.state]

    def arrows(self) -> Iterator[Arrow]:
        """Give every transition as it stands in the machine."""
        for trigger, event in self._machine.events.items():
            for origin, transitions in event.transitions.items():
                for transition in transitions:
                    yield Arrow(self._places[origin], trigger, self._places[str(transition.dest)])


class _Draft:
    """What the library moves: it lives for one call, so no model ever has to be registered or removed."""

    __slots__ = ("_state",)

    def __init__(self, state: str) -> None:
        self._state = state

    @property
    def state(self) -> str:
        """Where it has been moved."""
        return self._state


def exit_trigger(name: ExitName) -> str:
    """Name the trigger of a way out, apart from the ids of answers."""
    return f"exit.{name}"


def evidence_trigger(finding: str) -> str:
    """Name the trigger of a piece of evidence, apart from the ids of answers."""
    return f"found.{finding}"


SKIP = "exit.skip"
PASS = "passes"  # noqa: S105  a trigger
"""The trigger of a state that is not stopped at."""

WAIT = "time.wait"
"""The trigger of the end of a step's wait."""

CHECK_IN = "time.check_in"
"""The trigger of the friendly question to somebody who has not been heard of for long."""


def arrows(flows: Iterable[Flow]) -> Iterator[Arrow]:
    """Give every transition that the flows ask for."""
    flows = tuple(flows)
    for flow in flows:
        for state in flow.states.values():
            for option in state.options:
                yield Arrow(state.place, option.id, option.to)
            if state.skip is not None:
                yield Arrow(state.place, SKIP, state.skip)
            if state.passes is not None:
                yield Arrow(state.place, PASS, state.passes.to)
            if state.wait is not None:
                yield Arrow(state.place, WAIT, state.wait.then)
            if (question := _check_in(flow, state)) is not None:
                yield Arrow(state.place, CHECK_IN, question)
            for name in EXITS:
                yield Arrow(state.place, exit_trigger(name), flow.exits[name])
    yield from _evidence(flows)


def _check_in(flow: Flow, state: State) -> Place | None:
    """Give what is asked of somebody who was last heard of in this state.

    Nothing after "stop", after a person was asked for or an end of another kind, and nothing of somebody who
    has not taken the first step.
    """
    check_in, place, begin = flow.check_in, state.place, flow.states[flow.begin.state]
    first = (flow.begin, begin.passes.to if begin.passes else None)
    if check_in is None or place in (*first, check_in.solved, check_in.unfinished):
        return None
    if place == flow.exits["solved"]:
        return check_in.solved
    return None if state.end else check_in.unfinished


def _evidence(flows: tuple[Flow, ...]) -> Iterator[Arrow]:
    """Spread the pointers over the places that they apply to; of several for one place the first counts."""
    places = [state.place for flow in flows for state in flow.states.values()]
    first: dict[tuple[Place, str], Arrow] = {}
    for flow in flows:
        for pointer in flow.evidence:
            trigger = evidence_trigger(pointer.finding)
            for place in places:
                if _applies(pointer, flow.name, place):
                    first.setdefault((place, trigger), Arrow(place, trigger, pointer.to))
    return iter(first.values())


def _applies(pointer: Pointer, flow: str, place: Place) -> bool:
    if pointer.origin == "other flows":
        return place.flow != flow
    return pointer.origin is None or pointer.origin == place
