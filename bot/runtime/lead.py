"""Which of all processes does what one at a time should do: the store knows, and is not asked too often."""

import asyncio
from collections.abc import Callable
from datetime import timedelta

from bot.ports import Store, StoreUnusable

LEASE = timedelta(seconds=15)
"""How long a role stays with a process that has died."""

ASK_EVERY = 4.0
"""Seconds for which an answer counts: the lease is renewed three times before it ends."""


PATIENCE = 1.0
"""Seconds for the store's answer: whoever asks also has a signal to stop to listen to."""


class Leading:
    """One role, for this process: what `bot.ports.Lead` asks for."""

    def __init__(self, store: Store, role: str, who: str, *, monotonic: Callable[[], float]) -> None:
        """Ask for the role as `who`, which no other process is called; `monotonic` gives seconds."""
        self._store, self._role, self._who, self._monotonic = store, role, who, monotonic
        self._leads = False
        self._counts_until = -float("inf")

    async def __call__(self) -> bool:
        """Say whether the role is ours; while the store is away it is nobody's."""
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
            async with asyncio.timeout(PATIENCE):
                now = await self._store.clock()
                return await self._store.lead(self._role, self._who, now=now, lease=lease)
        except (StoreUnusable, TimeoutError):
            return False


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
        """Leave all to others."""
        for role in self._roles:
            await role.give_up()


async def alone() -> bool:
    """Lead, where there is nobody else."""
    return True
