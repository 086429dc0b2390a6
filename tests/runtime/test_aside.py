"""What cannot be taken in is set aside: once, visibly, and so that whatever is behind it goes on."""

import asyncio
import time
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta

import structlog

from adapters.store.memory.store import MemoryStore
from bot.codec import decode_owed, encode_conversation
from bot.dialogue.book import Book
from bot.events import Again, Event, Left, Picked, Said, StatusChanged, Woke
from bot.model import Address, EventId
from bot.ports import Conflict, Damaged, Parked, Receive, Record, StoreUnusable
from bot.runtime.attention import Attention
from bot.runtime.metrics import Metrics
from bot.runtime.poller import Poller
from bot.runtime.worker import Platform, Worker
from tests.outside import ANN
from tests.runtime.test_worker import Chat, NoApple

BEN = Address("test", "chat", "ben")
LEASE = timedelta(seconds=30)


class Poisoned(MemoryStore):
    """A store in which everything about Ann goes wrong in some way while everybody else is served."""

    def __init__(self, raises: Callable[[], Exception] | None = None) -> None:
        super().__init__()
        self.raises: Callable[[], Exception] | None = raises or (lambda: Damaged("here"))
        self.probes_fail = False
        self.tries = 0

    async def load(self, address: Address, *, now: datetime) -> Record:
        if address == ANN and self.raises:
            self.tries += 1
            raise self.raises()
        return await super().load(address, now=now)

    async def probe(self, *, now: datetime) -> None:
        del now
        if self.probes_fail:
            raise StoreUnusable("full", "here")


class Contested(MemoryStore):
    """A store in which others are always quicker with Ann's conversation."""

    async def commit(self, address: Address, *args: object, **settings: object) -> object:  # type: ignore[override]
        if address == ANN:
            return Conflict(Record(0, b""))
        return await super().commit(address, *args, **settings)  # type: ignore[arg-type]


def lived(
    book: Book, store: MemoryStore, story: Callable[[Receive], Awaitable[None]]
) -> tuple[Chat, Metrics, list[str]]:
    """Have the story happen to a worker; give what was said, counted and logged as an error."""
    chat, metrics = Chat(story), Metrics()
    worker = Worker(
        *(book, store, Poller(store, NoApple()), UTC),
        platforms=[Platform("test", chat, chat)],
        metrics=metrics,
        stop=asyncio.Event(),
        monotonic=time.monotonic,
        random=lambda: 0.0,
        attention=Attention(20, time.monotonic),
    )
    with structlog.testing.capture_logs() as logged:
        asyncio.run(worker.run())
    return chat, metrics, [line["event"] for line in logged if line["log_level"] == "error"]


def said(number: int, text: str = "the words of the canary") -> Said:
    return Said(EventId(str(number)), text)


def parked(store: MemoryStore) -> list[Parked]:
    return list(asyncio.run(store.parked(now=datetime.now(UTC), limit=99)))


async def refused(receive: Receive, event: Event) -> bool:
    """Say whether the platform has to bring it again."""
    try:
        await receive(ANN, event)
    except Exception:  # noqa: BLE001  whatever it is, that is what it means
        return True
    return False


def test_a_damaged_conversation_costs_its_person_and_they_are_told(book: Book) -> None:
    store = Poisoned()

    async def story(receive: Receive) -> None:
        await receive(ANN, said(1))
        await receive(BEN, said(1, "iPhone"))

    chat, metrics, errors = lived(book, store, story)
    told = dict(chat.sent)
    assert book.say("turn.damaged", "ja") in told[ANN]
    assert book.say("turn.damaged", "en") in told[ANN]
    assert told[BEN]
    assert errors == ["event set aside"]
    assert b'events_set_aside_total{why="damaged"} 1.0' in metrics.text()
    (held,) = parked(store)
    assert (held.address, held.why) == (ANN, "damaged")
    assert decode_owed(held.body) == Again(ANN, "Said", None)
    assert b"canary" not in held.body


def test_an_event_that_comes_again_is_set_aside_and_told_once(book: Book) -> None:
    store = Poisoned()

    async def story(receive: Receive) -> None:
        for _ in range(3):
            await receive(ANN, said(1))

    chat, metrics, errors = lived(book, store, story)
    assert len(chat.sent) == len(parked(store)) == len(errors) == 1
    assert b'events_set_aside_total{why="damaged"} 1.0' in metrics.text()


def test_what_cannot_even_be_parked_is_told_and_logged_and_holds_up_nobody(book: Book) -> None:
    """Telegram brought it again for ever, and after a hundred more nobody else was heard."""

    class Rotten(Poisoned):
        async def set_aside(self, *_: object, **__: object) -> bool:
            raise Damaged("here")

    async def story(receive: Receive) -> None:
        assert not await refused(receive, said(1))
        await receive(BEN, said(1, "iPhone"))

    chat, _, errors = lived(book, Rotten(), story)
    assert {address for address, _ in chat.sent} == {ANN, BEN}
    assert errors == ["event cannot be parked", "event set aside"]


def test_whoever_said_nothing_is_told_nothing(book: Book) -> None:
    store = Poisoned()
    events = (
        Woke(EventId("wake:1"), 1),
        StatusChanged(EventId("status:1")),
        Left(EventId("left:1")),
        Said(EventId("1"), "overheard", addressed=False),
    )

    async def story(receive: Receive) -> None:
        for event in events:
            await receive(ANN, event)

    chat, _, _ = lived(book, store, story)
    assert chat.sent == []
    kept = [decode_owed(each.body) for each in parked(store)]
    assert [each.kind for each in kept if isinstance(each, Again)] == [type(each).__name__ for each in events]


def test_while_the_store_takes_nothing_at_all_nothing_is_set_aside(book: Book) -> None:
    store = Poisoned()
    store.probes_fail = True

    async def story(receive: Receive) -> None:
        assert [await refused(receive, said(1)) for _ in range(9)] == [True] * 9

    chat, _, errors = lived(book, store, story)
    assert (chat.sent, parked(store)) == ([], [])
    assert "event set aside" not in errors


def test_what_fails_for_any_other_reason_is_set_aside_after_a_few_tries(book: Book) -> None:
    for store in (Poisoned(lambda: StoreUnusable("unreachable", "here")), Contested()):

        async def story(receive: Receive) -> None:
            assert [await refused(receive, said(1)) for _ in range(3)] == [True, True, False]
            await receive(BEN, said(1, "iPhone"))

        chat, _, errors = lived(book, store, story)
        assert book.say("turn.failed", "en") in dict(chat.sent)[ANN]
        assert book.say("turn.damaged", "en") not in dict(chat.sent)[ANN]
        assert [each.why for each in parked(store)] == ["failed"]
        assert errors.count("event set aside") == 1


def test_tries_that_fail_because_the_store_is_away_do_not_count(book: Book) -> None:
    """An event that is brought again and again in an outage is taken in after it."""
    store = Poisoned(lambda: StoreUnusable("unreachable", "here"))
    store.probes_fail = True

    async def story(receive: Receive) -> None:
        assert all([await refused(receive, said(1)) for _ in range(9)])
        store.raises, store.probes_fail = None, False
        assert not await refused(receive, said(1))

    _, _, errors = lived(book, store, story)
    assert parked(store) == []
    assert "event set aside" not in errors


def test_an_event_that_was_set_aside_is_taken_in_again_when_an_operator_says_so(book: Book) -> None:
    store = Poisoned()

    async def break_down(receive: Receive) -> None:
        await receive(BEN, said(1, "iPhone"))
        await receive(ANN, Picked(EventId("1"), 1, "help"))

    async def go_on(receive: Receive) -> None:
        del receive
        async with asyncio.timeout(30):
            while not chat.sent:
                chat.shown.clear()
                await chat.shown.wait()

    lived(book, store, break_down)
    store.raises = None
    (held,) = parked(store)
    assert asyncio.run(store.unpark(held.id, now=datetime.now(UTC)))
    chat = Chat(go_on)
    worker = Worker(
        *(book, store, Poller(store, NoApple()), UTC),
        platforms=[Platform("test", chat, chat)],
        metrics=Metrics(),
        stop=asyncio.Event(),
        monotonic=time.monotonic,
        random=lambda: 0.0,
    )
    worker._stop = asyncio.Event()
    asyncio.run(_until_told(worker, chat))
    assert [address for address, _ in chat.sent] == [ANN]
    assert parked(store) == []


async def _until_told(worker: Worker, chat: Chat) -> None:
    async with asyncio.timeout(30):
        await worker.run()
    assert chat.sent


def test_a_reminder_for_an_unreadable_conversation_says_nothing_and_is_parked(book: Book) -> None:
    store = MemoryStore()
    asyncio.run(store.commit(ANN, 0, EventId("0"), b"\xff", [], now=datetime.now(UTC), lease=LEASE))

    async def story(receive: Receive) -> None:
        await receive(ANN, Woke(EventId("wake:1"), 1))

    chat, _, _ = lived(book, store, story)
    assert chat.sent == []
    assert [each.why for each in parked(store)] == ["damaged"]


def test_whose_conversation_cannot_be_read_hears_how_to_begin_anew(book: Book) -> None:
    mixed_up = encode_conversation(book.begin(BEN, "en"))
    for body, advised in ((b"\xff", True), (b'{"f": 99}', False), (mixed_up, True)):
        store = MemoryStore()
        asyncio.run(store.commit(ANN, 0, EventId("0"), body, [], now=datetime.now(UTC), lease=LEASE))

        async def story(receive: Receive) -> None:
            await receive(ANN, said(1))

        chat, _, _ = lived(book, store, story)
        assert (book.say("turn.damaged", "en") in chat.sent[0][1]) == advised


def test_whoever_floods_a_damaged_conversation_is_heard_no_longer(book: Book) -> None:
    store = Poisoned()

    async def story(receive: Receive) -> None:
        for number in range(100):
            await receive(ANN, said(number))

    _, metrics, errors = lived(book, store, story)
    assert 40 <= len(errors) < 50
    assert b'overflow_total{why="spent"}' in metrics.text()
