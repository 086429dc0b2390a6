"""An empty store of each kind, for stories that many processes take part in."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Literal, TypeAlias

import pytest

from adapters.store.memory.store import MemoryStore
from adapters.store.redis.store import RedisStore
from adapters.store.sqlite.store import SqliteStore
from bot.ports import Store
from tests.redis_server import shared_server
from tests.runtime.fleet import Fleet

Kind: TypeAlias = Literal["memory", "sqlite", "redis"]

on_each_store = pytest.mark.parametrize(
    "kind", ["memory", "sqlite", pytest.param("redis", marks=pytest.mark.full)]
)


def played(kind: Kind, folder: Path, story: Callable[[Fleet], Awaitable[None]]) -> None:
    """Run a story with an empty store of that kind."""

    async def run() -> None:
        async with opened(kind, folder) as store:
            await story(Fleet(store))

    asyncio.run(run())


@asynccontextmanager
async def opened(kind: Kind, folder: Path) -> AsyncIterator[Store]:
    """Have an empty store of that kind."""
    store: Store
    match kind:
        case "memory":
            store = MemoryStore()
        case "sqlite":
            store = SqliteStore(folder / "store.db")
        case "redis":
            store = await RedisStore.open(shared_server().url)
    try:
        yield store
    finally:
        await store.close()
