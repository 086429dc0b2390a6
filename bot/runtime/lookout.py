"""Counts who has trouble just now, and has whoever leads look each minute whether they are unusually many.

People are counted by a hash, in the store that has their conversations anyway, and forgotten within hours.
"""

import asyncio
import hashlib
import json
from datetime import UTC, datetime, timedelta
from typing import Final

from bot.crowd import Crowd, begin, look, spans
from bot.model import LANGUAGES, Address
from bot.ports import Store
from bot.replace import replace
from bot.runtime.bulletin import Bulletin
from bot.runtime.pin_format import PinFormat
from bot.runtime.poller import Poller

SERIES: Final = "crowd"
PIN: Final = "crowd"

COUNTED_FOR: Final = timedelta(hours=2)
"""Longer than any span that is asked for."""

KEPT_FOR: Final = timedelta(days=14)
"""As long as what is usual is learnt from."""

CROWDS: Final = PinFormat(Crowd, 1)


class Lookout:
    """One process' part in noticing a surge."""

    def __init__(self, store: Store, poller: Poller) -> None:
        """Count in that store, and put what is seen up with the poller's bulletin."""
        self._store, self._poller = store, poller
        self._looked_at: datetime | None = None

    async def note(self, address: Address, *, now: datetime) -> None:
        """Count somebody who has trouble, wherever they tell of it. Raises `StoreUnusable`."""
        await self._store.tally(SERIES, _hash(address), now=now, keep=COUNTED_FOR)

    async def look(self, *, now: datetime) -> None:
        """Look, if it is ours to do, and nobody has in this minute.

        Raises `StoreUnusable`. Where somebody else has pinned something first, it is done again: a minute may
        be looked at twice.
        """
        minute = now.replace(second=0, microsecond=0)
        if minute != self._looked_at and await self._poller.lead() and await self._judge(minute, now):
            self._looked_at = minute

    async def _judge(self, minute: datetime, now: datetime) -> bool:
        record = await self._store.pinned(PIN, now=now)
        before = CROWDS.decode(record.body) or begin(minute)
        asked = spans(before, minute)
        counts = await asyncio.gather(*(self._count(since, until) for since, until in asked))
        people = dict(zip(asked, counts, strict=True))
        spoken = reports_trouble(self._poller.bulletin, now)
        after = look(before, people.__getitem__, minute, apple_reports=spoken)
        body = CROWDS.encode(after)
        if not await self._store.pin(PIN, body, expected=record.version, now=now, keep=KEPT_FOR):
            return False
        if after.since == self._poller.bulletin.crowd:
            return True
        return await self._poller.amend(lambda bulletin: replace(bulletin, crowd=after.since), now=now)

    async def _count(self, since: datetime, until: datetime) -> int:
        return await self._store.tallied(SERIES, since=since, until=until)


def reports_trouble(bulletin: Bulletin, now: datetime) -> bool:
    """Say whether Apple reports a problem with anything that we know of."""
    world = bulletin.world(now, now.tzinfo or UTC)
    boards = filter(None, map(world.board, LANGUAGES))
    return any(report.state not in ("ok", "unknown") for board in boards for report in board.reports)


def _hash(address: Address) -> str:
    """Name a person, whatever chat they are in; the same in all processes."""
    words = json.dumps([address.platform, address.person]).encode()
    return hashlib.sha256(words).hexdigest()[:16]
