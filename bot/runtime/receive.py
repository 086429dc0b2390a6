"""The one door in: an event becomes a committed turn, exactly once.

load → `take_turn` → commit; on a conflict the turn is computed again on the newer conversation. Whoever
brought the event acknowledges it to the platform only after this has returned.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta

from bot.codec import decode_conversation, encode_conversation, encode_job
from bot.dialogue.book import Book
from bot.dialogue.turn import take_turn
from bot.model import Address, Conversation, Event, Job, Say, World
from bot.ports import Committed, Conflict, Due, Duplicate, Owed, Record, Store

LEASE = timedelta(seconds=30)
"""How long whoever commits a turn may take to send its replies before another process does."""

ATTEMPTS = 8
"""How often a turn is computed before giving up; each conflict means that somebody else got on."""


class TooManyConflicts(Exception):
    """Others kept changing this conversation; nothing was stored. The platform will bring the event again."""


class MixedUp(Exception):
    """The store gave another person's conversation. Nothing is said or stored."""


async def receive(store: Store, book: Book, address: Address, event: Event, world: World) -> Sequence[Owed]:
    """Commit the turn that the event leads to, and give the jobs that the caller now holds.

    An event that was committed before gives none. Raises `Unreadable` for a stored conversation that cannot
    be read (it stays as it is), `MixedUp`, `StoreUnusable`, and `TooManyConflicts`.
    """
    record = await store.load(address, now=world.now)
    for _ in range(ATTEMPTS):
        turn = take_turn(book, stored(record, address), event, world, address)
        result = await store.commit(
            address,
            record.version,
            event.id,
            encode_conversation(turn.conversation),
            [_due(job, world.now) for job in turn.jobs],
            now=world.now,
            lease=LEASE,
        )
        match result:
            case Committed(owed=owed):
                return owed
            case Duplicate():
                return ()
            case Conflict(record=record):
                continue
    raise TooManyConflicts(f"{ATTEMPTS} conflicts in a row")


def stored(record: Record, address: Address) -> Conversation | None:
    """Read the conversation of a record, None if there is none. Raises `Unreadable` and `MixedUp`."""
    if record.version == 0:
        return None
    conversation = decode_conversation(record.body)
    if conversation.address != address:
        raise MixedUp("a stored conversation belongs to somebody else")
    return conversation


def _due(job: Job, now: datetime) -> Due:
    if isinstance(job, Say):
        return Due("say", now, encode_job(job))
    return Due("wake", job.at, encode_job(job))
