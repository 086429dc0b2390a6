"""The one door out: sends what is owed, strikes it out, and brings reminders back in as events."""

from collections.abc import Awaitable, Callable, Sequence
from datetime import datetime
from typing import NamedTuple, assert_never

from bot.codec import Unreadable, decode_job
from bot.model import Address, Event, EventId, Say, Wake, Woke
from bot.ports import Channel, Owed, Store, TryLater
from bot.runtime.receive import LEASE

BATCH = 20
"""Due jobs that are claimed at once."""

Receive = Callable[[Address, Event], Awaitable[Sequence[Owed]]]
"""The door in, as `deliver_due` needs it for reminders."""


class Delivered(NamedTuple):
    """What `deliver_due` did."""

    taken: int
    """The jobs that were due, whatever became of them."""
    unreadable: tuple[Owed, ...]
    """Those that could not be read. They stay owed, and hold up nobody but their own conversation."""


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


async def deliver_due(store: Store, channel: Channel, receive: Receive, *, now: datetime) -> Delivered:
    """Send everything that is due and that nobody else holds."""
    taken = 0
    unreadable: list[Owed] = []
    while owed := await store.claim(now=now, lease=LEASE, limit=BATCH):
        for job in owed:
            try:
                await _finish(store, channel, receive, job)
            except Unreadable:
                unreadable.append(job)
        taken += len(owed)
    return Delivered(taken, tuple(unreadable))


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
