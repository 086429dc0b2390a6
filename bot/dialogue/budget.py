"""How much of what one person sends is read: a budget that fills by itself, and one word when it is spent.

It is the generic cell rate algorithm (ITU-T I.371): one time tells how full the budget is. It lives in the
conversation, so that all workers share it and the turn that spends it is the commit that stores it.
"""

from datetime import datetime, timedelta
from typing import Final, TypeAlias

from bot.events import Event, Invoked, Opened, Picked, Said, Sent, Shared
from bot.model import Budget, World

MINUTE: Final = timedelta(minutes=1)
"""In which an empty budget becomes full."""

COST_OF_A_FILE: Final = 4
"""A file takes as long to fetch and read as some messages."""

Theirs: TypeAlias = Opened | Said | Picked | Invoked | Shared | Sent
"""What a person does. What time, Apple or the platform brings costs them nothing."""


def is_read(budget: Budget | None, event: Event, world: World) -> bool:
    """Return whether the event is read at all: what comes after a spent budget is not until that is full."""
    is_spent = budget is not None and budget.is_spent and world.now < budget.full_at
    return not (is_spent and world.messages_per_minute and isinstance(event, Theirs))


def spend(budget: Budget | None, event: Event, world: World) -> Budget | None:
    """Return what is left of the budget after an event that was read; None where there is no limit.

    Who sends the last message that fits is told so, and then nothing more is read for a minute.
    """
    if not world.messages_per_minute or not isinstance(event, Theirs):
        return budget
    message = MINUTE / world.messages_per_minute
    begun = max(budget.full_at, world.now) if budget else world.now
    full_at = begun + message * (COST_OF_A_FILE if isinstance(event, Shared) else 1)
    if world.is_crowded or full_at + message > world.now + MINUTE:
        return Budget(_stored(world.now + MINUTE), is_spent=True)
    return Budget(_stored(full_at))


def _stored(time: datetime) -> datetime:
    """Round to what is stored."""
    return time.replace(microsecond=time.microsecond // 1000 * 1000)
