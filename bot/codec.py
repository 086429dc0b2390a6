"""Conversations and jobs as bytes and back: JSON with a format number, so that an old one can be upgraded."""

from typing import Final, TypeVar

import msgspec

from bot.model import Conversation, Job, Say, Wake

_T = TypeVar("_T")

FORMAT: Final = 1
"""The format that is written. Raise it when a stored conversation of before can no longer be read as it is."""


class Unreadable(Exception):
    """Stored bytes that are not a conversation or job of a format known here; they are left as they are."""


class NewerFormat(Unreadable):
    """Stored bytes that a newer version of the program has written."""


def encode_conversation(conversation: Conversation) -> bytes:
    """Give the bytes to store."""
    return _encode("conversation", conversation)


def decode_conversation(body: bytes) -> Conversation:
    """Read a stored conversation, or raise `Unreadable`."""
    return _decode(body, "conversation", Conversation)


def encode_job(job: Job) -> bytes:
    """Give the bytes to store."""
    return _encode("say" if isinstance(job, Say) else "wake", job)


def decode_job(body: bytes) -> Job:
    """Read a stored job, or raise `Unreadable`."""
    if _envelope(body).kind == "say":
        return _decode(body, "say", Say)
    return _decode(body, "wake", Wake)


class _Envelope(msgspec.Struct):
    f: int
    kind: str
    is_: msgspec.Raw = msgspec.field(name="is")


def _encode(kind: str, value: Conversation | Job) -> bytes:
    return msgspec.json.encode(_Envelope(FORMAT, kind, msgspec.Raw(msgspec.json.encode(value))))


def _envelope(body: bytes) -> _Envelope:
    try:
        envelope = msgspec.json.decode(body, type=_Envelope)
    except (msgspec.MsgspecError, UnicodeDecodeError) as error:
        raise Unreadable("these bytes are not ours") from error
    if envelope.f > FORMAT:
        raise NewerFormat(f"format {envelope.f} is newer than {FORMAT}")
    return envelope


def _decode(body: bytes, kind: str, type_: type[_T]) -> _T:
    envelope = _envelope(body)
    if envelope.kind != kind:
        raise Unreadable(f"a {envelope.kind} stands where a {kind} belongs")
    try:
        return msgspec.json.decode(envelope.is_, type=type_)
    except msgspec.MsgspecError as error:
        raise Unreadable(f"this {kind} cannot be read: {error}") from error
