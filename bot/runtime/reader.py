"""Reads long texts in a process of its own, with a deadline: the worker's event loop goes on meanwhile.

A regular expression holds Python's lock until it is through, so a thread would be of no use. The process
begins with the first long text, and is killed where a text takes too long: the next one gets another.
"""

import asyncio
import os
import signal
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from typing import Final

import msgspec
import structlog

from bot.model import Finding
from bot.runtime.priority import PriorityLock

LONG: Final = 2_000
"""Characters from which on a text is read there: fewer take four milliseconds at most."""

WORK: Final = 2.0
"""Seconds of work that a text may take, whatever else the machine does: the slowest of a megabyte takes half
a second. The kernel ends the process then, where it can (ITIMER_VIRTUAL)."""

DEADLINE: Final = 10.0
"""Seconds after which nobody waits for it any more."""

PATIENCE: Final = 20.0
"""Seconds that a text waits for its turn, and the beginning of a process."""

_SIZE: Final = 4
_FINDINGS: Final = msgspec.json.Decoder(tuple[Finding, ...])
_log = structlog.get_logger()


class TooMuch(Exception):
    """The text could not be read in time."""


class Reader:
    """Reads one text after the other, the shortest first: who pastes a few lines waits for no megabytes."""

    def __init__(self, *, deadline: float = DEADLINE, patience: float = PATIENCE) -> None:
        self._deadline, self._patience = deadline, patience
        self._process: asyncio.subprocess.Process | None = None
        self._turns = PriorityLock()

    async def read(self, text: str) -> tuple[Finding, ...]:
        """Return what the text shows. Raises `TooMuch`."""
        try:
            async with self._turns.held(len(text), within=self._patience):
                return await self._read(text.encode(errors="surrogatepass"))
        except TimeoutError as error:
            raise TooMuch from error

    async def close(self) -> None:
        """End the process."""
        if self._process is not None:
            with suppress(ProcessLookupError):
                self._process.kill()
            await self._process.wait()
            self._process = None

    async def _read(self, text: bytes) -> tuple[Finding, ...]:
        try:
            async with asyncio.timeout(self._patience):
                process = self._process = self._process or await _begin()
            async with asyncio.timeout(self._deadline):
                return _FINDINGS.decode(await _ask(process, text))
        except (TimeoutError, OSError, EOFError, msgspec.MsgspecError) as error:
            _log.warning("text not read", size=len(text), why=type(error).__name__)
            await self.close()
            raise TooMuch from error
        except asyncio.CancelledError:  # an answer that nobody took would be taken for the next one's
            await self.close()
            raise


async def _begin() -> asyncio.subprocess.Process:
    """Begin a process, and wait until it can read."""
    pipe, program = asyncio.subprocess.PIPE, (sys.executable, "-m", __name__)
    process = await asyncio.create_subprocess_exec(
        *program, stdin=pipe, stdout=pipe, stderr=asyncio.subprocess.DEVNULL
    )
    await _ask(process, b"")
    return process


async def _ask(process: asyncio.subprocess.Process, text: bytes) -> bytes:
    assert process.stdin  # noqa: S101  pipes, as `_begin` asked for
    assert process.stdout  # noqa: S101
    process.stdin.write(len(text).to_bytes(_SIZE, "big") + text)
    await process.stdin.drain()
    size = int.from_bytes(await process.stdout.readexactly(_SIZE), "big")
    return await process.stdout.readexactly(size)


def _serve(read: Callable[[str], tuple[Finding, ...]]) -> None:
    """Answer each text, until there are no more."""
    texts, answers = sys.stdin.buffer, sys.stdout.buffer
    while size := texts.read(_SIZE):
        text = texts.read(int.from_bytes(size, "big")).decode(errors="surrogatepass")
        with _limited(WORK):
            found = msgspec.json.encode(read(text))
        answers.write(len(found).to_bytes(_SIZE, "big") + found)
        answers.flush()


@contextmanager
def _limited(seconds: float) -> Iterator[None]:
    if not hasattr(signal, "setitimer"):  # Windows
        yield
        return
    signal.setitimer(signal.ITIMER_VIRTUAL, seconds)
    yield
    signal.setitimer(signal.ITIMER_VIRTUAL, 0)


def _be_nice() -> None:
    """Let the worker go first; a reader whose worker was told to stop ends with it, not before."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    with suppress(AttributeError, OSError):
        os.nice(10)


if __name__ == "__main__":
    from bot.dialogue.evidence.find import find

    _be_nice()
    _serve(find)
