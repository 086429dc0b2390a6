"""Which of all processes does what one at a time should do: the store knows, and is not asked too often."""

import asyncio
from collections.abc import Callable
from contextlib import suppress
from datetime import timedelta

import structlog

from bot.ports import Store, StoreUnusable

LEASE = timedelta(seconds=15)
"""How long a role stays with a process that has died."""

ASK_EVERY = 4.0
"""Seconds for which an answer counts: the lease is renewed three times before it ends, and once at least
where the store takes as long as it may."""

GIVES_UP_WITHIN = 5.0
"""Seconds at the end for leaving all roles to others, who otherwise wait until the leases end."""

_log = structlog.get_logger()


class Leading:
    """One role, for this process: what `bot.ports.Lead` asks for."""

    def __init__(self, store: Store, role: str, who: str, *, monotonic: Callable[[], float]) -> None:
        """Ask for the role as `who`, which no other process is called; `monotonic` gives seconds."""
        self._store, self._role, self._who, self._monotonic = store, role, who, monotonic
        self._leads = False
        self._is_refused = False
        self._counts_until = -float("inf")

    async def __call__(self) -> bool:
        """Say whether the role is ours; while the store is away it is nobody's, which is logged once.

        It takes as long as two calls of the store at worst: nobody waits less for a store than it promises.
        """
        asked = self._monotonic()
        if asked >= self._counts_until:
            self._leads = await self._ask(LEASE)
            self._counts_until = asked + ASK_EVERY
        return self._leads

    async def give_up(self) -> None:
        """Leave the role to others at once, if it is ours and the store can be told."""
        if self._leads:
            await self._ask(timedelta())
        self._leads = False
        self._counts_until = -float("inf")

    async def _ask(self, lease: timedelta) -> bool:
        try:
            now = await self._store.clock()
            leads = await self._store.lead(self._role, self._who, now=now, lease=lease)
        except StoreUnusable as error:
            if not self._is_refused:
                _log.warning("nobody leads", role=self._role, where=error.where, why=error.fault)
            self._is_refused = True
            return False
        self._is_refused = False
        return leads


class Roles:
    """The roles that this process has or would take."""

    def __init__(self, store: Store, who: str, *, monotonic: Callable[[], float]) -> None:
        """Ask for all of them as `who`, which no other process is called."""
        self._store, self._who, self._monotonic = store, who, monotonic
        self._roles: list[Leading] = []

    def lead(self, role: str) -> Leading:
        """Give one of them."""
        self._roles.append(Leading(self._store, role, self._who, monotonic=self._monotonic))
        return self._roles[-1]

    async def give_up(self) -> None:
        """Leave all to others, as far as the store can be told in time."""
        with suppress(TimeoutError):
            async with asyncio.timeout(GIVES_UP_WITHIN):
                await asyncio.gather(*(role.give_up() for role in self._roles))


async def alone() -> bool:
    """Lead, where there is nobody else."""
    return True
