"""Forgets a person, and leaves them an answer that goes the way of all replies.

The answer is the only job that is left in their lane. So it keeps the platform's limits, is tried again where
the platform wants that, and survives a kill; once it was given, nothing of them is left.
"""

from datetime import datetime, timedelta

from bot.codec import Unreadable, encode_job
from bot.dialogue.book import Book
from bot.events import ForgetMe
from bot.model import LANGUAGES, Address, Language, Reply, Say
from bot.ports import Damaged, Due, Farewell, Store, StoreUnusable
from bot.runtime.receive import LEASE, MixedUp, Received, stored


async def forget(
    store: Store,
    book: Book,
    address: Address,
    event: ForgetMe,
    *,
    now: datetime,
    lease: timedelta = LEASE,
    pause: timedelta = timedelta(),
) -> Received:
    """Delete everything that is stored about a person, and give the answer if the caller now holds it.

    A wish that was granted before is a duplicate, also where the process died between two addresses: each is
    forgotten once for this event, so that what they have begun since stays. They are told in the language of
    the conversation that was, else in the event's, else in all. Raises `StoreUnusable`: then the platform has
    to bring the event again.
    """
    spoken = await _language(store, address, now) or event.language

    def answer(key: str) -> Due:
        texts = (book.say(key, language) for language in ((spoken,) if spoken else LANGUAGES))
        reply = Reply("\n\n".join(texts), origin=event.origin)
        return Due("say", now, encode_job(Say(address, reply)), pause)

    elsewhere = [await store.forget(each, event.id, now=now, lease=lease) for each in event.also]
    done = answer("forget.done")
    was_nothing = all(each is not None and each.is_nothing for each in elsewhere)
    farewell = Farewell(done, answer("forget.nothing") if was_nothing else done)
    forgotten = await store.forget(address, event.id, farewell, now=now, lease=lease)
    return Received("duplicate") if forgotten is None else Received("forgotten", forgotten.owed)


async def _language(store: Store, address: Address, now: datetime) -> Language | None:
    """Read in which language they are spoken to; that it cannot be read is no reason to keep it."""
    try:
        conversation = stored(await store.load(address, now=now), address)
    except (Unreadable, MixedUp, Damaged, StoreUnusable):
        return None
    return conversation.language if conversation else None
