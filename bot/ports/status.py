"""The socket for Apple's System Status."""

from datetime import datetime
from typing import Literal, Protocol, TypeAlias

from bot.apple import Board
from bot.model import Language

StatusFault: TypeAlias = Literal["slow", "no_connection", "not_a_status"]


class StatusUnreadable(Exception):
    """Apple's System Status could not be read. `fault` says why to people, the text more to operators."""

    def __init__(self, why: str, fault: StatusFault = "not_a_status") -> None:
        super().__init__(why)
        self.fault: StatusFault = fault


class StatusSource(Protocol):
    """Apple's System Status."""

    async def fetch(self, language: Language, *, now: datetime) -> Board:
        """Read the board, or raise `StatusUnreadable` within the source's own deadline."""
        ...

    async def close(self) -> None:
        """Let go of connections; closing twice is harmless."""
        ...
