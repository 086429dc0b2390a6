"""The line to Redis: whatever is asked for at the same moment travels together, in one round trip.

Each caller has its own answer or error. A caller that is called off leaves its command under way: cancelling
within redis-py costs a connection, and once gave its unread answer to the next caller
(https://github.com/redis/redis-py/issues/2624).
"""

import asyncio
from collections.abc import Callable, Collection, Sequence
from itertools import islice
from typing import Any, NamedTuple

from redis.asyncio.cluster import RedisCluster

from adapters.store.redis.clients import Client, let_go
from adapters.store.redis.faults import FOREIGN, NotReplicated, is_wrong_server, went_wrong
from adapters.store.redis.trip import Words, exchange

TRIPS = 4
"""Round trips under way at once. More would only be shorter ones: Redis does one command after the other."""

SLOW = 0.05
"""Seconds after which trips wait for the network rather than for Redis, and hold up no others any more."""

MOST_TRIPS = 64
"""Under way at once all the same."""

LEAST = 8
"""Parcels that travel together if so many wait. Of more it is half: while Redis works on one half, this
process prepares the other."""

_REPLICATED_WITHIN = 100
"""Milliseconds."""


class Parcel(NamedTuple):
    """What one caller asks, until when. `durable`: the replicas must have it before it is answered."""

    commands: Sequence[Words]
    end: float
    durable: bool
    answered: "asyncio.Future[list[Any]]"


class Line:
    """A client, and what is waiting to be asked.

    Whenever a server does not answer, or answers as one does that is no longer the primary, another client
    takes the place of this one: it asks anew where the address leads, and no connection to the old server
    is left behind, not even an idle one or one that only reads.
    """

    def __init__(self, connect: Callable[[], Client], *, replicas: int) -> None:
        """`connect` makes a client, which connects when it is used first."""
        self._connect = connect
        self._client = connect()
        self._replicas = replicas
        self._waiting: list[Parcel] = []
        self._unanswered: dict[int, Parcel] = {}  # by identity
        self._trips: set[asyncio.Task[None]] = set()
        self._leaving: set[asyncio.Task[None]] = set()
        self._overdue: asyncio.TimerHandle | None = None
        self._alarm: asyncio.TimerHandle | None = None

    async def ask(self, commands: Sequence[Words], end: float, *, durable: bool) -> list[Any]:
        """Have them asked in one round trip, and give their answers, errors of Redis among them.

        Raises what redis-py raises where no answer came, `NotReplicated`, and `TimeoutError` at `end`, by the
        loop's clock.
        """
        loop = asyncio.get_running_loop()
        parcel = Parcel(commands, end, durable and self._replicas > 0, loop.create_future())
        self._waiting.append(parcel)
        if not self._trips:
            self._depart()
        elif len(self._waiting) == 1:
            loop.call_soon(self._depart)  # with whatever else is asked before the loop turns
        self._unanswered[id(parcel)] = parcel
        if self._alarm is None or end < self._alarm.when():
            self._set_alarm(end)
        try:
            return await parcel.answered
        finally:
            del self._unanswered[id(parcel)]

    async def close(self) -> None:
        """Let go of all connections, as soon as nothing is under way; that takes a few seconds at most."""
        while under_way := self._trips | self._leaving:
            await asyncio.wait(under_way)
        for timer in (self._alarm, self._overdue):
            if timer:
                timer.cancel()
        await let_go(self._client)

    # --- travelling ---

    def _depart(self, trips: int = TRIPS) -> None:
        while self._waiting and len(self._trips) < trips:
            most = max(LEAST, len(self._waiting) // 2)
            parcels, self._waiting = self._waiting[:most], self._waiting[most:]
            trip = asyncio.create_task(self._travel(parcels))
            self._trips.add(trip)
            trip.add_done_callback(self._arrive)
        if self._waiting and self._overdue is None:
            self._overdue = asyncio.get_running_loop().call_later(SLOW, self._wait_no_longer)

    def _wait_no_longer(self) -> None:
        self._overdue = None
        self._depart(min(MOST_TRIPS, len(self._trips) + 1))

    def _arrive(self, trip: asyncio.Task[None]) -> None:
        self._trips.discard(trip)
        if self._overdue:
            self._overdue.cancel()
            self._overdue = None
        self._depart()

    async def _travel(self, parcels: Sequence[Parcel]) -> None:
        waiting = [parcel for parcel in parcels if not parcel.answered.done()]
        client = self._client
        try:
            answers = await self._exchange(client, waiting)
        except Exception as error:  # noqa: BLE001  whatever it is, it is for those who asked
            self._leave(client)
            _tell(waiting, error)
            return
        if any(map(is_wrong_server, answers)):
            self._leave(client)
        coming = iter(answers)
        for parcel in waiting:
            mine = list(islice(coming, len(parcel.commands)))
            if parcel.durable and not self._has_reached(answers[-1]) and not went_wrong(mine):
                self._leave(client)
                _tell([parcel], NotReplicated())
            elif not parcel.answered.done():
                parcel.answered.set_result(mine)

    def _has_reached(self, replicas: object) -> bool:
        """Read the answer to `WAIT`, which is an error where the server is a replica itself."""
        return isinstance(replicas, int) and replicas >= self._replicas

    async def _exchange(self, client: Client, parcels: Sequence[Parcel]) -> list[Any]:
        words = [command for parcel in parcels for command in parcel.commands]
        if any(parcel.durable for parcel in parcels):
            words.append(("WAIT", self._replicas, _REPLICATED_WITHIN))
        if isinstance(client, RedisCluster):
            return await asyncio.gather(*(self._single(client, each) for each in words))
        return await exchange(client.connection_pool, words)

    @staticmethod
    async def _single(client: RedisCluster, words: Words) -> Any:  # noqa: ANN401  each command has its own answer
        try:
            return await client.execute_command(*words)
        except FOREIGN as error:
            return error

    def _leave(self, client: Client) -> None:
        """Use another client from now on; this one is let go of once its trips have come to an end."""
        if client is self._client:
            self._client = self._connect()
            leaving = asyncio.create_task(_let_go_after(frozenset(self._trips), client))
            self._leaving.add(leaving)
            leaving.add_done_callback(self._leaving.discard)

    # --- waiting no longer ---

    def _set_alarm(self, end: float) -> None:
        """Have one alarm for everybody: a timer for each call would cost as much as the call's words."""
        if self._alarm:
            self._alarm.cancel()
        self._alarm = asyncio.get_running_loop().call_at(end, self._give_up)

    def _give_up(self) -> None:
        self._alarm = None
        now = asyncio.get_running_loop().time()
        _tell(
            [each for each in self._unanswered.values() if each.end <= now], TimeoutError("no answer in time")
        )
        if later := [each.end for each in self._unanswered.values() if each.end > now]:
            self._set_alarm(min(later))


async def _let_go_after(trips: Collection[asyncio.Task[None]], client: Client) -> None:
    if trips:
        await asyncio.wait(trips)
    await let_go(client)


def _tell(parcels: Sequence[Parcel], error: Exception) -> None:
    for parcel in parcels:
        if not parcel.answered.done():
            parcel.answered.set_exception(error)
