"""A worker with copies of its own, as `RedisStore` keeps them, over a store that others write to as well."""

from collections.abc import Collection, Sequence
from datetime import datetime, timedelta

from adapters.store.memory.store import MemoryStore
from bot.model import Address, EventId
from bot.ports import Committed, Conflict, Due, Duplicate, Record


class CopyingStore(MemoryStore):
    """Sees what `shared` holds, and recalls each conversation as its own last turn or look left it."""

    def __init__(self, shared: MemoryStore) -> None:
        self.__dict__ = shared.__dict__ | {"copies": {}}
        self.copies: dict[Address, Record]

    def recall(self, address: Address, *, now: datetime) -> Record | None:  # type: ignore[override]  # noqa: ARG002
        return self.copies.get(address)

    async def load(self, address: Address, *, now: datetime) -> Record:
        self.copies[address] = await super().load(address, now=now)
        return self.copies[address]

    async def commit(
        self,
        address: Address,
        expected: int,
        event: EventId,
        body: bytes,
        jobs: Sequence[Due],
        *,
        topics: Collection[str] = (),
        now: datetime,
        lease: timedelta,
    ) -> Committed | Conflict | Duplicate:
        turn = (address, expected, event, body, jobs)
        result = await super().commit(*turn, topics=topics, now=now, lease=lease)
        self.copies[address] = await super().load(address, now=now)
        return result
