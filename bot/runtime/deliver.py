"""The one door out: sends what is owed, strikes it out, and brings reminders back in as events."""

from collections.abc import Awaitable, Callable, Sequence
from datetime import datetime
from typing import assert_never

from bot.codec import decode_job
from bot.model import Address, Event, EventId, Say, Wake, Woke
from bot.ports import Channel, Owed, Store, TryLater
from bot.runtime.receive import LEASE

BATCH = 20
"""Due jobs that are claimed at once."""

Receive = Callable[[Address, Event], Awaitable[Sequence[Owed]]]
"""The door in, as `deliver_due` needs it for reminders."""


async def deliver(store: Store, channel: Channel, owed: Sequence[Owed]) -> None:
    """Send jobs that the caller holds, in order, and strike each out once it was sent."""
    for job in owed:
        say = decode_job(job.body)
        if isinstance(say, Say):
            try:
                await channel.send(say.address, say.replies)
            except TryLater:
                return
            await store.settle(job)


async def deliver_due(store: Store, channel: Channel, receive: Receive, *, now: datetime) -> int:
    """Send everything that is due and that nobody else holds, and say how many jobs that were."""
    count = 0
    while owed := await store.claim(now=now, lease=LEASE, limit=BATCH):
        for job in owed:
            await _finish(store, channel, receive, job)
        count += len(owed)
    return count


async def _finish(store: Store, channel: Channel, receive: Receive, job: Owed) -> None:
    match decode_job(job.body):
        case Say():
            await deliver(store, channel, [job])
        case Wake(address=address, prompt=prompt):
            event = Woke(EventId(f"wake:{job.number}"), prompt)
            await deliver(store, channel, await receive(address, event))
            await store.settle(job)
        case unknown:
            assert_never(unknown)
