"""The chat for programs: one line of JSON in, exactly one line of JSON out."""

from collections.abc import Iterable, Sequence
from typing import BinaryIO

import msgspec

from adapters.console.files import FileUnreadable, read_file
from adapters.console.inbound import BadInput, File, Input, Pause, Press, Text, read_line
from adapters.console.session import Session
from bot.model import Reply


async def chat_lines(session: Session, incoming: Iterable[bytes], outgoing: BinaryIO) -> None:
    """Answer every line until the input ends. A line that means nothing gives `{"error": …}`."""
    screen = await _answer(session, await session.open(), None, outgoing)
    for line in incoming:
        try:
            replies = await _do(session, read_line(line, screen))
        except (BadInput, FileUnreadable) as error:
            _write(outgoing, {"error": str(error)})
        else:
            screen = await _answer(session, replies, screen, outgoing)


async def _do(session: Session, given: Input) -> Sequence[Reply]:
    match given:
        case Text(text=text):
            return await session.say(text)
        case Press(prompt=prompt, choice=choice):
            return await session.pick(prompt, choice)
        case File(path=path):
            return await session.share(path.name, read_file(path))
        case Pause(time=time):
            return await session.wait(time)


async def _answer(
    session: Session, replies: Sequence[Reply], screen: Reply | None, outgoing: BinaryIO
) -> Reply | None:
    standing = await session.standing()
    _write(
        outgoing,
        {
            "flow": standing.flow,
            "state": standing.state,
            "language": standing.language,
            "ended": standing.ended,
            "replies": [_shown(reply) for reply in replies],
        },
    )
    return replies[-1] if replies else screen


def _shown(reply: Reply) -> dict[str, object]:
    choices = [{"id": choice.id, "label": choice.label} for choice in reply.choices]
    return {"text": reply.text, "choices": choices}


def _write(outgoing: BinaryIO, value: object) -> None:
    outgoing.write(msgspec.json.encode(value) + b"\n")
    outgoing.flush()
