"""Every store keeps every clause of the contract."""

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import TypeAlias

import pytest

from adapters.store.memory.store import MemoryStore
from adapters.store.redis.store import RedisStore
from adapters.store.sqlite.store import SqliteStore
from bot.ports import Retention, Store
from tests.contract.store import (
    CONTRACT,
    CONTRACT_OF_RETENTION,
    CONTRACT_OF_SHARED,
    Clause,
    Opening,
    SharedClause,
    SharedOpening,
    hold_both_to,
    hold_to,
)
from tests.contract.store_retention import BRIEFLY
from tests.redis_server import running_server, shared_server

Kind: TypeAlias = Callable[[Path, Retention], Opening]
SharedKind: TypeAlias = Callable[[Path], SharedOpening]


@asynccontextmanager
async def memory(_: Path, retention: Retention) -> AsyncIterator[Store]:
    yield MemoryStore(retention=retention)


@asynccontextmanager
async def sqlite(folder: Path, retention: Retention) -> AsyncIterator[Store]:
    store = SqliteStore(folder / "store.sqlite3", retention=retention)
    try:
        yield store
    finally:
        await store.close()


@asynccontextmanager
async def memory_twice(_: Path) -> AsyncIterator[tuple[Store, Store]]:
    store = MemoryStore()
    yield store, store


@asynccontextmanager
async def redis(_: Path, retention: Retention) -> AsyncIterator[Store]:
    store = await RedisStore.open(shared_server().url, retention=retention)
    try:
        yield store
    finally:
        await store.close()


@asynccontextmanager
async def redis_twice(folder: Path) -> AsyncIterator[tuple[Store, Store]]:
    async with redis(folder, Retention()) as store:
        other = await RedisStore.open(running_server().url)
        try:
            yield store, other
        finally:
            await other.close()


with_redis = pytest.mark.full
KINDS = [memory, sqlite, pytest.param(redis, marks=with_redis)]
SHARED_KINDS = [memory_twice, pytest.param(redis_twice, marks=with_redis)]


@pytest.mark.parametrize("clause", CONTRACT, ids=lambda clause: clause.__name__)
@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.__name__)
def test_the_store_keeps_the_contract(kind: Kind, clause: Clause, tmp_path: Path) -> None:
    hold_to(clause, kind(tmp_path, Retention()))


@pytest.mark.parametrize("clause", CONTRACT_OF_RETENTION, ids=lambda clause: clause.__name__)
@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.__name__)
def test_the_store_keeps_things_as_long_as_it_was_told(kind: Kind, clause: Clause, tmp_path: Path) -> None:
    hold_to(clause, kind(tmp_path, BRIEFLY))


@pytest.mark.parametrize("clause", CONTRACT_OF_SHARED, ids=lambda clause: clause.__name__)
@pytest.mark.parametrize("kind", SHARED_KINDS, ids=lambda kind: kind.__name__)
def test_two_who_share_a_store_keep_the_contract(
    kind: SharedKind, clause: SharedClause, tmp_path: Path
) -> None:
    hold_both_to(clause, kind(tmp_path))
