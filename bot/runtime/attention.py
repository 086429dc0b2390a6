"""To whom a worker listens, and whose replies go first: what it remembers of the last minute.

The budget that all workers share stands in the conversation (`bot.dialogue.budget`). This is beside it, in
memory: it costs the store nothing, knows one person in many threads, and many people in one chat.
"""

from collections import OrderedDict
from collections.abc import Callable, Hashable
from datetime import timedelta
from typing import Final, Literal, TypeAlias

from bot.model import Address
from bot.runtime.deliver import Rank

MINUTE: Final = 60.0
SHARE: Final = 3.0
"""Seconds that a reply counts for. Who talks faster than that lets others go first."""

YIELDS_FROM: Final = 1.5
"""Seconds that somebody may be ahead of that before they do."""

LONGEST_QUEUE: Final = 20
"""Replies that a chat may be behind with: who asks then is told so once; from twice as many on, nobody is."""

CLOSED_FOR: Final = 30.0
"""Seconds after the platform refused a chat until one message may find out whether that is so still."""

REMEMBERED: Final = 10_000
"""People, and chats."""

Overflow: TypeAlias = Literal["spent", "chat_full", "chat_closed"]
"""Why somebody is not listened to, for operators."""


class Attention:
    """What one worker remembers; nothing at all where there is no limit."""

    def __init__(self, messages_per_minute: int, monotonic: Callable[[], float]) -> None:
        """Listen to so many messages of a person in a minute, 0 is all; `monotonic` gives seconds."""
        self._per_minute, self._monotonic = messages_per_minute, monotonic
        self._sent = Ahead(monotonic)  # by person
        self._heard = Ahead(monotonic)  # by person
        self._chats = Ahead(monotonic)
        self._quiet = Ahead(monotonic)  # by address
        self._closed = Ahead(monotonic)  # by chat

    @property
    def messages_per_minute(self) -> int:
        """How much of one person is read in a minute; 0 is everything."""
        return self._per_minute

    def hears(self, address: Address) -> bool:
        """Return whether what that person does there is taken in."""
        return self.overflow(address) is None

    def overflow(self, address: Address, pause: timedelta = timedelta()) -> Overflow | None:
        """Return why it is not taken in what that person does there, None if it is.

        `pause` lies between two replies in the chat.
        """
        if self.is_closed(address):
            return "chat_closed"
        if self._quiet.of(address) or self._heard.of(_person(address)) > 2 * MINUTE:
            return "spent"
        is_full = self._chats.of(_chat(address)) > 2 * LONGEST_QUEUE * pause.total_seconds() > 0
        return "chat_full" if is_full else None

    def is_crowded(self, address: Address, pause: timedelta) -> bool:
        """Return whether the chat, or this person in all their chats, is beyond what can be answered."""
        if not self._per_minute:
            return False
        behind = self._chats.of(_chat(address)) > LONGEST_QUEUE * pause.total_seconds() > 0
        return behind or self._heard.of(_person(address)) > MINUTE

    def heard(self, address: Address, pause: timedelta, *, quiet_for: timedelta) -> None:
        """Note that a message of theirs was read and is answered, and for how long no more is read there."""
        if self._per_minute:
            self._heard.add(_person(address), MINUTE / self._per_minute)
            self._chats.add(_chat(address), pause.total_seconds())
        self.quiet(address, quiet_for)

    def quiet(self, address: Address, span: timedelta) -> None:
        """Note for how long nothing of theirs is read there."""
        if self._per_minute and span > timedelta():
            self._quiet.until(address, span.total_seconds())

    def rank(self, address: Address) -> Rank:
        """Return who that person is among those who wait for a reply, and count one."""
        if not self._per_minute:
            return "under_way"
        who = _person(address)
        ahead, is_known = self._sent.of(who), self._sent.knows(who)
        self._sent.add(who, SHARE)
        return ("talks_much" if ahead > YIELDS_FROM else "under_way") if is_known else "new"

    def close(self, address: Address) -> None:
        """Note that nothing can be shown in that chat of many; one person's own is open once they write."""
        if self._per_minute and address.chat != address.person:
            self._closed.until(_chat(address), CLOSED_FOR)

    def is_closed(self, address: Address) -> bool:
        """Return whether nothing can be shown in that chat."""
        return self._closed.of(_chat(address)) > 0


class Ahead:
    """Times that lie ahead, by whatever; what was noted longest ago is forgotten first."""

    def __init__(self, monotonic: Callable[[], float]) -> None:
        self._monotonic = monotonic
        self._times: OrderedDict[Hashable, float] = OrderedDict()

    def of(self, whose: Hashable) -> float:
        """Return how many seconds theirs is ahead; 0 if it is past."""
        time = self._times.get(whose)
        return max(0.0, time - self._monotonic()) if time is not None else 0.0

    def knows(self, whose: Hashable) -> bool:
        """Return whether there is one, be it past."""
        return whose in self._times

    def add(self, whose: Hashable, seconds: float) -> None:
        """Move theirs on by so much, from now at the earliest."""
        self.until(whose, self.of(whose) + seconds)

    def until(self, whose: Hashable, seconds: float) -> None:
        """Put theirs so far ahead of now."""
        self._times[whose] = self._monotonic() + seconds
        self._times.move_to_end(whose)
        if len(self._times) > REMEMBERED:
            self._times.popitem(last=False)


def _person(address: Address) -> tuple[str, str]:
    return address.platform, address.person


def _chat(address: Address) -> tuple[str, str]:
    return address.platform, address.chat
