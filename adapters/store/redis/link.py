"""The link to Redis: commands go over it in one round trip, and again while that may help."""

import asyncio
from collections.abc import Callable, Iterator, Sequence
from typing import Any

from redis.exceptions import NoScriptError

from adapters.store.redis.clients import Client
from adapters.store.redis.faults import FOREIGN, fault_of, passes, went_wrong
from adapters.store.redis.line import Line
from adapters.store.redis.scripts import Command
from bot.ports import Damaged, StoreFault, StoreUnusable

BUDGET = 2.5
"""Seconds that a call may take with all its repetitions; platforms wait 3 for their acknowledgement."""


class Link:
    """A client whose every fault is a `StoreUnusable`, or `Damaged` where it is in what is stored.

    Whatever it carries must be right to do twice.
    """

    def __init__(self, connect: Callable[[], Client], where: str, *, replicas: int) -> None:
        self._line = Line(connect, replicas=replicas)
        self._where = where

    async def call(self, command: Command, *, again: bool = True, patience: float | None = None) -> Any:  # noqa: ANN401  each has its own form
        """Do one command, and give its answer. Not `again`: where no answer came it is not repeated."""
        (answer,) = await self.call_all([command], again=again, patience=patience)
        return answer

    async def call_each(self, commands: Sequence[Command]) -> list[Any]:
        """Do all of them in one round trip; None is the answer to one that met something damaged."""
        return await self.call_all(commands, apart=True)

    async def call_all(
        self,
        commands: Sequence[Command],
        *,
        again: bool = True,
        apart: bool = False,
        patience: float | None = None,
    ) -> list[Any]:
        """Do all of them in one round trip, and give their answers.

        `patience` is seconds for a server that is slow, where they may be more than `BUDGET`; nothing is
        begun anew after that. Where the time ends while nobody answers, the fault is the last one that the
        server named.
        """
        if not commands:
            return []
        begun = asyncio.get_running_loop().time()
        last, end = begun + BUDGET, begun + (patience or BUDGET)
        durable = any(command.durable for command in commands)
        heard: StoreFault = "unreachable"
        for pause in _pauses():
            try:
                short = [command.in_short() for command in commands]
                answers = await self._line.ask(short, end, durable=durable)
                if not went_wrong(answers):
                    return answers
                return _sound(await self._mend(commands, answers, end), apart=apart)
            except FOREIGN as error:
                heard = heard if isinstance(error, TimeoutError) else fault_of(error)
                if not again or not passes(heard) or asyncio.get_running_loop().time() + pause >= last:
                    raise self._error(heard) from error
            await asyncio.sleep(pause)
        raise AssertionError  # the pauses never end

    def damaged(self) -> Damaged:
        """Make the error for something stored that we never wrote."""
        return Damaged(self._where)

    async def close(self) -> None:
        """Let go of all connections, as soon as nothing is under way."""
        await self._line.close()

    def _error(self, heard: StoreFault) -> Exception:
        """Make the error for a fault that the server named: of one stored thing, or of all."""
        return self.damaged() if heard == "not_a_database" else StoreUnusable(heard, self._where)

    async def _mend(self, commands: Sequence[Command], answers: list[Any], end: float) -> list[Any]:
        """Call scripts that the server did not know again, in full."""
        unknown = [n for n, answer in enumerate(answers) if isinstance(answer, NoScriptError)]
        if unknown:
            full = [commands[n].in_full() for n in unknown]
            again = await self._line.ask(full, end, durable=any(command.durable for command in commands))
            for n, answer in zip(unknown, again, strict=True):
                answers[n] = answer
        return answers


def _sound(answers: list[Any], *, apart: bool) -> list[Any]:
    """Raise what went wrong; `apart`: what is damaged counts as no answer, and the others are given."""
    for n, answer in enumerate(answers):
        if isinstance(answer, FOREIGN):
            if not apart or fault_of(answer) != "not_a_database":
                raise answer
            answers[n] = None
    return answers


def _pauses() -> Iterator[float]:
    """Give seconds to wait before the next attempt: short at first, since a cut line is soon mended."""
    pause = 0.01
    while True:
        yield pause
        pause = min(2 * pause, 0.2)
