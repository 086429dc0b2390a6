"""Looks at a conversation without a turn, for a platform that has a page of its own for each person."""

from collections.abc import Callable
from datetime import datetime, tzinfo

from bot.codec import Unreadable
from bot.dialogue.book import Book
from bot.dialogue.home import home
from bot.dialogue.turn import DEFAULT_LANGUAGE
from bot.model import Address, Conversation, Language, Reply
from bot.ports import Damaged, Glance, Store
from bot.runtime.poller import Poller
from bot.runtime.receive import MixedUp, stored


def glance(book: Book, store: Store, poller: Poller, zone: tzinfo, clock: Callable[[], datetime]) -> Glance:
    """Give what looks at the store and at the board in hand. `clock` gives the time (UTC)."""

    async def look(address: Address, language: Language | None) -> Reply:
        now = clock()
        world = poller.bulletin.world(now, zone)
        conversation = await _stored(store, address, now)
        return home(book, conversation, world, language or DEFAULT_LANGUAGE)

    return look


async def _stored(store: Store, address: Address, now: datetime) -> Conversation | None:
    """Read a conversation; one that cannot be read is none here, and left as it is."""
    try:
        return stored(await store.load(address, now=now), address)
    except (Unreadable, MixedUp, Damaged):
        return None
