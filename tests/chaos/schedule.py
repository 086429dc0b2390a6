"""A deterministic schedule of two workers: the first meets a failpoint, the second takes over."""

import asyncio
import signal
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Literal, TypeAlias

from adapters.store.redis.store import RedisStore
from adapters.store.sqlite.store import SqliteStore
from bot.events import Picked, Said
from bot.model import Address, EventId
from bot.ports import Store
from bot.runtime.receive import receive
from tests.chaos.book import chaos_book
from tests.chaos.kinds import Platform
from tests.chaos.kinds import platform as platform_of
from tests.chaos.lots import lots_of
from tests.chaos.nursery import Child, Nursery
from tests.chaos.plan import CALLED, Kind, Plan
from tests.chaos.record import Answered
from tests.chaos.slack_names import direct
from tests.chaos.wire import Push, Send
from tests.outside import world
from tests.ports import free_port

Way: TypeAlias = Literal[
    "platform", "reminder", "telegram-polling", "telegram-webhook", "slack-socket", "slack-http"
]
Deed: TypeAlias = Literal["kill", "stop", "term", "raise"]

WITHIN = 20.0
"""Seconds; a schedule takes two or three."""

LEASE = 1.3
DEADLINE = 1.0
MINUTE = 0.2
"""Seconds that a reminder of a minute takes here."""

PLATFORM_POINTS = (
    *("ingress.received", "commit.before", "commit.after", "ack.before", "ack.after", "claim.after"),
    *("send.before", "send.after_bytes", "send.after", "finish.before", "finish.after"),
    *("postpone.before", "postpone.after", "bury.before", "bury.after"),
)
REMINDER_POINTS = (
    *("commit.before", "commit.after", "claim.after", "timer.claimed"),
    *("timer.finish.before", "timer.finish.after"),
    *("send.before", "send.after_bytes", "send.after", "finish.before", "finish.after"),
    *("postpone.before", "postpone.after", "bury.before", "bury.after"),
)
SEEN_BY_PLATFORM = ("send.after_bytes", "ack.after")
"""Points within an adapter: the platform does the deed at the moment at which it sees that."""

SIGNALS: Mapping[Deed, signal.Signals] = {
    "kill": signal.SIGKILL,
    "stop": signal.SIGSTOP,
    "term": signal.SIGTERM,
}
ADAPTER_POINTS = {
    "telegram-polling": PLATFORM_POINTS,
    "telegram-webhook": ("ingress.received", "commit.before", "commit.after", "ack.before", "ack.after"),
    "slack-socket": PLATFORM_POINTS,
    "slack-http": ("ingress.received", "commit.before", "commit.after", "ack.before", "ack.after"),
}
"""What happens on the way out is the same with both ways in."""

TWICE = frozenset(
    {"send.after_bytes", "send.after", "finish.before", "timer.finish.before", "timer.finish.after"}
)
"""Where the reply may be sent and is not marked: the one place where it may be shown twice.

A reminder is marked while its reply is sent.
"""

ALSO_TWICE = frozenset({("ack.after", "kill"), ("ack.after", "stop"), ("send.before", "stop")})
"""With real adapters too: an event is acknowledged while its reply is sent; and a worker that is stopped just
before it writes to an open connection sends when it goes on, whoever has done so meanwhile.
"""


TWICE_ON_SLACK = frozenset({("send.before", "stop"), ("ack.after", "stop")})
"""Where one looks before one sends again, only a worker that stood still itself shows a reply twice."""


@dataclass(frozen=True)
class Case:
    """What happens where, on which way in."""

    point: str
    deed: Deed
    way: Way

    def __str__(self) -> str:
        """Name it in messages, keys and files."""
        return f"{self.way}-{self.point}-{self.deed}"

    @property
    def kind(self) -> Kind:
        """The platform."""
        return "own" if self.way in ("platform", "reminder") else self.way  # type: ignore[return-value]

    @property
    def may_show_twice(self) -> bool:
        """Whether the reply may be shown twice, though not a third time."""
        if self.kind in ("slack-socket", "slack-http"):
            return (self.point, self.deed) in TWICE_ON_SLACK
        also = self.kind != "own" and (self.point, self.deed) in ALSO_TWICE
        return (self.point in TWICE or also) and self.deed != "term"

    @property
    def address(self) -> Address:
        """A conversation of its own."""
        if self.kind == "own":
            return Address("test", str(self), "ann")
        if self.kind in ("slack-socket", "slack-http"):
            return Address("slack", direct("U5"), "U5")
        return Address("telegram", "5", "5")


@dataclass(frozen=True)
class End:
    """How it ended."""

    turns: int
    waiting: int
    parked: int
    shown: int
    different: int
    first_died: bool
    codes: tuple[int | None, ...]

    def wrong(self, case: Case) -> str:
        """Say what is wrong; nothing if the promise was kept."""
        turns = 3 if case.way == "reminder" else 1
        done = (0, 0, 1) if case.point.startswith("bury.") else (1, 1, 0)
        most = 2 if case.may_show_twice else done[0]
        kept = (
            (self.turns, self.waiting) == (turns, 0)
            and done[0] <= self.shown <= most
            and (self.different, self.parked) == done[1:]
            and self.first_died == (case.deed == "kill")
            and all(code == 0 for code in self.codes[self.first_died :])
        )
        return "" if kept else f"{case}: {self}"


async def play(case: Case, store: str, folder: Path, nursery: Nursery) -> End:
    """Play it on the store of that address, which no other case uses: redis://…, or the path of a file."""
    place = folder / f"{case.way[0]}{case.point}{case.deed}"
    script, times = _Script(case), {"again_after": 0.4, "later": 0.2}
    stage = platform_of(case.kind, place, lots_of(case), judge=script, gives_up=False, **times)
    async with stage as platform:
        return await _Schedule(case, store, nursery, platform).play()


class _Script:
    """Answers as the case needs it: the first reply is put off, or each is refused, or all is well."""

    def __init__(self, case: Case) -> None:
        self._refuses = case.point.startswith("bury.")
        claims = case.point == "claim.after" and case.way != "reminder"
        self._delays = claims or case.point.startswith("postpone.")

    def __call__(self, send: Send) -> Answered:
        if not send.key:  # it is no reply
            return "ok"
        if self._refuses:
            return "refused"
        later, self._delays = self._delays, False
        return "later" if later else "ok"


@dataclass(eq=False)
class _Schedule:
    case: Case
    store: str
    nursery: Nursery
    platform: Platform
    children: list[Child] = field(default_factory=list)

    async def play(self) -> End:
        self.platform.find_workers(self._ports)
        if self.case.way == "reminder":
            await self._lead_to_reminder()
        seen = self.case.kind != "own" and self.case.point in SEEN_BY_PLATFORM
        first = await self._worker("first", "" if seen else f"{self.case.point}={self.case.deed}@1")
        if seen:
            self._strike(first)
        if self.case.way != "reminder":
            who = self.case.address
            self.platform.bring(Push("hello", (who.platform, who.chat, who.person), "hello", language="en"))
        died = await self._meet(first)
        children = [first] if self.case.deed == "raise" else [first, await self._worker("second")]
        await self._all_done(children)
        for child in children:
            child.signal(signal.SIGCONT)
            child.signal(signal.SIGTERM)
        codes = tuple([await child.ended(WITHIN) if child.code is None else child.code for child in children])
        return await self._end(codes, died=died)

    def _ports(self) -> list[int]:
        return [each.plan.port for each in self.children if each.code is None and not each.stands_still]

    def _strike(self, first: Child) -> None:
        """Have the deed done once the platform has shown the reply, or knows the event to be taken."""
        number = SIGNALS[self.case.deed]

        def strike(*_: object) -> None:
            if not struck:
                struck.append(True)
                first.signal(number)

        struck: list[bool] = []
        if self.case.point == "ack.after":
            self.platform.ack_watchers.append(strike)
        else:
            self.platform.watchers.append(strike)

    async def _meet(self, first: Child) -> bool:
        """Wait until the first worker has met its failpoint, and say whether it died there."""
        end = time.monotonic() + WITHIN
        while self.case.deed != "raise" and time.monotonic() < end:
            if first.code is not None or first.stands_still:
                break
            await asyncio.sleep(0.01)
        return first.code == -signal.SIGKILL

    async def _all_done(self, children: list[Child]) -> None:
        """Wait until everything is acknowledged and nothing is owed."""
        record = self.platform.record
        await self.platform.until(lambda: bool(record.answers) and not record.unacked(), WITHIN)
        end = time.monotonic() + WITHIN
        while await self._waiting(children) and time.monotonic() < end:  # noqa: ASYNC110
            await asyncio.sleep(0.03)

    async def _waiting(self, children: list[Child]) -> int:
        """Count what is owed. An SQLite file can be looked into only while no worker has it."""
        if "://" not in self.store:
            children[-1].signal(signal.SIGTERM)
            await children[-1].ended(WITHIN)
        waiting = (await self._end((), died=False)).waiting
        if waiting and "://" not in self.store:
            shown = len(self.platform.record.shown)
            children.append(await self._worker("another"))
            await self.platform.until(lambda: len(self.platform.record.shown) > shown, LEASE)
        return waiting

    async def _end(self, codes: tuple[int | None, ...], *, died: bool) -> End:
        store = await self._open()
        try:
            return await self._look(store, codes, died=died)
        finally:
            await store.close()

    async def _look(self, store: Store, codes: tuple[int | None, ...], *, died: bool) -> End:
        now = await store.clock()
        record, backlog = await store.load(self.case.address, now=now), await store.backlog(now=now)
        shown = self.platform.record.shown
        keys = {each.key for each in shown}
        return End(record.version, backlog.waiting, backlog.parked, len(shown), len(keys), died, codes)

    async def _worker(self, name: str, failpoints: str = "") -> Child:
        plan = Plan(
            *(self.platform.address, self.store, f"{name}-{self.case}".replace(".", "-")),
            lease=LEASE,
            deadline=DEADLINE,
            minute=MINUTE,
            kind=self.case.kind,
            port=free_port() if self.case.kind in CALLED else 0,
            failpoints=failpoints,
        )
        child = await self.nursery.start(plan)
        self.children.append(child)
        await self.platform.until(
            lambda: child.plan.name in self.platform.workers or child.code is not None, WITHIN
        )
        return child

    async def _open(self) -> Store:
        if "://" in self.store:
            return await RedisStore.open(self.store)
        return SqliteStore(Path(self.store))

    async def _lead_to_reminder(self) -> None:
        """Store a conversation in which a reminder is due in a moment, and nothing else is owed."""
        store, who = await self._open(), self.case.address
        book, lease = chaos_book(timedelta(seconds=MINUTE)), timedelta(seconds=LEASE)
        try:
            for event in (Said(EventId("1"), "hello", "en"), Picked(EventId("2"), 1, "go_on")):
                now = await store.clock()
                for job in (await receive(store, book, who, event, world("clear", now), lease=lease)).owed:
                    await store.settle(job, now=now, lease=lease)
        finally:
            await store.close()
