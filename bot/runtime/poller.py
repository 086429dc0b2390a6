"""Asks Apple for all processes that share a store, and reads what whoever asked has pinned there.

One of them leads. Before it asks it pins that it does, and the pin has a version: so Apple is asked once in
an interval whoever dies, is paused, or believes that it leads, too; whoever leads next goes on from there.
"""

import asyncio
import contextlib
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Final

from bot.apple import Board
from bot.dialogue.following import APPLE
from bot.model import LANGUAGES, Language
from bot.outlook import Settling, in_order, settle
from bot.ports import Lead, StatusSource, StatusUnreadable, Store
from bot.replace import replace
from bot.runtime.bulletin import BULLETINS, Bulletin
from bot.runtime.lead import alone

PIN: Final = "apple"
KEPT_FOR: Final = timedelta(days=7)

ASK_EVERY: Final = timedelta(seconds=60)
"""How often Apple is asked while something is wrong or changing, or somebody follows; else a third as often.

Either is well below `BOARD_IS_OLD_AFTER`.
"""

FIRST_LOOK: Final = 2.0
"""Seconds that the first people after a start may have to wait for what Apple says."""

FRESH_FOR: Final = timedelta(seconds=30)
"""How old a board may be that somebody waits for: Apple posts an hour late, so that is nothing to them."""


class Poller:
    """What this process knows of Apple, and its part in finding it out."""

    def __init__(
        self,
        store: Store,
        source: StatusSource,
        *,
        who: str = "",
        lead: Lead = alone,
        random: Callable[[], float] = lambda: 0.0,
        every: timedelta = ASK_EVERY,
    ) -> None:
        """Ask the source while `lead` says so, about `every` so often.

        `who` is what no other process on that store is called; `random` gives numbers from 0 to 1.
        """
        self.bulletin = Bulletin()
        """What is in hand, for turns, which never wait."""
        self.lead = lead
        self._store, self._source, self._who = store, source, who
        self._random, self._every = random, every
        self._version = 0
        self._one_at_a_time = asyncio.Lock()
        self._has_looked = asyncio.Event()

    async def read(self, *, now: datetime) -> None:
        """Take in hand what is pinned. What cannot be read there, or is lost, leaves what is in hand."""
        record = await self._store.pinned(PIN, now=now)
        if record.version != self._version:
            self.bulletin = BULLETINS.decode(record.body) or self.bulletin
            self._version = record.version

    async def look(self, *, now: datetime) -> None:
        """Read the pin, and ask Apple if it is time and ours to do.

        Apple's failures never raise; the store's `StoreUnusable` does.
        """
        try:
            async with self._one_at_a_time:
                await self.read(now=now)
                leads, known = await self.lead(), self.bulletin
                if leads and not known.was_asked_within(known.pause, now):
                    await self._ask(LANGUAGES, now)
        finally:
            self._has_looked.set()

    async def has_looked(self) -> None:
        """Wait for the first look to end, but not for an Apple that is slow."""
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(FIRST_LOOK):
                await self._has_looked.wait()

    async def refresh(self, language: Language, *, now: datetime) -> None:
        """Have a board that is fresh if possible, for somebody who waits for it. Raises as `look` does.

        Takes as long as the source's own deadline at worst; all who ask at once share one answer.
        """
        async with self._one_at_a_time:
            await self.read(now=now)
            if not self.bulletin.was_asked_within(FRESH_FOR, now):
                await self._ask((language,), now)

    async def amend(self, change: Callable[[Bulletin], Bulletin], *, now: datetime) -> bool:
        """Pin the bulletin with a change; False if another process was first, whose bulletin comes next."""
        async with self._one_at_a_time:
            return await self._pin(change(self.bulletin), now)

    async def close(self) -> None:
        """Close the source; closing twice is harmless."""
        await self._source.close()

    async def _ask(self, languages: Sequence[Language], now: datetime) -> None:
        """Pin the question as if nothing came of it; then it is no matter if that is so, or if we die."""
        known = self.bulletin
        question = replace(known, asked_at=now, asked_by=self._who, pause=self._after_failure())
        if not await self._pin(replace(question, failures=known.failures + 1), now):
            return
        if found := await self._fetch(languages, now):
            boards = {**self.bulletin.boards, **found}
            settling = settle(self.bulletin.settling, boards, now)
            pause = await self._after(settling, now)
            known = replace(self.bulletin, boards=boards, settling=settling, pause=pause, failures=0)
            await self._pin(known, now)

    async def _fetch(self, languages: Sequence[Language], now: datetime) -> Mapping[Language, Board]:
        """Ask in one language after the other; give what was answered."""
        found: dict[Language, Board] = {}
        for language in languages:
            with contextlib.suppress(StatusUnreadable):
                found[language] = await self._source.fetch(language, now=now)
        return found

    async def _pin(self, bulletin: Bulletin, now: datetime) -> bool:
        body, expected = BULLETINS.encode(bulletin), self._version
        if not await self._store.pin(PIN, body, expected=expected, now=now, keep=KEPT_FOR):
            return False
        self.bulletin, self._version = bulletin, expected + 1
        return True

    async def _after(self, settling: Settling, now: datetime) -> timedelta:
        """Give the pause after an answer: long while all is well and nobody follows."""
        outlook, latest = settling.outlook, in_order(dict(settling.latest))
        is_quiet = outlook is not None and not outlook.troubles and not latest
        if is_quiet and not (await self._store.followers(APPLE, limit=1, now=now)).addresses:
            return self._about(3 * self._every)
        return self._about(self._every)

    def _after_failure(self) -> timedelta:
        """Give the pause after a question of which nothing comes: longer each time."""
        doubled = self._every / 2 * 2 ** min(self.bulletin.failures, 8)
        return self._about(min(doubled, 3 * self._every))

    def _about(self, span: timedelta) -> timedelta:
        """Lengthen it a little, so that not all the world's bots ask at the same second."""
        return span * (1 + 0.1 * self._random())
