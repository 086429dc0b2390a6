"""What an examination finds: how it looks, and what to do about it."""

from typing import Literal, TypeAlias

from msgspec import Struct

Grade: TypeAlias = Literal["ok", "warning", "fault"]


class Finding(Struct, frozen=True):
    """One look at one thing. `says` and `remedy` are for operators, without any password."""

    check: str
    grade: Grade
    says: str
    remedy: str = ""
    loses_data: bool = False
    """Whether what was acknowledged could be lost, so that nobody should start like this unknowingly."""
