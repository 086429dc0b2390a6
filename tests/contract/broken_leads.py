"""Stores whose roles have one mistake each, to see that the contract finds it."""

from datetime import datetime, timedelta

from adapters.store.memory.store import MemoryStore


class LetsEverybodyLead(MemoryStore):
    async def lead(self, role: str, who: str, *, now: datetime, lease: timedelta) -> bool:
        del role, who, now, lease
        return True


class LeadsForEver(MemoryStore):
    async def lead(self, role: str, who: str, *, now: datetime, lease: timedelta) -> bool:
        return await super().lead(role, who, now=now, lease=100 * lease)


class RenewsForNobody(MemoryStore):
    async def lead(self, role: str, who: str, *, now: datetime, lease: timedelta) -> bool:
        return await super().lead(role, f"{who} {now}", now=now, lease=lease)


class RenewsWhenever(MemoryStore):
    async def lead(self, role: str, who: str, *, now: datetime, lease: timedelta) -> bool:
        """Keep the first lease: whoever holds the role is told so, and loses it all the same."""
        holder, until = self._leads._held.get(role, (who, now))
        return holder == who if now < until else await super().lead(role, who, now=now, lease=lease)


class KnowsOneRole(MemoryStore):
    async def lead(self, role: str, who: str, *, now: datetime, lease: timedelta) -> bool:
        del role
        return await super().lead("", who, now=now, lease=lease)


class ExtendsTheLeaseOfAnother(MemoryStore):
    async def lead(self, role: str, who: str, *, now: datetime, lease: timedelta) -> bool:
        holder, until = self._leads._held.get(role, (who, now))
        if holder == who or now >= until:
            return await super().lead(role, who, now=now, lease=lease)
        self._leads._held[role] = (holder, now + lease)
        return False
