"""Conversations and jobs as bytes and back: JSON with a format number, so that old ones can be upgraded.

The stored shape is kept apart from `bot.model`, so that the model may change while stored bytes do not.
"""

from datetime import UTC, datetime, timedelta
from functools import lru_cache
from typing import Final, TypeVar, get_args

import msgspec

from bot.apple import Service, ServiceState
from bot.events import Again, Event, Said, Shared
from bot.model import (
    Address,
    Budget,
    CheckIn,
    Choice,
    Conversation,
    Finding,
    FindingName,
    Job,
    Language,
    Outcome,
    Place,
    Reply,
    Say,
    Tried,
    Wake,
    Watch,
)

FORMAT: Final = 1
"""The format that is written. Raise it when a conversation stored before can no longer be read as it is."""


class Unreadable(Exception):
    """Stored bytes that are not a conversation or job of a format known here; they are left as they are."""


class NewerFormat(Unreadable):
    """Stored bytes that a newer version of the program has written."""


def encode_conversation(conversation: Conversation) -> bytes:
    """Give the bytes to store."""
    return msgspec.json.encode(_pack(conversation))


def decode_conversation(body: bytes) -> Conversation:
    """Read a stored conversation, or raise `Unreadable`."""
    return _unpack(_read(body, _conversations))


def encode_job(job: Job) -> bytes:
    """Give the bytes to store."""
    if isinstance(job, Say):
        reply = job.reply
        words = _Reply(
            *(reply.text, reply.choices, reply.prompt, reply.origin),
            *(reply.aside, reply.progress, reply.unasked),
        )
        return msgspec.json.encode(_Job(FORMAT, say=_Say(job.address, words)))
    return msgspec.json.encode(_Job(FORMAT, wake=job))


def encode_again(address: Address, event: Event) -> bytes:
    """Give the bytes to store of an event that is set aside: without what somebody typed or sent."""
    words = isinstance(event, Said | Shared)
    told = msgspec.Raw(b"null" if words else msgspec.json.encode(event))
    return msgspec.json.encode(_Job(FORMAT, again=_Again(address, type(event).__name__, told)))


def decode_job(body: bytes) -> Job:
    """Read a stored job, or raise `Unreadable`."""
    owed = decode_owed(body)
    if isinstance(owed, Again):
        raise Unreadable("an event that was set aside")
    return owed


def decode_owed(body: bytes) -> Job | Again:
    """Read a stored job, or an event that was set aside; or raise `Unreadable`."""
    stored = _read(body, _jobs)
    if stored.again is not None:
        return _again(stored.again)
    if stored.say is not None:
        said = stored.say.reply
        reply = Reply(
            *(said.text, said.choices, said.prompt, said.origin), *(said.aside, said.progress, said.unasked)
        )
        return Say(stored.say.address, reply)
    if stored.wake is None:
        raise Unreadable("an empty job")
    return stored.wake


class _Format(msgspec.Struct):
    f: int


class _Reply(msgspec.Struct, omit_defaults=True):
    """A worker that does not know what follows `prompt` yet sends the words, which is what matters."""

    text: str
    choices: tuple[Choice, ...] = ()
    prompt: int = 0
    origin: str = ""
    aside: bool = False
    progress: tuple[int, int] | None = None
    unasked: bool = False


class _Say(msgspec.Struct):
    address: Address
    reply: _Reply


class _Again(msgspec.Struct):
    """The event itself is read when its kind is known."""

    address: Address
    kind: str
    event: msgspec.Raw


class _Job(_Format, omit_defaults=True):
    say: _Say | None = None
    wake: Wake | None = None
    again: _Again | None = None


class _Conversation(_Format, omit_defaults=True):
    """Places are written `flow.state`: a store holds many of these."""

    address: tuple[str, str, str]
    place: str
    language: Language
    version: str
    prompt: int
    path: tuple[str, ...] = ()
    tried: tuple[tuple[str, Outcome], ...] = ()
    seen: tuple[tuple[FindingName, str], ...] = ()
    offered: tuple[str, ...] = ()
    topics: tuple[str, ...] = ()
    watch: "_Watch | None" = None
    zone: str = ""
    heard: int = 0
    """Seconds since 1970."""
    asks: CheckIn = "none"
    wait: datetime | None = None
    paid: int = 0
    """Milliseconds since 1970."""
    spent: bool = False


class _Watch(msgspec.Struct, omit_defaults=True):
    number: int
    until: datetime
    known: tuple[tuple[str, ServiceState], ...] = ()
    """By the name in `Service`, not by Apple's."""
    back: bool = False
    as_of: datetime | None = None


_T = TypeVar("_T", bound=_Format)
_NOT_OURS = (msgspec.MsgspecError, UnicodeDecodeError, RecursionError)

_formats = msgspec.json.Decoder(_Format)
_jobs = msgspec.json.Decoder(_Job)
_conversations = msgspec.json.Decoder(_Conversation)


_events = {kind.__name__: msgspec.json.Decoder(kind | None) for kind in get_args(Event)}


def _again(stored: _Again) -> Again:
    try:
        return Again(stored.address, stored.kind, _events[stored.kind].decode(stored.event))
    except (KeyError, *_NOT_OURS) as error:
        raise Unreadable("an event of a kind that is not known") from error


def _pack(conversation: Conversation) -> _Conversation:
    address = conversation.address
    return _Conversation(
        f=FORMAT,
        address=(address.platform, address.chat, address.person),
        place=str(conversation.place),
        language=conversation.language,
        version=conversation.version,
        prompt=conversation.prompt,
        path=tuple(map(str, conversation.path)),
        tried=tuple((str(each.place), each.outcome) for each in conversation.tried),
        seen=tuple((each.name, each.quote) for each in conversation.findings),
        offered=conversation.offered,
        topics=conversation.topics,
        watch=_pack_watch(conversation.watch),
        zone=conversation.zone,
        heard=int(conversation.heard_at.timestamp()) if conversation.heard_at else 0,
        asks=conversation.check_in,
        wait=conversation.wait_until,
        paid=_milliseconds(conversation.budget.full_at) if conversation.budget else 0,
        spent=conversation.budget is not None and conversation.budget.is_spent,
    )


def _unpack(stored: _Conversation) -> Conversation:
    return Conversation(
        address=Address(*stored.address),
        place=_place(stored.place),
        language=stored.language,
        version=stored.version,
        prompt=stored.prompt,
        path=tuple(map(_place, stored.path)),
        tried=tuple(Tried(_place(place), outcome) for place, outcome in stored.tried),
        findings=tuple(Finding(name, quote) for name, quote in stored.seen),
        offered=stored.offered,
        topics=stored.topics,
        watch=_unpack_watch(stored.watch),
        zone=stored.zone,
        heard_at=datetime.fromtimestamp(stored.heard, UTC) if stored.heard else None,
        check_in=stored.asks,
        wait_until=stored.wait,
        budget=Budget(_EPOCH + stored.paid * _MILLISECOND, stored.spent) if stored.paid else None,
    )


_EPOCH: Final = datetime.fromtimestamp(0, UTC)
_MILLISECOND: Final = timedelta(milliseconds=1)


def _milliseconds(time: datetime) -> int:
    return (time - _EPOCH) // _MILLISECOND


def _pack_watch(watch: Watch | None) -> _Watch | None:
    if watch is None:
        return None
    known = tuple((service.name, state) for service, state in watch.known)
    return _Watch(watch.number, watch.until, known, watch.is_back, watch.as_of)


def _unpack_watch(stored: _Watch | None) -> Watch | None:
    """Read a watch; a service that is no longer known is left out."""
    if stored is None:
        return None
    known = tuple((Service[name], state) for name, state in stored.known if name in Service.__members__)
    return Watch(stored.number, stored.until, known, stored.back, stored.as_of)


@lru_cache(maxsize=1024)  # as many as there are in the flows, and some that were in earlier ones
def _place(name: str) -> Place:
    flow, _, state = name.partition(".")
    return Place(flow, state)


def _read(body: bytes, decoder: msgspec.json.Decoder[_T]) -> _T:
    try:
        stored = decoder.decode(body)
    except _NOT_OURS as error:
        _refuse_newer(body)
        raise Unreadable(f"these bytes are not ours: {error}") from error
    if stored.f > FORMAT:
        raise NewerFormat(f"format {stored.f} is newer than {FORMAT}")
    return stored


def _refuse_newer(body: bytes) -> None:
    """Raise `NewerFormat` for bytes that say so themselves, whatever else is in them."""
    try:
        found = _formats.decode(body).f
    except _NOT_OURS:
        return
    if found > FORMAT:
        raise NewerFormat(f"format {found} is newer than {FORMAT}")
