"""The program as people run it, as a process of its own that can be killed and started again."""

import asyncio
import json
import signal
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import aiohttp

from adapters.store.redis.keys import role_key
from tests.adapters.feed import Fields, event, listing
from tests.commands.program import PROGRAM, environment
from tests.redis_server import RedisServer

SAFE = ("--appendonly", "yes", "--appendfsync", "always", "--maxmemory-policy", "noeviction")
"""What a Redis has to be told, so that the program takes it."""

SETTLES_WITHIN = 60.0
"""Seconds: a worker that was killed still holds its roles for a while."""

SERVICES = ("iMessage", "FaceTime", "Apple Account", "iCloud Account & Sign In", "iOS Device Activation")
OUTAGE = event(kind="Outage")


def feed(*troubles: Fields) -> bytes:
    """Write Apple's document, with these events of iMessage."""
    events = {name: list(troubles) if name == "iMessage" else [] for name in SERVICES}
    return json.dumps(listing(**events)).encode()


async def delivered(redis: RedisServer) -> None:
    """Wait until nothing is owed to anybody any more."""

    def wait() -> None:
        with redis.admin() as client:
            while any(True for _ in client.scan_iter("*}:l:*")):
                time.sleep(0.01)

    await asyncio.wait_for(asyncio.to_thread(wait), SETTLES_WITHIN)


def lapse_roles(redis: RedisServer) -> None:
    """Do what time would: take their roles from processes that were killed. None that lives may have one."""
    with redis.admin() as client:
        for key in client.scan_iter(role_key("") + "*"):
            client.delete(key)


async def readiness(program: "LiveProgram") -> Mapping[str, bool]:
    """Ask the program whether what it needs is there."""
    started = next(line for line in reversed(program.log) if line["event"] == "started")
    url = f"http://127.0.0.1:{started['health_port']}/readyz"
    async with aiohttp.ClientSession() as session, session.get(url) as answer:
        checks: Mapping[str, bool] = (await answer.json())["checks"]
        return checks


@dataclass(eq=False)
class LiveProgram:
    """One program, and everything that it has logged over all its lives."""

    command: str
    settings: dict[str, str]
    log: list[dict[str, Any]] = field(default_factory=list)
    _process: asyncio.subprocess.Process | None = None
    _reader: "asyncio.Task[None] | None" = None
    _spoke: asyncio.Event = field(default_factory=asyncio.Event)

    async def start(self) -> dict[str, Any]:
        """Start it and wait until it says that it has; give what it says."""
        begun = len(self.log)
        ours = {"HEALTH_PORT": "0", "APPLE_STATUS_SECONDS": "1", "MESSAGES_PER_MINUTE": "0"}
        variables = environment(**ours | self.settings)
        self._process = await asyncio.create_subprocess_exec(
            *PROGRAM, self.command, env=variables, stderr=asyncio.subprocess.PIPE
        )
        self._reader = asyncio.create_task(self._read())
        return await self.says("started", since=begun)

    @property
    def pid(self) -> int:
        """The process, as long as it lives."""
        assert self._process
        return self._process.pid

    async def says(self, what: str, *, since: int = 0) -> dict[str, Any]:
        """Wait until it logs that, and give the line."""
        async with asyncio.timeout(SETTLES_WITHIN):
            while not (found := [line for line in self.log[since:] if line["event"] == what]):
                assert self._reader
                if self._reader.done():
                    self._reader.result()
                    raise AssertionError(self.log[-5:])
                self._spoke.clear()
                await self._spoke.wait()
        return found[0]

    async def end(self, number: signal.Signals | None = None) -> int:
        """Wait for its end, which a signal may bring, and give its exit code."""
        assert self._process
        assert self._reader
        if number is not None:
            self._process.send_signal(number)
        async with asyncio.timeout(SETTLES_WITHIN):
            code = await self._process.wait()
            await self._reader
        return code

    async def close(self) -> None:
        """End it whatever it does."""
        if self._process and self._process.returncode is None:
            await self.end(signal.SIGKILL)

    async def _read(self) -> None:
        assert self._process
        assert self._process.stderr
        try:
            async for line in self._process.stderr:
                assert line.startswith(b"{"), line
                self.log.append(json.loads(line))
                self._spoke.set()
        finally:
            self._spoke.set()
