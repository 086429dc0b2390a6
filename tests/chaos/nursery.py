"""Starts workers by forking from a process that has everything loaded, and ends every one of them."""

import asyncio
import multiprocessing
import os
import signal
from dataclasses import dataclass, field
from functools import cache
from multiprocessing.context import ForkServerProcess
from pathlib import Path
from types import TracebackType
from typing import Self

from tests.chaos.plan import Plan
from tests.chaos.worker import live

_context = multiprocessing.get_context("forkserver")
_context.set_forkserver_preload(["tests.chaos.preloaded"])


@dataclass(eq=False)
class Child:
    """A worker's process."""

    plan: Plan
    process: ForkServerProcess

    @property
    def name(self) -> str:
        return self.plan.name

    @property
    def pid(self) -> int:
        assert self.process.pid
        return self.process.pid

    @property
    def code(self) -> int | None:
        """The exit code, minus the signal if one ended it; None while it lives."""
        return self.process.exitcode

    @property
    def stands_still(self) -> bool:
        """Whether a signal has stopped it."""
        try:
            status = Path(f"/proc/{self.pid}/stat").read_text()
        except OSError:
            return False
        return status.rpartition(")")[2].split()[0] == "T"

    def signal(self, number: signal.Signals) -> None:
        """Send it a signal, if it still lives."""
        if self.code is None:
            os.kill(self.pid, number)

    async def ended(self, within: float) -> int | None:
        """Wait for its end, and give its exit code; None if it does not come."""
        loop = asyncio.get_running_loop()
        over = asyncio.Event()
        sentinel = self.process.sentinel
        loop.add_reader(sentinel, over.set)
        try:
            async with asyncio.timeout(within):
                await over.wait()
        except TimeoutError:
            return None
        finally:
            loop.remove_reader(sentinel)
        self.process.join()
        return self.code


@dataclass(eq=False)
class Nursery:
    """Has every child that it started killed in the end, whatever happens."""

    children: list[Child] = field(default_factory=list)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for child in self.children:
            child.signal(signal.SIGKILL)
        for child in self.children:
            child.process.join()
            child.process.close()

    async def start(self, plan: Plan) -> Child:
        """Start a worker. The first one waits until everything is loaded."""
        await asyncio.to_thread(_load_everything)
        process = _context.Process(target=live, args=(plan,), name=plan.name, daemon=True)
        process.start()
        child = Child(plan, process)
        self.children.append(child)
        return child


@cache
def _load_everything() -> None:
    """Wait for the process that workers are forked from: its first fork comes once all is loaded."""
    nobody = _context.Process(target=int)
    nobody.start()
    nobody.join()
