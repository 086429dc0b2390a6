"""Keeps Apple's System Status at hand, and asks for it no more often than is decent."""

import asyncio
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Final

from bot.model import LANGUAGES, Board, Language
from bot.ports import StatusSource, StatusUnreadable

FRESH_FOR: Final = timedelta(seconds=30)
"""How long a board serves everybody. Apple posts an hour late, so half a minute is nothing to the reader,
and it keeps us at two questions a minute and language however many people ask."""

RETRY_AFTER: Final = timedelta(seconds=30)
"""How long a failure stands, so that a dead feed costs one person in half a minute the wait."""


class StatusWatch:
    """The last good board in each language; everybody who asks at once shares one fetch."""

    def __init__(self, source: StatusSource) -> None:
        self._source = source
        self._boards: dict[Language, Board] = {}
        self._failed_at: dict[Language, datetime] = {}
        self._turns = {language: asyncio.Lock() for language in LANGUAGES}

    async def boards(self, language: Language, *, now: datetime) -> Mapping[Language, Board]:
        """Give the boards in hand, that of `language` fresh if possible. Apple's failures never raise.

        A board may be of any age: `World.board` is what tells an old one from none. Takes as long as the
        source's own deadline at worst. Whoever asks during a fetch waits for it, and makes another one only
        if it was called off.
        """
        async with self._turns[language]:
            if not self._is_settled(language, now):
                await self._fetch(language, now)
        return self.in_hand

    @property
    def in_hand(self) -> Mapping[Language, Board]:
        """The boards that were read last, of any age, without a wait."""
        return dict(self._boards)

    async def close(self) -> None:
        """Close the source; closing twice is harmless."""
        await self._source.close()

    def _is_settled(self, language: Language, now: datetime) -> bool:
        board, failed_at = self._boards.get(language), self._failed_at.get(language)
        return (board is not None and _within(FRESH_FOR, board.checked_at, now)) or (
            failed_at is not None and _within(RETRY_AFTER, failed_at, now)
        )

    async def _fetch(self, language: Language, now: datetime) -> None:
        try:
            self._boards[language] = await self._source.fetch(language, now=now)
        except StatusUnreadable:
            self._failed_at[language] = now


def _within(span: timedelta, then: datetime, now: datetime) -> bool:
    """Compare two times whose order is not certain: callers bring their own, and clocks are set back."""
    return abs(now - then) < span
