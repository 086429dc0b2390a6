"""Flows as pictures, drawn by the diagram support of `transitions` from the compiled machine."""

import re
from collections.abc import Iterator
from datetime import timedelta
from typing import Literal, TypeAlias

from transitions.extensions import GraphMachine

from bot.dialogue.book import Book
from bot.dialogue.machine import CHECK_IN, WAIT, Arrow
from bot.model import Language, Place

Format: TypeAlias = Literal["mermaid", "svg", "png"]


class GraphvizMissing(Exception):
    """Graphviz's `dot`, which makes the svg and png pictures, is not installed."""


def draw(book: Book, flow: str, format_: Format, language: Language) -> bytes:
    """Draw one flow: its states, and the answers and waits that lead from one to the next.

    What works in every state (back, stop, a person, evidence, …) would hide the guide behind arrows, so it
    is left out. Raises `GraphvizMissing` for svg and png where `dot` is not installed.
    """
    machine = _machine(book, flow, format_, language)
    graph = machine.get_graph()
    if format_ == "mermaid":
        return f"{graph.source}\n".encode()
    from graphviz import ExecutableNotFound  # noqa: PLC0415  only pictures need it

    try:
        return bytes(graph.pipe(format_))
    except ExecutableNotFound as error:
        raise GraphvizMissing from error


def _machine(book: Book, flow: str, format_: Format, language: Language) -> GraphMachine:
    arrows = list(_arrows(book, flow))
    places = dict.fromkeys(place for arrow in arrows for place in (arrow.origin, arrow.to))
    ends = {place for place in places if book.state(place).end}
    return _Drawing(
        states=[{"name": _name(place, flow), "final": place in ends} for place in places],
        transitions=[
            {
                "trigger": f"answer.{arrow.trigger}",  # no name that the library has itself
                "source": _name(arrow.origin, flow),
                "dest": _name(arrow.to, flow),
                "label": _safe(_label(book, arrow, language), format_),
            }
            for arrow in arrows
        ],
        initial=_name(book.flows[flow].begin, flow),
        auto_transitions=False,
        title=f"title: {flow}" if format_ == "mermaid" else flow,
        graph_engine="mermaid" if format_ == "mermaid" else "graphviz",
    )


class _Drawing(GraphMachine):
    """The library's machine, dressed for print."""

    machine_attributes = {"directed": "true", "strict": "false", "rankdir": "TB"}  # noqa: RUF012


def _arrows(book: Book, flow: str) -> Iterator[Arrow]:
    for arrow in book.machine.arrows():
        if arrow.origin.flow == flow and _label(book, arrow, "en"):
            yield arrow


def _label(book: Book, arrow: Arrow, language: Language) -> str:
    """Say what takes this arrow, an answer or so much time; nothing of what works in every state."""
    state, check_in = book.state(arrow.origin), book.flows[arrow.origin.flow].check_in
    if state.option(arrow.trigger):
        return book.buttons[arrow.origin, arrow.trigger, language].label
    if arrow.trigger == WAIT and state.wait:
        return f"⏳ {_length(state.wait.after)}"
    if arrow.trigger == CHECK_IN and check_in and state.end:
        return f"⏳ {_length(check_in.after)}"
    return ""


def _length(time: timedelta) -> str:
    """Write a time in its largest unit, as `24 h`."""
    units = ((timedelta(hours=1), "h"), (timedelta(minutes=1), "min"), (timedelta(seconds=1), "s"))
    return next(f"{time // unit} {name}" for unit, name in units if not time % unit)


def _safe(label: str, format_: Format) -> str:
    """Take the meaning out of characters that end or style a label in the language of the picture."""
    if format_ == "mermaid":
        return re.sub(r"[#;:\"<>%{}\\]", lambda found: f"#{ord(found[0])};", label)
    escaped = label.replace("\\", "\\\\")
    return f" {escaped} " if label.startswith("<") else escaped


def _name(place: Place, flow: str) -> str:
    return place.state if place.flow == flow else f"{place.flow}__{place.state}"
