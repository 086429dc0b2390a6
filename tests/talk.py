"""Plays a written conversation from an event to the screen, each event twice and through bytes."""

import asyncio
from collections.abc import Iterable
from datetime import timedelta
from itertools import count

import msgspec

from adapters.store.memory.store import MemoryStore
from bot.codec import decode_conversation, decode_job, encode_conversation, encode_job
from bot.dialogue.book import Book
from bot.dialogue.flow import Flow
from bot.dialogue.machine import Arrow, FlowMachine
from bot.dialogue.turn import take_turn
from bot.events import Event, Invoked, Left, Opened, Picked, Said, Sent, Shared, StatusChanged
from bot.model import Address, Conversation, EventId, Language, Place, Reply, Say, World
from bot.replace import replace
from bot.runtime.deliver import Delivery, Held
from bot.runtime.receive import LEASE, receive
from bot.runtime.timetable import Timetable
from tests.outside import ANN, START, Weather, world
from tests.transcript import Step, Talk, time_of


def play(book: Book, talk: Talk, language: Language | None = None) -> "Player":
    """Play the talk from its first step to its last; fails at the first thing that is not as written."""
    player = Player(book, language, talk.board)
    for number, step in enumerate(talk.talk, 1):
        try:
            player.do(step)
        except Exception as error:
            error.add_note(f"in step {number} of “{talk.about}” ({language}): {msgspec.to_builtins(step)}")
            raise
    return player


class Player:
    """A person at a platform that brings every event twice, and a program that forgets all but its bytes."""

    bot_pause = timedelta()

    def __init__(self, book: Book, language: Language | None = None, weather: Weather = "clear") -> None:
        """Begin a conversation; `language` is what the platform says about the person."""
        self.machine = NotingMachine(book.flows.values())
        self.seen: list[Reply] = []
        """What the last step brought to the screen."""
        self.prompts: list[Reply] = []
        """Every message that was ever on the screen, oldest first."""
        self._book = book
        self._noting_book = replace(book, machine=self.machine)
        self._language = language
        self._weather: Weather = weather
        self._now = START
        self._store = MemoryStore()
        self._ids = count(1)
        self._delivery = Delivery(
            *(self._store, {ANN.platform: self}, self._receive, lambda: self._now, lambda: 0.0),
            timetable=Timetable(self._store, lambda: self._now),
        )

    # --- what the person does ---

    def do(self, step: Step) -> None:
        """Do what the step says, and fail if something is not as it says."""
        self._act(step)
        self._expect(step)

    def do_all(self, steps: Iterable[Step]) -> None:
        """Do what the steps say, one after the other."""
        for step in steps:
            self.do(step)

    def _act(self, step: Step) -> None:
        self.seen = []
        self._weather = step.board or self._weather
        match step:
            case Step(say=str(text)):
                self.happens(Said(self.fresh_id(), text, self._language))
            case Step(press=str(choice)):
                assert choice in self.offered, f"there is no button {choice}, only {self.offered}"
                self.happens(Picked(self.fresh_id(), self.prompts[-1].prompt, choice))
            case Step(press_old=str(choice)):
                self.happens(Picked(self.fresh_id(), self._old_prompt(choice), choice))
            case Step(overheard=str(text)):
                self.happens(Said(self.fresh_id(), text, self._language, addressed=False))
            case Step(share=str(text)):
                self.happens(Shared(self.fresh_id(), "log.txt", text, self._language))
            case Step(wait=str(time)):
                self.wait(time_of(time))
            case Step(open="yes"):
                self.happens(Opened(self.fresh_id(), self._language))
            case _:
                self._do_what_only_platforms_bring(step)

    def _do_what_only_platforms_bring(self, step: Step) -> None:
        match step:
            case Step(link=str(start)):
                self.happens(Opened(self.fresh_id(), self._language, start))
            case Step(invoke=str(command)):
                self.happens(Invoked(self.fresh_id(), command, self._language))
            case Step(send=str(what)):
                self.happens(Sent(self.fresh_id(), what, self._language))
            case Step(apple="changes"):
                self.happens(StatusChanged(self.fresh_id()))
            case Step(leave="yes"):
                self.happens(Left(self.fresh_id()))
            case _:
                pass

    def fresh_id(self) -> EventId:
        """Give the id of an event that has not happened yet."""
        return EventId(f"event:{next(self._ids)}")

    def happens(self, event: Event) -> None:
        """Bring the event in twice, and deliver what is owed for it."""
        asyncio.run(self._receive(ANN, event))

    def wait(self, time: timedelta) -> None:
        """Let time pass, and do what is due then."""
        self._now += time
        asyncio.run(self._delivery.due())
        later = self._now + LEASE + timedelta(seconds=1)
        assert asyncio.run(self._store.backlog(now=later)).due == 0

    # --- what there is to see ---

    @property
    def conversation(self) -> Conversation:
        """What is remembered, as it comes out of the stored bytes."""
        return decode_conversation(self.stored)

    @property
    def stored(self) -> bytes:
        """The bytes of the conversation."""
        return asyncio.run(self._store.load(ANN, now=self._now)).body

    @property
    def offered(self) -> tuple[str, ...]:
        """The choices under the last message."""
        return tuple(choice.id for choice in self.prompts[-1].choices)

    @property
    def text(self) -> str:
        """What the last step brought to the screen, as one text."""
        return "\n".join(reply.text for reply in self.seen)

    @property
    def _progress(self) -> str:
        progress = self.seen[-1].progress if self.seen else None
        return f"{progress[0]} of {progress[1]}" if progress else "none"

    def _expect(self, step: Step) -> None:
        now = self.conversation
        assert len(self.seen) == (step.acts and not step.silent), self.text
        assert step.state in (None, str(now.place)), f"we are at {now.place}"
        assert step.language in (None, now.language), f"we speak {now.language}"
        assert step.ended in (None, "yes" if self._book.state(now.place).end else "no"), (
            f"we are at {now.place}"
        )
        assert step.step in (None, self._progress), self._progress
        assert step.found in (None, tuple(each.name for each in now.findings)), now.findings
        assert step.follows in (None, now.topics), now.topics
        assert step.tried in (None, {each.place.state: each.outcome for each in now.tried}), now.tried
        assert not [each for each in step.says if each not in self.text], self.text
        assert not [each for each in step.says_not if each in self.text], self.text
        assert not [each for each in step.offers if each not in self.offered], self.offered
        assert not [each for each in step.offers_not if each in self.offered], self.offered

    # --- the way of an event ---

    async def send(self, address: Address, reply: Reply, *, key: str, attempt: int) -> None:
        """Put a reply on the screen."""
        assert (address, attempt) == (ANN, 1)
        assert key
        self.seen.append(reply)
        if not reply.aside:
            self.prompts.append(reply)

    def pause(self, address: Address) -> timedelta:
        """Give no pause."""
        assert address == ANN
        return timedelta()

    async def _receive(self, address: Address, event: Event) -> None:
        """Take the event in as the program does, and prove on the way what has to hold for every turn."""
        outside = world(self._weather, self._now)
        record = await self._store.load(address, now=self._now)
        before = decode_conversation(record.body) if record.version else None
        turn = take_turn(self._noting_book, before, event, outside, address)
        assert turn == take_turn(self._book, before, event, outside, address), "a turn is pure"
        received = await receive(self._store, self._book, address, event, outside)
        after, owed = await self._store.load(address, now=self._now), received.owed
        if received.outcome == "ignored":
            assert (after, turn.jobs) == (record, ()), "what is ignored is not stored"
            return
        assert after.body == encode_conversation(turn.conversation)
        says = [job for job in turn.jobs if isinstance(job, Say)]
        assert [each.body for each in owed] == [encode_job(job) for job in says]
        assert [decode_job(each.body) for each in owed] == says
        await self._bring_again(address, event, outside)
        for job in owed:
            await self._delivery.lane(Held(job, 0.0))

    async def _bring_again(self, address: Address, event: Event, outside: World) -> None:
        before = await self._store.load(address, now=self._now)
        again = await receive(self._store, self._book, address, event, outside)
        assert again.outcome in ("duplicate", "ignored")
        assert again.owed == ()
        assert await self._store.load(address, now=self._now) == before

    def _old_prompt(self, choice: str) -> int:
        current = self.prompts[-1].prompt
        return next(
            reply.prompt
            for reply in reversed(self.prompts)
            if reply.prompt != current and choice in {each.id for each in reply.choices}
        )


class NotingMachine(FlowMachine):
    """The compiled flows, and a note of every arrow that was taken."""

    def __init__(self, flows: Iterable[Flow]) -> None:
        """Compile the flows."""
        super().__init__(flows)
        self.taken: set[Arrow] = set()

    def go(self, origin: Place, trigger: str) -> Place | None:
        """Follow the trigger, and note the arrow if there is one."""
        to = super().go(origin, trigger)
        if to is not None:
            self.taken.add(Arrow(origin, trigger, to))
        return to
