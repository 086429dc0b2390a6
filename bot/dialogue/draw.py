"""Flows as pictures, drawn by the diagram support of `transitions` from the compiled machine."""

import re
from collections.abc import Iterator
from typing import Literal, TypeAlias

from transitions.extensions import GraphMachine

from bot.dialogue.book import Book
from bot.dialogue.machine import Arrow
from bot.model import Language, Place

Format: TypeAlias = Literal["mermaid", "svg", "png"]


class GraphvizMissing(Exception):
    """Graphviz's `dot`, which makes the svg and png pictures, is not installed."""


def draw(book: Book, flow: str, format_: Format, language: Language) -> bytes:
    """Draw one flow: its states, and the answers that lead from one to the next.

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
                "label": _safe(book.buttons[arrow.origin, arrow.trigger, language].label, format_),
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
        if arrow.origin.flow == flow and book.state(arrow.origin).option(arrow.trigger):
            yield arrow


def _safe(label: str, format_: Format) -> str:
    """Take the meaning out of characters that end or style a label in the language of the picture."""
    if format_ == "mermaid":
        return re.sub(r"[#;:\"<>%{}\\]", lambda found: f"#{ord(found[0])};", label)
    escaped = label.replace("\\", "\\\\")
    return f" {escaped} " if label.startswith("<") else escaped


def _name(place: Place, flow: str) -> str:
    return place.state if place.flow == flow else f"{place.flow}__{place.state}"
