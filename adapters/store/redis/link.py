"""The line to Redis: commands go over it in one round trip, and again while that may help."""

import asyncio
from collections.abc import Iterator, Sequence
from typing import Any

from redis.asyncio.cluster import RedisCluster
from redis.exceptions import NoScriptError, ResponseError

from adapters.store.redis.clients import Client, let_go
from adapters.store.redis.faults import FOREIGN, fault_of, passes
from adapters.store.redis.scripts import Call, Command, Word
from bot.ports import StoreUnusable

BUDGET = 2.5
"""Seconds that a call may take with all its repetitions; platforms wait 3 for their acknowledgement."""

AT_ONCE = 48
"""Round trips at a time; others wait within their budget. Redis does one after the other anyway."""

_REPLICATED_WITHIN = 100
"""Milliseconds."""


class Link:
    """A client whose every fault is a `StoreUnusable`. Whatever it carries must be right to do twice."""

    def __init__(self, client: Client, where: str, *, replicas: int) -> None:
        self._client = client
        self._where = where
        self._replicas = replicas
        self._places = asyncio.Semaphore(AT_ONCE)
        self._under_way: set[asyncio.Task[list[Any]]] = set()

    async def call(self, command: Command) -> Any:  # noqa: ANN401  each script answers in its own form
        """Do one command, and give its answer."""
        (answer,) = await self.call_all([command])
        return answer

    async def call_all(self, commands: Sequence[Command]) -> list[Any]:
        """Do all of them in one round trip, and give their answers."""
        if not commands:
            return []
        end = asyncio.get_running_loop().time() + BUDGET
        for pause in _pauses():
            try:
                async with asyncio.timeout_at(end):
                    await self._places.acquire()
                    return await asyncio.shield(self._begin(commands))
            except FOREIGN as error:
                fault = fault_of(error)
                if not passes(fault) or asyncio.get_running_loop().time() + pause >= end:
                    raise StoreUnusable(fault, self._where) from error
            await asyncio.sleep(pause)
        raise AssertionError  # the pauses never end

    def damaged(self) -> StoreUnusable:
        """Make the error for something stored that we never wrote."""
        return StoreUnusable("not_a_database", self._where)

    async def close(self) -> None:
        """Let go of all connections, as soon as nothing is under way; that takes a few seconds at most."""
        if self._under_way:
            await asyncio.wait(self._under_way)
        try:
            await let_go(self._client)
        except FOREIGN as error:
            raise StoreUnusable(fault_of(error), self._where) from error

    def _begin(self, commands: Sequence[Command]) -> asyncio.Task[list[Any]]:
        """Begin a round trip that goes to its end also where the caller is cancelled or has no more time.

        Cancelling within redis-py costs a connection, and once gave its unread answer to the next caller
        (https://github.com/redis/redis-py/issues/2624).
        """
        task = asyncio.create_task(self._once(commands))
        self._under_way.add(task)
        task.add_done_callback(self._end)
        return task

    def _end(self, task: asyncio.Task[list[Any]]) -> None:
        self._under_way.discard(task)
        self._places.release()

    async def _once(self, commands: Sequence[Command]) -> list[Any]:
        answers = await self._send([command.in_short() for command in commands], commands)
        unknown = [n for n, answer in enumerate(answers) if isinstance(answer, NoScriptError)]
        if unknown:
            again = [commands[n] for n in unknown]
            for n, answer in zip(
                unknown, await self._send([each.in_full() for each in again], again), strict=True
            ):
                answers[n] = answer
        for answer in answers:
            if isinstance(answer, ResponseError):
                raise answer
        return answers

    async def _send(self, words: Sequence[Sequence[Word]], commands: Sequence[Command]) -> list[Any]:
        """Send them, with a wait for the replicas behind them where one of them must have reached those."""
        if not self._replicas or not any(isinstance(each, Call) and each.durable for each in commands):
            return await self._exchange(words)
        *answers, reached = await self._exchange([*words, ("WAIT", self._replicas, _REPLICATED_WITHIN)])
        if not any(isinstance(each, ResponseError) for each in answers) and reached < self._replicas:
            raise StoreUnusable("not_replicated", self._where)
        return answers

    async def _exchange(self, words: Sequence[Sequence[Word]]) -> list[Any]:
        """Give the answers, errors among them; raise where there is none."""
        if len(words) == 1:
            return [await self._exchange_one(words[0])]
        if isinstance(self._client, RedisCluster):
            return await asyncio.gather(*(self._exchange_one(each) for each in words))
        pipeline = self._client.pipeline(transaction=False)
        for each in words:
            pipeline.execute_command(*each)
        return await pipeline.execute(raise_on_error=False)

    async def _exchange_one(self, words: Sequence[Word]) -> Any:  # noqa: ANN401
        try:
            return await self._client.execute_command(*words)
        except ResponseError as error:
            return error


def _pauses() -> Iterator[float]:
    """Give seconds to wait before the next attempt: short at first, since a cut line is soon mended."""
    pause = 0.01
    while True:
        yield pause
        pause = min(2 * pause, 0.2)
