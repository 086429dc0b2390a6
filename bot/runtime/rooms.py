"""The lanes that are being worked on, in a room for each platform: one that hangs takes none from another."""

import asyncio
import math
from collections import Counter, defaultdict
from collections.abc import Callable, Collection, Coroutine

import structlog

from bot.model import Address
from bot.runtime.deliver import Delivery, Held
from bot.runtime.journal import who

IN_FLIGHT = 64
"""Lanes of a platform that are worked on at once."""

GRACE = 15.0
"""Seconds that a worker which was told to stop gives to what it has taken over: more than a send may take."""

_log = structlog.get_logger()


class Rooms:
    """What this worker has taken over and not yet done."""

    def __init__(
        self, delivery: Delivery, platforms: Collection[str], *, monotonic: Callable[[], float]
    ) -> None:
        """Do what is handed over through `delivery`; `monotonic` gives seconds."""
        self._delivery, self._platforms, self._monotonic = delivery, platforms or ("",), monotonic
        self._rooms: defaultdict[str, asyncio.Semaphore] = defaultdict(lambda: asyncio.Semaphore(IN_FLIGHT))
        self._under_way: Counter[str] = Counter()  # by platform, also what waits at the door
        self._tasks: dict[asyncio.Task[None], Address | None] = {}
        self._begin_until = math.inf

    @property
    def places(self) -> int:
        """How many lanes the emptiest room can take."""
        return max(IN_FLIGHT - self._under_way[platform] for platform in self._platforms)

    def is_full(self, platform: str) -> bool:
        """Say whether a lane of that platform would have to wait at the door."""
        return self._under_way[platform] >= IN_FLIGHT

    def hand_over(self, held: Held) -> None:
        """Work on a lane as soon as there is a place."""
        platform = held.job.address.platform
        self._under_way[platform] += 1
        self.start(self._deliver(held, platform), held.job.address)

    def start(self, work: Coroutine[None, None, None], whose: Address | None = None) -> None:
        """Do something that is finished before the end."""
        task = asyncio.create_task(work)
        self._tasks[task] = whose
        task.add_done_callback(self._tasks.pop)

    async def quiet(self, address: Address, within: float) -> None:
        """Wait until nothing more is on its way to that person, and no longer than so many seconds."""
        if theirs := [task for task, whose in self._tasks.items() if whose == address]:
            await asyncio.wait(theirs, timeout=within)

    async def finish(self) -> None:
        """Let what was taken over come to its end; what does not begin soon is given back, never cut off.

        A reminder that has begun may still hand over its reply meanwhile.
        """
        end = self._monotonic() + GRACE
        self._begin_until = end - self._delivery.deadline.total_seconds()
        while self._tasks and (left := end - self._monotonic()) > 0:
            await asyncio.wait(self._tasks, timeout=left)
        for task in self._tasks:
            task.cancel()

    async def _deliver(self, held: Held, platform: str) -> None:
        try:
            async with self._rooms[platform]:
                late = self._monotonic() > self._begin_until
                await (self._delivery.give_back(held.job) if late else self._delivery.lane(held))
        except Exception as error:  # noqa: BLE001  one bad job is no reason to lose the worker
            _log.error("delivery failed", who=who(held.job.address), exc_info=error)
        finally:
            self._under_way[platform] -= 1
