"""Gives a value with some fields changed. Values are `msgspec.Struct`s, which are made and copied in C.

A frozen dataclass of fifteen fields takes fifty times as long to copy, and a turn copies several. The type
checker is shown the function of `dataclasses`, which does the same, because it knows what that may be given.
"""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from dataclasses import replace  # noqa: TID251  here it is meant
else:
    from msgspec.structs import replace

__all__ = ["replace"]
