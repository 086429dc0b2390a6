"""The composition root: puts book, store, status and channels together. Only this imports adapters."""

import uuid
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta, tzinfo

from adapters.console.session import Standing
from bot.codec import decode_conversation
from bot.dialogue.book import Book
from bot.dialogue.turn import DEFAULT_LANGUAGE
from bot.model import (
    Address,
    Conversation,
    Event,
    EventId,
    Language,
    Opened,
    Picked,
    Reply,
    Said,
    Shared,
    World,
)
from bot.ports import Owed, Store, TryLater
from bot.runtime.deliver import deliver, deliver_due
from bot.runtime.receive import receive
from bot.runtime.status import StatusWatch


@dataclass(frozen=True, slots=True)
class App:
    """Everything that outlives a single event."""

    book: Book
    store: Store
    status: StatusWatch
    zone: tzinfo

    async def receive(self, address: Address, event: Event, *, now: datetime) -> Sequence[Owed]:
        """Look at Apple's board and commit the turn. Gives the jobs that the caller is to deliver."""
        conversation = await self.conversation(address, now=now)
        greeting = conversation is None and isinstance(event, Opened)
        language = conversation.language if conversation else DEFAULT_LANGUAGE
        boards = {} if greeting else await self.status.boards(language, now=now)
        return await receive(self.store, self.book, address, event, World(now, boards, self.zone))

    async def conversation(self, address: Address, *, now: datetime) -> Conversation | None:
        """Give the stored conversation, or None if there is none."""
        record = await self.store.load(address, now=now)
        return decode_conversation(record.body) if record.version else None

    async def close(self) -> None:
        """Let go of the store and of Apple's status."""
        await self.status.close()
        await self.store.close()


class ConsoleSession:
    """One person at a terminal: the `Session` and the `Channel` of the console adapter."""

    def __init__(
        self, app: App, name: str, language: Language, clock: Callable[[], datetime], *, insists: bool
    ) -> None:
        """Talk as `name`; `clock` gives UTC.

        `language` is for a new conversation; if the person `insists`, one under way is switched to it.
        """
        self._app = app
        self._address = Address("console", name, name)
        self._language = language
        self._insists = insists
        self._clock = clock
        self._shift = timedelta()
        self._shown: list[Reply] = []

    async def open(self) -> Sequence[Reply]:
        """Begin, or go on where the person left off; what a crash left unsaid comes first."""
        await self._deliver_due()
        replies = self._take() or await self._handle(Opened(_event_id(), self._language))
        if self._insists and (await self.standing()).language != self._language:
            switch = "japanese" if self._language == "ja" else "english"
            return await self._handle(Said(_event_id(), switch))
        return replies

    async def say(self, text: str) -> Sequence[Reply]:
        """Take what was typed or pasted."""
        return await self._handle(Said(_event_id(), text))

    async def pick(self, prompt: int, choice: str) -> Sequence[Reply]:
        """Take a press of a button."""
        return await self._handle(Picked(_event_id(), prompt, choice))

    async def share(self, name: str, text: str) -> Sequence[Reply]:
        """Take a text file."""
        return await self._handle(Shared(_event_id(), name, text))

    async def wait(self, time: timedelta) -> Sequence[Reply]:
        """Move this conversation's clock and do what is due."""
        self._shift += time
        await self._deliver_due()
        return self._take()

    async def standing(self) -> Standing:
        """Say where the conversation stands."""
        conversation = await self._app.conversation(self._address, now=self._now())
        if conversation is None:
            conversation = self._app.book.begin(self._address, self._language)
        place = self._app.book.land(conversation).place
        ended = self._app.book.state(place).end
        return Standing(place.flow, place.state, conversation.language, ended)

    async def send(self, address: Address, replies: Sequence[Reply]) -> None:
        """Put replies on the screen; somebody else's stay owed until they come to the terminal."""
        if address != self._address:
            raise TryLater
        self._shown += replies

    async def _handle(self, event: Event) -> Sequence[Reply]:
        await self._deliver_due()
        owed = await self._app.receive(self._address, event, now=self._now())
        await deliver(self._app.store, self, owed)
        return self._take()

    async def _deliver_due(self) -> None:
        async def receive_again(address: Address, event: Event) -> Sequence[Owed]:
            return await self._app.receive(address, event, now=self._now())

        await deliver_due(self._app.store, self, receive_again, now=self._now())

    def _now(self) -> datetime:
        return self._clock() + self._shift

    def _take(self) -> Sequence[Reply]:
        shown, self._shown = self._shown, []
        return shown


def _event_id() -> EventId:
    return EventId(f"console:{uuid.uuid4().hex}")
