"""Reminders, waits and the one question come in time and once, whatever store keeps them, whatever breaks."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, TypeAlias, cast

import pytest

from bot.codec import decode_conversation
from bot.dialogue.book import Book
from bot.events import Event, Picked
from bot.model import Address, Conversation, EventId, Place
from bot.ports import Committed, Conflict, Duplicate, Retention, Store, StoreUnusable
from bot.replace import replace
from bot.runtime.deliver import Later
from bot.runtime.receive import LEASE, TooManyConflicts
from tests.contract.test_store import KINDS, Kind
from tests.outside import ANN, START
from tests.runtime.delivery_program import RESTART, SECOND, TEN_MINUTES, Program

PARKED = ("iPhone", "it opens", "still not", "waiting for activation")
"""The words that lead to the step that waits for a day."""

QUIET = ("iPhone", "it opens", "still not", "still not")
"""The words that lead to a step that does nothing by itself, so that only the one question is owed."""
HOUR, DAY = timedelta(hours=1), timedelta(days=1)

Story: TypeAlias = Callable[[Program], Awaitable[None]]
Tell: TypeAlias = Callable[[Story], None]


@pytest.fixture(params=KINDS, ids=lambda kind: kind.__name__)
def tell(request: pytest.FixtureRequest, tmp_path: Path, book: Book) -> Tell:
    """Give what plays a story on an empty store, of each kind in turn."""
    kind: Kind = request.param

    async def play(story: Story) -> None:
        async with kind(tmp_path, Retention()) as store:
            await story(Program(book, store))

    return lambda story: asyncio.run(play(story))


# --- reminders --------------------------------------------------------------------------------------------


def test_a_reminder_is_not_due_before_its_time(tell: Tell) -> None:
    async def story(program: Program) -> None:
        await program.talk(*RESTART)
        before = len(program.screen.sent)
        assert await program.due(TEN_MINUTES - SECOND) == 0
        await program.due(TEN_MINUTES)
        assert len(program.screen.sent) == before + 1
        assert await program.due(TEN_MINUTES + 20 * HOUR) == 0

    tell(story)


def test_a_reminder_that_is_claimed_twice_is_said_once(tell: Tell) -> None:
    """A process that claimed it dies after the commit, or is only slow: another one claims it again."""

    async def story(program: Program) -> None:
        await program.talk(*RESTART)
        before = len(program.screen.sent)
        (wake,) = await program.store.claim(now=TEN_MINUTES, lease=LEASE, limit=9)
        assert wake.kind == "wake"
        await program.due(TEN_MINUTES + LEASE)
        # the slow one goes on with the job that it still believes to hold
        await program.receive(ANN, program.events[-1])
        settled = await program.store.settle(wake, now=program.now, lease=LEASE)
        assert not settled.struck
        assert await program.due(program.now + 2 * LEASE) == 0
        assert len(program.screen.sent) == before + 1

    tell(story)


def test_of_workers_that_look_at_the_same_moment_one_reminds(tell: Tell, book: Book) -> None:
    async def story(program: Program) -> None:
        await program.talk(*RESTART)
        workers = [Program(book, program.store) for _ in range(3)]
        await asyncio.gather(*(worker.due(TEN_MINUTES) for worker in workers))
        assert sum(len(worker.screen.sent) for worker in workers) == 1

    tell(story)


def test_a_reminder_whose_turn_could_not_be_stored_stays_owed(tell: Tell) -> None:
    def broken(_who: Address, _event: Event) -> None:
        raise TooManyConflicts

    async def story(program: Program) -> None:
        await program.talk(*RESTART)
        before = len(program.screen.sent)
        program.take_turn = broken
        await program.due(TEN_MINUTES)
        assert isinstance(program.outcomes[-1], Later)
        program.take_turn = lambda _who, _event: None
        await program.due(TEN_MINUTES + LEASE)
        assert len(program.screen.sent) == before + 1

    tell(story)


def test_a_reminder_that_was_answered_meanwhile_is_struck_out_in_silence(tell: Tell) -> None:
    async def story(program: Program) -> None:
        await program.talk(*RESTART, "still not")
        before, record = len(program.screen.sent), await program.store.load(ANN, now=START)
        await program.due(TEN_MINUTES)
        assert len(program.screen.sent) == before
        after = await program.store.load(ANN, now=START)
        assert decode_conversation(after.body) == decode_conversation(record.body)
        assert await program.due(TEN_MINUTES + 20 * HOUR) == 0

    tell(story)


# --- in an outage -----------------------------------------------------------------------------------------


class Away:
    """Stands for a store that cannot be reached."""

    def __getattr__(self, name: str) -> Callable[..., Awaitable[None]]:
        async def fail(*_args: object, **_named: object) -> None:
            raise StoreUnusable("unreachable", name)

        return fail


class Overtaken:
    """Stands for a store in which something happens between a turn's first look and its commit."""

    def __init__(self, store: Store, meanwhile: list[Callable[[], Awaitable[None]]]) -> None:
        self._store, self._meanwhile = store, meanwhile

    def __getattr__(self, name: str) -> object:
        return getattr(self._store, name)

    async def commit(self, *turn: Any, **rest: Any) -> Committed | Conflict | Duplicate:  # noqa: ANN401  the port's
        while self._meanwhile:
            await self._meanwhile.pop()()
        return await self._store.commit(*turn, **rest)


@pytest.mark.parametrize("words", [RESTART, PARKED, QUIET], ids=lambda words: words[-1])
def test_what_was_due_in_an_outage_comes_once_when_it_is_over(
    tell: Tell, book: Book, words: tuple[str, ...]
) -> None:
    async def story(program: Program) -> None:
        await program.talk(*words)
        before, cut_off = len(program.screen.sent), Program(book, cast("Store", Away()))
        for hours in range(0, 30, 5):
            with pytest.raises(StoreUnusable):
                await cut_off.due(START + hours * HOUR)
        for hours in (31, 32, 60, 700):
            await program.due(START + hours * HOUR)
            assert len(program.screen.sent) == before + 1

    tell(story)


@pytest.mark.parametrize("words", [RESTART, PARKED, QUIET], ids=lambda words: words[-1])
def test_an_answer_in_the_moment_of_firing_cancels_it(tell: Tell, book: Book, words: tuple[str, ...]) -> None:
    async def story(program: Program) -> None:
        await program.talk(*words)
        standing, sent = await stored(program), len(program.screen.sent)
        answer = Picked(EventId("answer"), standing.prompt, "not_yet")
        program.store = cast("Store", Overtaken(program.store, [lambda: program.receive(ANN, answer)]))
        await program.due(START + DAY)
        option = book.state(standing.place).option("not_yet")
        assert option is not None
        assert (await stored(program)).place == option.to
        assert len(program.screen.sent) == sent + 1, "the reply to the answer"

    tell(story)


def test_a_question_that_an_outage_brought_into_the_night_comes_in_the_morning(tell: Tell) -> None:
    async def story(program: Program) -> None:
        await program.talk(*QUIET)
        before, nine = len(program.screen.sent), datetime(2026, 3, 3, 0, 0, tzinfo=UTC)
        for at in (START + DAY + 11 * HOUR, nine - SECOND):
            await program.due(at)
            assert len(program.screen.sent) == before
        await program.due(nine)
        assert len(program.screen.sent) == before + 1

    tell(story)


def test_a_case_that_is_parked_is_taken_up_by_another_process_with_edited_flows(
    tell: Tell, book: Book
) -> None:
    """Its buttons work, too: what is asked is asked by the new flows."""

    async def story(program: Program) -> None:
        await program.talk(*PARKED)
        deployed = Program(_edited(book), program.store)
        await deployed.due(START + DAY)
        asked = await stored(deployed)
        assert asked.place == Place("iphone", "activation_check")
        await deployed.receive(ANN, Picked(EventId("press"), asked.prompt, "fixed"))
        assert (await stored(deployed)).place == Place("iphone", "solved")
        assert len(deployed.screen.sent) == 2

    tell(story)


async def stored(program: Program) -> Conversation:
    """Give Ann's conversation."""
    return decode_conversation((await program.store.load(ANN, now=program.now)).body)


def _edited(book: Book) -> Book:
    """Give the book with another version of each flow."""
    return replace(
        book, flows={name: replace(flow, version=f"{flow.version}2") for name, flow in book.flows.items()}
    )
