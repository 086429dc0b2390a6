"""The log: one JSON object a line, about what happens and never about what is said.

The program logs through structlog, its libraries through `logging`; both come out here in the same form. A
line is written by a thread of its own, from a queue with an end: where the reader of the log is stuck, lines
are lost and counted, and no turn waits.
"""

import contextlib
import hashlib
import hmac
import json
import logging
import os
import queue
import secrets
import sys
import threading
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import structlog

from bot.model import Address
from bot.runtime.redact import field, first_line, redacted, told

MOST_LINES = 2000
"""How many lines may wait for the reader of the log."""

LAST_WORDS = 1.0
"""Seconds that closing waits for what is still to be written."""

STDERR = 2

_key = [secrets.token_bytes(32)]
"""Another one at each start, unless `start_journal` is given one."""


def who(address: Address) -> str:
    """Name a conversation in the log: always the same way, and telling nothing without the key."""
    words = json.dumps([address.platform, address.chat, address.person]).encode()
    return f"{address.platform}:{hmac.digest(_key[0], words, hashlib.sha256).hex()[:12]}"


@contextlib.contextmanager
def start_journal(level: str, key: str | None = None, *, descriptor: int = STDERR) -> Iterator["Journal"]:
    """Log to that file descriptor until the block ends.

    Of the program's own events those from `level` on are written; of libraries' only warnings and worse,
    because below that they tell what people wrote, and httpx each address, in which Telegram's token stands.
    """
    if key is not None:
        _key[0] = key.encode()
    journal = Journal(descriptor)
    structlog.configure(
        processors=[structlog.contextvars.merge_contextvars, _own_line],
        wrapper_class=structlog.make_filtering_bound_logger(logging.getLevelNamesMapping()[level.upper()]),
        logger_factory=lambda *_: _Sink(journal),
        cache_logger_on_first_use=False,
    )
    libraries = logging.getLogger()
    before = libraries.level
    libraries.setLevel(logging.WARNING)
    libraries.addHandler(journal)
    logging.captureWarnings(capture=True)
    try:
        yield journal
    finally:
        logging.captureWarnings(capture=False)
        libraries.removeHandler(journal)
        libraries.setLevel(before)
        structlog.reset_defaults()
        journal.close()


class Journal(logging.Handler):
    """Writes lines to a file descriptor, as far as its reader keeps up. It takes libraries' records too."""

    def __init__(self, descriptor: int) -> None:
        super().__init__()
        self._descriptor = descriptor
        self._lines: queue.Queue[bytes | None] = queue.Queue(MOST_LINES)
        self._writer = threading.Thread(target=self._write_all, name="journal", daemon=True)
        self._writer.start()
        self.dropped = 0
        """How many lines nobody will ever read."""

    def put(self, line: bytes) -> None:
        """Have the line written, or count it as lost. Never waits."""
        try:
            self._lines.put_nowait(line)
        except queue.Full:
            self.dropped += 1

    def emit(self, record: logging.LogRecord) -> None:
        """Take a library's record. Never raises: what it is about must go on."""
        try:
            self.put(_foreign_line(record))
        except Exception:  # noqa: BLE001  its arguments are foreign code
            self.dropped += 1

    def close(self) -> None:
        """Write what is waiting, for a moment at most."""
        with contextlib.suppress(queue.Full):
            self._lines.put(None, timeout=LAST_WORDS)
            self._writer.join(LAST_WORDS)
        super().close()

    def _write_all(self) -> None:
        told_of = 0
        while (line := self._lines.get()) is not None:
            if not self._write(line):
                self.dropped += 1
            elif (dropped := self.dropped) > told_of:
                self._write(_line("warning", "log_lines_lost", {"lines": dropped - told_of}))
                told_of = dropped

    def _write(self, line: bytes) -> bool:
        try:
            while line:
                line = line[os.write(self._descriptor, line) :]
        except OSError:  # the reader is gone, or the disk is full
            return False
        return True


class _Sink:
    """What structlog takes for a logger: every method writes."""

    def __init__(self, journal: Journal) -> None:
        self.debug = self.info = self.warning = self.error = self.critical = journal.put


def _own_line(_: object, level: str, event: structlog.typing.EventDict) -> bytes:
    """Write down an event of ours: the last of structlog's processors."""
    fields: dict[str, Any] = dict(event)
    name, error = str(fields.pop("event", "")), _exception(fields.pop("exc_info", None))
    return _line(level, redacted(name), fields, error)


def _foreign_line(record: logging.LogRecord) -> bytes:
    error = _exception(record.exc_info)
    return _line(record.levelname.lower(), first_line(record.getMessage()), {"logger": record.name}, error)


def _exception(exc_info: object) -> BaseException | None:
    """Find the exception in any of the ways in which `exc_info` may be given."""
    match exc_info:
        case BaseException():
            return exc_info
        case (_, BaseException() as error, _):
            return error
        case True:
            return sys.exception()
        case _:
            return None


def _line(level: str, event: str, fields: dict[str, Any], error: BaseException | None = None) -> bytes:
    """Write one line in ASCII: no character in it ends a line or moves a terminal's cursor."""
    now = datetime.now(UTC).isoformat(timespec="milliseconds")
    line: dict[str, object] = {"time": now, "level": level, "event": event}
    line |= {name: field(name, value, who) for name, value in fields.items() if name not in line}
    if error is not None:
        line["error"] = told(error)
    return json.dumps(line).encode() + b"\n"
