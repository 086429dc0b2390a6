"""Stores whose pins have one mistake each, to see that the contract finds it."""

import asyncio
from datetime import datetime, timedelta

from adapters.store.memory.store import MemoryStore


class PinsOverAnything(MemoryStore):
    async def pin(self, name: str, body: bytes, *, expected: int, now: datetime, keep: timedelta) -> bool:
        del expected
        current = (await self.pinned(name, now=now)).version
        return await super().pin(name, body, expected=current, now=now, keep=keep)


class LooksThenWaitsThenPins(MemoryStore):
    async def pin(self, name: str, body: bytes, *, expected: int, now: datetime, keep: timedelta) -> bool:
        if (await self.pinned(name, now=now)).version != expected:
            return False
        await asyncio.sleep(0)
        current = (await self.pinned(name, now=now)).version
        return await super().pin(name, body, expected=current, now=now, keep=keep)


class DoesNotKnowItsOwnPin(MemoryStore):
    async def pin(self, name: str, body: bytes, *, expected: int, now: datetime, keep: timedelta) -> bool:
        if (await self.pinned(name, now=now)).version != expected:
            return False
        return await super().pin(name, body, expected=expected, now=now, keep=keep)


class TakesAnyEqualBodyForItsOwn(MemoryStore):
    async def pin(self, name: str, body: bytes, *, expected: int, now: datetime, keep: timedelta) -> bool:
        if (await self.pinned(name, now=now)).body == body:
            return True
        return await super().pin(name, body, expected=expected, now=now, keep=keep)


class PinsForEver(MemoryStore):
    async def pin(self, name: str, body: bytes, *, expected: int, now: datetime, keep: timedelta) -> bool:
        return await super().pin(name, body, expected=expected, now=now, keep=100 * keep)


class KeepsTheFirstEnd(MemoryStore):
    async def pin(self, name: str, body: bytes, *, expected: int, now: datetime, keep: timedelta) -> bool:
        before = self._pins._pins.get(name)
        done = await super().pin(name, body, expected=expected, now=now, keep=keep)
        if done and before:
            self._pins._pins[name] = self._pins._pins[name]._replace(until=before.until)
        return done


class GoesOnCountingAfterTheEnd(MemoryStore):
    async def pin(self, name: str, body: bytes, *, expected: int, now: datetime, keep: timedelta) -> bool:
        before = self._pins._pins.get(name)
        in_time = min(now, before.until - timedelta(seconds=1)) if before else now
        return await super().pin(name, body, expected=expected, now=in_time, keep=now + keep - in_time)


class HasOnePin(MemoryStore):
    async def pin(self, name: str, body: bytes, *, expected: int, now: datetime, keep: timedelta) -> bool:
        del name
        return await super().pin("", body, expected=expected, now=now, keep=keep)
