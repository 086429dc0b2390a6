"""How what is pinned for all processes is written: as JSON, with a format number.

What cannot be read, or is of another version of the program, counts as nothing: whoever pins writes it again.
"""

from typing import Generic, TypeVar

import msgspec

T = TypeVar("T")


class PinFormat(Generic[T]):
    """The bytes of one kind of value."""

    def __init__(self, kind: type[T], number: int) -> None:
        """Raise the number when what was written before can no longer be read."""
        self.number = number
        self._formats = msgspec.json.Decoder(_Format)
        self._values = msgspec.json.Decoder(_Pinned[kind])  # type: ignore[valid-type]

    def encode(self, value: T) -> bytes:
        """Give the bytes to pin."""
        return msgspec.json.encode(_Pinned(self.number, value))

    def decode(self, body: bytes) -> T | None:
        """Read what was pinned; None for what is not ours or of another version."""
        try:
            if self._formats.decode(body).f != self.number:
                return None
            return self._values.decode(body).value
        except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
            return None


class _Format(msgspec.Struct):
    f: int


class _Pinned(_Format, Generic[T]):
    value: T
