"""Forgets a person, and tells them so.

This is no turn: nothing is stored about whom the wish comes from, not even that it came. So the answer goes
through the channel at once. Where the process dies before that, the platform's redelivery finds nothing left
and says that, which is true.
"""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import datetime

from bot.codec import Unreadable
from bot.dialogue.book import Book
from bot.events import ForgetMe
from bot.model import LANGUAGES, Address, Reply
from bot.ports import Channel, Damaged, Forgotten, Refused, Store, TryLater
from bot.runtime.deliver import SEND_DEADLINE, reply_key
from bot.runtime.receive import MixedUp, stored

TRIES = 3
FIRST_WAIT = 0.5
"""Seconds between the first try to tell and the second."""

NOTHING = Forgotten(0, 0, 0, 0)


async def forget(store: Store, book: Book, address: Address, event: ForgetMe, *, now: datetime) -> Reply:
    """Delete everything that is stored about a person here, and give what to tell them.

    It is told in the language of the conversation that was, else in the event's, else in all. Raises
    `StoreUnusable`: then the platform has to bring the event again.
    """
    try:
        conversation = stored(await store.load(address, now=now), address)
    except (Unreadable, MixedUp, Damaged):
        conversation = None
    forgotten = [await store.forget(each) for each in (*event.also, address)]
    spoken = conversation.language if conversation else event.language
    key = "forget.nothing" if all(each == NOTHING for each in forgotten) else "forget.done"
    texts = (book.say(key, language) for language in ((spoken,) if spoken else LANGUAGES))
    return Reply("\n\n".join(texts), origin=event.origin)


async def tell(
    channel: Channel | None,
    address: Address,
    event: ForgetMe,
    reply: Reply,
    *,
    sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
) -> bool:
    """Show the reply without storing it: a few tries within `SEND_DEADLINE`; say whether it was shown."""
    if channel is None:
        return False
    key = reply_key(address, event.id)
    try:
        async with asyncio.timeout(SEND_DEADLINE.total_seconds()):
            for attempt in range(1, TRIES + 1):
                try:
                    await channel.send(address, reply, key=key, attempt=attempt)
                except Refused:
                    return False
                except TryLater as later:
                    wait = later.after.total_seconds() if later.after else FIRST_WAIT * attempt
                except Exception:  # noqa: BLE001  it may have been shown: better twice than not at all
                    wait = FIRST_WAIT * attempt
                else:
                    return True
                if attempt < TRIES:
                    await sleep(wait)
    except TimeoutError:
        return False
    return False
