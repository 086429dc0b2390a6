"""The chat for programs: one line of JSON in, exactly one line of JSON out."""

from asyncio import AbstractEventLoop
from collections.abc import Coroutine, Iterable, Sequence
from typing import BinaryIO, TypeAlias

import msgspec

from adapters.console.files import FileUnreadable, read_file
from adapters.console.finish import finish
from adapters.console.inbound import BadInput, File, Input, Pause, Press, Text, read_line
from adapters.console.plain import one_line
from adapters.console.session import Session
from bot.model import Reply

_Answer: TypeAlias = tuple[Sequence[Reply], dict[str, object]]
"""Replies, and the line that tells of them."""


def chat_lines(
    session: Session, incoming: Iterable[bytes], outgoing: BinaryIO, loop: AbstractEventLoop
) -> None:
    """Answer every line until the input ends. A line that means nothing gives `{"error": …}`.

    Whatever may wait for somebody else is done outside of the event loop, so that Ctrl-C ends the wait: lines
    that come, files, and whoever reads the answers.
    """
    screen = _show(outgoing, finish(loop, _answer(session, session.open())), None)
    for line in incoming:
        try:
            replying = _do(session, read_line(line, screen))
            screen = _show(outgoing, finish(loop, _answer(session, replying)), screen)
        except (BadInput, FileUnreadable) as error:
            _write(outgoing, {"error": one_line(str(error))})


async def _answer(session: Session, replying: Coroutine[None, None, Sequence[Reply]]) -> _Answer:
    replies = await replying
    return replies, await _shown(session, replies)


def _show(outgoing: BinaryIO, answer: _Answer, screen: Reply | None) -> Reply | None:
    """Write the replies, and give the one that is on the screen then."""
    replies, shown = answer
    _write(outgoing, shown)
    return replies[-1] if replies else screen


def _do(session: Session, given: Input) -> Coroutine[None, None, Sequence[Reply]]:
    match given:
        case Text(text=text):
            return session.say(text)
        case Press(prompt=prompt, choice=choice):
            return session.pick(prompt, choice)
        case File(path=path):
            return session.share(path.name, read_file(path))
        case Pause(time=time):
            return session.wait(time)


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
    """Write a line. There is no buffer, which would wait for its reader even when the program has to end."""
    left = memoryview(msgspec.json.encode(value) + b"\n")
    while left:
        left = left[outgoing.write(left) :]
