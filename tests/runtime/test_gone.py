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
from tests.outside import ANN
from tests.runtime.test_worker import Chat, live, said

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


def test_a_redelivery_finds_nothing_and_says_so(book: Book) -> None:
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


@pytest.mark.parametrize(
    ("faults", "times"),
    [
        ((TryLater(timedelta()), Unsure()), 1),
        ((TryLater(timedelta()),) * 3, 0),
        ((Refused("blocked"),), 0),
    ],
    ids=["a few tries", "and no more", "refused"],
)
def test_it_is_told_with_a_few_tries_and_nothing_is_stored_for_it(
    book: Book, faults: tuple[Exception, ...], times: int
) -> None:
    store, chat = MemoryStore(), Moody(story_of(language="en")).meet(*faults)
    with structlog.testing.capture_logs() as logged:
        live(book, store, chat)
    assert len(chat.sent) == times
    assert [line["event"] for line in logged] == ["forgotten without being told"] * (1 - times)
    assert loaded(store).version == 0


def test_a_wish_that_the_store_could_not_grant_is_refused(book: Book) -> None:
    async def away(_: Address) -> None:
        raise StoreUnusable("unreachable", "the store")

    async def story(receive: Receive) -> None:
        store.forget = away  # type: ignore[method-assign, assignment]
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
    now = datetime.now(UTC)
    begun = replace(book.begin(ANN, "en"), topics=("apple",))
    body, lease = encode_conversation(begun), timedelta(seconds=1)
    asyncio.run(store.commit(ANN, 0, EventId("first"), body, [], topics=["apple"], now=now, lease=lease))
    with structlog.testing.capture_logs():
        live(book, store, chat)
    assert decode_conversation(loaded(store).body).topics == ()
    assert asyncio.run(store.followers("apple", limit=9, now=now)).addresses == ()
    parked = asyncio.run(store.parked(now=datetime.now(UTC), limit=9))
    assert {each.why for each in parked} == {"blocked"}
