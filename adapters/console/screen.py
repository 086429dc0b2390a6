"""The chat for people: text and numbered buttons in a terminal."""

import asyncio
import sys
from asyncio import AbstractEventLoop
from collections.abc import Callable, Iterator, Sequence
from typing import TYPE_CHECKING, BinaryIO, Literal, TypeAlias

from rich.console import Console
from rich.text import Text

from adapters.console.files import decode
from adapters.console.finish import finish
from adapters.console.inbound import lines_of
from adapters.console.outbound import rendered
from adapters.console.session import Session
from adapters.console.wrap import wrapped
from bot.model import Language, Reply

if TYPE_CHECKING:
    from prompt_toolkit import PromptSession

WIDEST = 76
"""Cells of a line of text; longer ones are hard to read."""

NARROWEST = 20
"""Cells that a terminal has at least, whatever it says of itself."""

PhraseName: TypeAlias = Literal["hint", "saved", "looking", "ended"]
"""What the screen says itself, beside the conversation."""


def chat_screen(
    session: Session,
    phrase: Callable[[PhraseName, Language], str],
    incoming: BinaryIO | None,
    loop: AbstractEventLoop,
) -> None:
    """Talk until the person leaves with Ctrl-C or Ctrl-D. The session remembers where they were."""
    console = Console(highlight=False, soft_wrap=True)
    language = finish(loop, session.standing()).language

    def show(replies: Sequence[Reply]) -> Language:
        for reply in replies:
            _print(console, reply)
        standing = finish(loop, session.standing())
        if standing.ended:
            _whisper(console, phrase("ended", standing.language))
        return standing.language

    try:
        _whisper(console, phrase("hint", language))
        language = show(finish(loop, session.open()))
        for text in _typed(console, session, incoming, loop):
            with console.status(phrase("looking", language)):
                replies = finish(loop, session.say(text))
            language = show(replies)
    except KeyboardInterrupt:
        pass
    console.print()
    _whisper(console, phrase("saved", language))


def _print(console: Console, reply: Reply) -> None:
    width = _width(console)
    console.print(Text("─" * width, style="dim"), rendered(reply, width), sep="\n")


def _width(console: Console) -> int:
    return max(NARROWEST, min(console.width, WIDEST))


def _whisper(console: Console, text: str) -> None:
    console.print(Text(wrapped(text, _width(console)), style="dim"))


def _typed(
    console: Console, session: Session, incoming: BinaryIO | None, loop: AbstractEventLoop
) -> Iterator[str]:
    """Give what is typed until Ctrl-C or Ctrl-D; several lines that are pasted at once are one text."""
    is_terminal = sys.stdin and sys.stdin.isatty() and console.is_terminal
    texts = _prompted(console, session, loop) if is_terminal else _piped(incoming)
    return (text for text in texts if text.strip())


def _prompted(console: Console, session: Session, loop: AbstractEventLoop) -> Iterator[str]:
    from prompt_toolkit import PromptSession  # noqa: PLC0415  slow to import, and needless without a terminal
    from prompt_toolkit.formatted_text import FormattedText  # noqa: PLC0415

    prompt: PromptSession[str] = PromptSession(FormattedText([("bold ansicyan", "› ")]))
    while (typed := finish(loop, _ask(prompt, console, session))) is not None:
        yield typed.encode(errors="replace").decode()


async def _ask(prompt: "PromptSession[str]", console: Console, session: Session) -> str | None:
    """Wait for what is typed, None for Ctrl-C or Ctrl-D. What comes by itself leaves it whole."""
    from prompt_toolkit.application import run_in_terminal  # noqa: PLC0415

    async def show(reply: Reply) -> None:
        await run_in_terminal(lambda: _print(console, reply))

    stop = asyncio.Event()
    async with asyncio.TaskGroup() as group:
        listening = group.create_task(session.listen(show, stop))
        try:
            typed = await prompt.prompt_async(handle_sigint=False)
        except (EOFError, KeyboardInterrupt):
            listening.cancel()
            return None
        stop.set()
    return typed


def _piped(incoming: BinaryIO | None) -> Iterator[str]:
    return map(decode, lines_of(incoming)) if incoming else iter(())
