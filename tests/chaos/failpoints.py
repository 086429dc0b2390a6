"""Named points at which a worker can be made to die, stop, fail or wait; no-ops unless they are asked for.

None of them is a hook in the program: they stand in what surrounds it, the store and the platform.
"""

import asyncio
import os
import re
import signal
from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from random import Random
from typing import Literal, TypeAlias, cast

from bot.model import Address, EventId
from bot.ports import (
    Backlog,
    Committed,
    Conflict,
    Due,
    Duplicate,
    Farewell,
    Followers,
    Forgotten,
    Owed,
    Parked,
    Record,
    Settled,
    Store,
    StoreUnusable,
)
from tests.chaos.lots import lots_of

NAMES = (
    *("ingress.received", "commit.before", "commit.after", "ack.before", "ack.after"),
    *("claim.after", "timer.claimed", "timer.finish.before", "timer.finish.after"),
    *("send.before", "send.after_bytes", "send.after"),
    *("finish.before", "finish.after", "postpone.before", "postpone.after", "bury.before", "bury.after"),
    *("forget.before", "forget.after"),
)
"""`engine.done` of the design is `commit.before`, and `poll.*` are `ingress.received` and `ack.before`."""

LEADS_FASTER = 10
"""How much less time a role is lent for than usual, so that others can take it over while the chaos lasts."""

Action: TypeAlias = Literal["kill", "stop", "term", "raise", "sleep", "cancel"]

_FORM = re.compile(r"([a-z_.]+)=(kill|stop|term|raise|sleep|cancel)(?::(\d+))?(?:@(\d+(?:\.\d+)?))?")


@dataclass(frozen=True, slots=True)
class Failpoint:
    """What happens at a point: `nth` counts from 1, and 0 leaves it to the `chance`."""

    action: Action
    milliseconds: int = 0
    chance: float = 1.0
    nth: int = 0


def read_failpoints(text: str) -> Mapping[str, Failpoint]:
    """Read `send.after=kill@0.01,commit.before=sleep:50@3`.

    What stands behind the `@` is a chance if it has a dot, else it is the n-th time.
    """
    found: dict[str, Failpoint] = {}
    for part in filter(None, text.split(",")):
        match = _FORM.fullmatch(part)
        if match is None or match[1] not in NAMES:
            raise ValueError(f"this is no failpoint: {part}")
        name, action, milliseconds, when = match.groups()
        chance, nth = (float(when), 0) if when and "." in when else (1.0, int(when or 0))
        found[name] = Failpoint(cast("Action", action), int(milliseconds or 0), chance, nth)
    return found


@dataclass
class Failpoints:
    """The points of one worker, and how often each was passed."""

    points: Mapping[str, Failpoint] = field(default_factory=dict)
    random: Random = field(default_factory=lots_of)
    passed: Counter[str] = field(default_factory=Counter)

    async def at(self, name: str) -> None:
        """Pass the point; whatever was asked for happens there."""
        self.passed[name] += 1
        point = self.points.get(name)
        if point is None or (point.nth and self.passed[name] != point.nth):
            return
        if self.random.random() < point.chance:
            await _do(point)


async def _do(point: Failpoint) -> None:
    match point.action:
        case "kill":
            os.kill(os.getpid(), signal.SIGKILL)
        case "stop":
            os.kill(os.getpid(), signal.SIGSTOP)
        case "term":
            os.kill(os.getpid(), signal.SIGTERM)
        case "raise":
            raise StoreUnusable("unreachable", "a failpoint")
        case "sleep":
            await asyncio.sleep(point.milliseconds / 1000)
        case "cancel":
            task = asyncio.current_task()
            assert task
            task.cancel()
            await asyncio.sleep(0)


class PointedStore:
    """A store with failpoints round what changes something."""

    def __init__(self, store: Store, points: Failpoints) -> None:
        self._store = store
        self._at = points.at

    async def commit(
        self,
        address: Address,
        expected: int,
        event: EventId,
        body: bytes,
        jobs: Sequence[Due],
        *,
        topics: Collection[str] = (),
        now: datetime,
        lease: timedelta,
    ) -> Committed | Conflict | Duplicate:
        await self._at("commit.before")
        turn = (address, expected, event, body, jobs)
        result = await self._store.commit(*turn, topics=topics, now=now, lease=lease)
        await self._at("commit.after")
        return result

    async def probe(self, *, now: datetime) -> None:
        await self._store.probe(now=now)

    async def set_aside(
        self, address: Address, event: EventId, body: bytes, why: str, *, now: datetime
    ) -> bool:
        return await self._store.set_aside(address, event, body, why, now=now)

    async def claim(self, *, now: datetime, lease: timedelta, limit: int) -> Sequence[Owed]:
        claimed = await self._store.claim(now=now, lease=lease, limit=limit)
        if claimed:
            await self._at("claim.after")
        if any(job.kind == "wake" for job in claimed):
            await self._at("timer.claimed")
        return claimed

    async def settle(self, job: Owed, *, now: datetime, lease: timedelta) -> Settled:
        name = "finish" if job.kind == "say" else "timer.finish"
        await self._at(f"{name}.before")
        settled = await self._store.settle(job, now=now, lease=lease)
        await self._at(f"{name}.after")
        return settled

    async def postpone(
        self, job: Owed, until: datetime, *, attempted: bool, whole_chat: bool = False
    ) -> bool:
        await self._at("postpone.before")
        done = await self._store.postpone(job, until, attempted=attempted, whole_chat=whole_chat)
        await self._at("postpone.after")
        return done

    async def bury(self, job: Owed, why: str, *, now: datetime, lease: timedelta) -> Settled:
        await self._at("bury.before")
        settled = await self._store.bury(job, why, now=now, lease=lease)
        await self._at("bury.after")
        return settled

    # --- as it is ---

    async def clock(self) -> datetime:
        return await self._store.clock()

    async def load(self, address: Address, *, now: datetime) -> Record:
        return await self._store.load(address, now=now)

    def recall(self, address: Address, *, now: datetime) -> Record | None:
        return self._store.recall(address, now=now)

    async def parked(self, *, now: datetime, limit: int) -> Sequence[Parked]:
        return await self._store.parked(now=now, limit=limit)

    async def unpark(self, id: str, *, now: datetime) -> bool:  # noqa: A002  the port's name
        return await self._store.unpark(id, now=now)

    async def followers(
        self, topic: str, *, after: str | None = None, limit: int, now: datetime
    ) -> Followers:
        return await self._store.followers(topic, after=after, limit=limit, now=now)

    async def forget(
        self,
        address: Address,
        event: EventId,
        farewell: Farewell | None = None,
        *,
        now: datetime,
        lease: timedelta,
    ) -> Forgotten | None:
        await self._at("forget.before")
        forgotten = await self._store.forget(address, event, farewell, now=now, lease=lease)
        await self._at("forget.after")
        return forgotten

    async def reserve(
        self, bot: str, count: int, pause: timedelta, *, now: datetime, within: timedelta | None = None
    ) -> datetime:
        return await self._store.reserve(bot, count, pause, now=now, within=within)

    async def lead(self, role: str, who: str, *, now: datetime, lease: timedelta) -> bool:
        return await self._store.lead(role, who, now=now, lease=lease / LEADS_FASTER)

    async def pin(self, name: str, body: bytes, *, expected: int, now: datetime, keep: timedelta) -> bool:
        return await self._store.pin(name, body, expected=expected, now=now, keep=keep)

    async def pinned(self, name: str, *, now: datetime) -> Record:
        return await self._store.pinned(name, now=now)

    async def tally(self, series: str, who: str, *, now: datetime, keep: timedelta) -> None:
        await self._store.tally(series, who, now=now, keep=keep)

    async def tallied(self, series: str, *, since: datetime, until: datetime) -> int:
        return await self._store.tallied(series, since=since, until=until)

    async def backlog(self, *, now: datetime) -> Backlog:
        return await self._store.backlog(now=now)

    async def close(self) -> None:
        await self._store.close()
