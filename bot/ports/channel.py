"""The sockets for a chat platform: its way in, and its channel outward."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import timedelta
from typing import Protocol, TypeAlias

from bot.events import Event
from bot.model import Address, Language, Reply

Receive: TypeAlias = Callable[[Address, Event], Awaitable[None]]
"""The door in. When it returns, the turn is stored, and the event may be acknowledged to its platform.

If it raises, nothing may be acknowledged: the platform's redelivery brings the event again.
"""

Lead: TypeAlias = Callable[[], Awaitable[bool]]
"""Says whether this process may do now what one of all should do at a time.

It is asked every few seconds; two may hold it for a moment, so nothing that must not go wrong rests on it.
"""

Hears: TypeAlias = Callable[[Address], bool]
"""Says whether anything that a person does there is taken in just now; where not, no file need be fetched."""

Glance: TypeAlias = Callable[[Address, Language | None], Awaitable[Reply]]
"""Looks at a conversation without a turn: Apple's board, where the guide stands, and what can be done.

The language is the platform's hint, for somebody of whom nothing is stored. It raises `StoreUnusable`.
"""


class TokenRefused(Exception):
    """The platform does not know our token; `setting` names where it is set."""

    def __init__(self, setting: str) -> None:
        super().__init__(f"{setting} is refused")
        self.setting = setting


class WayIn(Protocol):
    """A chat platform, inward."""

    async def run(self, receive: Receive, stop: asyncio.Event) -> None:
        """Bring in events and acknowledge each once `receive` has returned, until `stop` is set.

        What was taken from the platform by then is finished before this returns. Outages of the platform are
        waited for here, never raised; only a token that is wrong at the start raises `TokenRefused`.
        """
        ...

    @property
    def is_ready(self) -> bool:
        """Whether events can reach us now."""
        ...


class TryLater(Exception):
    """The reply was certainly not shown. `after` is how long the platform wants the chat left alone."""

    def __init__(self, after: timedelta | None = None) -> None:
        super().__init__(f"after {after}" if after else "after a while")
        self.after = after


class Unsure(Exception):
    """The reply may have been shown or not: no answer came, or none that says."""


class Refused(Exception):
    """The platform will never show this reply. `why` is a short word for operators, without personal data.

    `whole_chat`: nor any other in this chat, as long as we may not write there.
    """

    def __init__(self, why: str, *, whole_chat: bool = False) -> None:
        super().__init__(why)
        self.why = why
        self.whole_chat = whole_chat


class Gone(Refused):
    """The platform will never show this person anything more: they blocked us, or the chat is gone."""


class Channel(Protocol):
    """A chat platform, outward."""

    async def send(self, address: Address, reply: Reply, *, key: str, attempt: int) -> None:
        """Show the reply to the person, or raise `TryLater`, `Unsure` or `Refused`.

        `key` is the same at each attempt, and no other reply of the platform has it. From attempt 2 on, the
        reply may have been shown already: a channel that can find out by the key looks before it sends.
        It answers within `bot.runtime.deliver.SEND_DEADLINE`.
        """
        ...

    def pause(self, address: Address) -> timedelta:
        """Give the time that the platform wants between two replies in this chat; zero is no limit."""
        ...

    @property
    def bot_pause(self) -> timedelta:
        """The time that the platform wants between any two replies of ours; zero is no limit."""
        ...
