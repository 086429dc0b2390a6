"""One worker: takes events in, delivers what is owed, and stops without losing anything.

Any number of workers share a store; none of them is special, and each may die at any moment.
"""

import asyncio
import math
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta, tzinfo
from weakref import WeakValueDictionary

import structlog

from bot.dialogue.book import Book
from bot.model import LANGUAGES, Address, Event, World
from bot.ports import Channel, Owed, Store, StoreUnusable, WayIn
from bot.runtime.clock import SharedClock
from bot.runtime.deliver import BATCH, SEND_DEADLINE, Dead, Delivery, Held, Later, Outcome
from bot.runtime.journal import who
from bot.runtime.metrics import Metrics
from bot.runtime.receive import LEASE, Received, TooManyConflicts, apologise, receive
from bot.runtime.status import StatusWatch
from bot.runtime.timetable import Timetable

IN_FLIGHT = 64
"""Lanes that are worked on at once."""

SWEEP_EVERY = 0.5
"""Seconds between two looks for jobs that are due and that nobody holds."""

PULSE_EVERY = 2.0
"""Seconds between two readings of the store's clock, which also tell whether it is there."""

BOARD_EVERY = 60.0
"""Seconds between two readings of Apple's board."""

GRACE = 15.0
"""Seconds that a worker which was told to stop gives to what it has taken over: more than a send may take."""

_log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Platform:
    """A chat platform that this worker speaks with."""

    name: str
    way_in: WayIn
    channel: Channel


class Worker:
    """The shell round the pure turn. `run` is its life."""

    def __init__(
        self,
        book: Book,
        store: Store,
        status: StatusWatch,
        zone: tzinfo,
        *,
        platforms: Sequence[Platform],
        metrics: Metrics,
        stop: asyncio.Event,
        monotonic: Callable[[], float],
        random: Callable[[], float],
        lease: timedelta = LEASE,
        deadline: timedelta = SEND_DEADLINE,
    ) -> None:
        """Serve these platforms until `stop`; `monotonic` gives seconds, `random` numbers from 0 to 1."""
        self._book, self._store, self._status, self._zone = book, store, status, zone
        self._platforms, self._metrics = platforms, metrics
        self._lease, self._deadline = lease, deadline
        self._stop, self._monotonic, self._random = stop, monotonic, random
        self._clock = SharedClock(monotonic)
        self._channels = {platform.name: platform.channel for platform in platforms}
        self._turns: WeakValueDictionary[Address, asyncio.Lock] = WeakValueDictionary()
        self._room = asyncio.Semaphore(IN_FLIGHT)
        self._tasks: set[asyncio.Task[None]] = set()
        self._store_answers = False
        self._begin_until = math.inf
        self._delivery = self._door_out()

    def _door_out(self) -> Delivery:
        return Delivery(
            *(self._store, self._channels, self.receive, self._clock.now, self._monotonic),
            timetable=Timetable(self._store, self._clock.now),
            jitter=self._random,
            seen=self._note,
            lease=self._lease,
            deadline=self._deadline,
            stopping=self._stop.is_set,
        )

    async def run(self) -> None:
        """Work until told to stop, then finish what has begun and leave the rest to others.

        Raises `StoreUnusable` if the store cannot be used at the start; later outages are waited for.
        """
        await self._clock.follow(self._store)
        self._store_answers = True
        async with asyncio.TaskGroup() as group:
            for platform in self._platforms:
                group.create_task(platform.way_in.run(self.receive, self._stop))
            for habit in (self._sweep, self._pulse, self._read_board):
                group.create_task(self._repeat(habit))
        await self._finish()

    def ready(self) -> Mapping[str, bool]:
        """Say of everything that must be there whether it is."""
        ways_in = {platform.name: platform.way_in.is_ready for platform in self._platforms}
        return {"store": self._store_answers, **ways_in}

    # --- in ---

    async def receive(self, address: Address, event: Event) -> None:
        """Commit the event's turn and hand over what it owes; then the event may be acknowledged.

        Raises `StoreUnusable` and `TooManyConflicts`: then the platform has to bring it again. Events of one
        conversation are taken one after the other in the order of their arrival.
        """
        begun = self._monotonic()
        async with self._turns.setdefault(address, asyncio.Lock()):
            since = self._monotonic()
            received = await self._take(address, event)
        self._metrics.received(received, timedelta(seconds=self._monotonic() - begun))
        if received.went_back:
            _log.error("store lost turns", who=who(address))
        for job in received.owed:
            self._hand_over(Held(job, since))

    async def _take(self, address: Address, event: Event) -> Received:
        world = World(self._clock.now(), self._status.in_hand, self._zone)
        try:
            return await receive(
                *(self._store, self._book, address, event, world),
                lease=self._lease,
                pause=self._pause,
                wait=self._let_others_go,
            )
        except (StoreUnusable, TooManyConflicts) as error:
            self._metrics.refused()
            _log.warning("event refused", who=who(address), why=str(error))
            raise
        except Exception as error:  # noqa: BLE001  the event is consumed once, and the person gets an answer
            self._metrics.failed()
            _log.error("turn failed", who=who(address), kind=type(event).__name__, exc_info=error)
            return await apologise(
                self._store, self._book, address, event, self._clock.now(), lease=self._lease
            )

    def _pause(self, address: Address) -> timedelta:
        channel = self._channels.get(address.platform)
        return channel.pause(address) if channel else timedelta()

    async def _let_others_go(self, conflicts: int) -> None:
        await asyncio.sleep(self._random() * 0.005 * 2**conflicts)

    # --- out ---

    def _hand_over(self, held: Held) -> None:
        task = asyncio.create_task(self._deliver(held))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _deliver(self, held: Held) -> None:
        try:
            async with self._room:
                late = self._monotonic() > self._begin_until
                await (self._delivery.give_back(held.job) if late else self._delivery.lane(held))
        except Exception as error:  # noqa: BLE001  one bad job is no reason to lose the worker
            _log.error("delivery failed", who=who(held.job.address), exc_info=error)

    def _note(self, job: Owed, outcome: Outcome) -> None:
        self._metrics.delivered(job, outcome)
        if isinstance(outcome, Dead) or (isinstance(outcome, Later) and outcome.why):
            _log.warning("not delivered", who=who(job.address), kind=job.kind, why=outcome.why)

    # --- habits ---

    async def _repeat(self, habit: Callable[[], Awaitable[float]]) -> None:
        """Do it again and again, with the seconds of rest that it gives, whatever goes wrong in it."""
        while not self._stop.is_set():
            try:
                rest = await habit()
            except Exception as error:  # noqa: BLE001  what is wrong with one thing must not end the others
                _log.error("habit failed", habit=habit.__name__, exc_info=error)
                rest = PULSE_EVERY
            await self._rest(rest)

    async def _sweep(self) -> float:
        limit = min(BATCH, IN_FLIGHT - len(self._tasks))
        jobs = await self._claim(limit) if limit > 0 else []
        for held in jobs:
            self._hand_over(held)
        return SWEEP_EVERY if len(jobs) < BATCH else 0.0

    async def _claim(self, limit: int) -> list[Held]:
        try:
            return await self._delivery.claim(limit)
        except StoreUnusable as error:
            self._metrics.store_failed(error.fault)
            return []

    async def _pulse(self) -> float:
        try:
            await self._clock.follow(self._store)
            backlog = await self._store.backlog(now=self._clock.now())
        except StoreUnusable as error:
            self._lost_store(error)
        else:
            self._store_answers = True
            self._metrics.looked_at(backlog, self._status.in_hand, self._clock.now())
        return PULSE_EVERY

    def _lost_store(self, error: StoreUnusable) -> None:
        self._metrics.store_failed(error.fault)
        if self._store_answers:
            _log.error("store lost", where=error.where, why=error.fault)
        self._store_answers = False

    async def _read_board(self) -> float:
        for language in LANGUAGES:
            await self._status.boards(language, now=self._clock.now())
        return BOARD_EVERY

    async def _rest(self, seconds: float) -> None:
        """Wait about as long, so that workers do not march in step, and no longer than until the stop."""
        try:
            async with asyncio.timeout(seconds * (0.75 + 0.5 * self._random())):
                await self._stop.wait()
        except TimeoutError:
            return

    async def _finish(self) -> None:
        """Let what was taken over come to its end; what does not begin soon is given back, never cut off.

        A reminder that has begun may still hand over its reply meanwhile.
        """
        end = self._monotonic() + GRACE
        self._begin_until = end - self._deadline.total_seconds()
        while self._tasks and (left := end - self._monotonic()) > 0:
            await asyncio.wait(self._tasks, timeout=left)
        for task in self._tasks:
            task.cancel()
