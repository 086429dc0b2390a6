"""The contract that every store keeps, as one list of clauses.

A clause is a coroutine whose name is its sentence. It gets an empty store, knows nothing about what kind of
store that is, and fails with an `AssertionError`.
"""

import asyncio
from collections.abc import Callable, Coroutine
from contextlib import AbstractAsyncContextManager
from inspect import iscoroutinefunction
from types import ModuleType
from typing import TypeAlias

from bot.ports import Store
from tests.contract import store_jobs, store_lanes, store_turns, store_values

Clause: TypeAlias = Callable[[Store], Coroutine[None, None, None]]
Opening: TypeAlias = AbstractAsyncContextManager[Store]


def clauses_of(part: ModuleType) -> list[Clause]:
    """Give the coroutines that are written in that module, in their order."""
    written = (each for each in vars(part).values() if getattr(each, "__module__", "") == part.__name__)
    return [each for each in written if iscoroutinefunction(each)]


CONTRACT: tuple[Clause, ...] = tuple(
    clause for part in (store_turns, store_jobs, store_lanes, store_values) for clause in clauses_of(part)
)


def hold_to(clause: Clause, opening: Opening) -> None:
    """Open the store, hold it to the clause, and close it."""

    async def run() -> None:
        async with opening as store:
            await clause(store)

    asyncio.run(run())
