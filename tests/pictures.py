"""Draws the README's pictures again: the flows as diagrams, and chats as people see them.

`uv run python -m tests.pictures` writes them; a test says when the diagrams are stale.
"""

import asyncio
import html
import io
import re
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path

from rich.cells import cell_len
from rich.console import Console
from rich.terminal_theme import SVG_EXPORT_THEME
from rich.text import Text

from adapters.console.outbound import rendered
from adapters.store.memory.store import MemoryStore
from bot.app import App
from bot.console_session import ConsoleSession
from bot.dialogue.draw import draw
from bot.flowfiles import load_book
from bot.model import Board, Language, Report, Service
from bot.runtime.poller import Poller
from tests import phone_slack
from tests.phone import PHONES, phone

ROOT = Path(__file__).parents[1]
PICTURES: dict[Language, Path] = {"ja": ROOT / ".github/chat-ja.svg", "en": ROOT / ".github/chat-en.svg"}
ASKED = datetime(2026, 1, 5, 1, 32, tzinfo=UTC)
TOKYO = timezone(timedelta(hours=9), "JST")
WIDTH = 48
TYPED: dict[Language, tuple[str, ...]] = {"ja": ("1", "1", "まだ直りません"), "en": ("1", "1", "still not")}
CELL = 12.2
"""Width of a cell in rich's pictures."""

_LENGTH = re.compile(r'textLength="([\d.]+)"([^>]*)>([^<]*)</text>')
_DRAWING = re.compile(r"(<!-- flow: (\w+) -->\n).*?(<!-- end -->)", re.DOTALL)


def drawn(flow: str) -> str:
    """Give the flow as a mermaid diagram, which GitHub shows as a picture."""
    return draw(load_book(), flow, "mermaid", "en").decode()


def readme_with_drawings(readme: str) -> str:
    """Put the drawing of each flow where the README asks for it."""
    return _DRAWING.sub(
        lambda found: f"{found[1]}\n```mermaid\n{drawn(found[2]).rstrip()}\n```\n\n{found[3]}", readme
    )


class _ClearSky:
    """A `StatusSource` on a day on which Apple reports no problem."""

    async def fetch(self, _language: Language, *, now: datetime) -> Board:
        return Board(now, tuple(Report(service, "ok") for service in Service))

    async def close(self) -> None:
        return


async def _chat(language: Language) -> list[Text]:
    store = MemoryStore()
    app = App(load_book(), store, Poller(store, _ClearSky()), TOKYO)
    session = ConsoleSession(app, "reader", language, lambda: ASKED, insists=False)
    shown = [rendered(reply, WIDTH) for reply in await session.open()]
    for text in TYPED[language]:
        shown.append(Text.assemble(("› ", "bold cyan"), text))
        shown += [rendered(reply, WIDTH) for reply in await session.say(text)]
    await app.close()
    return shown


def photographed(language: Language) -> str:
    """Give the picture of a short chat in a narrow terminal, without any address that would be fetched."""
    console = Console(record=True, width=WIDTH, file=io.StringIO(), force_terminal=True, highlight=False)
    for part in asyncio.run(_chat(language)):
        console.print(part)
        if part.plain.startswith("›"):
            console.print(Text("─" * WIDTH, style="dim"))
    title = "imessage-support chat"
    picture = console.export_svg(title=title, theme=SVG_EXPORT_THEME, unique_id=f"chat-{language}")
    return _LENGTH.sub(_measured, re.sub(r"@font-face \{.*?\}\s*", "", picture, flags=re.DOTALL))


def _measured(found: re.Match[str]) -> str:
    """Give a piece of text the width of its cells: rich counts characters, and Japanese ones are two wide."""
    return f'textLength="{CELL * cell_len(html.unescape(found[3])):g}"{found[2]}>{found[3]}</text>'


def main() -> None:
    """Write the pictures into the repository."""
    for language, path in PICTURES.items():
        path.parent.mkdir(exist_ok=True)
        path.write_text(photographed(language), encoding="utf-8")
    for drawn_on, phones in ((phone, PHONES), (phone_slack.phone, phone_slack.PHONES)):
        for language, path in phones.items():
            path.write_text(drawn_on(language), encoding="utf-8")
    readme = ROOT / "README.md"
    readme.write_text(readme_with_drawings(readme.read_text(encoding="utf-8")), encoding="utf-8")


if __name__ == "__main__":
    main()
