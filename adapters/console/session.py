"""What a terminal needs of the program: one person's conversation, an event at a time."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from datetime import timedelta
from typing import Protocol, TypeAlias

from msgspec import Struct

from bot.model import Language, Reply

Show: TypeAlias = Callable[[Reply], Awaitable[None]]
"""Puts a reply on the screen, above whatever is being typed."""


class Standing(Struct, frozen=True):
    """Where the conversation stands after an event."""

    flow: str
    state: str
    language: Language
    ended: bool


class Session(Protocol):
    """A conversation as seen from the terminal. Each verb gives the replies that are to be shown now."""

    async def open(self) -> Sequence[Reply]:
        """Begin, or go on where the person left off."""
        ...

    async def say(self, text: str) -> Sequence[Reply]:
        """Take what was typed or pasted."""
        ...

    async def pick(self, prompt: int, choice: str) -> Sequence[Reply]:
        """Take a press of the button `choice` under the prompt of that number."""
        ...

    async def share(self, name: str, text: str) -> Sequence[Reply]:
        """Take a text file."""
        ...

    async def wait(self, time: timedelta) -> Sequence[Reply]:
        """Let that much time pass for this conversation, and do what is due then."""
        ...

    async def listen(self, show: Show, stop: asyncio.Event) -> None:
        """Show what comes without being asked for, until `stop`; a step that has begun is finished."""
        ...

    async def standing(self) -> Standing:
        """Say where the conversation stands."""
        ...
