"""The sockets that adapters plug into, and the errors that they may raise."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal, Protocol, TypeAlias

from bot.model import Address, Board, EventId, Language, Reply

DEDUP_FOR = timedelta(hours=26)
"""How long the id of an event is remembered. Platforms redeliver for up to 24 hours."""

KEEP_FOR = timedelta(days=30)
"""How long a conversation is kept after its last turn."""


# --- Store ------------------------------------------------------------------------------------------------

JobKind: TypeAlias = Literal["say", "wake"]


@dataclass(frozen=True, slots=True)
class Record:
    """A stored conversation. One that does not exist has version 0 and an empty body."""

    version: int
    body: bytes


@dataclass(frozen=True, slots=True)
class Due:
    """A job to store. The `say` jobs of a conversation form its lane: one after the other, in order."""

    kind: JobKind
    at: datetime
    body: bytes


@dataclass(frozen=True, slots=True)
class Owed:
    """A stored job that the caller holds until its lease ends. `number` rises within a conversation."""

    address: Address
    number: int
    kind: JobKind
    body: bytes


@dataclass(frozen=True, slots=True)
class Committed:
    """The turn is stored. `owed` are its jobs that are due at once, already leased to the caller.

    A `say` job behind an unfinished one of the same lane is stored but not owed yet: it is claimed later.
    """

    owed: tuple[Owed, ...]


@dataclass(frozen=True, slots=True)
class Conflict:
    """Somebody else's turn came first; nothing was stored. Compute again on `record`."""

    record: Record


@dataclass(frozen=True, slots=True)
class Duplicate:
    """This event's turn is stored already; nothing was changed."""

    record: Record


class Store(Protocol):
    """Conversations and what is owed to them.

    Bodies are opaque; time is an argument (UTC), never read inside, so that one contract suite serves
    every store. Each method is atomic. Any of them may raise `StoreUnusable`.
    """

    async def load(self, address: Address, *, now: datetime) -> Record:
        """Read a conversation; one whose last turn is older than `KEEP_FOR` no longer exists.

        What is still owed to it stays until it is settled.
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
        now: datetime,
        lease: timedelta,
    ) -> Committed | Conflict | Duplicate:
        """Store one turn, all or nothing: the body, its jobs and the event's id.

        A known event id is a `Duplicate` whatever the version is. `expected` is the version that the turn
        was computed on; another one now is a `Conflict`.
        """
        ...

    async def claim(self, *, now: datetime, lease: timedelta, limit: int) -> Sequence[Owed]:
        """Take over due jobs that nobody holds, oldest first: the head of each lane, and any `wake`."""
        ...

    async def settle(self, job: Owed) -> bool:
        """Strike out a job that was done; False, and no change, if it is gone or not the head of its lane."""
        ...

    async def close(self) -> None:
        """Let go of the store; closing twice is harmless."""
        ...


StoreFault: TypeAlias = Literal[
    "not_a_database", "read_only", "newer_format", "in_use", "unreachable", "full"
]


class StoreUnusable(Exception):
    """The store cannot be used. `fault` says why, `where` is the file or server."""

    def __init__(self, fault: StoreFault, where: str) -> None:
        super().__init__(f"{where}: {fault}")
        self.fault: StoreFault = fault
        self.where = where


# --- Channel ----------------------------------------------------------------------------------------------


class TryLater(Exception):
    """The replies could not be sent now, and nothing of them was; they stay owed until the lease ends."""


class Channel(Protocol):
    """A chat platform, outward."""

    async def send(self, address: Address, replies: Sequence[Reply]) -> None:
        """Show the replies to the person, in order, or raise `TryLater`."""
        ...


# --- StatusSource -----------------------------------------------------------------------------------------


StatusFault: TypeAlias = Literal["slow", "no_connection", "not_a_status"]


class StatusUnreadable(Exception):
    """Apple's System Status could not be read. `fault` says why to people, the text more to operators."""

    def __init__(self, why: str, fault: StatusFault = "not_a_status") -> None:
        super().__init__(why)
        self.fault: StatusFault = fault


class StatusSource(Protocol):
    """Apple's System Status."""

    async def fetch(self, language: Language, *, now: datetime) -> Board:
        """Read the board, or raise `StatusUnreadable` within the source's own deadline."""
        ...

    async def close(self) -> None:
        """Let go of connections; closing twice is harmless."""
        ...
