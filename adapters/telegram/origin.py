"""What a reply answers on Telegram: passes the dialogue unseen, as JSON, and comes back in the reply."""

from typing import Final

import msgspec

KEPT_ENTITIES: Final = ("bold", "italic", "underline", "strikethrough", "spoiler", "code")
"""Formats that are given again when a text is edited; links and the like Telegram finds by itself."""


class Mark(msgspec.Struct, frozen=True, array_like=True):
    """A formatted part of a text, in UTF-16 units."""

    type: str
    offset: int
    length: int


class Press(msgspec.Struct, frozen=True, tag="p", rename={"message": "m", "query": "q", "label": "l"}):
    """A button was pressed: of which message, with what in it. Message 0 can no longer be edited."""

    query: str
    message: int = 0
    text: str = ""
    marks: tuple[Mark, ...] = ()
    label: str = ""


class Spoken(msgspec.Struct, frozen=True, tag="s", rename={"message": "m"}):
    """Somebody said something in a group, in that message."""

    message: int


_encoder = msgspec.json.Encoder()
_decoder = msgspec.json.Decoder(Press | Spoken)


def write_origin(origin: Press | Spoken) -> str:
    """Give it as the compact text that an event carries."""
    return _encoder.encode(origin).decode()


def read_origin(text: str) -> Press | Spoken | None:
    """Read what an event carried; None for nothing, or what this version cannot read."""
    try:
        return _decoder.decode(text) if text else None
    except msgspec.DecodeError:
        return None
