"""Ctrl-C and SIGTERM end the chat, whatever it is waiting for: at once, quietly, and only if they may."""

import fcntl
import json
import os
import pty
import signal
import struct
import termios
import time
from pathlib import Path
from typing import IO

import pytest

from tests.commands.program import DEADLINE, Chat, chat
from tests.commands.terminal import ENTER, terminal

SIGNALS = pytest.mark.parametrize(("number", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
MOMENT = 0.5
"""Seconds in which a program that can go on does."""


def ends(talk: Chat, number: signal.Signals) -> int:
    talk.process.send_signal(number)
    return talk.process.wait(DEADLINE)


@SIGNALS
def test_while_a_line_is_awaited(number: signal.Signals, code: int) -> None:
    with chat("--store", "memory") as talk:
        assert ends(talk, number) == code


@SIGNALS
def test_while_nobody_reads_the_answers(number: signal.Signals, code: int) -> None:
    with chat("--store", "memory") as talk:
        assert talk.process.stdout
        for _ in range(400):
            talk.write({"text": "help"})
        unread, before = waiting(talk.process.stdout), -1
        while unread != before:
            time.sleep(MOMENT)
            unread, before = waiting(talk.process.stdout), unread
        assert ends(talk, number) == code
        answers = talk.process.stdout.read().splitlines()
        assert all(json.loads(line)["replies"] for line in answers[:-1])


@SIGNALS
def test_while_a_file_gives_nothing(number: signal.Signals, code: int) -> None:
    master, slave = pty.openpty()
    with chat("--store", "memory") as talk:
        talk.write({"file": os.ttyname(slave)})
        time.sleep(MOMENT)
        assert ends(talk, number) == code
    os.close(slave)
    os.close(master)


@SIGNALS
def test_while_years_pass(number: signal.Signals, code: int, tmp_path: Path) -> None:
    with chat("--store", f"sqlite://{tmp_path / 'store'}") as talk:
        talk.write({"wait": 10 * 365 * 24 * 3600})
        time.sleep(MOMENT)
        assert ends(talk, number) == code


@pytest.mark.parametrize(("number", "code"), [(signal.SIGINT, 0), (signal.SIGTERM, 143)])
@pytest.mark.parametrize("keys", ["", "half a wo", "help" + ENTER, ENTER * 3])
def test_while_somebody_types(number: signal.Signals, code: int, keys: str) -> None:
    with terminal("chat", "--store", "memory") as window:
        window.question()
        window.type(keys)
        window.process.send_signal(number)
        assert window.end() == code
        assert window.echoes


def test_one_that_is_ignored_stays_ignored() -> None:
    before = signal.signal(signal.SIGINT, signal.SIG_IGN)  # which children inherit, as with `nohup … &`
    try:
        with terminal("chat", "--store", "memory") as window:
            window.question()
            window.process.send_signal(signal.SIGINT)
            assert "Skip this step" in window.answer("1")
    finally:
        signal.signal(signal.SIGINT, before)


def waiting(pipe: IO[bytes]) -> int:
    """Count the bytes in a pipe that nobody has read yet."""
    (number,) = struct.unpack("i", fcntl.ioctl(pipe, termios.FIONREAD, bytes(4)))
    return int(number)
