"""The socket for the store: conversations, what is owed to them, and what could not be delivered."""

from collections.abc import Collection, Sequence
from datetime import datetime, timedelta
from typing import Literal, Protocol, TypeAlias

from bot.model import Address, EventId
from bot.ports.stored import (
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
)


class Store(Protocol):
    """Conversations and what is owed to them.

    Bodies are opaque; time is an argument (UTC), never read inside, so that one contract suite serves
    every store. Each method is atomic. Any of them may raise `StoreUnusable`; then the call may have had its
    effect or not, and doing it again is right. Those that are about one conversation may raise `Damaged`:
    nothing was changed then, and nobody else is concerned. What all share (pins, roles, timetables) is none
    where it is damaged, and is written anew; what is listed from many (claims, followers, what is parked)
    is listed without what is damaged.
    """

    async def probe(self, *, now: datetime) -> None:
        """Write as a turn would, and take it away again; `StoreUnusable` if no turn could be stored now."""
        ...

    async def clock(self) -> datetime:
        """Read the clock (UTC) that all who share this store go by."""
        ...

    async def load(self, address: Address, *, now: datetime) -> Record:
        """Read a conversation as it is stored now; one that was kept for its time no longer exists.

        What is still owed to it stays until it is settled.
        """
        ...

    def recall(self, address: Address, *, now: datetime) -> Record | None:
        """Return the conversation as this process saw it last, without a trip; None if it has no copy.

        Others may have stored newer turns meanwhile. `commit` finds out, so a copy is good for a turn that is
        committed, and for nothing else: what is decided to be nothing to do, and what is shown, needs `load`.
        """
        ...

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
        """Store one turn, all or nothing: the body, its jobs, the topics it follows, and the event's id.

        A known event id is a `Duplicate` whatever the version is. `expected` is the version that the turn
        was computed on; another one now is a `Conflict`. `topics` replaces what was followed before.
        """
        ...

    async def claim(self, *, now: datetime, lease: timedelta, limit: int) -> Sequence[Owed]:
        """Take over due jobs that nobody holds: the head of each lane, and any `wake`.

        One that cannot be read is handed out with what there is of it as its body, to be buried.

        Those come first that have been free longest: since they were due, or since their lease ended or
        the time they were postponed to.
        """
        ...

    async def settle(self, job: Owed, *, now: datetime, lease: timedelta) -> Settled:
        """Strike out a job that was done; no change if it is gone or not the head of its lane.

        Whoever still holds an older lease may settle too: what was sent was sent.
        """
        ...

    async def postpone(
        self, job: Owed, until: datetime, *, attempted: bool, whole_chat: bool = False
    ) -> bool:
        """Give a job back until then; False, and no change, if somebody else has got it since.

        If it was not `attempted`, this hand-out does not count as an attempt: the next has its number.
        `whole_chat`: no reply of the chat's other conversations is handed out until then either.
        """
        ...

    async def bury(self, job: Owed, why: str, *, now: datetime, lease: timedelta) -> Settled:
        """Park a job that cannot be done, so that its lane goes on.

        No change if somebody else has got it since.
        """
        ...

    async def set_aside(
        self, address: Address, event: EventId, body: bytes, why: str, *, now: datetime
    ) -> bool:
        """Park an event that cannot be taken in, as a `wake` of that body; False if it is parked already.

        Its conversation may be damaged: nothing of that is read.
        """
        ...

    async def parked(self, *, now: datetime, limit: int) -> Sequence[Parked]:
        """List parked jobs that are still kept, those parked first coming first."""
        ...

    async def unpark(self, id: str, *, now: datetime) -> bool:  # noqa: A002  what operators call it
        """Put a parked job at the end of its lane again, due now; False if there is none with that id."""
        ...

    async def followers(
        self, topic: str, *, after: str | None = None, limit: int, now: datetime
    ) -> Followers:
        """List whose conversations follow the topic, a page at a time.

        Whoever follows from the first page to the last is on exactly one page.
        """
        ...

    async def forget(
        self,
        address: Address,
        event: EventId,
        farewell: Farewell | None = None,
        *,
        now: datetime,
        lease: timedelta,
    ) -> Forgotten | None:
        """Delete everything about a conversation, count it, and leave the farewell as the only job.

        None, and no change, for a known event id: a conversation that began since is left alone. What cannot
        be read is deleted like everything else. Only the ids of events stay for their time, this one's among
        them and without the person's name, so that a redelivery does not bring back what was deleted.
        """
        ...

    async def reserve(
        self, bot: str, count: int, pause: timedelta, *, now: datetime, within: timedelta | None = None
    ) -> datetime:
        """Book `count` sends of a bot, `pause` apart, and give the time of the first, `now` or later.

        If that is later than `within` from now, nothing is booked.
        All who share the store share the timetable, so that together they keep the platform's limit.
        """
        ...

    async def lead(self, role: str, who: str, *, now: datetime, lease: timedelta) -> bool:
        """Take or renew a role that one at a time has; False, and no change, while another has it.

        A lease of no time gives the role up.
        """
        ...

    async def pin(self, name: str, body: bytes, *, expected: int, now: datetime, keep: timedelta) -> bool:
        """Put up something for all who share the store to read, for `keep`; it has a version, as a turn has.

        False, and no change, if another version than the `expected` stands there now. If that is the next one
        with the same body, then it was done before and only the answer was lost, or somebody else did just
        this: either way it is done, and what stands there is kept until the later of both ends.
        """
        ...

    async def pinned(self, name: str, *, now: datetime) -> Record:
        """Read what was pinned last under that name; version 0 if that was nothing, or has ended."""
        ...

    async def tally(self, series: str, who: str, *, now: datetime, keep: timedelta) -> None:
        """Count somebody in the series, in the minute of `now`; nobody twice in a minute.

        It is forgotten after `keep`, soon but not at once. `who` is a hash already, and nothing lists who was
        counted; so `forget` leaves tallies to their end, which should be near: hours rather than weeks.
        """
        ...

    async def tallied(self, series: str, *, since: datetime, until: datetime) -> int:
        """Count the different people in the series, from the minute of `since` to before that of `until`.

        A store for many may estimate: Redis is off by 0.81 % (standard error), and seldom at all below a
        hundred people.
        """
        ...

    async def backlog(self, *, now: datetime) -> Backlog:
        """Count what there is to do."""
        ...

    async def close(self) -> None:
        """Let go of the store; closing twice is harmless."""
        ...


StoreFault: TypeAlias = Literal[
    "not_a_database",
    "read_only",
    "newer_format",
    "in_use",
    "unreachable",
    "wrong_address",
    "full",
    "denied",
    "not_replicated",
]


class StoreUnusable(Exception):
    """The store cannot be used. `fault` says why, `where` is the file or server, without any password."""

    def __init__(self, fault: StoreFault, where: str) -> None:
        super().__init__(f"{where}: {fault}")
        self.fault: StoreFault = fault
        self.where = where


class Damaged(Exception):
    """What is stored of one conversation cannot be used, and stays as it is; the store serves all others.

    `where` is the file or server, without any password.
    """

    def __init__(self, where: str) -> None:
        super().__init__(f"{where}: what is stored of one conversation is damaged")
        self.where = where
