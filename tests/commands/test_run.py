"""`run`: it starts, tells how it is, stops at a signal, and refuses what would lose data."""

import json
import signal
import socket
import socketserver
import subprocess
import threading
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.error import HTTPError

import pytest

from tests.commands.program import DEADLINE, NOWHERE, PROGRAM, environment, run
from tests.ports import free_port
from tests.redis_server import RedisServer

TOKENS = {
    "TELEGRAM_BOT_TOKEN": "123456789:AAE" + "x" * 32, "TELEGRAM_API_URL": NOWHERE,
    "SLACK_BOT_TOKEN": "xoxb-1-2-" + "a" * 24, "SLACK_APP_TOKEN": "xapp-1-A1-2-" + "a" * 64,
    "SLACK_API_URL": NOWHERE,
}  # fmt: skip
SAFE = ("--appendonly", "yes", "--maxmemory-policy", "noeviction")


@dataclass
class Bot:
    """A `run` that has started."""

    process: "subprocess.Popen[str]"
    port: int
    log: list[dict[str, Any]] = field(default_factory=list)

    def read_until(self, event: str) -> None:
        """Read its log up to that line."""
        assert self.process.stderr
        for line in self.process.stderr:
            self.log.append(json.loads(line))
            if self.log[-1]["event"] == event:
                return
        raise AssertionError(self.log)

    def ask(self, path: str) -> tuple[int, str]:
        """Ask its health server."""
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{self.port}{path}", timeout=5) as answer:
                return answer.status, answer.read().decode()
        except HTTPError as error:
            return error.code, error.read().decode()

    def becomes(self, code: int) -> dict[str, bool]:
        """Wait until `/readyz` answers with that code, and give its checks."""
        ends = time.monotonic() + DEADLINE
        while (answer := self.ask("/readyz"))[0] != code:
            assert time.monotonic() < ends, answer
        checks: dict[str, bool] = json.loads(answer[1])["checks"]
        return checks

    def end(self, number: signal.Signals) -> int:
        """Send the signal and wait for the exit code; the rest of the log is read."""
        self.process.send_signal(number)
        _, rest = self.process.communicate(timeout=DEADLINE)
        self.log += map(json.loads, rest.splitlines())
        return self.process.returncode


@contextmanager
def running(command: str = "run", until: str = "started", **settings: str) -> Iterator[Bot]:
    """Start the bot and wait for the line in which it says that it has, or for another one."""
    bot_environment = environment(HEALTH_PORT="0", **settings)
    process = subprocess.Popen(
        [*PROGRAM, command], env=bot_environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )
    bot = Bot(process, 0)
    try:
        bot.read_until(until)
        bot.port = bot.log[-1]["health_port"]
        yield bot
    finally:
        process.kill()
        process.communicate()


@pytest.fixture(scope="module")
def redis() -> Iterator[RedisServer]:
    """Give a Redis that keeps what it is given."""
    with RedisServer(*SAFE) as server:
        yield server


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_it_tells_that_it_is_ready_and_stops_at_a_signal(tmp_path: Path, number: signal.Signals) -> None:
    with running(IMESSAGE_SUPPORT_STORE=str(tmp_path / "store.db")) as bot:
        assert bot.ask("/healthz")[0] == 200
        assert bot.becomes(200) == {"store": True}
        assert "imessage_support_jobs" in bot.ask("/metrics")[1]
        assert bot.end(number) == 0
    assert bot.log[-1]["event"] == "stopped"
    assert {"event", "level", "time"} <= bot.log[0].keys()


def test_many_share_one_redis_and_each_says_when_it_is_gone() -> None:
    with RedisServer(*SAFE) as server, running(REDIS_URL=server.url) as one:
        with running(REDIS_URL=server.url) as two:
            assert one.becomes(200) == two.becomes(200) == {"store": True}
            assert two.end(signal.SIGTERM) == 0
        server.kill()
        assert one.becomes(503) == {"store": False}
        assert one.ask("/healthz")[0] == 200
        server.start()
        assert one.becomes(200) == {"store": True}
        assert one.end(signal.SIGTERM) == 0
    assert "store lost" in [line["event"] for line in one.log]


@pytest.mark.parametrize(
    ("options", "named"),
    [
        (("--appendonly", "yes", "--maxmemory-policy", "allkeys-lru"), "noeviction"),
        (("--maxmemory-policy", "noeviction"), "appendonly"),
    ],
)
def test_it_refuses_a_redis_that_may_lose_what_was_acknowledged(options: tuple[str, ...], named: str) -> None:
    with RedisServer(*options) as server:
        done = run("run", REDIS_URL=server.url)
        assert (done.code, done.out) == (1, "")
        assert named in done.err
        assert "ACCEPT_DATA_LOSS=yes" in done.err
        with running(REDIS_URL=server.url, ACCEPT_DATA_LOSS="yes") as bot:
            assert "data may be lost" in [line["event"] for line in bot.log]
            assert bot.end(signal.SIGTERM) == 0


def test_a_redis_that_hides_what_it_keeps_is_not_taken_for_safe() -> None:
    with RedisServer(*SAFE) as server:
        server.tell("ACL", "SETUSER", "shy", "on", ">s3cret", "~*", "+@all", "-info")
        url = f"redis://shy:s3cret@127.0.0.1:{server.port}/0"
        assert run("doctor", REDIS_URL=url).code == 1
        done = run("run", REDIS_URL=url)
        assert (done.code, done.out) == (1, "")
        assert "does not allow us to look at it" in done.err
        with running(REDIS_URL=url, ACCEPT_DATA_LOSS="yes") as bot:
            assert "data may be lost" in [line["event"] for line in bot.log]
            assert bot.end(signal.SIGTERM) == 0


def test_a_second_one_on_the_same_file_is_told_so(tmp_path: Path) -> None:
    store = str(tmp_path / "store.db")
    with running(IMESSAGE_SUPPORT_STORE=store):
        second = run("run", HEALTH_PORT="0", IMESSAGE_SUPPORT_STORE=store)
    assert (second.code, second.out) == (1, "")
    assert "another imessage-support has it open" in second.err


@pytest.mark.parametrize("command", ["run", "telegram", "slack"])
def test_a_redis_that_is_away_at_the_start_is_waited_for(command: str) -> None:
    with RedisServer(*SAFE) as server:
        server.kill()
        url = f"redis://127.0.0.1:{server.port}/0"
        with running(command, until="waiting for the store", REDIS_URL=url, **TOKENS) as bot:
            assert bot.ask("/healthz")[0] == 200
            assert bot.becomes(503) == {"store": False}
            assert (bot.log[-1]["where"], bot.log[-1]["why"]) == (url, "unreachable")
            server.start()
            bot.read_until("started")
            assert bot.end(signal.SIGTERM) == 0
    events = [line["event"] for line in bot.log]
    assert events.count("waiting for the store") == events.count("store is there") == 1


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_ends_the_waiting_for_a_redis(number: signal.Signals) -> None:
    url = f"redis://ann:secret@127.0.0.1:{free_port()}/0"
    with running(until="waiting for the store", REDIS_URL=url) as bot:
        assert bot.end(number) == 0
    assert bot.log[-1]["event"] == "stopped"
    assert "secret" not in json.dumps(bot.log)


def test_a_signal_ends_the_waiting_for_a_redis_that_says_nothing() -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        url = f"redis://127.0.0.1:{silent.getsockname()[1]}/0"
        with running(until="waiting for the store", REDIS_URL=url) as bot:
            assert bot.end(signal.SIGTERM) == 0


def test_a_wrong_password_is_not_waited_for(redis: RedisServer) -> None:
    done = run("run", REDIS_URL=f"redis://ann:secret@127.0.0.1:{redis.port}/0", HEALTH_PORT="0")
    assert (done.code, done.out, done.err.count("\n")) == (1, "", 1)
    assert "REDIS_URL" in done.err
    assert "refuses the user, the password" in done.err
    assert "secret" not in done.err


@pytest.mark.parametrize("host", ["256.256.256.256.", "a" * 70])
def test_a_host_that_cannot_be_is_not_waited_for(host: str) -> None:
    done = run("run", REDIS_URL=f"redis://{host}:6379/0", HEALTH_PORT="0")
    assert (done.code, done.out, done.err.count("\n")) == (1, "", 1)
    assert "no Redis at that address" in done.err


def test_a_server_that_is_no_redis_is_not_waited_for() -> None:
    with http_server() as port:
        done = run("run", REDIS_URL=f"redis://127.0.0.1:{port}/0", HEALTH_PORT="0")
    assert (done.code, done.out, done.err.count("\n")) == (1, "", 1)
    assert "no Redis at that address" in done.err


def test_a_single_redis_that_is_called_a_cluster_is_not_waited_for(redis: RedisServer) -> None:
    done = run("run", REDIS_URL=f"redis+cluster://127.0.0.1:{redis.port}", HEALTH_PORT="0")
    assert (done.code, done.out, done.err.count("\n")) == (1, "", 1)
    assert "no Redis at that address" in done.err


@contextmanager
def http_server() -> Iterator[int]:
    """Answer everything as a web server does that is spoken to in another language."""

    class Refusing(socketserver.BaseRequestHandler):
        def handle(self) -> None:
            while self.request.recv(65536):
                self.request.sendall(b"HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\n\r\n")

    with socketserver.ThreadingTCPServer(("127.0.0.1", 0), Refusing) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        try:
            yield server.server_address[1]
        finally:
            server.shutdown()
            thread.join()


@pytest.mark.parametrize(
    "url", ["redis:/nowhere", "http://127.0.0.1", "redis://h:99999", "redis+sentinel://h"]
)
def test_an_address_of_redis_that_is_none_names_the_setting(url: str) -> None:
    done = run("run", REDIS_URL=url)
    assert (done.code, done.out, done.err.count("\n")) == (2, "", 1)
    assert "REDIS_URL" in done.err


def test_a_health_port_that_is_taken_names_the_setting(redis: RedisServer) -> None:
    done = run("run", REDIS_URL=redis.url, HEALTH_PORT=str(redis.port))
    assert (done.code, done.out) == (1, "")
    assert "HEALTH_PORT" in done.err
