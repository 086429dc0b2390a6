"""Tells those who asked for it that Apple's services are well again.

Whoever leads goes through the followers once for each reading of the board, a page at a time. The turn itself
decides whether there is something to tell, and stops following: so nothing needs to be remembered here, and
going through them twice, or two leaders at once, tells nobody twice.
"""

import contextlib
from collections.abc import Mapping
from datetime import datetime
from typing import TypeAlias

from bot.dialogue.book import Book
from bot.dialogue.status import APPLE, may_be_news
from bot.events import StatusChanged
from bot.model import Address, Board, EventId, Language, World
from bot.ports import Lead, Receive, Store, StoreUnusable

PAGE = 16
"""Followers who are told before the next are looked for."""

_Reading: TypeAlias = frozenset[tuple[Language, datetime]]
"""When Apple's board was read in each language."""


class News:
    """How far the followers have been gone through, for the board that is in hand."""

    def __init__(self, store: Store, book: Book, receive: Receive, lead: Lead) -> None:
        """Bring the news to the followers in that store through `receive`, while `lead` says so."""
        self._store, self._book, self._receive, self._lead = store, book, receive, lead
        self._reading: _Reading = frozenset()
        self._after: str | None = None
        self._is_done = True

    async def tell_some(self, boards: Mapping[Language, Board], *, now: datetime) -> bool:
        """Tell a page of followers, if there is something to tell; say whether there are more pages."""
        if not may_be_news(self._book, World(now, boards)):
            return False
        reading = frozenset((language, board.checked_at) for language, board in boards.items())
        if self._is_done and reading != self._reading:
            self._reading, self._after, self._is_done = reading, None, False
        if self._is_done or not await self._lead():
            return False
        read_at = max(board.checked_at for board in boards.values())
        try:
            page = await self._store.followers(APPLE, after=self._after, limit=PAGE, now=now)
        except StoreUnusable:
            return False  # the same page comes next time
        for address in page.addresses:  # one after the other, so that whoever talks meanwhile gets a turn
            await self._tell(address, read_at)
        self._after, self._is_done = page.after, page.after is None
        return not self._is_done

    async def _tell(self, address: Address, read_at: datetime) -> None:
        """Have a turn taken; where that fails, which `receive` tells of, the next reading tries again."""
        with contextlib.suppress(Exception):
            await self._receive(address, StatusChanged(EventId(f"status:{read_at.isoformat()}")))
