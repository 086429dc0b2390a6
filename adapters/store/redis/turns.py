"""Turns in Redis: one script stores the conversation, its jobs, its topics and the id of the event."""

from datetime import datetime
from secrets import token_urlsafe
from typing import NamedTuple

from adapters.store.moments import length, micros, moment
from adapters.store.names import quoted
from adapters.store.redis.cache import Kept
from adapters.store.redis.keys import Keys
from adapters.store.redis.scripts import COMMIT, Ask, Call, Word
from adapters.store.redis.site import Site
from bot.model import Address, EventId
from bot.ports import Committed, Conflict, Due, Duplicate, Owed, Record

_NOBODY = Kept(Record(0, b""), moment(0))


class Turn(NamedTuple):
    """What `commit` is given."""

    address: Address
    expected: int
    expected_at: datetime | None
    event: EventId
    body: bytes
    jobs: tuple[Due, ...]
    topics: frozenset[str]
    now: datetime
    till: datetime


async def load(site: Site, keys: Keys) -> Kept | None:
    """Read a conversation; it may have ended already."""
    raw = await site.link.call(Ask(("GET", keys.conversation)))
    return None if raw is None else _kept(raw, site)


async def commit(site: Site, keys: Keys, turn: Turn) -> tuple[Committed | Conflict | Duplicate, Kept | None]:
    """Store a turn, and give the conversation as it is now, as far as that is known.

    The token lets the script know a repetition of this very call from a redelivery of the event.
    """
    answer = await site.link.call(_call(site, keys, turn, token_urlsafe(9)))
    kind, rest = answer[:1], answer[1:]
    if kind == b"+":
        first, *owed = map(int, rest.split())
        jobs = tuple(_owed(turn, first, index) for index in owed)
        return Committed(jobs), Kept(Record(turn.expected + 1, turn.body), turn.now)
    kept = _kept(rest, site) if rest else _NOBODY
    return (Conflict(kept.record) if kind == b"!" else Duplicate(kept.record)), kept


def _call(site: Site, keys: Keys, turn: Turn, token: str) -> Call:
    topics = sorted(quoted(topic) for topic in turn.topics)
    followed = "".join(f"+{topic}" for topic in topics) or "-"
    at = "-" if turn.expected_at is None else micros(turn.expected_at)
    kept, known = length(site.retention.conversations), length(site.retention.events)
    what = f"{micros(turn.now)} {micros(turn.till)} {turn.expected} {at} {token} {followed} {kept} {known}"
    args: list[Word] = [keys.address, what, turn.body]
    for due in turn.jobs:
        args += [f"{'s' if due.kind == 'say' else 'w'} {micros(due.at)} {length(due.pause)}", due.body]
    names = [
        *(keys.conversation, keys.event(turn.event), keys.lane, keys.wakes),
        *(keys.partition.due, keys.gate, keys.partition.stats, keys.partition.topics),
        *(keys.partition.topic(topic) for topic in topics),
    ]
    return Call(COMMIT, names, args, durable=True)


def _owed(turn: Turn, first: int, index: int) -> Owed:
    due = turn.jobs[index]
    return Owed(turn.address, first + index, due.kind, due.body, due.at)


def _kept(raw: bytes, site: Site) -> Kept:
    """Read a conversation as the script writes it."""
    try:
        version, at, _topics, body = raw.split(b" ", 3)
        return Kept(Record(int(version), body), moment(int(at)))
    except (ValueError, OverflowError) as error:
        raise site.link.damaged() from error
