"""One worker: takes events in, delivers what is owed, and stops without losing anything.

Any number of workers share a store; none of them is special, and each may die at any moment.
"""

import asyncio
import contextlib
from collections.abc import Callable, Mapping, Sequence
from datetime import timedelta, tzinfo
from weakref import WeakValueDictionary

import structlog
from msgspec import Struct

from bot.dialogue.book import Book
from bot.dialogue.budget import Theirs
from bot.events import Event, ForgetMe, Left, Said, Sent, Shared, StatusChanged
from bot.model import Address, EventId
from bot.ports import Channel, Damaged, Owed, Store, StoreUnusable, WayIn
from bot.replace import replace
from bot.runtime.aside import Aside, is_damage, waits
from bot.runtime.attention import Ahead, Attention
from bot.runtime.clock import SharedClock
from bot.runtime.deliver import BATCH, SEND_DEADLINE, Dead, Delivery, Held, Later, Outcome
from bot.runtime.forget import forget
from bot.runtime.habits import Habits
from bot.runtime.journal import who
from bot.runtime.lookout import Lookout
from bot.runtime.metrics import Metrics
from bot.runtime.news import PAGE, News
from bot.runtime.poller import Poller
from bot.runtime.pulse import Pulse
from bot.runtime.reader import LONG, Reader, TooMuch
from bot.runtime.receive import LEASE, Received, TooManyConflicts, apologise, receive
from bot.runtime.rooms import Rooms
from bot.runtime.timetable import Timetable

SWEEP_EVERY = 0.5
"""Seconds between two looks for jobs that are due and that nobody holds."""

LOOK_EVERY = 2.0
"""Seconds between two looks at what is known of Apple's services, and whether it is news to anybody."""

WHILE_BUSY = 0.1
"""Seconds until the next page of news while the one before it is being sent."""

LAST_WORDS = 2.0
"""Seconds for replies that are on their way to somebody who is forgotten: none should come after that."""

WHILE_FULL = timedelta(seconds=2)
"""How long a job is left to others whose platform's room is full here."""

DAMAGED = ("unreadable", "damaged")
"""Of what is parked: what an operator should look at."""

_log = structlog.get_logger()


class Platform(Struct, frozen=True):
    """A chat platform that this worker speaks with."""

    name: str
    way_in: WayIn
    channel: Channel


class Worker:
    """The shell round the pure turn. `run` is its life."""

    def __init__(
        self,
        book: Book,
        store: Store,
        poller: Poller,
        zone: tzinfo,
        *,
        platforms: Sequence[Platform],
        metrics: Metrics,
        stop: asyncio.Event,
        monotonic: Callable[[], float],
        random: Callable[[], float],
        attention: Attention | None = None,
        reader: Reader | None = None,
        lease: timedelta = LEASE,
        deadline: timedelta = SEND_DEADLINE,
    ) -> None:
        """Serve these platforms until `stop`; `monotonic` gives seconds, `random` numbers from 0 to 1.

        Without `attention` all is read of everybody, and without a `reader` long texts are read in between.
        """
        self._attention, self._reader = attention or Attention(0, monotonic), reader
        self._waited = Ahead(monotonic)  # for last words, by chat
        self._book, self._store, self._poller, self._zone = book, store, poller, zone
        self._platforms, self._metrics, self._lease, self._deadline = platforms, metrics, lease, deadline
        self._stop, self._monotonic, self._random = stop, monotonic, random
        self._clock = SharedClock(monotonic)
        self._channels = {platform.name: platform.channel for platform in platforms}
        self._turns: WeakValueDictionary[Address, asyncio.Lock] = WeakValueDictionary()
        self._pulse = Pulse(store, self._clock, poller, metrics, monotonic=monotonic)
        self._delivery = self._door_out()
        self._rooms = Rooms(self._delivery, self._channels, monotonic=monotonic)
        self._aside = Aside(
            *(store, book, self._delivery, metrics), now=self._clock.now, start=self._rooms.start
        )
        self._news = News(store, self.receive, poller.lead)
        self._lookout = Lookout(store, poller)

    def _door_out(self) -> Delivery:
        return Delivery(
            *(self._store, self._channels, self.receive, self._clock.now, self._monotonic),
            timetable=Timetable(self._store, self._clock.now),
            jitter=self._random,
            seen=self._note,
            lost=self._pulse.failed,
            lease=self._lease,
            deadline=self._deadline,
            stopping=self._stop.is_set,
            rank=self._attention.rank,
            is_closed=self._attention.is_closed,
        )

    async def run(self) -> None:
        """Work until told to stop, then finish what has begun and leave the rest to others.

        A store that is away is waited for, at the start too. A `TokenRefused` of a platform comes in an
        `ExceptionGroup`.
        """
        if not await self._pulse.begin(self._stop):
            return
        habits = Habits(self._stop, self._random)
        async with asyncio.TaskGroup() as group:
            for habit in (self._sweep, self._pulse.look, self._look_outside, self._tell_news):
                group.create_task(habits.keep(habit))
            await self._poller.has_looked()
            for platform in self._platforms:
                group.create_task(platform.way_in.run(self.receive, self._stop))
        await self._rooms.finish()

    def ready(self) -> Mapping[str, bool]:
        """Say of everything that must be there whether it is."""
        ways_in = {platform.name: platform.way_in.is_ready for platform in self._platforms}
        return {"store": self._pulse.store_works, **ways_in}

    # --- in ---

    async def receive(self, address: Address, event: Event) -> None:
        """Commit the event's turn and hand over what it owes; then the event may be acknowledged.

        Raises `StoreUnusable` and `TooManyConflicts`: then the platform has to bring it again. What it would
        bring in vain is set aside, and counts as taken. Events of one conversation are taken one after the
        other in the order of their arrival.
        """
        try:
            await self._receive(address, event)
        except Exception as error:
            if not await self._aside.takes(address, event, error, self._receive):
                raise
            if isinstance(event, Theirs):  # their budget cannot be stored, so it is kept here
                self._attention.heard(address, self._pause(address), quiet_for=timedelta())
        else:
            self._aside.worked(address, event)

    async def _receive(self, address: Address, event: Event) -> None:
        begun = self._monotonic()
        async with self._turns.setdefault(address, asyncio.Lock()):
            if isinstance(event, ForgetMe):
                await self._let_last_words_go(address, event)
            if isinstance(event, Theirs) and (why := self._attention.overflow(address, self._pause(address))):
                self._metrics.overflowed(why)
                return
            event = await self._read(event)
            since = self._monotonic()
            received = await self._take(address, event)
            self._note_heard(address, event, received)
        if received.outcome == "committed":
            self._pulse.worked()
        self._metrics.received(received, timedelta(seconds=self._monotonic() - begun))
        if received.went_back:
            _log.error("store lost turns", who=who(address))
        if isinstance(event, StatusChanged) and received.outcome == "committed":
            self._metrics.told()
        for held in (self._delivery.held(job, since) for job in received.owed):
            if isinstance(event, StatusChanged) and self._rooms.is_full_for(held):
                await self._delivery.give_back(held.job, WHILE_FULL)
            else:
                self._rooms.hand_over(held)
        if received.tells_trouble:
            self._rooms.start(self._count(address))

    async def _let_last_words_go(self, address: Address, event: ForgetMe) -> None:
        """Wait for what is on its way to somebody who is forgotten.

        Many wishes in a chat wait no longer than one: platforms bring a chat's events one after the other.
        """
        chat, begun = (address.platform, address.chat), self._monotonic()
        await self._rooms.quiet((address, *event.also), max(0.0, LAST_WORDS - self._waited.of(chat)))
        self._waited.add(chat, self._monotonic() - begun)

    async def _read(self, event: Event) -> Event:
        """Read what a long text shows, before its turn; what takes too long counts as what cannot be read."""
        match event:
            case Said(text=text) | Shared(text=text) if self._reader and len(text) > LONG:
                pass
            case _:
                return event
        try:
            return replace(event, findings=await self._reader.read(text))
        except TooMuch:
            given = (event.language, event.origin, event.addressed, event.zone)
            return Sent(event.id, "too_much", *given)

    def _note_heard(self, address: Address, event: Event, received: Received) -> None:
        if isinstance(event, Theirs) and received.outcome == "committed":
            self._attention.heard(address, self._pause(address), quiet_for=received.quiet_for)
        elif isinstance(event, Theirs) and received.outcome == "ignored" and received.quiet_for:
            self._attention.quiet(address, received.quiet_for)
            self._metrics.overflowed("spent")

    async def _take(self, address: Address, event: Event) -> Received:
        world = self._poller.bulletin.world(self._clock.now(), self._zone)
        if per_minute := self._attention.messages_per_minute:
            is_crowded = self._attention.is_crowded(address, self._pause(address))
            world = replace(world, messages_per_minute=per_minute, is_crowded=is_crowded)
        try:
            if isinstance(event, ForgetMe):
                return await self._forget(address, event)
            return await receive(
                *(self._store, self._book, address, event, world),
                lease=self._lease,
                pause=self._pause,
                wait=self._let_others_go,
            )
        except (StoreUnusable, TooManyConflicts) as error:
            self._refuse(address, error)
            raise
        except Exception as error:
            if isinstance(error, Damaged) or (is_damage(error) and not waits(event)):
                raise
            self._metrics.failed()
            _log.error("turn failed", who=who(address), kind=type(event).__name__, exc_info=error)
            if isinstance(event, StatusChanged | Left | ForgetMe):  # an answer would be wrong, or begin anew
                raise
            return await apologise(
                self._store, self._book, address, event, self._clock.now(), lease=self._lease
            )

    async def _forget(self, address: Address, event: ForgetMe) -> Received:
        return await forget(
            *(self._store, self._book, address, event),
            now=self._clock.now(),
            lease=self._lease,
            pause=self._pause(address),
        )

    def _refuse(self, address: Address, why: Exception) -> None:
        self._metrics.refused()
        if isinstance(why, StoreUnusable):
            self._pulse.failed(why)
        _log.warning("event refused", who=who(address), why=str(why))

    def _pause(self, address: Address) -> timedelta:
        channel = self._channels.get(address.platform)
        return channel.pause(address) if channel else timedelta()

    async def _let_others_go(self, conflicts: int) -> None:
        await asyncio.sleep(self._random() * 0.005 * 2**conflicts)

    # --- out ---

    def _note(self, job: Owed, outcome: Outcome) -> None:
        self._metrics.delivered(job, outcome)
        if isinstance(outcome, Dead) and outcome.why in DAMAGED:
            _log.error("a damaged job is parked", who=who(job.address), kind=job.kind, why=outcome.why)
        elif isinstance(outcome, Dead) or (isinstance(outcome, Later) and outcome.why):
            _log.warning("not delivered", who=who(job.address), kind=job.kind, why=outcome.why)
        if isinstance(outcome, Dead) and outcome.whole_chat:
            self._attention.close(job.address)
        if isinstance(outcome, Dead) and outcome.gone:
            self._rooms.start(self._see_off(job))

    async def _see_off(self, job: Owed) -> None:
        """Take in that the person has left, so that they follow nothing more.

        Where that fails it is not tried again here: whatever is next sent to them in vain brings it again.
        """
        with contextlib.suppress(Exception):  # which `_take` has told of
            await self.receive(job.address, Left(EventId(f"left:{job.number}")))

    async def _count(self, address: Address) -> None:
        with contextlib.suppress(StoreUnusable, Damaged):  # one fewer in a crowd
            await self._lookout.note(address, now=self._clock.now())

    # --- habits ---

    async def _sweep(self) -> float:
        limit, taken = min(BATCH, self._rooms.places), 0
        jobs = await self._claim(limit) if limit > 0 else []
        for held in jobs:
            if self._rooms.is_full_for(held):
                await self._delivery.give_back(held.job, WHILE_FULL)
            else:
                self._rooms.hand_over(held)
                taken += 1
        return 0.0 if taken == BATCH else SWEEP_EVERY

    async def _claim(self, limit: int) -> list[Held]:
        try:
            return await self._delivery.claim(limit)
        except StoreUnusable as error:
            self._pulse.failed(error)
            return []

    async def _look_outside(self) -> float:
        """Look at Apple's board, and at how many have the same trouble, as far as that is ours to do."""
        try:
            await self._poller.look(now=self._clock.now())
            await self._lookout.look(now=self._clock.now())
        except StoreUnusable as error:
            self._pulse.failed(error)
        except Damaged:
            self._metrics.store_failed("damaged")
        return LOOK_EVERY

    async def _tell_news(self) -> float:
        """Tell a page of followers once there is room for all of it, so that nothing piles up."""
        if self._rooms.spare_places < PAGE:
            return WHILE_BUSY
        outlook = self._poller.bulletin.settling.outlook
        more = await self._news.tell_some(outlook, now=self._clock.now())
        return 0.0 if more else LOOK_EVERY
