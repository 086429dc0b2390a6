"""Draws the README's pictures again: the flows as diagrams, and a chat as people see it.

`uv run python -m tests.pictures` writes them; a test says when the diagrams are stale.
"""

import re
from pathlib import Path

from bot.dialogue.draw import draw
from bot.flowfiles import load_book

ROOT = Path(__file__).parents[1]
_DRAWING = re.compile(r"(<!-- flow: (\w+) -->\n).*?(<!-- end -->)", re.DOTALL)


def drawn(flow: str) -> str:
    """Give the flow as a mermaid diagram, which GitHub shows as a picture."""
    return draw(load_book(), flow, "mermaid", "en").decode()


def readme_with_drawings(readme: str) -> str:
    """Put the drawing of each flow where the README asks for it."""
    return _DRAWING.sub(
        lambda found: f"{found[1]}\n```mermaid\n{drawn(found[2]).rstrip()}\n```\n\n{found[3]}", readme
    )
