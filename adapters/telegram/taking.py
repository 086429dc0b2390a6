"""The updates that Telegram has given out and that are not confirmed to it yet.

A chat's updates are taken one after the other, different chats' at once. One that could not be taken is tried
again until it is, and nothing from it on is confirmed before.
"""

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from itertools import count
from typing import TypeAlias, cast

import structlog
from telegram.error import TelegramError

from adapters.outage import rest

Raw: TypeAlias = Mapping[str, object]
Take: TypeAlias = Callable[[Raw], Awaitable[None]]

FIRST_WAIT, LONGEST_WAIT = 0.5, 30.0
"""Seconds before an update is tried again."""

_log = structlog.get_logger()


class Taking:
    """Which updates are being taken, and up to where all were."""

    def __init__(self, take: Take, stop: asyncio.Event, random: Callable[[], float]) -> None:
        """Take each update with `take`, again and again until it returns or `stop` is set."""
        self._take, self._stop, self._random = take, stop, random
        self._open: dict[int, asyncio.Task[bool]] = {}
        self._taken: set[int] = set()
        self._chats: dict[object, asyncio.Task[bool]] = {}

    @property
    def is_busy(self) -> bool:
        """Whether anything is not taken yet: Telegram then answers at once, with the same again."""
        return bool(self._open)

    @property
    def offset(self) -> int | None:
        """The number up to which, without itself, all are taken; None if there is nothing to confirm."""
        if self._open:
            return min(self._open)
        return max(self._taken) + 1 if self._taken else None

    def confirmed(self, offset: int | None) -> None:
        """Forget what Telegram has forgotten.

        So an idle poll has no offset at all. With one, the numbers that Telegram begins anew after a week
        without updates would count as confirmed where they are lower
        (https://core.telegram.org/bots/api#update).
        """
        if offset is not None:
            self._taken = {number for number in self._taken if number >= offset}

    def begin(self, batch: object) -> None:
        """Begin with what is new. Raises `TelegramError` for an answer that brings us no further."""
        for number, update in sorted(_numbered(batch), key=lambda each: each[0]):
            if number not in self._open and number not in self._taken:
                self._begin(number, update)

    async def settle(self, seconds: float) -> None:
        """Wait until all are taken, and no longer than that."""
        if self._open:
            await asyncio.wait([*self._open.values()], timeout=seconds)

    async def finish(self, seconds: float) -> None:
        """Let what has begun come to its end within so many seconds; Telegram brings the rest again."""
        await self.settle(seconds)
        for task in self._open.values():
            task.cancel()
        await self.settle(seconds)

    def _begin(self, number: int, update: Raw) -> None:
        chat = _chat_of(update, number)
        task = asyncio.create_task(self._until_taken(number, update, self._chats.get(chat)))
        self._open[number] = self._chats[chat] = task
        task.add_done_callback(lambda done: self._note(number, chat, done))

    def _note(self, number: int, chat: object, task: asyncio.Task[bool]) -> None:
        if self._chats.get(chat) is task:
            del self._chats[chat]
        if not task.cancelled() and task.result():
            del self._open[number]
            self._taken.add(number)

    async def _until_taken(self, number: int, update: Raw, before: asyncio.Task[bool] | None) -> bool:
        """Take it after the one before it in its chat; False if the stop came first."""
        if before is not None:
            await asyncio.wait([before])
            if before.cancelled() or not before.result():
                return False
        for times in count():
            try:
                await self._take(update)
            except Exception as error:  # noqa: BLE001  whatever it is, the update must not be lost
                if not times:
                    _log.warning("update is tried again", update=number, kind=type(error).__name__)
            else:
                return True
            if self._stop.is_set():
                break
            wait = min(LONGEST_WAIT, FIRST_WAIT * 2 ** min(times, 16))
            await rest(self._stop, wait * (0.5 + 0.5 * self._random()))
        return False


def _numbered(batch: object) -> Sequence[tuple[int, Raw]]:
    """Give the updates with their numbers; what has none cannot be confirmed, and is left out."""
    found = []
    for update in batch if isinstance(batch, list) else [None]:
        number = update.get("update_id") if isinstance(update, dict) else None
        if type(number) is int:
            found.append((number, cast("Raw", update)))
        else:
            _log.error("update without a number")
    if batch and not found:
        raise TelegramError("no update in the answer has a number")
    return found


def _chat_of(update: Raw, number: int) -> object:
    """Name the chat of an update that nobody has read yet; one without a chat is alone."""
    content = next((each for each in update.values() if isinstance(each, dict)), {})
    for holder in (content, content.get("message")):
        chat = holder.get("chat") if isinstance(holder, dict) else None
        if isinstance(chat, dict) and type(chat.get("id")) is int:
            return chat["id"]
    return ("update", number)
