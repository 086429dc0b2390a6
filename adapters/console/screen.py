"""The chat for people: coloured text and numbered buttons in a terminal."""

import sys
from asyncio import Runner
from collections.abc import Callable, Mapping, Sequence

from rich.columns import Columns
from rich.console import Console, Group, RenderableType
from rich.padding import Padding
from rich.rule import Rule
from rich.text import Text

from adapters.console.files import decode
from adapters.console.session import Session
from bot.model import Reply

PHRASES = ("console.hint", "console.saved", "console.looking", "console.ended")
"""The phrases that the screen shows, beside the conversation itself."""


def chat_screen(session: Session, phrases: Mapping[str, str], runner: Runner) -> None:
    """Talk until the person leaves with Ctrl-C or Ctrl-D. The session remembers where they were."""
    console = Console(highlight=False)
    read = _reader(console)

    def show(replies: Sequence[Reply]) -> None:
        for reply in replies:
            console.print(_rendered(reply))
        if runner.run(session.standing()).ended:
            console.print(Text(phrases["console.ended"], style="dim"))

    try:
        console.print(Text(phrases["console.hint"], style="dim"))
        show(runner.run(session.open()))
        while True:
            text = read()
            with console.status(phrases["console.looking"]):
                replies = runner.run(session.say(text))
            show(replies)
    except (EOFError, KeyboardInterrupt):
        console.print()
        console.print(Text(phrases["console.saved"], style="dim"))


def _reader(console: Console) -> Callable[[], str]:
    if not (sys.stdin.isatty() and console.is_terminal):
        return _read_plain_line
    from prompt_toolkit import PromptSession  # noqa: PLC0415  slow to import, and needless without a terminal
    from prompt_toolkit.formatted_text import FormattedText  # noqa: PLC0415

    prompt: PromptSession[str] = PromptSession(FormattedText([("bold ansicyan", "› ")]))
    return prompt.prompt


def _read_plain_line() -> str:
    line = sys.stdin.buffer.readline()
    if not line:
        raise EOFError
    return decode(line)


def _rendered(reply: Reply) -> RenderableType:
    answers = [choice for choice in reply.choices if choice.kind == "answer"]
    commands = [choice for choice in reply.choices if choice.kind == "command"]
    parts: list[RenderableType] = [Rule(style="dim"), Text(reply.text)]
    if answers:
        lines = (
            Text.assemble((f"{number}  ", "bold cyan"), (choice.label, "bold"))
            for number, choice in enumerate(answers, 1)
        )
        parts.append(Padding(Group(*lines), (1, 0, 0, 2)))
    if commands:
        cells = [
            Text(f"{number} {choice.label}", style="dim")
            for number, choice in enumerate(commands, len(answers) + 1)
        ]
        parts.append(Padding(Columns(cells, padding=(0, 3)), (1, 0, 1, 2)))
    return Group(*parts)
