"""People who leave: they are forgotten when they ask for it, and follow nothing once they have blocked us."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta

import pytest
import structlog

from adapters.store.memory.store import MemoryStore
from bot.codec import decode_conversation, encode_conversation
from bot.dialogue.book import Book
from bot.events import ForgetMe
from bot.model import Address, EventId, Language, Reply
from bot.ports import Gone, Receive, Record, Refused, StoreUnusable, TryLater, Unsure
from bot.replace import replace
from bot.runtime.metrics import Metrics
from bot.runtime.poller import Poller
from bot.runtime.worker import Platform, Worker
from tests.outside import ANN
from tests.runtime.test_worker import Chat, NoApple, live, said
from tests.runtime.virtual_time import StoreInTime, play, seconds

CARD = Address(ANN.platform, f"{ANN.chat}/card", ANN.person)

Story = Callable[[Receive], Awaitable[None]]


class Moody(Chat):
    """A chat that answers each send with the next of these faults, and then with none."""

    def meet(self, *faults: Exception) -> "Moody":
        self.faults = list(faults)
        return self

    async def send(self, address: Address, reply: Reply, *, key: str, attempt: int) -> None:
        if self.faults:
            raise self.faults.pop(0)
        await super().send(address, reply, key=key, attempt=attempt)


def forget_me(number: int, language: Language | None = None) -> ForgetMe:
    return ForgetMe(EventId(f"forget:{number}"), language, origin="there")


def story_of(*words: str, forget: int = 1, language: Language | None = None) -> Story:
    async def story(receive: Receive) -> None:
        for number, word in enumerate(words):
            await receive(ANN, said(number, word))
        for number in range(forget):
            await receive(ANN, forget_me(number, language))

    return story


def virtual_worker(book: Book, store: StoreInTime, chat: Chat) -> Worker:
    """Give a worker whose time passes at once."""
    return Worker(
        *(book, store, Poller(store, NoApple()), UTC),
        platforms=[Platform("test", chat, chat)],
        metrics=Metrics(),
        stop=asyncio.Event(),
        monotonic=seconds,
        random=lambda: 0.5,
    )


def loaded(store: MemoryStore) -> Record:
    return asyncio.run(store.load(ANN, now=datetime.now(UTC)))


def test_what_is_on_its_way_comes_before_somebody_is_told_that_they_are_forgotten(book: Book) -> None:
    chat = Chat(story_of("iPhone"), delay=0.01)
    live(book, MemoryStore(), chat)
    assert [text == book.say("forget.done", "en") for _, text in chat.sent] == [False, True]


def test_everything_is_deleted_and_said_in_the_language_of_the_conversation(book: Book) -> None:
    store, chat = MemoryStore(), Moody(story_of("メッセージ", language="en")).meet()
    counted = live(book, store, chat)
    assert (ANN, book.say("forget.done", "ja")) in chat.sent
    assert loaded(store) == Record(0, b"")
    assert asyncio.run(store.backlog(now=datetime.now(UTC))).waiting == 0
    assert 'imessage_support_turns_total{outcome="forgotten"} 1.0' in counted


@pytest.mark.parametrize("begun", [(ANN,), (CARD,), (ANN, CARD)], ids=["here", "elsewhere", "both"])
def test_what_is_stored_elsewhere_goes_with_it_and_is_told_once(
    book: Book, begun: tuple[Address, ...]
) -> None:
    async def story(receive: Receive) -> None:
        for number, address in enumerate(begun):
            await receive(address, said(number, "iPhone"))
        await receive(ANN, ForgetMe(EventId("forget"), "en", also=(CARD,)))

    store, chat = MemoryStore(), Moody(story).meet()
    live(book, store, chat)
    words = {book.say(f"forget.{name}", "en") for name in ("done", "nothing")}
    told = [text for _, text in chat.sent if text in words]
    assert told == [book.say("forget.done", "en")]
    assert [asyncio.run(store.load(each, now=datetime.now(UTC))).version for each in (ANN, CARD)] == [0, 0]


def test_a_second_wish_finds_nothing_and_says_so(book: Book) -> None:
    store, chat = MemoryStore(), Moody(story_of("iPhone", forget=2)).meet()
    live(book, store, chat)
    both = "\n\n".join(book.say("forget.nothing", language) for language in ("ja", "en"))
    texts = [text for _, text in chat.sent]
    assert [text for text in texts if "forget" in text or text in (both, book.say("forget.done", "en"))] == [
        book.say("forget.done", "en"), both,
    ]  # fmt: skip
    assert loaded(store).version == 0


def test_a_stranger_is_told_in_the_language_of_the_event(book: Book) -> None:
    chat = Moody(story_of(language="ja")).meet()
    live(book, MemoryStore(), chat)
    assert chat.sent == [(ANN, book.say("forget.nothing", "ja"))]


@pytest.mark.parametrize("also", [(), (CARD,)], ids=["here", "elsewhere too"])
def test_a_redelivered_wish_is_a_duplicate_and_leaves_what_was_begun_since(
    book: Book, also: tuple[Address, ...]
) -> None:
    async def story(receive: Receive) -> None:
        wish = ForgetMe(EventId("forget"), "en", also=also)
        for number in (0, 1):
            for address in (ANN, *also):
                await receive(address, said(number, "iPhone"))
            await receive(ANN, wish)

    store, chat = MemoryStore(), Moody(story).meet()
    counted = live(book, store, chat)
    assert [text for _, text in chat.sent].count(book.say("forget.done", "en")) == 1
    assert 'imessage_support_turns_total{outcome="duplicate"} 1.0' in counted
    for each in (ANN, *also):
        assert asyncio.run(store.load(each, now=datetime.now(UTC))).version == 1


def test_a_wish_that_was_granted_by_half_is_granted_to_its_end_and_told_as_done(book: Book) -> None:
    """The process died between the two addresses: what was begun at the first since then stays."""

    async def story(receive: Receive) -> None:
        await store.forget(CARD, EventId("forget"), now=datetime.now(UTC), lease=timedelta())
        await receive(CARD, said(1, "iPhone"))
        await receive(ANN, ForgetMe(EventId("forget"), "en", also=(CARD,)))

    store = MemoryStore()
    chat = Moody(story).meet()
    live(book, store, chat)
    assert chat.sent[-1] == (ANN, book.say("forget.done", "en"))
    assert asyncio.run(store.load(CARD, now=datetime.now(UTC))).version == 1


def test_what_is_stored_goes_also_where_it_cannot_be_read(book: Book) -> None:
    store, chat = MemoryStore(), Moody(story_of(language="ja")).meet()
    turn = (ANN, 0, EventId("broken"), b"\xff")
    asyncio.run(store.commit(*turn, [], now=datetime.now(UTC), lease=timedelta()))
    live(book, store, chat)
    assert chat.sent == [(ANN, book.say("forget.done", "ja"))]
    assert loaded(store).version == 0


def test_the_answer_is_tried_again_as_any_reply_and_then_nothing_is_left(book: Book) -> None:
    async def story(receive: Receive) -> None:
        await receive(ANN, forget_me(1, "en"))
        await asyncio.sleep(300)

    store, chat = StoreInTime(), Moody(story).meet(TryLater(timedelta(seconds=20)), Unsure(), TryLater())
    play(virtual_worker(book, store, chat).run())
    assert chat.sent == [(ANN, book.say("forget.nothing", "en"))]
    assert (store._turns, store._lanes.jobs, store._parked) == ({}, {}, {})


def test_an_answer_that_is_refused_is_parked_as_any_reply(book: Book) -> None:
    store, chat = MemoryStore(), Moody(story_of(language="en")).meet(Refused("refused"))
    with structlog.testing.capture_logs() as logged:
        live(book, store, chat)
    (parked,) = asyncio.run(store.parked(now=datetime.now(UTC), limit=9))
    assert (chat.sent, parked.why, loaded(store).version) == ([], "refused", 0)
    assert [line["event"] for line in logged] == ["not delivered"]


def test_many_who_are_forgotten_at_once_are_told_within_the_limit_of_the_platform(book: Book) -> None:
    """They were all told in the same second, whatever the platform permits."""
    pause, times = timedelta(seconds=1) / 25, list[float]()

    class Noting(Chat):
        async def send(self, address: Address, reply: Reply, *, key: str, attempt: int) -> None:
            times.append(seconds())
            await super().send(address, reply, key=key, attempt=attempt)

    async def story(receive: Receive) -> None:
        people = [Address("test", str(number), "ann") for number in range(200)]
        await asyncio.gather(*(receive(who, forget_me(1, "en")) for who in people))
        await asyncio.sleep(60)

    play(virtual_worker(book, StoreInTime(), Noting(story, bot_pause=pause)).run())
    busiest = max(sum(at <= each < at + 1 for each in times) for at in times)
    assert (len(times), busiest <= 26) == (200, True)


def test_a_wish_that_the_store_could_not_grant_is_refused(book: Book) -> None:
    async def away(*_: object, **__: object) -> None:
        raise StoreUnusable("unreachable", "the store")

    async def story(receive: Receive) -> None:
        store.forget = away  # type: ignore[method-assign]
        with pytest.raises(StoreUnusable):
            await receive(ANN, forget_me(1))

    store, chat = MemoryStore(), Moody(story).meet()
    live(book, store, chat)
    assert chat.sent == []


def test_whoever_blocked_us_follows_nothing_more(book: Book) -> None:
    async def story(receive: Receive) -> None:
        await receive(ANN, said(1, "iPhone"))
        await receive(ANN, said(2, "help"))

    store, chat = MemoryStore(), Moody(story).meet(Gone("blocked"), Gone("blocked"))
    at = datetime.now(UTC)
    begun = replace(book.begin(ANN, "en"), topics=("apple",))
    body, lease = encode_conversation(begun), timedelta(seconds=1)
    asyncio.run(store.commit(ANN, 0, EventId("first"), body, [], topics=["apple"], now=at, lease=lease))
    with structlog.testing.capture_logs():
        live(book, store, chat)
    assert decode_conversation(loaded(store).body).topics == ()
    assert asyncio.run(store.followers("apple", limit=9, now=at)).addresses == ()
    parked = asyncio.run(store.parked(now=datetime.now(UTC), limit=9))
    assert {each.why for each in parked} == {"blocked"}
