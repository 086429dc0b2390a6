"""Apple as it is most days, and the program within this process where a process of its own adds nothing."""

import functools
import io
import json
from collections.abc import Callable, Iterator
from typing import TypeAlias

import pytest

from bot.apple import Service
from bot.cli import main
from bot.commands import chat, diagnose, draw, status
from bot.flowfiles import load_book
from tests.commands.program import NEVER_SHOWN, NOWHERE, Finished
from tests.wire import apple as wire
from tests.wire.apple import AppleServer, apple

ALL_CLEAR = json.dumps(
    {"services": [{"serviceName": service.value, "events": []} for service in Service]}
).encode()

Run: TypeAlias = Callable[..., Finished]


@pytest.fixture(scope="session")
def healthy_apple() -> Iterator[AppleServer]:
    """Give a server on which Apple reports no problem."""
    with apple(wire.document(ALL_CLEAR)) as server:
        yield server


read_once = functools.cache(load_book)
"""Reading the flows is most of the work of a short run, and a book never changes."""


@pytest.fixture
def inside(monkeypatch: pytest.MonkeyPatch, capfdbinary: pytest.CaptureFixture[bytes]) -> Run:
    """Run the program in this process: `inside("status", "--json", stdin=b"", LANG="C")`."""
    for command in (chat, diagnose, draw, status):  # `check` reads for itself
        monkeypatch.setattr(command, "load_book", read_once)
    for name in ("LC_ALL", "LC_MESSAGES", "IMESSAGE_SUPPORT_FLOWS", "NO_COLOR"):
        monkeypatch.delenv(name, raising=False)
    for name, value in (("LANG", "C.UTF-8"), ("NO_PROXY", "127.0.0.1"), ("APPLE_STATUS_URL", NOWHERE)):
        monkeypatch.setenv(name, value)

    def run(*arguments: str, stdin: bytes = b"", **changes: str) -> Finished:
        for name, value in changes.items():
            monkeypatch.setenv(name, value)
        monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(stdin)))
        code: object
        try:
            code = main(arguments)
        except SystemExit as end:  # which is how argparse ends
            code = end.code
        out, err = capfdbinary.readouterr()
        assert not any(words in out + err for words in NEVER_SHOWN), err.decode()
        assert isinstance(code, int)
        return Finished(code, out.decode(), err.decode())

    return run
