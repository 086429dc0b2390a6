"""The log: what is in a line, what never is, and that nobody waits for it."""

import json
import logging
import os
import time
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from threading import Thread
from typing import Any

import pytest
import structlog
from hypothesis import given
from hypothesis import strategies as st

from bot.model import Address
from bot.runtime.journal import MOST_LINES, start_journal, who
from bot.runtime.redact import redacted

ANN = Address("telegram", "4711", "ann")
LOG = structlog.get_logger()
BOT_TOKEN = "123456789:AAF-abcdefghijklmnopqrstuvwxyz012345"  # noqa: S105  made up


@contextmanager
def pipe() -> Iterator[tuple[int, int]]:
    reading, writing = os.pipe()
    try:
        yield reading, writing
    finally:
        os.close(reading)
        os.close(writing)


def logged(act: Callable[[], object], level: str = "info", key: str | None = None) -> list[dict[str, Any]]:
    """Give the lines that come of it; each is checked to be one line of ASCII."""
    with pipe() as (reading, writing):
        with start_journal(level, key, descriptor=writing):
            act()
        os.set_blocking(reading, False)
        try:
            written = os.read(reading, 1_000_000)
        except BlockingIOError:
            written = b""
    assert written.isascii()
    assert not set(written) & set(range(32)) - {10}
    return [json.loads(line) for line in written.splitlines()]


def test_an_event_is_one_line_with_its_time_level_and_fields() -> None:
    (line,) = logged(lambda: LOG.info("turn_stored", version=3, took=0.5))
    assert line.pop("time").endswith("+00:00")
    assert line == {"level": "info", "event": "turn_stored", "version": 3, "took": 0.5}


def test_what_weighs_too_little_is_not_written() -> None:
    assert logged(lambda: LOG.info("turn_stored"), level="warning") == []
    assert len(logged(lambda: LOG.debug("turn_stored"), level="debug")) == 1


def test_people_have_a_name_that_only_the_key_gives() -> None:
    (line,) = logged(lambda: LOG.info("turn_stored", who=ANN, also=who(ANN)), key="0123456789abcdef")
    (other,) = logged(lambda: LOG.info("turn_stored", who=ANN), key="fedcba9876543210")
    assert line["who"] == line["also"] != other["who"]
    assert line["who"].startswith("telegram:")
    assert not {"ann", "4711"} & set(line["who"].split(":"))


def fail(error: Exception, cause: Exception | None = None) -> None:
    raise error from cause


@pytest.mark.parametrize(
    "secret",
    [
        f"https://api.telegram.org/bot{BOT_TOKEN}/sendMessage",
        "xoxb-1234567890-abcdefghij",
        "xapp-1-A012-345-abcdef",
        "redis://bot:hunter2-abcdefghij@redis:6379/0",
        "redis://bot:hunter2@abcdefghij@redis:6379/0",
        "wss://wss-primary.slack.com/link/?ticket=abcdefghij&app_id=1",
        "Authorization: Bearer abcdefghij0123",
        "{'password': 'abcdefghij'}",
        "https://hooks.slack.com/services/T0/B0/abcdefghij",
    ],
)
def test_no_secret_is_ever_written(secret: str) -> None:
    def act() -> None:
        LOG.info(secret, url=secret, deep={"list": [secret]}, bot_token="abcdefghij")  # noqa: S106
        logging.getLogger("httpx").warning("asked %s", secret)
        try:
            fail(ConnectionError(secret))
        except ConnectionError:
            LOG.exception("failed")

    shown = json.dumps(logged(act))
    assert shown.count("…") or shown.count("\\u2026")
    assert not [part for part in (BOT_TOKEN, "abcdefghij", "hunter2") if part in shown]


def test_line_ends_and_what_moves_a_cursor_are_escaped() -> None:
    text = 'a\r\n{"level": "error"}\x1b[2J\u2028\u202e\x85\ud800'
    (line,) = logged(lambda: LOG.info("odd", why=text))
    assert line["why"] == text


@pytest.mark.parametrize(
    "value", [object(), b"words", ANN, float("nan"), {1: {2: {3: {4: {5: 6}}}}}, "x" * 10**6, ["x"] * 10**5]
)
def test_any_value_can_be_written(value: object) -> None:
    (line,) = logged(lambda: LOG.info("odd", value=value))
    assert len(json.dumps(line)) < 2000


def test_what_a_person_wrote_is_not_written_by_its_name() -> None:
    (line,) = logged(lambda: LOG.info("odd", text="canary", body=b"canary", event_=[("canary",)]))
    assert "canary" not in json.dumps({**line, "event_": None})


def test_an_exception_is_told_with_type_words_and_place() -> None:
    def act() -> None:
        try:
            fail(ExceptionGroup("several", [ValueError("second\nline")]), KeyError("first"))
        except ExceptionGroup:
            LOG.exception("failed")

    (line,) = logged(act)
    told = line["error"]
    assert (line["level"], told["type"], told["from"]) == ("error", "ExceptionGroup", "KeyError: 'first'")
    assert told["at"][-1].startswith("tests.runtime.test_journal:")
    assert told["together"] == [{"type": "ValueError", "says": "second"}]


def test_an_exception_from_code_that_has_a_persons_text_in_hand_loses_its_words() -> None:
    space: dict[str, Any] = {"__name__": "bot.dialogue.turn"}
    exec("def fail(): raise ValueError('canary')", space)  # noqa: S102  a module that fails

    def act() -> None:
        try:
            space["fail"]()
        except ValueError:
            LOG.exception("turn_failed")
        try:
            try:
                space["fail"]()
            except ValueError as error:
                raise RuntimeError("no turn") from error
        except RuntimeError:
            LOG.exception("turn_failed")

    first, second = logged(act)
    assert first["error"]["type"] == "ValueError"
    assert second["error"]["from"] == "ValueError"
    assert "canary" not in json.dumps([first, second])


def test_libraries_write_in_the_same_form_but_only_warnings() -> None:
    def act() -> None:
        for name in ("httpx", "slack_sdk", "telegram", "redis", "uvicorn.error"):
            logging.getLogger(name).debug("got %s", "canary")
            logging.getLogger(name).info("got %s", "canary")
        logging.getLogger("redis").warning("lost %s\nTraceback", "ann@example.com")

    (line,) = logged(act, level="debug")
    del line["time"]
    assert line == {"level": "warning", "event": "lost [e-mail]", "logger": "redis"}


def test_pythons_warnings_go_there_too() -> None:
    def act() -> None:
        with warnings.catch_warnings():
            warnings.simplefilter("always")
            logging.captureWarnings(capture=True)
            warnings.warn("old", stacklevel=1)

    (line,) = logged(act)
    assert line["logger"] == "py.warnings"


def test_a_library_that_logs_wrongly_stops_nothing() -> None:
    with pipe() as (_, writing), start_journal("info", descriptor=writing) as journal:
        journal.emit(logging.LogRecord("redis", logging.ERROR, "", 0, "too %s %s", ("few",), None))
        assert journal.dropped == 1


def test_a_stuck_reader_costs_lines_and_no_time() -> None:
    """F60: the pipe is full and nobody reads. All goes on, and afterwards it is told how much is missing."""
    reading, writing = os.pipe()
    with os.fdopen(reading, "rb") as stream:
        with start_journal("info", descriptor=writing) as journal:
            begun = time.monotonic()
            for number in range(3 * MOST_LINES):
                LOG.info("turn_stored", number=number, filler="x" * 100)
            assert time.monotonic() - begun < 10
            assert journal.dropped >= MOST_LINES / 2
            content: list[bytes] = []
            reader = Thread(target=content.extend, args=(stream,))
            reader.start()
        os.close(writing)
        reader.join()
    lines = [json.loads(line) for line in content]
    lost = [line["lines"] for line in lines if line["event"] == "log_lines_lost"]
    assert sum(lost) == journal.dropped
    assert len(lines) - len(lost) + sum(lost) == 3 * MOST_LINES


def test_closing_does_not_wait_for_a_stuck_reader() -> None:
    with pipe() as (_, writing):
        begun = time.monotonic()
        with start_journal("info", descriptor=writing):
            for _ in range(MOST_LINES):
                LOG.info("turn_stored", filler="x" * 100)
        assert time.monotonic() - begun < 10


def test_a_reader_that_is_gone_is_no_reason_to_stop() -> None:
    reading, writing = os.pipe()
    os.close(reading)
    with start_journal("info", descriptor=writing) as journal:
        LOG.info("turn_stored")
    assert journal.dropped == 1
    os.close(writing)


@given(
    st.lists(
        st.sampled_from(["token=", "://", "@", "/", " ", '"', "a", ":", "12345", "xoxb-", "bearer ", "…"]),
        max_size=40,
    )
)
def test_what_is_redacted_once_stays_as_it_is(parts: list[str]) -> None:
    once = redacted("".join(parts))
    assert redacted(once) == once


@pytest.mark.parametrize("piece", ["a-", "a.", "://", "token=", "x:", "12345:", "bearer "])
def test_no_text_takes_long_to_redact(piece: str) -> None:
    begun = time.thread_time()
    redacted(piece * 10**6)
    assert time.thread_time() - begun < 1
