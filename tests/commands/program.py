"""Runs the program as people and other programs do, and looks at what it prints."""

import json
import os
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import IO, Any, TypeAlias

Line: TypeAlias = dict[str, Any]

PROGRAM = (sys.executable, "-m", "bot")

NEVER_SHOWN = (b"Traceback", b"something went wrong")
"""What no person should ever see, nor the one line that stands in for it."""

NOWHERE = "http://127.0.0.1:9"
"""Where no Apple answers: port 9 was given to a service that nobody runs."""

DEADLINE = 30.0
"""Seconds after which a program counts as stuck; nothing here takes two."""


def environment(**changes: str) -> Mapping[str, str]:
    """Give an environment that owes nothing to the machine of whoever runs the tests."""
    kept = {
        name: os.environ[name] for name in ("PATH", "HOME", "PYTHONPATH", "SYSTEMROOT") if name in os.environ
    }
    usual = {
        "LANG": "C.UTF-8",
        "TERM": "xterm-256color",
        "NO_PROXY": "127.0.0.1",
        "APPLE_STATUS_URL": NOWHERE,
    }
    return {**kept, **usual, **changes}


@dataclass(frozen=True, slots=True)
class Finished:
    """How a run ended."""

    code: int
    out: str
    err: str

    @property
    def json(self) -> list[Line]:
        """Give the lines of the standard output, each of which has to be a JSON object."""
        return [json.loads(line) for line in self.out.splitlines()]


def run(*arguments: str, stdin: bytes = b"", **changes: str) -> Finished:
    """Run the program to its end."""
    done = subprocess.run(
        [*PROGRAM, *arguments],
        input=stdin,
        env=environment(**changes),
        capture_output=True,
        check=False,
        timeout=DEADLINE,
    )
    assert not any(words in done.stdout + done.stderr for words in NEVER_SHOWN), done.stderr.decode()
    return Finished(done.returncode, done.stdout.decode(), done.stderr.decode())


class Chat:
    """A `chat --json` that is running."""

    def __init__(self, process: "subprocess.Popen[bytes]") -> None:
        """Read the opening line."""
        self.process = process
        self.opening = self._read()
        self.last = self.opening

    def send(self, line: bytes | str | Mapping[str, object]) -> Line:
        """Give one line and read the one that answers it."""
        self.write(line)
        answer = self._read()
        if "error" not in answer:
            self.last = answer
        return answer

    def write(self, line: bytes | str | Mapping[str, object]) -> None:
        """Give one line, and leave the answer unread."""
        content = json.dumps(line).encode() if isinstance(line, Mapping) else line
        content = content.encode() if isinstance(content, str) else content
        self._pipe(self.process.stdin).write(content + b"\n")
        self._pipe(self.process.stdin).flush()

    def say(self, text: str) -> Line:
        """Type something."""
        return self.send({"text": text})

    def pick(self, choice: str | int) -> Line:
        """Press a button."""
        return self.send({"pick": choice})

    @property
    def standing(self) -> tuple[str, str]:
        """Give the flow and the state, asked for without doing anything."""
        line = self.send({"wait": 0})
        return line["flow"], line["state"]

    def _read(self) -> Line:
        line = self._pipe(self.process.stdout).readline()
        assert line.endswith(b"\n"), f"no whole line: {line!r}"
        answer: Line = json.loads(line)
        return answer

    @staticmethod
    def _pipe(pipe: IO[bytes] | None) -> IO[bytes]:
        assert pipe
        return pipe


@contextmanager
def chat(*arguments: str, **changes: str) -> Iterator[Chat]:
    """Start `chat --json` and see to it that it ends with nothing more to say than it was asked."""
    process = subprocess.Popen(
        [*PROGRAM, "chat", "--json", *arguments],
        env=environment(**changes),
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )
    with process:
        try:
            yield Chat(process)
            out, err = process.communicate(timeout=DEADLINE)
            assert (out, err) == (b"", b"")
        finally:
            process.kill()


def ids(line: Line) -> list[str]:
    """Give the buttons of the last reply."""
    return [choice["id"] for choice in line["replies"][-1]["choices"]]
