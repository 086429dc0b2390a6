"""The lanes that are being worked on, in rooms of their own, so that no kind takes the place of another.

A platform has one for replies to those who are in the midst of a guide, smaller ones for those who have just
come and for those who say more than most, and one for what nobody waits for, as the news of a broadcast. So
a platform that hangs holds up no other, and neither a broadcast nor a crowd holds up a conversation.
"""

import asyncio
import math
from collections import Counter
from collections.abc import Callable, Collection, Coroutine
from typing import Literal, TypeAlias

import structlog

from bot.codec import Unreadable
from bot.model import Address, Say
from bot.runtime.deliver import RANKS, Delivery, Held, Rank
from bot.runtime.journal import who

IN_FLIGHT = 64
"""Lanes of a platform that are worked on at once."""

IN_FLIGHT_UNASKED = 32
"""As many of those that nobody waits for, or that let others go first: about what is sent in a second. It is
all that memory holds of a broadcast, however many it goes to."""

GRACE = 15.0
"""Seconds that a worker which was told to stop gives to what it has taken over: more than a send may take."""

_For: TypeAlias = Rank | Literal["unasked"]
_KINDS: tuple[_For, ...] = (*RANKS, "unasked")
_Room: TypeAlias = tuple[str, _For]
"""The platform, and what it is for."""

_log = structlog.get_logger()


class Rooms:
    """What this worker has taken over and not yet done."""

    def __init__(
        self, delivery: Delivery, platforms: Collection[str], *, monotonic: Callable[[], float]
    ) -> None:
        """Do what is handed over through `delivery`; `monotonic` gives seconds."""
        self._delivery, self._platforms, self._monotonic = delivery, platforms or ("",), monotonic
        self._doors: dict[_Room, asyncio.Semaphore] = {}
        self._under_way: Counter[_Room] = Counter()  # also what waits at the door
        self._tasks: dict[asyncio.Task[None], Address | None] = {}
        self._begin_until = math.inf

    @property
    def places(self) -> int:
        """How many lanes the emptiest room can take."""
        return max(self._left((platform, kind)) for platform in self._platforms for kind in _KINDS)

    @property
    def spare_places(self) -> int:
        """How many lanes that nobody waits for the emptiest of their rooms can take."""
        return max(self._left((platform, "unasked")) for platform in self._platforms)

    def is_full_for(self, held: Held) -> bool:
        """Say whether its lane would have to wait at the door."""
        return self._left(_room(held)) <= 0

    def hand_over(self, held: Held) -> None:
        """Work on a lane as soon as there is a place."""
        self._under_way[_room(held)] += 1
        self.start(self._deliver(held), held.job.address)

    def start(self, work: Coroutine[None, None, None], whose: Address | None = None) -> None:
        """Do something that is finished before the end."""
        task = asyncio.create_task(work)
        self._tasks[task] = whose
        task.add_done_callback(self._tasks.pop)

    async def quiet(self, addresses: Collection[Address], within: float) -> None:
        """Wait until nothing more is on its way to there, and no longer than so many seconds."""
        if theirs := [task for task, whose in self._tasks.items() if whose in addresses]:
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

    def _left(self, room: _Room) -> int:
        return _size(room) - self._under_way[room]

    async def _deliver(self, held: Held) -> None:
        """Do the jobs of a lane that are due, and let those go first in between that wait at the door."""
        following: Held | None = held
        while following is not None:
            room, held = _room(following), following
            try:
                following = await self._one(held, room)
            except Exception as error:  # noqa: BLE001  one bad job is no reason to lose the worker
                _log.error("delivery failed", who=who(held.job.address), exc_info=error)
                following = None
            finally:
                self._under_way[room] -= 1
            if following is not None:
                self._under_way[_room(following)] += 1

    async def _one(self, held: Held, room: _Room) -> Held | None:
        async with self._doors.setdefault(room, asyncio.Semaphore(_size(room))):
            if self._monotonic() <= self._begin_until:
                return await self._delivery.one(held)
            await self._delivery.give_back(held.job)
            return None


def _room(held: Held) -> _Room:
    """Find where a lane belongs by the reply at its head."""
    try:
        is_unasked = isinstance(held.work, Say) and held.work.reply.unasked
    except Unreadable:
        is_unasked = False
    return held.job.address.platform, "unasked" if is_unasked else held.rank


def _size(room: _Room) -> int:
    _, kind = room
    return IN_FLIGHT if kind == "under_way" else IN_FLIGHT_UNASKED
