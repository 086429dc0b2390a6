"""One person at a terminal: what the console adapter needs of the program."""

import asyncio
import contextlib
import time
import uuid
from collections.abc import Callable, Iterator, Sequence
from datetime import datetime, timedelta
from typing import Final

from adapters.console.session import Show, Standing
from bot.app import App
from bot.dialogue.following import APPLE
from bot.events import Event, Opened, Picked, Said, Shared, StatusChanged
from bot.model import Address, EventId, Language, Reply
from bot.ports import TryLater
from bot.runtime.deliver import Delivery, Held
from bot.runtime.timetable import Timetable

LOOK_EVERY: Final = 1.0
"""Seconds between two looks whether there is something to say."""

HOUR: Final = timedelta(hours=1)
READING: Final = timedelta(minutes=1)
"""The time that passes between two readings of Apple's board."""

SETTLES_IN: Final = 2
"""Readings in a row by which a change settles."""


class ConsoleSession:
    """One person at a terminal: the `Session` and the `Channel` of the console adapter."""

    bot_pause = timedelta()

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
        self._show: Show | None = None
        self._brought: datetime | None = None
        self.shown: list[Reply] = []
        """What was put on the screen, and nobody has taken yet."""
        self._delivery = Delivery(
            *(app.store, {"console": self}, self._receive, self._now, time.monotonic),
            timetable=Timetable(app.store, self._now),
        )

    async def open(self) -> Sequence[Reply]:
        """Begin, or go on where the person left off; what a crash left unsaid comes first."""
        await self._go_on_in_time()
        await self._delivery.due()
        replies = self._take() or await self._handle(Opened(_event_id(), self._language))
        if self._insists and (await self.standing()).language != self._language:
            switch = "japanese" if self._language == "ja" else "english"
            return await self._handle(Said(_event_id(), switch))
        return replies

    async def say(self, text: str) -> Sequence[Reply]:
        """Take what was typed or pasted."""
        return await self._handle(Said(_event_id(), text))

    async def pick(self, prompt: int, choice: str) -> Sequence[Reply]:
        """Take a press of a button. If it did nothing, the newest buttons are on another screen."""
        replies = await self._handle(Picked(_event_id(), prompt, choice))
        if not any(reply.aside for reply in replies):
            return replies
        return [*replies, *await self._handle(Opened(_event_id()))]

    async def share(self, name: str, text: str) -> Sequence[Reply]:
        """Take a text file."""
        return await self._handle(Shared(_event_id(), name, text))

    async def wait(self, time: timedelta) -> Sequence[Reply]:
        """Move this conversation's clock and do what is due, and tell what has changed at Apple by then."""
        for step in _steps(time):
            await self._pass(step)
            if step >= READING and (language := await self._follows_in()):
                await self._app.poller.refresh(language, now=self._now())
                await self._tell_changes()
            await self._delivery.due()
        return self._take()

    async def _pass(self, time: timedelta) -> None:
        """Move the clock by an hour at a time, so that what waits for the morning comes in the morning."""
        while time > HOUR:
            self._shift, time = self._shift + HOUR, time - HOUR
            await self._delivery.due()
            await asyncio.sleep(0)  # a store on this machine never waits, and Ctrl-C is heard only then
        self._shift += time

    async def listen(self, show: Show, stop: asyncio.Event) -> None:
        """Show what comes without being asked for, until `stop`; a step that has begun is finished.

        Each reply is on the screen before it counts as said, so that a crash loses none.
        """
        self._show = show
        try:
            while not stop.is_set():
                with contextlib.suppress(Exception):  # what is wrong is told at the next word that is typed
                    await self._look()
                with contextlib.suppress(TimeoutError):
                    await asyncio.wait_for(stop.wait(), LOOK_EVERY)
        finally:
            self._show = None

    async def standing(self) -> Standing:
        """Say where the conversation stands."""
        conversation = await self._app.conversation(self._address, now=self._now())
        if conversation is None:
            conversation = self._app.book.begin(self._address, self._language)
        place = self._app.book.land(conversation).place
        ended = self._app.book.state(place).end
        return Standing(place.flow, place.state, conversation.language, ended)

    async def send(self, address: Address, reply: Reply, *, key: str, attempt: int) -> None:  # noqa: ARG002
        """Put a reply on the screen; somebody else's stay owed until they come to the terminal."""
        if address != self._address:
            raise TryLater
        if self._show:
            await self._show(reply)
        else:
            self.shown.append(reply)

    def pause(self, address: Address) -> timedelta:  # noqa: ARG002
        """Give no pause: a terminal shows as much as it gets."""
        return timedelta()

    async def _look(self) -> None:
        await self._delivery.due()
        if await self._follows_in():
            await self._app.poller.look(now=self._now())
            await self._tell_changes()

    async def _go_on_in_time(self) -> None:
        """Go on where an earlier `wait` has put the clock: what was read then must not be in the future."""
        await self._app.poller.read(now=self._now())
        asked_at = self._app.poller.bulletin.asked_at
        self._shift = max(timedelta(), asked_at - self._clock()) if asked_at else timedelta()

    async def _follows_in(self) -> Language | None:
        """Give the language of somebody who follows Apple's board, None for anybody else."""
        conversation = await self._app.conversation(self._address, now=self._now())
        return conversation.language if conversation and APPLE in conversation.topics else None

    async def _tell_changes(self) -> None:
        """Bring what has settled; the turn knows what of it is news, and takes it once."""
        outlook = self._app.poller.bulletin.settling.outlook
        if outlook and outlook.settled_at != self._brought:
            changed = StatusChanged(EventId(f"status:{outlook.settled_at.isoformat()}"))
            await self._receive(self._address, changed)
            self._brought = outlook.settled_at

    async def _handle(self, event: Event) -> Sequence[Reply]:
        await self._delivery.due()
        await self._receive(self._address, event)
        return self._take()

    async def _receive(self, address: Address, event: Event) -> None:
        since = time.monotonic()
        for job in (await self._app.receive(address, event, now=self._now())).owed:
            await self._delivery.lane(Held(job, since))

    def _now(self) -> datetime:
        return self._clock() + self._shift

    def _take(self) -> Sequence[Reply]:
        shown, self.shown = self.shown, []
        return shown


def _steps(time: timedelta) -> Iterator[timedelta]:
    """Divide a time so that Apple's board is read as often as a change needs, and no oftener."""
    for _ in range(SETTLES_IN):
        if time >= READING:
            yield READING
            time -= READING
    yield time


def _event_id() -> EventId:
    return EventId(f"console:{uuid.uuid4().hex}")
