"""The contract that every store keeps, as one list of clauses.

A clause is a coroutine whose name is its sentence. It gets an empty store, knows nothing about what kind of
store that is, and fails with an `AssertionError`.
"""

import asyncio
from collections.abc import Callable, Coroutine, Iterator
from contextlib import AbstractAsyncContextManager
from inspect import iscoroutinefunction, signature
from types import ModuleType
from typing import TypeAlias

from bot.ports import Store
from tests.contract import (
    store_followers,
    store_forget,
    store_jobs,
    store_lanes,
    store_lead,
    store_parked,
    store_pauses,
    store_pins,
    store_postponed,
    store_retention,
    store_shared,
    store_tallies,
    store_timetable,
    store_turns,
    store_values,
)

Clause: TypeAlias = Callable[[Store], Coroutine[None, None, None]]
SharedClause: TypeAlias = Callable[[Store, Store], Coroutine[None, None, None]]
Opening: TypeAlias = AbstractAsyncContextManager[Store]
SharedOpening: TypeAlias = AbstractAsyncContextManager[tuple[Store, Store]]

PARTS = (
    *(store_turns, store_jobs, store_lanes, store_postponed, store_parked, store_pauses),
    *(store_followers, store_forget, store_timetable, store_lead, store_pins, store_tallies),
    store_values,
)


def clauses_of(part: ModuleType, *parameters: str) -> Iterator[Callable[..., Coroutine[None, None, None]]]:
    """Give the coroutines of that module, in their order, that take just these parameters."""
    for each in vars(part).values():
        written_here = getattr(each, "__module__", "") == part.__name__
        if written_here and iscoroutinefunction(each) and [*signature(each).parameters] == [*parameters]:
            yield each


CONTRACT: tuple[Clause, ...] = tuple(clause for part in PARTS for clause in clauses_of(part, "store"))
"""For a store with the retention that is usual."""

CONTRACT_OF_RETENTION: tuple[Clause, ...] = tuple(clauses_of(store_retention, "store"))
"""For a store that was told to keep things `store_retention.BRIEFLY`."""

CONTRACT_OF_SHARED: tuple[SharedClause, ...] = tuple(clauses_of(store_shared, "store", "other"))
"""For two stores that work on the same things, or for one that is given twice."""


def hold_to(clause: Clause, opening: Opening) -> None:
    """Open the store, hold it to the clause, and close it."""

    async def run() -> None:
        async with opening as store:
            await clause(store)

    asyncio.run(run())


def hold_both_to(clause: SharedClause, opening: SharedOpening) -> None:
    """Open two stores that share, hold them to the clause, and close them."""

    async def run() -> None:
        async with opening as (store, other):
            await clause(store, other)

    asyncio.run(run())
