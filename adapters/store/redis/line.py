"""The line to Redis: whatever is asked for at the same moment travels together, in one round trip.

Each caller has its own answer or error. A caller that is called off leaves its command under way: cancelling
within redis-py costs a connection, and once gave its unread answer to the next caller
(https://github.com/redis/redis-py/issues/2624).
"""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias, cast

from redis.asyncio.cluster import RedisCluster

from adapters.store.redis.clients import Client, let_go
from adapters.store.redis.faults import FOREIGN
from adapters.store.redis.scripts import Word

Words: TypeAlias = Sequence[Word]

TRIPS = 4
"""Round trips under way at once. More would only be shorter ones: Redis does one command after the other."""

MOST = 64
"""Parcels of one trip."""

_REPLICATED_WITHIN = 100
"""Milliseconds."""


@dataclass(frozen=True, slots=True)
class Parcel:
    """What one caller asks. `durable`: replicas must have it before it is answered."""

    commands: Sequence[Words]
    durable: bool
    answered: asyncio.Future["Answers"]


@dataclass(frozen=True, slots=True)
class Answers:
    """Redis' answers, errors among them; `replicas` is how many have what was written, if that was asked."""

    answers: Sequence[Any]
    replicas: int | None = None


class Line:
    """A client, and what is waiting to be asked."""

    def __init__(self, client: Client, *, replicas: int) -> None:
        self._client = client
        self._replicas = replicas
        self._waiting: list[Parcel] = []
        self._trips: set[asyncio.Task[None]] = set()

    async def ask(self, commands: Sequence[Words], end: float, *, durable: bool) -> Answers:
        """Have them asked in one round trip.

        Raises what redis-py raises where no answer came, and `TimeoutError` at `end`, by the loop's clock.
        """
        loop = asyncio.get_running_loop()
        parcel = Parcel(commands, durable and self._replicas > 0, loop.create_future())
        self._waiting.append(parcel)
        if len(self._waiting) == 1:
            loop.call_soon(self._depart)  # with whatever else is asked before the loop turns
        timer = loop.call_at(end, _tell, [parcel], TimeoutError("no answer in time"))
        try:
            return await parcel.answered
        finally:
            timer.cancel()

    async def close(self) -> None:
        """Let go of all connections, as soon as nothing is under way; that takes a few seconds at most."""
        while self._trips:
            await asyncio.wait(self._trips)
        await let_go(self._client)

    def _depart(self) -> None:
        while self._waiting and len(self._trips) < TRIPS:
            parcels, self._waiting = self._waiting[:MOST], self._waiting[MOST:]
            trip = asyncio.create_task(self._travel(parcels))
            self._trips.add(trip)
            trip.add_done_callback(self._arrive)

    def _arrive(self, trip: asyncio.Task[None]) -> None:
        self._trips.discard(trip)
        self._depart()

    async def _travel(self, parcels: Sequence[Parcel]) -> None:
        waiting = [parcel for parcel in parcels if not parcel.answered.done()]
        try:
            answers = await self._exchange(waiting)
        except FOREIGN as error:
            _tell(waiting, error)
        else:
            _hand_out(waiting, answers)

    async def _exchange(self, parcels: Sequence[Parcel]) -> Answers:
        words = [command for parcel in parcels for command in parcel.commands]
        if any(parcel.durable for parcel in parcels):
            answers = await self._pipeline([*words, ("WAIT", self._replicas, _REPLICATED_WITHIN)])
            return Answers(answers[:-1], cast("int", answers[-1]))
        if len(words) == 1:
            return Answers([await self._single(words[0])])
        if isinstance(self._client, RedisCluster):
            return Answers(await asyncio.gather(*map(self._single, words)))
        return Answers(await self._pipeline(words))

    async def _pipeline(self, words: Sequence[Words]) -> list[Any]:
        pipeline = self._client.pipeline(transaction=False)
        for each in words:
            pipeline.execute_command(*each)
        return await pipeline.execute(raise_on_error=False)

    async def _single(self, words: Words) -> Any:  # noqa: ANN401
        try:
            return await self._client.execute_command(*words)
        except FOREIGN as error:
            return error


def _tell(parcels: Sequence[Parcel], error: Exception) -> None:
    for parcel in parcels:
        if not parcel.answered.done():
            parcel.answered.set_exception(error)


def _hand_out(parcels: Sequence[Parcel], all_answers: Answers) -> None:
    rest = list(all_answers.answers)
    for parcel in parcels:
        mine, rest = rest[: len(parcel.commands)], rest[len(parcel.commands) :]
        if not parcel.answered.done():
            replicas = all_answers.replicas if parcel.durable else None
            parcel.answered.set_result(Answers(mine, replicas))
