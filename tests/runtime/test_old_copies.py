"""Two workers, and a copy that is old: nothing is ignored, and nothing is shown, by what it says."""

import asyncio
from datetime import timedelta

import pytest

from adapters.store.memory.store import MemoryStore
from bot.codec import decode_job
from bot.dialogue.book import Book
from bot.events import Event, Invoked, Left, Opened, Said, Shared, StatusChanged, Woke
from bot.model import EventId, Job, Say, Wake, World
from bot.runtime.receive import LEASE, Received, receive
from tests.outside import ANN, START, world
from tests.runtime.copies import CopyingStore
from tests.runtime.test_home import look

LATER = START + timedelta(minutes=11)
CLEAR = world("clear")


class Two:
    """Two workers on one store; the first one's copy is as old as its last turn."""

    def __init__(self, book: Book) -> None:
        self.book = book
        shared = MemoryStore()
        self.old, self.new = CopyingStore(shared), CopyingStore(shared)
        self.number = 0

    def take(self, store: MemoryStore, event: Event, outside: World = CLEAR) -> Received:
        return asyncio.run(receive(store, self.book, ANN, event, outside))

    def id(self) -> EventId:
        self.number += 1
        return EventId(str(self.number))

    def stays_at_old_then_goes_on_at_new(
        self, first: Event, second: Event, outside: World = CLEAR
    ) -> Received:
        self.take(self.old, first, outside)
        return self.take(self.new, second, outside)


@pytest.fixture
def two(book: Book) -> Two:
    return Two(book)


def test_what_is_overheard_answers_the_question_that_stands_now(two: Two) -> None:
    """At an end nothing is overheard, at the step an answer is."""
    two.take(two.old, Opened(two.id(), "en", "iphone"))
    step = Opened(two.id(), "en", "iphone-restart")
    two.stays_at_old_then_goes_on_at_new(Said(two.id(), "stop"), step)
    assert two.take(two.old, Said(two.id(), "It works now", addressed=False)).outcome == "committed"
    assert two.take(two.old, Said(two.id(), "what a day", addressed=False)).outcome == "ignored"


def test_a_log_that_is_overheard_is_read_by_the_guide_that_runs_now(two: Two) -> None:
    log = "Serial Number (system): Not Available"
    two.stays_at_old_then_goes_on_at_new(Said(two.id(), "stop"), Opened(two.id(), "en", "mac"))
    assert two.take(two.old, Shared(two.id(), "log.txt", log, addressed=False)).outcome == "committed"


def test_a_reminder_reminds_of_the_prompt_that_stands_now(two: Two) -> None:
    step = Opened(two.id(), "en", "iphone-restart")
    two.stays_at_old_then_goes_on_at_new(Opened(two.id(), "en", "iphone"), step)
    (wake,) = (job for job in _due(two) if isinstance(job, Wake))
    said = two.take(two.old, Woke(two.id(), wake.prompt, wake.why), world("clear", LATER))
    assert said.outcome == "committed"
    assert [type(decode_job(owed.body)) for owed in said.owed] == [Say]


def test_whoever_asked_at_another_worker_is_told_the_news(two: Two) -> None:
    down, back = world("down"), world("clear", START + timedelta(hours=1))
    asked = Invoked(two.id(), "watch")
    two.stays_at_old_then_goes_on_at_new(Invoked(two.id(), "status"), asked, down)
    assert two.take(two.old, StatusChanged(two.id()), back).outcome == "committed"


def test_whoever_leaves_follows_nothing_more(two: Two) -> None:
    assert two.take(two.old, Left(two.id())).outcome == "ignored"
    two.take(two.new, Invoked(two.id(), "watch"), world("down"))
    assert two.take(two.old, Left(two.id())).outcome == "committed"
    followers = asyncio.run(two.old.followers("apple", limit=9, now=START))
    assert followers.addresses == ()


def test_the_overview_shows_what_another_worker_has_stored(two: Two, book: Book) -> None:
    two.stays_at_old_then_goes_on_at_new(Opened(two.id(), "en"), Invoked(two.id(), "watch"), world("down"))
    assert "unwatch" in [choice.id for choice in look(book, two.old).choices]
    asyncio.run(two.new.forget(ANN, two.id(), now=START, lease=LEASE))
    assert book.say("home.nothing_begun", "en") in look(book, two.old).text


def test_what_is_really_nothing_to_do_is_looked_up_once_and_not_stored(two: Two) -> None:
    two.take(two.old, Opened(two.id(), "en"))
    before = asyncio.run(two.old.load(ANN, now=START))
    received = two.take(two.old, Woke(two.id(), 99))
    assert (received.outcome, received.conflicts) == ("ignored", 0)
    assert asyncio.run(two.old.load(ANN, now=START)) == before


def _due(two: Two) -> list[Job]:
    """Settle all that is due at `LATER`, so that a new reply is owed at once."""
    due: list[Job] = []
    while owed := asyncio.run(two.new.claim(now=LATER, lease=LEASE, limit=9)):
        for each in owed:
            due.append(decode_job(each.body))
            asyncio.run(two.new.settle(each, now=LATER, lease=-LEASE))
    return due
