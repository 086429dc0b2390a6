"""The one door in: an event becomes a committed turn, exactly once.

recall or load → `take_turn` → commit; on a conflict the turn is computed again on the newer conversation.
Nothing is decided as "nothing to do" on a copy that may be old: then what is stored is loaded first. Whoever
brought the event acknowledges it to the platform only after this has returned.
"""

from collections.abc import Awaitable, Callable, Sequence
from datetime import datetime, timedelta
from typing import Literal, TypeAlias

from msgspec import Struct

from bot.codec import NewerFormat, Unreadable, decode_conversation, encode_conversation, encode_job
from bot.dialogue.book import Book
from bot.dialogue.trouble import tells_trouble
from bot.dialogue.turn import first_language, origin_of, take_turn
from bot.events import Event, Said, Sent, Shared
from bot.model import LANGUAGES, Address, Budget, Conversation, Job, Language, Reply, Say, Turn, World
from bot.ports import Committed, Conflict, Due, Duplicate, Owed, Record, Store
from bot.replace import replace

LEASE = timedelta(seconds=30)
"""How long whoever commits a turn may take to send its reply before another process does."""

ATTEMPTS = 8
"""How often a turn is computed before giving up; each conflict means that somebody else got on."""

Pause: TypeAlias = Callable[[Address], timedelta]
"""The time that a platform wants between two replies in the chat of that address."""

Wait: TypeAlias = Callable[[int], Awaitable[None]]
"""Waits a moment before the turn is computed again; the number is how often it was in vain."""

_Next: TypeAlias = tuple[bytes, Sequence[str], Sequence[Job]]
"""The next body, what is followed, and what is owed."""

_Answer: TypeAlias = Callable[[Record], _Next | None]
"""What becomes of the conversation; None if nothing does and nothing is owed."""


class TooManyConflicts(Exception):
    """Others kept changing this conversation; nothing was stored. The platform will bring the event again."""


class MixedUp(Exception):
    """The store gave another person's conversation. Nothing is said or stored."""


class Received(Struct, frozen=True):
    """What became of an event."""

    outcome: Literal["committed", "duplicate", "ignored", "forgotten"]
    """Ignored is what changes nothing and is answered by nothing: not even that it came is stored.
    Forgotten is whoever wanted to be."""
    owed: tuple[Owed, ...] = ()
    """The jobs that the caller holds now; none for an event that was committed before."""
    conflicts: int = 0
    went_back: bool = False
    """The store knew a newer version before: it has lost turns, or somebody deleted the conversation."""
    tells_trouble: bool = False
    """The person is one of those who have trouble just now."""
    quiet_for: timedelta = timedelta()
    """For how long nothing of theirs is read, because their budget is spent."""


async def receive(
    store: Store,
    book: Book,
    address: Address,
    event: Event,
    world: World,
    *,
    lease: timedelta = LEASE,
    pause: Pause = lambda _: timedelta(),
    wait: Wait | None = None,
) -> Received:
    """Commit the turn that the event leads to, and give the jobs that the caller now holds.

    Raises `Damaged`, or `Unreadable`, for a stored conversation that cannot be read (it stays as it is),
    `MixedUp`, `StoreUnusable`, and `TooManyConflicts`.
    """
    troubled = False
    budget: Budget | None = None

    def answer(record: Record) -> _Next | None:
        nonlocal troubled, budget
        before = stored(record, address)
        turn: Turn = take_turn(book, before, event, world, address)
        troubled = tells_trouble(book, before, turn.conversation)
        budget = turn.conversation.budget
        if not turn.jobs and before in (None, turn.conversation):
            return None
        return encode_conversation(turn.conversation), turn.conversation.topics, turn.jobs

    offer = _Offer(store, address, event, world.now, lease, pause(address))
    received = await _commit(offer, answer, wait)
    if budget and budget.is_spent:
        received = replace(received, quiet_for=max(timedelta(), budget.full_at - world.now))
    return replace(received, tells_trouble=True) if troubled and received.outcome == "committed" else received


async def apologise(
    store: Store, book: Book, address: Address, event: Event, now: datetime, *, lease: timedelta = LEASE
) -> Received:
    """Commit a turn that could not be computed: the conversation stays as it is, and the person is told so.

    So the event is consumed exactly once all the same; one that was overheard is left alone. Raises
    `StoreUnusable` and `TooManyConflicts`.
    """

    def answer(record: Record) -> _Next | None:
        if isinstance(event, Said | Shared | Sent) and not event.addressed:
            return None
        conversation = _readable(record, address)
        spoken = (conversation.language,) if conversation else LANGUAGES
        is_sound = conversation is not None or record.version == 0 or _is_newer(record)
        reply = sorry(book, address, event, spoken, damaged=not is_sound)
        fresh = encode_conversation(book.begin(address, first_language(event)))
        topics = conversation.topics if conversation else ()
        return (record.body if record.version else fresh), topics, (Say(address, reply),)

    return await _commit(_Offer(store, address, event, now, lease, timedelta()), answer, None)


def sorry(book: Book, address: Address, event: Event, spoken: Sequence[Language], *, damaged: bool) -> Reply:
    """Say that an event could not be taken in; `damaged`: and what to do if it never can."""
    advice = "slack.damaged" if address.platform == "slack" else "turn.damaged"
    keys = ("turn.failed", advice) if damaged else ("turn.failed",)
    texts = ("\n".join(book.say(key, language) for key in keys) for language in spoken)
    return Reply("\n\n".join(texts), origin=origin_of(event))


def stored(record: Record, address: Address) -> Conversation | None:
    """Read the conversation of a record, None if there is none. Raises `Unreadable` and `MixedUp`."""
    if record.version == 0:
        return None
    conversation = decode_conversation(record.body)
    if conversation.address != address:
        raise MixedUp("a stored conversation belongs to somebody else")
    return conversation


class _Offer(Struct, frozen=True):
    store: Store
    address: Address
    event: Event
    now: datetime
    lease: timedelta
    pause: timedelta

    async def load(self) -> Record:
        return await self.store.load(self.address, now=self.now)

    async def commit(self, record: Record, answer: _Answer) -> Committed | Conflict | Duplicate | None:
        if (following := answer(record)) is None:
            return None
        body, topics, jobs = following
        due = [_due(job, self.now, self.pause) for job in jobs]
        turn = (self.address, record.version, self.event.id, body, due)
        return await self.store.commit(*turn, topics=topics, now=self.now, lease=self.lease)


async def _commit(offer: _Offer, answer: _Answer, wait: Wait | None) -> Received:
    recalled = offer.store.recall(offer.address, now=offer.now)
    record, may_be_old = (recalled, True) if recalled else (await offer.load(), False)
    conflicts, went_back = 0, False
    while conflicts < ATTEMPTS:
        if conflicts and wait is not None:
            await wait(conflicts)
        match await offer.commit(record, answer):
            case Committed(owed=owed):
                return Received("committed", owed, conflicts, went_back)
            case Duplicate():
                return Received("duplicate", (), conflicts, went_back)
            case Conflict(record=newer):
                conflicts += 1
            case _ if may_be_old:
                newer = await offer.load()
            case _:
                return Received("ignored", (), conflicts, went_back)
        went_back = went_back or newer.version < record.version
        record, may_be_old = newer, False
    raise TooManyConflicts(f"{ATTEMPTS} conflicts in a row")


def _readable(record: Record, address: Address) -> Conversation | None:
    try:
        return stored(record, address)
    except (Unreadable, MixedUp):
        return None


def _is_newer(record: Record) -> bool:
    try:
        decode_conversation(record.body)
    except NewerFormat:
        return True
    except Unreadable:
        pass
    return False


def _due(job: Job, now: datetime, pause: timedelta) -> Due:
    if isinstance(job, Say):
        return Due("say", now, encode_job(job), pause)
    return Due("wake", job.at, encode_job(job))
