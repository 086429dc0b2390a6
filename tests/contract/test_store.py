"""Every store keeps every clause of the contract."""

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from adapters.store.memory import MemoryStore
from adapters.store.sqlite import SqliteStore
from bot.ports import Store
from tests.contract.store import CONTRACT, Clause, Opening, hold_to


@asynccontextmanager
async def memory(_: Path) -> AsyncIterator[Store]:
    yield MemoryStore()


@asynccontextmanager
async def sqlite(folder: Path) -> AsyncIterator[Store]:
    store = SqliteStore(folder / "store.sqlite3")
    try:
        yield store
    finally:
        await store.close()


@pytest.mark.parametrize("clause", CONTRACT, ids=lambda clause: clause.__name__)
@pytest.mark.parametrize("opening", [memory, sqlite], ids=lambda opening: opening.__name__)
def test_the_store_keeps_the_contract(
    opening: Callable[[Path], Opening], clause: Clause, tmp_path: Path
) -> None:
    hold_to(clause, opening(tmp_path))
