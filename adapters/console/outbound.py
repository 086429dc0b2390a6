"""A reply as a terminal shows it. Pure."""

from collections.abc import Sequence

from rich.text import Text

from adapters.console.plain import plain
from adapters.console.wrap import wrapped
from bot.model import Choice, Reply


def rendered(reply: Reply, width: int) -> Text:
    """Give the text, the answers below one another, and the commands that are offered everywhere in rows."""
    answers = [(n, each) for n, each in enumerate(reply.choices, 1) if each.kind == "answer"]
    commands = [(n, each) for n, each in enumerate(reply.choices, 1) if each.kind == "command"]
    parts = [Text(wrapped(plain(reply.text), width))]
    if answers:
        parts.append(Text("\n").join(_button(*each, "bold") for each in answers))
    if commands:
        parts.append(_rows([_button(*each, "dim") for each in commands], width))
    return Text("\n\n").join(parts).append("\n")


def _button(number: int, choice: Choice, style: str) -> Text:
    return Text.assemble((f"{number:>4} ", f"{style} cyan"), (plain(choice.label), style))


def _rows(buttons: Sequence[Text], width: int) -> Text:
    """Put as many beside one another as fit."""
    rows = Text()
    room = 0
    for button in buttons:
        if rows and button.cell_len > room:
            rows.append("\n")
        if not rows or button.cell_len > room:
            room = width
        rows.append(button)
        room -= button.cell_len
    return rows
