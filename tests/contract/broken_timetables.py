"""Stores whose timetable of a bot has one mistake each, to see that the contract finds it."""

from datetime import datetime, timedelta

from adapters.store.memory.store import MemoryStore


class ReservesForEachCallerAlone(MemoryStore):
    async def reserve(
        self, bot: str, count: int, pause: timedelta, *, now: datetime, within: timedelta | None = None
    ) -> datetime:
        del bot, count, pause, within
        return now


class ReservesForAllBotsTogether(MemoryStore):
    async def reserve(
        self, bot: str, count: int, pause: timedelta, *, now: datetime, within: timedelta | None = None
    ) -> datetime:
        del bot
        return await super().reserve("", count, pause, now=now, within=within)


class SavesUpWhatNobodyReserved(MemoryStore):
    async def reserve(
        self, bot: str, count: int, pause: timedelta, *, now: datetime, within: timedelta | None = None
    ) -> datetime:
        del within
        start = self._booked_until.get(bot, now)
        self._booked_until[bot] = start + count * pause
        return start


class BooksHoweverLate(MemoryStore):
    async def reserve(
        self, bot: str, count: int, pause: timedelta, *, now: datetime, within: timedelta | None = None
    ) -> datetime:
        del within
        return await super().reserve(bot, count, pause, now=now)
