"""What goes into a store and comes out of it, as values."""

from datetime import datetime, timedelta
from typing import Literal, TypeAlias

from msgspec import Struct

from bot.model import Address

CHAT_BURST = 3
"""How many replies a chat may get at once after a rest, before `Due.pause` lies between them."""


class Retention(Struct, frozen=True):
    """How long things are kept."""

    events: timedelta = timedelta(hours=26)
    """The id of an event. Platforms redeliver for up to 24 hours."""
    conversations: timedelta = timedelta(days=30)
    """A conversation, after its last turn."""
    parked: timedelta = timedelta(days=7)
    """A job that could not be done."""


JobKind: TypeAlias = Literal["say", "wake"]


class Record(Struct, frozen=True):
    """A stored conversation. One that does not exist has version 0 and an empty body."""

    version: int
    body: bytes


class Due(Struct, frozen=True):
    """A job to store. The `say` jobs of a conversation form its lane: one after the other, in order.

    `pause` is the platform's least time between two replies in a chat: a `say` job that comes sooner, after
    a burst of `CHAT_BURST`, is not owed yet. A chat may have several conversations (`Address.chat`).
    """

    kind: JobKind
    at: datetime
    body: bytes
    pause: timedelta = timedelta()


class Owed(Struct, frozen=True):
    """A stored job that the caller holds until its lease ends. `number` rises within a conversation.

    `at` is when it was first due. `attempt` is 1 at first, and one more each time that the job is handed out
    after a hand-out that may have done it: from 2 on, it may have been done already.
    """

    address: Address
    number: int
    kind: JobKind
    body: bytes
    at: datetime
    attempt: int = 1


class Committed(Struct, frozen=True):
    """The turn is stored. `owed` are its jobs that are due at once, already leased to the caller.

    A `say` job behind an unfinished one of the same lane is stored but not owed yet.
    """

    owed: tuple[Owed, ...]


class Conflict(Struct, frozen=True):
    """Somebody else's turn came first; nothing was stored. Compute again on `record`."""

    record: Record


class Duplicate(Struct, frozen=True):
    """This event's turn is stored already; nothing was changed."""

    record: Record


class Settled(Struct, frozen=True):
    """Whether the job was struck out, and the next of its lane if that is due, leased to the caller."""

    struck: bool
    next: Owed | None = None


class Parked(Struct, frozen=True):
    """A job that could not be done, since `at`. `id` names it for `unpark`, `why` is a word for operators."""

    id: str
    address: Address
    kind: JobKind
    body: bytes
    why: str
    at: datetime


class Followers(Struct, frozen=True):
    """A page of those who follow a topic; `after` leads to the next page, None says it was the last."""

    addresses: tuple[Address, ...]
    after: str | None


class Farewell(Struct, frozen=True):
    """What is owed to somebody who was forgotten: `done`, or `nothing` where nothing was stored."""

    done: Due
    nothing: Due


class Forgotten(Struct, frozen=True):
    """How much `forget` took away. `owed` is the farewell if it is due at once, leased to the caller."""

    conversations: int
    jobs: int
    topics: int
    parked: int
    owed: tuple[Owed, ...] = ()

    @property
    def is_nothing(self) -> bool:
        """Whether nothing was stored."""
        return not (self.conversations or self.jobs or self.topics or self.parked)


class Backlog(Struct, frozen=True):
    """How much there is to do: `due` jobs that nobody holds, all `waiting` ones, and `parked` ones.

    `unreadable` parts of the store could not be counted, because what is stored there is damaged.
    """

    due: int
    waiting: int
    parked: int
    unreadable: int = 0
