"""What an event leaves for the reply to it: where it happened, and what is to be closed there."""

from typing import Any, TypeAlias

import msgspec

LONGEST = 30_000
"""Characters of an origin: it is stored with the reply."""

Block: TypeAlias = dict[str, Any]


class Origin(msgspec.Struct, frozen=True, omit_defaults=True):
    """One event's place. Empty fields are what its platform's payload did not have."""

    channel: str = ""
    """The conversation where it happened, as `D1` for a direct message."""
    thread: str = ""
    """The thread that a whisper about it goes into."""
    since: str = ""
    """The event's `ts`, in seconds: the reply cannot be older."""
    closes: str = ""
    """The `ts` of the message whose button was pressed."""
    blocks: tuple[Block, ...] = ()
    """What stays of that message."""
    label: str = ""
    """What was chosen."""
    url: str = ""
    """The `response_url`: an answer there is seen by one person, and works five times in half an hour."""
    replaces: bool = False
    """Whether the answer there takes the place of what was pressed."""
    public: bool = False
    """Whether the answer is for everybody in the channel."""
    silent: bool = False
    """Whether nothing is shown, because another reply says it."""
    mention: str = ""
    """The person whom the reply addresses first, by their user id, because others asked for it."""


def write_origin(origin: Origin) -> str:
    """Write an origin, if need be without what stays of the pressed message."""
    text = msgspec.json.encode(origin).decode()
    if len(text) <= LONGEST:
        return text
    return msgspec.json.encode(msgspec.structs.replace(origin, blocks=(), closes="")).decode()


def read_origin(text: str) -> Origin:
    """Read an origin back; what is none is an empty one."""
    if not text:
        return Origin()
    try:
        return msgspec.json.decode(text, type=Origin)
    except msgspec.MsgspecError:
        return Origin()
