"""The compiled machine goes where the flows say, and nowhere else."""

import pytest

from bot.dialogue.book import Book
from bot.dialogue.machine import SKIP, FlowMachine, arrows, evidence_trigger, exit_trigger
from bot.dialogue.source.parse import parse
from bot.dialogue.vocabulary import EXITS
from bot.flowfiles import load_book
from bot.model import Place
from tests.dialogue.flow_texts import SMALL, replaced


@pytest.fixture(scope="module")
def book() -> Book:
    return load_book()


def machine(*texts: str) -> FlowMachine:
    """Compile flows without asking the checker."""
    files = {f"{number}.yaml": text for number, text in enumerate(texts)}
    return FlowMachine(parse(files).flows.values())


def test_an_answer_leads_to_its_state(book: Book) -> None:
    for flow in book.flows.values():
        for state in flow.states.values():
            for option in state.options:
                assert book.machine.go(state.place, option.id) == option.to


def test_every_state_has_its_ways_out(book: Book) -> None:
    for flow in book.flows.values():
        for state in flow.states.values():
            assert book.machine.go(state.place, SKIP) == state.skip
            for name in EXITS:
                assert book.machine.go(state.place, exit_trigger(name)) == flow.exits[name]


def test_the_arrows_are_those_of_the_flows_and_no_others(book: Book) -> None:
    compiled, wanted = list(book.machine.arrows()), list(arrows(book.flows.values()))
    assert len(compiled) == len(wanted)
    assert set(compiled) == set(wanted)


@pytest.mark.parametrize(
    "trigger", ["", "nothing", "state", "_state", "to_done", "trigger", "initial", "exit", "*"]
)
def test_what_no_flow_names_leads_nowhere(book: Book, trigger: str) -> None:
    for flow in book.flows.values():
        assert book.machine.go(flow.begin, trigger) is None


def test_going_leaves_no_trace(book: Book) -> None:
    begin = book.start.begin
    assert [book.machine.go(begin, "mac") for _ in range(3)] == [Place("mac", "apple_status")] * 3


@pytest.mark.parametrize("name", ["state", "trigger", "states", "events", "models", "dispatch", "get_state"])
def test_an_answer_may_have_a_name_that_the_library_uses_itself(name: str) -> None:
    compiled = machine(replaced(SMALL, "      other:", f"      {name}:"))
    assert compiled.go(Place("start", "more"), name) == Place("start", "done")


OTHER = SMALL.replace("flow: start", "flow: other")


@pytest.mark.parametrize(
    ("pointer", "leads"),
    [
        ("{finding: model, to: more}", {"start.ask", "start.more", "start.done", "other.ask", "other.done"}),
        ("{finding: model, from: ask, to: more}", {"start.ask"}),
        ("{finding: model, from: other.ask, to: more}", {"other.ask"}),
        ("{finding: model, from: other flows, to: more}", {"other.ask", "other.more", "other.done"}),
        ("{finding: [model, serial_missing], from: ask, to: more}", {"start.ask"}),
    ],
)
def test_evidence_leads_from_where_its_pointer_says(pointer: str, leads: set[str]) -> None:
    compiled = machine(replaced(SMALL, "begin: ask", f"begin: ask\nevidence:\n- {pointer}"), OTHER)
    found = {
        f"{flow}.{state}"
        for flow in ("start", "other")
        for state in ("ask", "more", "done")
        if compiled.go(Place(flow, state), evidence_trigger("model")) == Place("start", "more")
    }
    assert leads <= found
    assert found == leads or "from" not in pointer


def test_of_two_pointers_for_one_place_the_first_counts() -> None:
    pointers = "- {finding: model, from: ask, to: more}\n- {finding: model, to: done}"
    compiled = machine(replaced(SMALL, "begin: ask", f"begin: ask\nevidence:\n{pointers}"))
    trigger = evidence_trigger("model")
    assert compiled.go(Place("start", "ask"), trigger) == Place("start", "more")
    assert compiled.go(Place("start", "more"), trigger) == Place("start", "done")
