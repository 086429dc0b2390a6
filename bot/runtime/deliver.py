"""The one door out: does what is owed, and marks what became of it.

A reply is sent at least once, in the order of its lane. It is sent again only where the process died, or the
platform's answer was ambiguous, between the send and its mark.
"""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cached_property
from hashlib import blake2b
from typing import Literal, TypeAlias, TypeVar, get_args

from msgspec import Struct

from bot.codec import NewerFormat, Unreadable, decode_owed
from bot.events import Again, Event, Woke
from bot.model import Address, EventId, Job, Reply, Say, Wake
from bot.ports import Channel, Damaged, Gone, Owed, Receive, Refused, Store, StoreUnusable, TryLater
from bot.runtime.receive import LEASE, TooManyConflicts
from bot.runtime.timetable import Full, Timetable

SEND_DEADLINE = timedelta(seconds=10)
"""How long one send may take. The lease is longer: whoever has too little of it left does not begin."""

BATCH = 20
"""Due jobs that are claimed at once."""

GIVE_UP_AFTER = timedelta(hours=24)
"""A reply that is later than that is worse than none."""

UNSURE_ATTEMPTS = 5
"""How often a reply is sent to a platform that never says whether it was shown."""

NO_CHANNEL_HERE = timedelta(minutes=1)
"""How long a reply is left for a worker that speaks with its platform."""

TELL_TRIES = 3
"""How often what is stored nowhere is tried to be shown."""

SHORTEST, LONGEST = timedelta(seconds=1), timedelta(minutes=5)
"""Bounds of the wait before another try."""

Rank: TypeAlias = Literal["under_way", "new", "talks_much"]
RANKS: tuple[Rank, ...] = get_args(Rank)
"""Who waits for a reply: first who is in the midst of a guide, then who has just come, then who talks more
than others. All but the first take places and moments that are to spare."""

_T = TypeVar("_T")


class Done(Struct, frozen=True):
    """The job was done."""


class Later(Struct, frozen=True):
    """The job was not done, or may not have been: another try in `after`."""

    after: timedelta
    unsure: bool = False
    """It may have been done all the same."""
    whole_chat: bool = False
    why: str = ""
    """What went wrong, for operators, where that is not the platform's ordinary wish to wait."""


class Dead(Struct, frozen=True):
    """The job can never be done; `why` is a word for operators. `gone`: nor can any other for this person.

    `whole_chat`: nor can any other in this chat, for the time being.
    """

    why: str
    gone: bool = False
    whole_chat: bool = False


class Dropped(Struct, frozen=True):
    """The job is struck out undone, because the platform has just refused everything in its chat."""


class TooLate(Struct, frozen=True):
    """Too little is left of the lease, or of this worker's life, to begin the job: it is for others."""


Outcome: TypeAlias = Done | Later | Dead | Dropped | TooLate


class Delivery(Struct, frozen=True):
    """Does jobs that this process holds. An `Unsure` of a channel, and any mistake in one, count the same."""

    store: Store
    channels: Mapping[str, Channel]
    """By platform."""
    receive: Receive
    """The door in, for reminders."""
    now: Callable[[], datetime]
    """The store's time."""
    monotonic: Callable[[], float]
    """Seconds; goes on while the process is stopped."""
    timetable: Timetable
    jitter: Callable[[], float] = lambda: 0.0
    """A number from 0 to 1 that spreads the tries of many workers."""
    seen: Callable[[Owed, Outcome], None] = lambda _job, _outcome: None
    """Is told what became of each job."""
    lost: Callable[[StoreUnusable], None] = lambda _error: None
    """Is told of each call that the store could not do."""
    sleep: Callable[[float], Awaitable[None]] = asyncio.sleep
    """Waits so many seconds."""
    lease: timedelta = LEASE
    deadline: timedelta = SEND_DEADLINE
    stopping: Callable[[], bool] = lambda: False
    """Whether to begin nothing more, and leave it to others."""
    rank: Callable[[Address], Rank] = lambda _: "under_way"
    """Says who that person is among those who wait for a reply, and counts one."""
    is_closed: Callable[[Address], bool] = lambda _: False
    """Whether nothing can be shown in that chat just now."""

    async def claim(self, limit: int = BATCH) -> "list[Held]":
        """Take over jobs that are due. Raises `StoreUnusable`."""
        since = self.monotonic()
        owed = await self.store.claim(now=self.now(), lease=self.lease, limit=limit)
        return [self.held(job, since) for job in owed]

    def held(self, job: Owed, since: float) -> "Held":
        """Take note of a job that this process has got."""
        return Held(job, since, self.rank(job.address)) if job.kind == "say" else Held(job, since)

    async def due(self) -> None:
        """Do everything that is due and that nobody else holds."""
        while jobs := await self.claim():
            for held in jobs:
                await self.lane(held)

    async def lane(self, held: "Held | None") -> None:
        """Do a job, and those that are due behind it in its lane."""
        while held is not None:
            held = await self.one(held)

    async def one(self, held: "Held") -> "Held | None":
        """Do a job, and give the one behind it in its lane if that is due."""
        outcome = await self._do(held) if self._has_time(held) else TooLate()
        self.seen(held.job, outcome)
        following = await self._mark(held.job, outcome)
        if following is not None and self.stopping():
            await self.give_back(following.job)
            return None
        return following

    async def give_back(self, job: Owed, after: timedelta = timedelta()) -> None:
        """Leave a job that was not begun to others, soon if the store can be told."""
        await self._once(self.store.postpone(job, self.now() + after, attempted=False))

    async def tell(self, address: Address, reply: Reply, number: int) -> bool:
        """Show what is stored nowhere, in its turn among all that is sent: a few tries; say whether it was.

        `number` is one that no job of that person has.
        """
        for attempt in range(1, TELL_TRIES + 1):
            job = Owed(address, number, "say", b"", self.now(), attempt)
            outcome = await self._say(Held(job, self.monotonic()), Say(address, reply))
            if not isinstance(outcome, Later) or outcome.after > self.deadline or self.stopping():
                return isinstance(outcome, Done)
            await self.sleep(outcome.after.total_seconds())
        return False

    def _has_time(self, held: "Held") -> bool:
        passed = timedelta(seconds=self.monotonic() - held.since)
        return passed <= self.lease - self.deadline

    # --- doing ---

    async def _do(self, held: "Held") -> Outcome:
        try:
            work = held.work
        except NewerFormat:
            return Later(NO_CHANNEL_HERE)
        except Unreadable:
            return Dead("unreadable")
        match work:
            case Say():
                return await self._say(held, work)
            case Wake():
                woke = Woke(EventId(f"wake:{held.job.number}"), work.prompt, work.why)
                return await self._wake(held.job, work.address, woke)
            case Again(address=address, event=event):
                return await self._wake(held.job, address, event) if event else Dead("words_not_kept")

    async def _wake(self, job: Owed, address: Address, event: Event) -> Outcome:
        try:
            await self.receive(address, event)
        except (StoreUnusable, TooManyConflicts):
            return Later(self._back_off(job))
        except (Damaged, Unreadable):
            return Dead("damaged")
        except Exception as error:  # noqa: BLE001  whatever is wrong with one reminder is wrong with no other
            return self._unsure(job, type(error).__name__, dead="failed")
        return Done()

    async def _say(self, held: "Held", say: Say) -> Outcome:
        job, channel = held.job, self.channels.get(say.address.platform)
        if self.now() - job.at > GIVE_UP_AFTER:
            return Dead("too_old")
        if self.is_closed(say.address):
            return Dropped()
        if channel is None:
            return Later(NO_CHANNEL_HERE)
        if not channel.bot_pause:
            return await self._send(job, say, channel)
        bot, longest = say.address.platform, (self.lease - self.deadline) / 2
        queue = "unasked" if say.reply.unasked else held.rank
        try:
            async with self.timetable.turn(
                bot, channel.bot_pause, longest, spare=queue != "under_way", queue=queue
            ):
                may_begin = self._has_time(held) and not self.stopping()
                return await self._send(job, say, channel) if may_begin else TooLate()
        except StoreUnusable as error:
            self.lost(error)
            return Later(SHORTEST)
        except Full as full:
            return Later(max(SHORTEST, full.until - self.now()))

    async def _send(self, job: Owed, say: Say, channel: Channel) -> Outcome:
        try:
            key = reply_key(job.address, job.number)
            async with asyncio.timeout(self.deadline.total_seconds()):
                await channel.send(say.address, say.reply, key=key, attempt=job.attempt)
        except TryLater as later:
            return Later(later.after or self._back_off(job), whole_chat=later.after is not None)
        except Refused as refused:
            return Dead(refused.why, gone=isinstance(refused, Gone), whole_chat=refused.whole_chat)
        except Exception as error:  # noqa: BLE001  an adapter's mistake is no reason to lose the reply
            return self._unsure(job, type(error).__name__)
        return Done()

    def _unsure(self, job: Owed, why: str, *, dead: str = "no_answer") -> Outcome:
        if job.attempt >= UNSURE_ATTEMPTS:
            return Dead(dead)
        return Later(self._back_off(job), unsure=True, why=why)

    def _back_off(self, job: Owed) -> timedelta:
        """Wait about as long again as the job is old, so that the tries become rarer by themselves."""
        age = self.now() - job.at
        return min(LONGEST, max(SHORTEST, age)) * (0.5 + self.jitter())

    # --- marking ---

    async def _mark(self, job: Owed, outcome: Outcome) -> "Held | None":
        match outcome:
            case Done() | Dropped():
                return await self._settle(job)
            case Dead(why=why):
                since = self.monotonic()
                buried = await self._once(self.store.bury(job, why, now=self.now(), lease=self.lease))
                return self.held(buried.next, since) if buried and buried.next else None
            case Later(after=after, unsure=unsure, whole_chat=whole_chat):
                until = self.now() + after
                await self._once(self.store.postpone(job, until, attempted=unsure, whole_chat=whole_chat))
            case TooLate():
                await self.give_back(job)
        return None

    async def _settle(self, job: Owed) -> "Held | None":
        """Strike it out, trying for as long as the store is away: what is not marked is sent again.

        In a lane that is damaged nothing can be struck out: the next claim finds that.
        """
        wait = 0.1
        while True:
            since = self.monotonic()
            try:
                settled = await self.store.settle(job, now=self.now(), lease=self.lease)
            except Damaged:
                return None
            except StoreUnusable as error:
                self.lost(error)
                await self.sleep(wait)
                wait = min(2 * wait, 2.0)
            else:
                return self.held(settled.next, since) if settled.next else None

    async def _once(self, marking: Awaitable[_T]) -> _T | None:
        """Mark if the store can be told; the job comes up again by itself when its lease ends."""
        try:
            return await marking
        except StoreUnusable as error:
            self.lost(error)
        except Damaged:
            pass
        return None


@dataclass(frozen=True)
class Held:
    """A job that this process holds, and since when on the monotonic clock: before the store was asked."""

    job: Owed
    since: float
    rank: Rank = "under_way"

    @cached_property
    def work(self) -> Job | Again:
        """What is to be done. Raises `Unreadable`."""
        return decode_owed(self.job.body)


def reply_key(address: Address, number: int) -> str:
    """Name a reply by an opaque text that tells nobody whose it is. `number` is its job's."""
    where = (address.platform, address.chat, address.person, str(number))
    return blake2b("\0".join(where).encode(errors="surrogatepass"), digest_size=16).hexdigest()
