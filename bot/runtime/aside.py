"""Sets aside what cannot be taken in, so that what comes behind it goes on.

Platforms bring again what is not acknowledged, and some bring nothing else until it is. So an event is
acknowledged all the same where another try would help nobody: at once if what is stored of that conversation
is damaged, and after a few tries if anything else goes wrong while the store serves others. It is parked
without the person's words, counted and logged once, and the person is told what they can do.
"""

from collections import OrderedDict
from collections.abc import Awaitable, Callable, Coroutine
from datetime import datetime
from hashlib import blake2b
from typing import Final, Literal, TypeAlias

import structlog

from bot.codec import NewerFormat, Unreadable, encode_again
from bot.dialogue.book import Book
from bot.events import Event, Left, StatusChanged, Woke
from bot.model import LANGUAGES, Address, EventId, Language
from bot.ports import Damaged, Receive, Store, StoreUnusable
from bot.runtime.deliver import Delivery
from bot.runtime.journal import who
from bot.runtime.metrics import Metrics
from bot.runtime.receive import MixedUp, sorry

TRIES: Final = 3
"""How often an event is taken in vain while the store serves others. Slack brings one four times in all."""

MOST: Final = 1_000
"""Events whose tries are remembered."""

Why: TypeAlias = Literal["damaged", "failed"]

_log = structlog.get_logger()


class Aside:
    """Where one worker's events go that it cannot take in."""

    def __init__(
        self,
        store: Store,
        book: Book,
        delivery: Delivery,
        metrics: Metrics,
        *,
        now: Callable[[], datetime],
        start: Callable[[Coroutine[None, None, None], Address], None],
    ) -> None:
        """`now` is the store's time; `start` does something that is finished before the end."""
        self._store, self._book, self._delivery, self._metrics = store, book, delivery, metrics
        self._now, self._start = now, start
        self._tries: OrderedDict[tuple[Address, EventId], int] = OrderedDict()

    async def takes(self, address: Address, event: Event, error: Exception, again: Receive) -> bool:
        """Say whether the event was set aside after this error; if not, it has to come again.

        `again` takes it in once more. Raises `StoreUnusable` where it turns out that it is the store that
        cannot be used.
        """
        if is_damage(error):
            await self._store.probe(now=self._now())
            await self._set_aside(address, event, "damaged")
            return True
        if self._count(address, event) < TRIES:
            return False
        if not await self._serves_others():
            self.worked(address, event)  # those tries do not count
            return False
        if isinstance(error, StoreUnusable):
            if await self._works(again(address, event)):
                return True
            await self._store.probe(now=self._now())
        await self._set_aside(address, event, "failed")
        return True

    def worked(self, address: Address, event: Event) -> None:
        """Forget the tries of an event."""
        self._tries.pop((address, event.id), None)

    def _count(self, address: Address, event: Event) -> int:
        tries = self._tries.pop((address, event.id), 0) + 1
        self._tries[address, event.id] = tries
        while len(self._tries) > MOST:
            self._tries.popitem(last=False)
        return tries

    async def _serves_others(self) -> bool:
        try:
            await self._store.probe(now=self._now())
        except StoreUnusable:
            return False
        return True

    async def _works(self, taking: Awaitable[None]) -> bool:
        try:
            await taking
        except Exception:  # noqa: BLE001  which has been logged
            return False
        return True

    async def _set_aside(self, address: Address, event: Event, why: Why) -> None:
        is_new = await self._parks(address, event, why)
        self.worked(address, event)
        if not is_new:
            return
        self._metrics.set_aside(why)
        _log.error("event set aside", who=who(address), kind=type(event).__name__, why=why)
        if waits(event):
            self._start(self._tell(address, event, why), address)

    async def _parks(self, address: Address, event: Event, why: Why) -> bool:
        """Park it, and say whether it was not before; where that place is damaged too, it is only logged."""
        try:
            body = encode_again(address, event)
            return await self._store.set_aside(address, event.id, body, why, now=self._now())
        except Damaged:
            _log.error("event cannot be parked", who=who(address))
            return True

    async def _tell(self, address: Address, event: Event, why: Why) -> None:
        hint: Language | None = getattr(event, "language", None)
        spoken = (hint,) if hint else LANGUAGES
        reply = sorry(self._book, address, event, spoken, damaged=why == "damaged")
        number = int.from_bytes(blake2b(event.id.encode(errors="surrogatepass"), digest_size=6).digest())
        if not await self._delivery.tell(address, reply, number):
            _log.warning("set aside without being told", who=who(address))


def is_damage(error: Exception) -> bool:
    """Say whether what is stored of that one conversation is the fault; another version's bytes are sound."""
    return isinstance(error, Damaged | MixedUp | Unreadable) and not isinstance(error, NewerFormat)


def waits(event: Event) -> bool:
    """Say whether somebody has said or pressed something, and waits for an answer to it."""
    return not isinstance(event, Woke | StatusChanged | Left) and getattr(event, "addressed", True)
