"""Stores whose tallies have one mistake each, to see that the contract finds it."""

from datetime import datetime, timedelta

from adapters.store.memory.store import MemoryStore

MINUTE = timedelta(minutes=1)


class CountsEveryTime(MemoryStore):
    async def tally(self, series: str, who: str, *, now: datetime, keep: timedelta) -> None:
        self._times = getattr(self, "_times", 0) + 1
        await super().tally(series, f"{who} {self._times}", now=now, keep=keep)


class AddsUpTheMinutes(MemoryStore):
    async def tallied(self, series: str, *, since: datetime, until: datetime) -> int:
        found, at = 0, since
        while at < until:
            found += await super().tallied(series, since=at, until=at + MINUTE)
            at += MINUTE
        return found


class CountsTheLastMinuteToo(MemoryStore):
    async def tallied(self, series: str, *, since: datetime, until: datetime) -> int:
        return await super().tallied(series, since=since, until=until + MINUTE)


class CountsAllSeriesTogether(MemoryStore):
    async def tally(self, series: str, who: str, *, now: datetime, keep: timedelta) -> None:
        del series
        await super().tally("", who, now=now, keep=keep)

    async def tallied(self, series: str, *, since: datetime, until: datetime) -> int:
        del series
        return await super().tallied("", since=since, until=until)


class ForgetsTooSoon(MemoryStore):
    async def tally(self, series: str, who: str, *, now: datetime, keep: timedelta) -> None:
        await super().tally(series, who, now=now, keep=keep / 2)
