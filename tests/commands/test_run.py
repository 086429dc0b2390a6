"""`run`: it starts, tells how it is, stops at a signal, and refuses what would lose data."""

import json
import signal
import subprocess
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.error import HTTPError

import pytest

from tests.commands.program import DEADLINE, PROGRAM, environment, run
from tests.ports import free_port
from tests.redis_server import RedisServer

SAFE = ("--appendonly", "yes", "--maxmemory-policy", "noeviction")


@dataclass
class Bot:
    """A `run` that has started."""

    process: "subprocess.Popen[str]"
    port: int
    log: list[dict[str, Any]] = field(default_factory=list)

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
def running(command: str = "run", **settings: str) -> Iterator[Bot]:
    """Start the bot and wait for the line in which it says that it has."""
    bot_environment = environment(HEALTH_PORT="0", **settings)
    process = subprocess.Popen(
        [*PROGRAM, command], env=bot_environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )
    bot = Bot(process, 0)
    try:
        assert process.stderr
        for line in process.stderr:
            bot.log.append(json.loads(line))
            if bot.log[-1]["event"] == "started":
                bot.port = bot.log[-1]["health_port"]
                break
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


def test_a_redis_that_does_not_answer_is_told_in_one_line() -> None:
    url = f"redis://ann:secret@127.0.0.1:{free_port()}/0"
    done = run("run", REDIS_URL=url, HEALTH_PORT="0")
    assert (done.code, done.out, done.err.count("\n")) == (1, "", 1)
    assert "secret" not in done.err


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
