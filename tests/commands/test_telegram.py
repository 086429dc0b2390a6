"""`run` and `telegram` with a bot on Telegram: both ways in, a wrong token, and what `doctor` says."""

import asyncio
import signal
import threading
from collections.abc import Callable, Coroutine, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, TypeVar

import pytest

from tests.commands.program import run
from tests.commands.test_run import running
from tests.wire.telegram.server import TOKEN, TelegramServer

T = TypeVar("T")
OTHER_TOKEN = "7000000001:another_token_of_no_value_at_all0"  # noqa: S105


class Telegram:
    """A Bot API server in a thread of its own, so that programs may be waited for meanwhile."""

    def __init__(self, server: TelegramServer, loop: asyncio.AbstractEventLoop) -> None:
        self.server, self._loop = server, loop

    def do(self, work: Callable[[], Coroutine[Any, Any, T]]) -> T:
        """Do something in its thread."""
        return asyncio.run_coroutine_threadsafe(work(), self._loop).result(30)

    def until(self, holds: Callable[[], object]) -> None:
        """Wait until that holds."""
        self.do(lambda: self.server.until(holds))

    def says(self, text: str) -> None:
        """Let somebody write."""

        async def say() -> None:
            self.server.person(1).says(text)

        self.do(say)


@contextmanager
def telegram() -> Iterator[Telegram]:
    server, loop = TelegramServer(), asyncio.new_event_loop()
    thread = threading.Thread(target=loop.run_forever)
    thread.start()
    here = Telegram(server, loop)
    try:
        here.do(server.__aenter__)
        yield here
        here.do(lambda: server.__aexit__(None, None, None))
    finally:
        loop.call_soon_threadsafe(loop.stop)
        thread.join()
        loop.close()


@pytest.mark.parametrize("command", ["run", "telegram"])
def test_whoever_writes_is_answered(tmp_path: Path, command: str) -> None:
    settings = {"TELEGRAM_BOT_TOKEN": TOKEN, "IMESSAGE_SUPPORT_STORE": str(tmp_path / "store.db")}
    with telegram() as here:
        here.says("/start")
        with running(command, TELEGRAM_API_URL=here.server.url, **settings) as bot:
            here.until(lambda: here.server.person(1).sees)
            assert bot.becomes(200) == {"store": True, "telegram": True}
            assert bot.end(signal.SIGTERM) == 0
        assert here.server.updates.waiting == {}
    assert TOKEN not in str(bot.log)
    assert bot.log[0]["platforms"] == ["telegram"]
    assert bot.log[-1]["event"] == "stopped"


def test_telegram_calls_the_listener_if_it_is_told_where(tmp_path: Path) -> None:
    settings = {
        "TELEGRAM_BOT_TOKEN": TOKEN,
        "TELEGRAM_WEBHOOK_URL": "https://bot.example.org",
        "IMESSAGE_SUPPORT_STORE": str(tmp_path / "store.db"),
        "LISTEN_PORT": "0",
    }
    with telegram() as here, running("run", TELEGRAM_API_URL=here.server.url, **settings) as bot:
        here.server.webhook.proxies["https://bot.example.org"] = (
            f"http://127.0.0.1:{bot.log[-1]['listen_port']}"
        )
        here.says("/start")
        here.until(lambda: here.server.person(1).sees)
        here.until(lambda: not here.server.updates.waiting)
        assert bot.end(signal.SIGTERM) == 0


@pytest.mark.parametrize("command", ["run", "telegram"])
def test_a_wrong_token_is_one_line_that_names_the_setting(tmp_path: Path, command: str) -> None:
    with telegram() as here:
        done = run(
            command,
            TELEGRAM_API_URL=here.server.url,
            TELEGRAM_BOT_TOKEN=OTHER_TOKEN,
            IMESSAGE_SUPPORT_STORE=str(tmp_path / "store.db"),
            HEALTH_PORT="0",
        )
    *_, last = done.err.splitlines()
    assert (done.code, done.out) == (1, "")
    assert last.startswith("TELEGRAM_BOT_TOKEN: ")
    assert OTHER_TOKEN.partition(":")[2] not in done.err


def test_telegram_without_a_token_says_what_is_missing() -> None:
    done = run("telegram")
    assert (done.code, done.out, done.err.count("\n")) == (2, "", 1)
    assert "TELEGRAM_BOT_TOKEN" in done.err


def test_a_listener_whose_port_is_taken_names_the_setting(tmp_path: Path) -> None:
    with telegram() as here:
        done = run(
            "run",
            TELEGRAM_API_URL=here.server.url,
            TELEGRAM_BOT_TOKEN=TOKEN,
            TELEGRAM_WEBHOOK_URL="https://bot.example.org",
            IMESSAGE_SUPPORT_STORE=str(tmp_path / "store.db"),
            HEALTH_PORT="0",
            LISTEN_PORT=here.server.url.rpartition(":")[2],
        )
    assert (done.code, done.out, done.err.count("\n")) == (1, "", 1)
    assert done.err.startswith("LISTEN_HOST and LISTEN_PORT: ")


# --- doctor -----------------------------------------------------------------------------------------------


def examined(here: Telegram, **settings: str) -> list[dict[str, str]]:
    """Give what `doctor` finds of Telegram."""
    changes = {"TELEGRAM_BOT_TOKEN": TOKEN, "TELEGRAM_API_URL": here.server.url, **settings}
    done = run("doctor", "--json", stdin=b"", **changes)
    assert TOKEN not in done.out + done.err
    return [line for line in done.json if line["check"] == "telegram"]


def test_the_doctor_asks_whether_the_token_is_good() -> None:
    with telegram() as here:
        assert [line["says"] for line in examined(here)] == ["@imessage_helper_bot answers"]
        (refused,) = examined(here, TELEGRAM_BOT_TOKEN=OTHER_TOKEN)
        (silent,) = examined(here, TELEGRAM_API_URL="http://127.0.0.1:9")
    assert (refused["grade"], silent["grade"]) == ("fault", "warning")
    assert "TELEGRAM_BOT_TOKEN" in refused["remedy"]
    assert "Connect call failed" in silent["says"]


def test_the_doctor_sees_a_webhook_that_is_in_the_way_or_in_trouble() -> None:
    with telegram() as here:
        hook = here.server.webhook
        hook.url = "https://elsewhere.example.org/x"
        assert [line["grade"] for line in examined(here)] == ["ok", "warning"]
        assert (
            "elsewhere.example.org"
            in examined(here, TELEGRAM_WEBHOOK_URL="https://bot.example.org")[1]["says"]
        )
        hook.url, hook.last_error, hook.last_error_date = (
            "https://bot.example.org/x",
            "Wrong response: 502",
            1,
        )
        here.says("hello")
        (_, trouble) = examined(here, TELEGRAM_WEBHOOK_URL="https://bot.example.org")
    assert trouble["grade"] == "warning"
    assert "502" in trouble["says"]
    assert "LISTEN_PORT" in trouble["remedy"]
