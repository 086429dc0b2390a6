"""What the chat says by itself while it is open: news of Apple, and what a step reminds of."""

import asyncio
import re
import signal
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from threading import Event

import pytest

from adapters.apple.client import AppleStatus
from adapters.store.memory.store import MemoryStore
from bot.app import App
from bot.console_session import ConsoleSession
from bot.dialogue.book import Book
from bot.events import Opened
from bot.model import Address, EventId, Language, Reply
from bot.runtime.poller import Poller
from tests.commands.program import DEADLINE, NOWHERE, Line, chat
from tests.commands.terminal import CTRL_C, CTRL_D, ENTER, Terminal, terminal
from tests.live import OUTAGE, feed
from tests.wire import apple as wire
from tests.wire.apple import AppleServer, apple

BACK = {"ja": "お待たせしました", "en": "Good news"}
WATCHING = {"ja": "わかりました。", "en": "All right!"}
WATCH = {"ja": "復旧したら知らせて", "en": "tell me when it’s back"}
STATUS = {"ja": "状況", "en": "status"}


@pytest.fixture
def ill_apple() -> Iterator[AppleServer]:
    """Give a server on which iMessage is down, as yet."""
    with apple(wire.document(feed(OUTAGE))) as server:
        yield server


@pytest.fixture
def store(tmp_path: Path) -> str:
    """Give the address of a store that does not exist yet."""
    return f"sqlite://{tmp_path}/store.db"


def watches(window: Terminal, language: Language) -> None:
    """Ask to be told when it is back."""
    window.question()
    window.answer(STATUS[language])
    assert WATCHING[language] in window.answer(WATCH[language])


def asked(server: AppleServer, answer: wire.Answer, times: int) -> Event:
    """Have Apple answer so from now on, and give what is set once it was asked so many times."""
    enough, left = Event(), [times]

    def answered(request: wire.Request) -> Iterable[bytes | float]:
        left[0] -= 1
        if left[0] <= 0:
            enough.set()
        return answer(request)

    server.answer = answered
    return enough


@pytest.mark.parametrize("language", ["ja", "en"])
def test_news_stands_above_the_line_that_is_being_typed_and_leaves_it_whole(
    ill_apple: AppleServer, language: Language
) -> None:
    half, rest = STATUS[language][:1], STATUS[language][1:]
    arguments = ("chat", "--store", "memory", "--lang", language)
    with terminal(*arguments, APPLE_STATUS_URL=ill_apple.url, APPLE_STATUS_SECONDS="1") as window:
        watches(window, language)
        window.type(half)
        window.wait_for(re.compile(half))
        ill_apple.answer = wire.document(feed())
        window.wait_for(re.compile(f"{BACK[language]}.*› {half}", re.DOTALL))
        window.type(rest + ENTER)
        assert "🟢 iMessage" in window.question()
        window.type(CTRL_D)
        assert window.end() == 0
        assert window.echoes


def test_what_was_told_is_told_once_and_what_was_not_after_a_kill(ill_apple: AppleServer, store: str) -> None:
    arguments = ("chat", "--store", store)
    with terminal(*arguments, APPLE_STATUS_URL=ill_apple.url, APPLE_STATUS_SECONDS="1") as window:
        watches(window, "en")
        window.process.kill()
        assert window.end() == -signal.SIGKILL
    ill_apple.answer = wire.document(feed())
    with terminal(*arguments, APPLE_STATUS_URL=ill_apple.url, APPLE_STATUS_SECONDS="1") as window:
        window.wait_for(re.compile(f"{BACK['en']}.*›", re.DOTALL))
        window.answer("status")
        window.process.kill()
        assert window.end() == -signal.SIGKILL
    with terminal(*arguments, APPLE_STATUS_URL=ill_apple.url, APPLE_STATUS_SECONDS="1") as window:
        window.question()
        window.answer("status")
        window.type(CTRL_C)
        assert window.end() == 0
        assert BACK["en"].encode() not in window.raw


def test_ctrl_c_while_apple_is_silent_leaves_at_once(ill_apple: AppleServer) -> None:
    with terminal(
        "chat", "--store", "memory", APPLE_STATUS_URL=ill_apple.url, APPLE_STATUS_SECONDS="1"
    ) as window:
        watches(window, "en")
        assert asked(ill_apple, wire.silent(), 1).wait(DEADLINE)
        window.type(CTRL_C)
        assert window.end() == 0
        assert window.echoes


# --- for programs, time passes by `wait` ------------------------------------------------------------------


def test_a_wait_tells_what_has_changed_once(ill_apple: AppleServer, store: str) -> None:
    with chat("--store", store, APPLE_STATUS_URL=ill_apple.url) as talk:
        talk.say("status")
        talk.pick("watch")
        assert talk.send({"wait": 300})["replies"] == []
        ill_apple.answer = wire.document(feed())
        assert talk.send({"wait": 30})["replies"] == []
        assert _texts(talk.send({"wait": 120})) == [BACK["en"]]
        assert talk.send({"wait": 300})["replies"] == []


def test_a_wait_counts_for_the_next_chat_too(ill_apple: AppleServer, store: str) -> None:
    with chat("--store", store, APPLE_STATUS_URL=ill_apple.url) as talk:
        talk.say("status")
        talk.pick("watch")
        talk.send({"wait": 3600})
    ill_apple.answer = wire.document(feed())
    with chat("--store", store, APPLE_STATUS_URL=ill_apple.url) as talk:
        assert _texts(talk.send({"wait": 120})) == [BACK["en"]]


def test_who_does_not_follow_costs_apple_nothing_while_they_wait(ill_apple: AppleServer) -> None:
    with chat("--store", "memory", APPLE_STATUS_URL=ill_apple.url) as talk:
        talk.say("status")
        asked = len(ill_apple.requests)
        talk.send({"wait": 3600})
        assert len(ill_apple.requests) == asked


def test_however_long_the_wait_apple_is_asked_no_oftener_than_a_change_needs(ill_apple: AppleServer) -> None:
    with chat("--store", "memory", APPLE_STATUS_URL=ill_apple.url) as talk:
        talk.say("status")
        talk.pick("watch")
        asked = len(ill_apple.requests)
        talk.send({"wait": 24 * 3600})
        assert len(ill_apple.requests) <= asked + 6


def _texts(line: Line) -> list[str]:
    return [reply["text"][: len(BACK["en"])] for reply in line["replies"]]


# --- what is due ------------------------------------------------------------------------------------------


def test_a_reminder_comes_by_itself_and_counts_as_said_when_it_is_on_the_screen(book: Book) -> None:
    shown = asyncio.run(_listens_at_the_restart_step(book))
    assert [reply.text for reply in shown] == [shown[0].text] * 2
    assert "After the restart" in shown[0].text


async def _listens_at_the_restart_step(book: Book) -> list[Reply]:
    """Be reminded once in vain, because the screen fails, and then for good."""
    store, clock = MemoryStore(), [datetime(2026, 12, 28, 3, 0, tzinfo=UTC)]
    app = App(book, store, Poller(store, AppleStatus(NOWHERE)), UTC)
    session = ConsoleSession(app, "ann", "en", lambda: clock[0], insists=False)
    link = Opened(EventId("1"), start="en-iphone-restart")
    await app.receive(Address("console", "ann", "ann"), link, now=clock[0])
    clock[0] += timedelta(minutes=1)
    await session.open()
    clock[0] += timedelta(minutes=9)
    shown: list[Reply] = []
    for _ in range(2):
        stop = asyncio.Event()

        async def show(reply: Reply) -> None:
            stop.set()  # noqa: B023  of this round
            shown.append(reply)
            if len(shown) == 1:
                raise OSError

        await asyncio.wait_for(session.listen(show, stop), 30)
        clock[0] += timedelta(minutes=5)
    await app.close()
    return shown
