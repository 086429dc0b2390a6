"""The dialogue of the chaos: the program's own words, a flow that goes in circles, and shorter minutes."""

from datetime import timedelta
from functools import cache
from pathlib import Path

from bot.dialogue.book import Book, compile_book
from bot.dialogue.flow import Flow, State
from bot.dialogue.source.check import check
from bot.dialogue.source.parse import parse
from bot.flowfiles import SHIPPED, FlowsInvalid
from bot.replace import replace

OWN = Path(__file__).parent / "flows"


@cache
def chaos_book(minute: timedelta = timedelta(minutes=1)) -> Book:
    """Compile the book; a reminder after a minute comes after that `minute`."""
    paths = [SHIPPED / "phrases.yaml", SHIPPED / "words.yaml", *OWN.glob("*.yaml")]
    source = parse({path.name: path.read_text() for path in paths})
    if problems := check(source):
        raise FlowsInvalid(problems)
    flows = {name: _with_minutes(flow, minute) for name, flow in source.flows.items()}
    return compile_book(flows, source.phrases, source.words)


def _with_minutes(flow: Flow, minute: timedelta) -> Flow:
    return replace(flow, states={name: _reminding(state, minute) for name, state in flow.states.items()})


def _reminding(state: State, minute: timedelta) -> State:
    if state.remind is None:
        return state
    after = state.remind.after / timedelta(minutes=1) * minute
    return replace(state, remind=replace(state.remind, after=after))
