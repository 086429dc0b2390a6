"""Asks Apple for its System Status: which file, what is known of it already, and how long to wait."""

from collections.abc import Mapping
from datetime import datetime
from typing import Final

from msgspec import Struct

from adapters.apple.board import read_board
from bot.apple import Board
from bot.model import Language
from bot.ports import StatusUnreadable

APPLE_STATUS_URL: Final = "https://www.apple.com/support/systemstatus/data"
"""Where Apple keeps the feed for customers. The developers' feed lies elsewhere and lacks iMessage."""

DEADLINE: Final = 6.0
"""Seconds for everything from the name look-up to the last byte: as long as a person waits for a reply."""

_FILES: Final[Mapping[Language, str]] = {
    "ja": "system_status_ja_JP.js",
    "en": "system_status_en_US.js",
}


class _Copy(Struct, frozen=True):
    """A document as it was last sent, and the headers that ask whether it still stands."""

    document: bytes
    validators: Mapping[str, str]


class AppleStatus:
    """A `StatusSource`: Apple's own feed over HTTP."""

    def __init__(self, base_url: str = APPLE_STATUS_URL, *, deadline: float = DEADLINE) -> None:
        self._base_url = base_url.rstrip("/")
        self._deadline = deadline
        self._copies: dict[Language, _Copy] = {}

    async def fetch(self, language: Language, *, now: datetime) -> Board:
        """Read the board in that language as of `now`, or raise `StatusUnreadable` within the deadline.

        An unchanged document is not sent again but read again: planned maintenance may have begun since.
        The copy is set aside while asking, so after any failure the next question is unconditional and
        a copy that leads to errors cannot do so twice.
        """
        copy = self._copies.pop(language, None)
        fresh = await self._ask(language, copy)
        board = read_board(fresh.document, checked_at=now)
        self._copies[language] = fresh
        return board

    async def close(self) -> None:
        """Forget the copies. Connections are closed after each question already."""
        self._copies.clear()

    async def _ask(self, language: Language, copy: _Copy | None) -> _Copy:
        from adapters.apple.download import download  # noqa: PLC0415 - httpx takes 0.2 s to import

        url = f"{self._base_url}/{_FILES[language]}"
        answer = await download(url, copy.validators if copy else {}, seconds=self._deadline)
        if answer:
            return _Copy(answer.document, answer.validators)
        if copy:
            return copy
        raise StatusUnreadable("Apple's System Status answered that nothing has changed, but since when?")
