"""The chat for programs: one line of JSON in, exactly one line of JSON out."""

from asyncio import AbstractEventLoop
from collections.abc import Coroutine, Iterable, Sequence
from typing import BinaryIO

import msgspec

from adapters.console.files import FileUnreadable, read_file
from adapters.console.finish import finish
from adapters.console.inbound import BadInput, File, Input, Pause, Press, Text, read_line
from adapters.console.plain import one_line
from adapters.console.session import Session
from bot.model import Reply


def chat_lines(
    session: Session, incoming: Iterable[bytes], outgoing: BinaryIO, loop: AbstractEventLoop
) -> None:
    """Answer every line until the input ends. A line that means nothing gives `{"error": …}`.

    Lines are waited for outside of the event loop, so that Ctrl-C ends the wait.
    """
    screen = finish(loop, _answer(session, session.open(), None, outgoing))
    for line in incoming:
        try:
            replies = _do(session, read_line(line, screen))
            screen = finish(loop, _answer(session, replies, screen, outgoing))
        except (BadInput, FileUnreadable) as error:
            _write(outgoing, {"error": one_line(str(error))})


async def _answer(
    session: Session,
    replying: Coroutine[None, None, Sequence[Reply]],
    screen: Reply | None,
    outgoing: BinaryIO,
) -> Reply | None:
    """Write the replies, and give the one that is on the screen then."""
    replies = await replying
    _write(outgoing, await _shown(session, replies))
    return replies[-1] if replies else screen


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


async def _shown(session: Session, replies: Sequence[Reply]) -> dict[str, object]:
    standing = await session.standing()
    return {
        "flow": standing.flow,
        "state": standing.state,
        "language": standing.language,
        "ended": standing.ended,
        "replies": [{"text": reply.text, "choices": _choices(reply)} for reply in replies],
    }


def _choices(reply: Reply) -> list[dict[str, str]]:
    return [{"id": choice.id, "label": choice.label} for choice in reply.choices]


def _write(outgoing: BinaryIO, value: object) -> None:
    outgoing.write(msgspec.json.encode(value) + b"\n")
    outgoing.flush()
