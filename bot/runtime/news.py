"""Brings each change at Apple to those who follow it.

Whoever leads goes through the followers, a page at a time, when the outlook has changed. Each turn decides
for itself whether there is something to tell, and notes what it told: so nothing needs to be remembered here,
and going through them twice, or two leaders at once, tells nobody twice.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from bot.apple import Outlook
from bot.dialogue.following import APPLE
from bot.events import StatusChanged
from bot.model import Address, EventId
from bot.ports import Lead, Receive, Store, StoreUnusable

PAGE: Final = 16
"""Followers who are told before the next are looked for."""

KNOWN_AFTER: Final = timedelta(seconds=30)
"""By then all processes take their turns with the new outlook. Who began to follow before, in the belief that
the old one holds, is met by another round."""

SELDOM: Final = timedelta(hours=1)
"""How long those wait at most whose turn failed again and again."""


class News:
    """How far the followers have been gone through."""

    def __init__(self, store: Store, receive: Receive, lead: Lead) -> None:
        """Bring the news to the followers in that store through `receive`, while `lead` says so."""
        self._store, self._receive, self._lead = store, receive, lead
        self._round: _Round | None = None

    async def tell_some(self, outlook: Outlook | None, *, now: datetime) -> bool:
        """Tell a page of followers, if there is something to tell; say whether there are more pages."""
        if outlook is None or not await self._lead():
            return False
        this = self._round = _round(self._round, outlook, now)
        if this.ended_at is not None:
            return False
        try:
            page = await self._store.followers(APPLE, after=this.after, limit=PAGE, now=now)
        except StoreUnusable:
            return False  # the same page comes next time
        for address in page.addresses:  # one after the other, so that whoever talks meanwhile gets a turn
            this.all_told = await self._tell(address, this) and this.all_told
        this.after, this.ended_at = page.after, None if page.after else now
        return this.ended_at is None

    async def _tell(self, address: Address, this: "_Round") -> bool:
        """Have a turn taken; say whether it was. `receive` itself logs what was wrong with it.

        Each round is an event of its own: somebody who was told in the one before may have begun to follow
        anew since, in the belief that the old outlook holds.
        """
        try:
            await self._receive(address, StatusChanged(EventId(f"status:{this.begun_at.isoformat()}")))
        except Exception:  # noqa: BLE001  one who cannot be told holds up nobody
            return False
        return True


@dataclass(slots=True)
class _Round:
    """Once through all followers, for the outlook that settled at that time."""

    settled_at: datetime
    begun_at: datetime
    number: int = 0
    """Of the rounds for this outlook, from 0."""
    after: str | None = None
    """The last page that was gone through."""
    all_told: bool = True
    ended_at: datetime | None = None

    def is_over(self, now: datetime) -> bool:
        """Say whether it is time for another round for the same outlook."""
        was_enough = self.all_told and self.begun_at - self.settled_at >= KNOWN_AFTER
        rest = min(KNOWN_AFTER * 2 ** min(self.number, 8), SELDOM)
        return self.ended_at is not None and not was_enough and now - self.ended_at >= rest


def _round(last: _Round | None, outlook: Outlook, now: datetime) -> _Round:
    """Give the round that is to be gone on with.

    One that is under way is ended first, even if the outlook changes, so that those on the last pages have
    their turn, too.
    """
    if last is None or (last.ended_at is not None and last.settled_at != outlook.settled_at):
        return _Round(outlook.settled_at, now)
    if last.is_over(now):
        return _Round(outlook.settled_at, now, last.number + 1)
    return last
