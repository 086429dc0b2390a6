"""A real terminal (a pty) with the program in it: types, and reads what the person would see."""

import contextlib
import fcntl
import os
import pty
import re
import select
import struct
import subprocess
import sys
import termios
import time
from collections.abc import Iterator
from contextlib import contextmanager

from tests.commands.program import DEADLINE, NEVER_SHOWN, environment

CTRL_C, CTRL_D, ENTER = "\x03", "\x04", "\r"
QUESTION = re.compile(r"─{5}.*›", re.DOTALL)
"""What is on the screen when an answer is awaited: a line, the question, the prompt."""

_ESCAPE = re.compile(r"\x1b(?:\[[0-?]*[ -/]*[@-~]|\][^\x07]*\x07|[@-Z\\-_>=])")
_IN_A_TERMINAL = (
    "import fcntl, os, sys, termios; fcntl.ioctl(0, termios.TIOCSCTTY, 0);"
    "os.execv(sys.executable, [sys.executable, '-m', 'bot', *sys.argv[1:]])"
)


class Terminal:
    """A terminal window in which the program runs."""

    def __init__(self, process: "subprocess.Popen[bytes]", master: int) -> None:
        """Look at the window that `master` is the other side of."""
        self.process = process
        self.raw = b""
        """Everything that the terminal was told, escape sequences included."""
        self._master = master
        self._seen = 0

    def type(self, text: str | bytes) -> None:
        """Press keys."""
        os.write(self._master, text if isinstance(text, bytes) else text.encode())

    def paste(self, text: str) -> None:
        """Paste as terminals do: between two marks, with the line ends of the Enter key."""
        marked = "\x1b[200~" + text.replace("\n", "\r") + "\x1b[201~"
        for start in range(0, len(marked), 500):  # a pty takes no more than 4 KB at once
            self.type(marked[start : start + 500])
            self._read(0)

    def question(self) -> str:
        """Wait for the next question, and give what has appeared since the last one."""
        return self.wait_for(QUESTION)

    def answer(self, text: str) -> str:
        """Type an answer, and wait for the question that follows."""
        self.type(text + ENTER)
        return self.question()

    def wait_for(self, pattern: re.Pattern[str]) -> str:
        """Wait until the pattern is in what has appeared since last time."""
        ends = time.monotonic() + DEADLINE
        while not pattern.search(self._plain(self._seen)):
            assert time.monotonic() < ends, self._plain(self._seen)
            assert self._read(0.5) or self.process.poll() is None, self._plain(self._seen)
        return self._take()

    def end(self) -> int:
        """Wait for the program to end by itself, and give its exit code."""
        ends = time.monotonic() + DEADLINE
        while self._read(0.05) or self.process.poll() is None:
            assert time.monotonic() < ends, self._plain(self._seen)
        assert not any(words in self.raw for words in NEVER_SHOWN)
        return self.process.wait()

    @property
    def echoes(self) -> bool:
        """Say whether the terminal is in its usual mode, in which one sees what one types."""
        return bool(termios.tcgetattr(self._master)[3] & termios.ECHO)

    def _take(self) -> str:
        appeared = self._plain(self._seen)
        self._seen = len(self.raw)
        return appeared

    def _plain(self, start: int) -> str:
        return _ESCAPE.sub("", self.raw[start:].decode(errors="replace")).replace("\r", "")

    def _read(self, patience: float) -> bool:
        if not select.select([self._master], [], [], patience)[0]:
            return False
        with contextlib.suppress(OSError):  # Linux says so when the other side is closed
            piece = os.read(self._master, 65_536)
            self.raw += piece
            return bool(piece)
        return False


@contextmanager
def terminal(*arguments: str, columns: int = 80, **changes: str) -> Iterator[Terminal]:
    """Open a window that many columns wide, with `imessage-support …` in it."""
    master, slave = pty.openpty()
    fcntl.ioctl(slave, termios.TIOCSWINSZ, struct.pack("HHHH", 50, columns, 0, 0))
    process = subprocess.Popen(
        [sys.executable, "-c", _IN_A_TERMINAL, *arguments],
        env=environment(PROMPT_TOOLKIT_NO_CPR="1", **changes),
        stdin=slave,
        stdout=slave,
        stderr=slave,
        start_new_session=True,
    )
    try:
        yield Terminal(process, master)
    finally:
        process.kill()
        process.wait()
        os.close(master)
        os.close(slave)
