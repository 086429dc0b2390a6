"""The one door out: what is owed is said, in order, and not forgotten when something breaks on the way."""

import asyncio
from collections.abc import Sequence
from datetime import datetime, timedelta

import pytest

from adapters.store.memory import MemoryStore
from bot.codec import decode_conversation
from bot.dialogue.book import Book
from bot.model import Address, Event, EventId, Reply, Said
from bot.ports import Due, Owed, TryLater
from bot.runtime.deliver import deliver, deliver_due
from bot.runtime.receive import LEASE, TooManyConflicts, receive
from tests.outside import ANN, START, world

BEN = Address("test", "chat", "ben")
EVE = Address("test", "chat", "eve")
RESTART = ("iPhone", *["skip"] * 7)
"""The words that lead to the step that reminds after ten minutes."""

AFTER_LEASE = START + LEASE + timedelta(seconds=1)
TEN_MINUTES = START + timedelta(minutes=10)


class Screen:
    """A channel that writes down what was sent, and does not work while `broken`."""

    def __init__(self) -> None:
        self.broken = False
        self.sent: list[tuple[Address, str]] = []

    async def send(self, address: Address, replies: Sequence[Reply]) -> None:
        """Show the replies, or raise `TryLater` while the channel is broken."""
        if self.broken:
            raise TryLater
        self.sent += [(address, reply.text) for reply in replies]


class Program:
    """The two doors on one store and one screen, at whatever time it is said to be."""

    def __init__(self, book: Book) -> None:
        self.store = MemoryStore()
        self.screen = Screen()
        self.events: list[Event] = []
        """What came in, reminders too."""
        self._book = book

    async def take(self, text: str, who: Address = ANN) -> Sequence[Owed]:
        """Take something said in, and give what is owed for it."""
        return await self.receive(who, Said(EventId(f"said:{len(self.events)}"), text))

    async def receive(self, who: Address, event: Event, now: datetime = START) -> Sequence[Owed]:
        """Take an event in."""
        self.events.append(event)
        return await receive(self.store, self._book, who, event, world("clear", now))

    async def deliver_due(self, now: datetime) -> int:
        """Do what is due at that moment."""

        async def receive_now(who: Address, event: Event) -> Sequence[Owed]:
            return await self.receive(who, event, now)

        return (await deliver_due(self.store, self.screen, receive_now, now=now)).taken

    async def talk(self, *words: str) -> None:
        """Say these words and get the replies."""
        for text in words:
            await deliver(self.store, self.screen, await self.take(text))


@pytest.fixture
def program(book: Book) -> Program:
    """Give a program with an empty store."""
    return Program(book)


def test_what_was_sent_is_owed_no_more(program: Program) -> None:
    async def story() -> None:
        await program.talk("iPhone", "skip")
        assert len(program.screen.sent) == 2
        assert await program.deliver_due(AFTER_LEASE) == 0
        assert len(program.screen.sent) == 2

    asyncio.run(story())


def test_a_crash_between_commit_and_send_leaves_the_reply_owed_until_somebody_takes_over(
    program: Program,
) -> None:
    async def story() -> None:
        await program.take("iPhone")  # and the process dies here
        assert await program.deliver_due(START) == 0, "the dead one's lease has not ended"
        assert await program.deliver_due(AFTER_LEASE) == 1
        (sent,) = program.screen.sent
        assert sent[0] == ANN
        assert "10:32" in sent[1]
        assert await program.deliver_due(AFTER_LEASE + 2 * LEASE) == 0

    asyncio.run(story())


def test_a_reply_behind_one_that_was_lost_waits_for_it_and_both_come_in_order(program: Program) -> None:
    async def story() -> None:
        await program.take("iPhone")
        assert await program.take("skip") == (), "it may not overtake"
        assert await program.deliver_due(AFTER_LEASE) == 2
        first, second = (text for _, text in program.screen.sent)
        assert "10:32" in first
        assert "10:32" not in second

    asyncio.run(story())


def test_a_channel_that_says_later_leaves_the_reply_owed(program: Program) -> None:
    async def story() -> None:
        program.screen.broken = True
        await program.talk("iPhone")
        assert await program.deliver_due(AFTER_LEASE) == 1
        assert program.screen.sent == []
        program.screen.broken = False
        assert await program.deliver_due(AFTER_LEASE) == 0, "whoever tried last still holds it"
        assert await program.deliver_due(AFTER_LEASE + 2 * LEASE) == 1
        assert len(program.screen.sent) == 1

    asyncio.run(story())


def test_one_persons_trouble_does_not_keep_others_waiting(program: Program) -> None:
    async def story() -> None:
        program.screen.broken = True
        await program.talk("iPhone", "skip", "skip")
        program.screen.broken = False
        await deliver(program.store, program.screen, await program.take("Mac", BEN))
        assert [who for who, _ in program.screen.sent] == [BEN]

    asyncio.run(story())


def test_a_reminder_is_not_due_before_its_time(program: Program) -> None:
    async def story() -> None:
        await program.talk(*RESTART)
        before = len(program.screen.sent)
        assert await program.deliver_due(TEN_MINUTES - timedelta(seconds=1)) == 0
        assert await program.deliver_due(TEN_MINUTES) == 1
        assert len(program.screen.sent) == before + 1
        assert await program.deliver_due(TEN_MINUTES + timedelta(days=3)) == 0

    asyncio.run(story())


def test_a_reminder_that_is_claimed_twice_is_said_once(program: Program) -> None:
    """A process that claimed it dies after the commit, or is only slow: another one claims it again."""

    async def story() -> None:
        await program.talk(*RESTART)
        before = len(program.screen.sent)
        (wake,) = await program.store.claim(now=TEN_MINUTES, lease=LEASE, limit=9)
        assert wake.kind == "wake"
        later = TEN_MINUTES + LEASE
        assert await program.deliver_due(later) == 1
        # the slow one goes on with the job that it still believes to hold
        await program.receive(ANN, program.events[-1], later)
        assert not await program.store.settle(wake)
        assert await program.deliver_due(later + 2 * LEASE) == 0
        assert len(program.screen.sent) == before + 1

    asyncio.run(story())


def test_a_reminder_whose_process_dies_before_striking_it_out_is_said_once(program: Program) -> None:
    async def story() -> None:
        await program.talk(*RESTART)
        before = len(program.screen.sent)
        await program.deliver_due(TEN_MINUTES)
        reminded = program.events[-1]
        assert await program.receive(ANN, reminded, TEN_MINUTES + LEASE) == ()
        assert len(program.screen.sent) == before + 1

    asyncio.run(story())


def test_a_reminder_whose_turn_could_not_be_stored_stays_owed(program: Program) -> None:
    async def broken(_who: Address, _event: Event) -> Sequence[Owed]:
        raise TooManyConflicts

    async def story() -> None:
        await program.talk(*RESTART)
        before = len(program.screen.sent)
        with pytest.raises(TooManyConflicts):
            await deliver_due(program.store, program.screen, broken, now=TEN_MINUTES)
        assert await program.deliver_due(TEN_MINUTES + LEASE) == 1
        assert len(program.screen.sent) == before + 1

    asyncio.run(story())


def test_a_reminder_that_was_answered_meanwhile_is_struck_out_in_silence(program: Program) -> None:
    async def story() -> None:
        await program.talk(*RESTART, "still not")
        before, record = len(program.screen.sent), await program.store.load(ANN, now=START)
        assert await program.deliver_due(TEN_MINUTES) == 1
        assert len(program.screen.sent) == before
        after = await program.store.load(ANN, now=START)
        assert decode_conversation(after.body) == decode_conversation(record.body)
        assert await program.deliver_due(TEN_MINUTES + timedelta(days=3)) == 0

    asyncio.run(story())


def test_a_reminder_on_a_broken_channel_is_owed_as_a_reply(program: Program) -> None:
    async def story() -> None:
        await program.talk(*RESTART)
        before = len(program.screen.sent)
        program.screen.broken = True
        await program.deliver_due(TEN_MINUTES)
        program.screen.broken = False
        assert await program.deliver_due(TEN_MINUTES + LEASE) == 1
        assert len(program.screen.sent) == before + 1
        assert await program.deliver_due(TEN_MINUTES + timedelta(days=3)) == 0

    asyncio.run(story())


def test_more_people_than_one_claim_takes_are_all_served(program: Program) -> None:
    async def story() -> None:
        people = [Address("test", "chat", f"person {number}") for number in range(50)]
        for person in people:
            await program.take("iPhone", person)
        assert await program.deliver_due(AFTER_LEASE) == 50
        assert sorted(who.person for who, _ in program.screen.sent) == sorted(each.person for each in people)

    asyncio.run(story())


def test_a_job_that_cannot_be_read_holds_up_its_own_conversation_only(book: Book) -> None:
    """It is told of and stays owed; what is owed to others is sent."""

    async def check() -> None:
        program = Program(book)
        await program.talk("hello")
        garbage = [Due("say", START, b"garbage")]
        await program.store.commit(EVE, 0, EventId("broken"), b"", garbage, now=START, lease=timedelta())
        await program.take("iPhone")
        channel = program.screen

        async def nothing(_who: Address, _event: Event) -> Sequence[Owed]:
            return ()

        done = await deliver_due(program.store, channel, nothing, now=AFTER_LEASE)

        assert [job.address for job in done.unreadable] == [EVE]
        assert [who for who, _ in channel.sent] == [ANN, ANN]

    asyncio.run(check())
