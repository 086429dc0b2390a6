"""A conversation that was broken off goes on where it was, and a store that cannot be used is told kindly."""

import asyncio
import signal
import sqlite3
from collections.abc import Callable
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

import pytest

from adapters.apple.client import AppleStatus
from adapters.store.sqlite.store import SqliteStore
from bot.app import App
from bot.dialogue.book import Book
from bot.events import Said
from bot.model import Address, EventId, Language
from bot.runtime.poller import Poller
from tests.commands.conftest import Run
from tests.commands.program import NOWHERE, Line, chat
from tests.commands.terminal import terminal
from tests.wire.apple import AppleServer


@pytest.fixture
def store(tmp_path: Path) -> str:
    """Give the address of a store that does not exist yet."""
    return f"sqlite://{tmp_path}/store.db"


def opened(inside: Run, store: str, *arguments: str) -> Line:
    """Start the chat and give its opening line."""
    done = inside("chat", "--json", "--store", store, *arguments)
    assert (done.code, done.err, len(done.json)) == (0, "", 1)
    return done.json[0]


# --- broken off -------------------------------------------------------------------------------------------


def test_a_chat_that_is_killed_goes_on_where_it_was(
    inside: Run, healthy_apple: AppleServer, store: str
) -> None:
    with chat("--store", store, APPLE_STATUS_URL=healthy_apple.url) as talk:
        talk.say("iphone")
        before = talk.pick("page_opens")
        talk.process.kill()
        talk.process.wait()
    after = opened(inside, store)
    assert (after["flow"], after["state"]) == ("iphone", "internet")
    assert after["replies"][-1]["choices"] == before["replies"][-1]["choices"]


def test_a_terminal_that_is_killed_goes_on_where_it_was(
    inside: Run, healthy_apple: AppleServer, store: str
) -> None:
    arguments = ("chat", "--lang", "ja", "--store", store)
    with terminal(*arguments, APPLE_STATUS_URL=healthy_apple.url) as window:
        window.question()
        window.answer("mac")
        window.answer("1")
        window.process.kill()
        assert window.end() == -signal.SIGKILL
    with terminal(*arguments, APPLE_STATUS_URL=healthy_apple.url) as window:
        window.question()
        window.answer("2")
        window.process.kill()
    assert (opened(inside, store)["flow"], opened(inside, store)["state"]) == ("mac", "date_time")


def test_what_was_stored_but_not_said_before_a_crash_is_said_first(
    inside: Run, book: Book, tmp_path: Path, store: str
) -> None:
    path = tmp_path / "store.db"

    async def crash_before_the_answer() -> None:
        store = SqliteStore(path)
        app = App(book, store, Poller(store, AppleStatus(NOWHERE)), UTC)
        said = Said(EventId("1"), "mac")
        received = await app.receive(Address("console", "ann", "ann"), said, now=datetime.now(UTC))
        assert received.owed
        await app.close()

    asyncio.run(crash_before_the_answer())
    line = opened(inside, store, "--as", "ann")
    assert (line["flow"], line["state"], len(line["replies"])) == ("mac", "apple_status", 1)
    again = opened(inside, store, "--as", "ann")
    assert (again["state"], len(again["replies"])) == ("apple_status", 1)


def test_a_conversation_that_has_ended_begins_afresh(inside: Run, store: str) -> None:
    done = inside("chat", "--json", "--store", store, stdin=b'{"text":"mac"}\n{"pick":"stop"}\n')
    assert done.json[-1]["ended"] is True
    assert opened(inside, store)["state"] == "which_device"


# --- who and in which language ----------------------------------------------------------------------------


def test_two_names_have_two_conversations_in_one_store(inside: Run, store: str) -> None:
    for name, device in (("ann", "mac"), ("ベン", "iphone")):
        inside("chat", "--json", "--store", store, "--as", name, stdin=f'{{"text":"{device}"}}'.encode())
    assert [opened(inside, store, "--as", name)["flow"] for name in ("ann", "ベン", "cem")] == [
        "mac",
        "iphone",
        "start",
    ]


def test_the_language_stays_unless_another_one_is_asked_for(inside: Run, store: str) -> None:
    inside("chat", "--json", "--store", store, "--lang", "ja", stdin=b'{"text":"mac"}')
    lines = [opened(inside, store, *lang) for lang in ((), ("--lang", "en"), (), ("--lang", "ja"))]
    assert [line["language"] for line in lines] == ["ja", "en", "en", "ja"]
    assert {(line["flow"], line["state"]) for line in lines} == {("mac", "apple_status")}


# --- where it is kept -------------------------------------------------------------------------------------


@pytest.mark.parametrize("folder", ["data", "new/und neu/データ"])
def test_the_store_is_in_the_users_data_folder(inside: Run, tmp_path: Path, folder: str) -> None:
    data = tmp_path / folder
    assert inside("chat", "--json", XDG_DATA_HOME=str(data)).code == 0
    assert (data / "imessage-support" / "conversations.db").is_file()


def test_memory_leaves_nothing_behind(inside: Run, tmp_path: Path) -> None:
    inside("chat", "--json", "--store", "memory", stdin=b'{"text":"mac"}', XDG_DATA_HOME=str(tmp_path))
    assert list(tmp_path.iterdir()) == []


def test_a_store_in_use_is_told_and_left_alone(inside: Run, store: str) -> None:
    with chat("--store", store) as talk:
        second = inside("chat", "--json", "--store", store)
        assert (second.code, second.out, second.err.count("\n")) == (1, "", 1)
        assert talk.say("mac")["flow"] == "mac"


def no_database(path: Path) -> None:
    path.write_text("Dear diary\n" * 100)


def somebody_elses_database(path: Path) -> None:
    with closing(sqlite3.connect(path)) as database:
        database.execute("CREATE TABLE diary (day, words)")
        database.commit()


def newer_format(path: Path) -> None:
    asyncio.run(SqliteStore(path).close())
    with closing(sqlite3.connect(path)) as database:
        database.execute("PRAGMA user_version = 99")
        database.commit()


def cut_off(path: Path) -> None:
    asyncio.run(SqliteStore(path).close())
    path.write_bytes(path.read_bytes()[:5000])


@pytest.mark.parametrize("language", ["ja", "en"])
@pytest.mark.parametrize("spoil", [no_database, somebody_elses_database, newer_format, cut_off])
def test_a_file_that_is_no_store_is_told_in_one_line_and_left_as_it_was(
    inside: Run, tmp_path: Path, spoil: Callable[[Path], None], language: Language
) -> None:
    path = tmp_path / "store.db"
    spoil(path)
    before = path.read_bytes()
    done = inside("chat", "--store", f"sqlite://{path}", "--lang", language)
    assert (done.code, done.out, done.err.count("\n")) == (1, "", 1)
    assert str(path) in done.err
    assert ("ファイル" in done.err) == (language == "ja")
    assert path.read_bytes() == before


@pytest.mark.parametrize("path", ["/proc/nothing/store.db", "/dev/null/store.db", "/", "/dev/null"])
def test_a_place_that_cannot_hold_a_store_is_told_in_one_line(inside: Run, path: str) -> None:
    done = inside("chat", "--json", "--store", f"sqlite://{path}")
    assert done.code in (1, 2)
    assert (done.out, done.err.count("\n")) == ("", 1)


@pytest.mark.parametrize(
    "body", [b"", b"\xff", b"{}", b'{"f": 99}', b'{"f": 1}', b"[" * 100_000], ids=lambda body: repr(body[:9])
)
def test_a_stored_conversation_that_cannot_be_read_is_told_and_left_as_it_was(
    inside: Run, tmp_path: Path, store: str, body: bytes
) -> None:
    opened(inside, store)
    with closing(sqlite3.connect(tmp_path / "store.db")) as database:
        database.execute("UPDATE conversations SET body = ?", (body,))
        database.commit()
    done = inside("chat", "--json", "--store", store)
    assert (done.code, done.out, done.err.count("\n")) == (1, "", 1)
    with closing(sqlite3.connect(tmp_path / "store.db")) as database:
        assert database.execute("SELECT body FROM conversations").fetchall() == [(body,)]


# --- damage in the file -----------------------------------------------------------------------------------


def damaged(path: Path, statement: str) -> None:
    with closing(sqlite3.connect(path, isolation_level=None)) as database:
        database.execute(statement)


def test_a_conversation_that_another_program_damaged_is_told_kindly_and_others_begin(
    inside: Run, healthy_apple: AppleServer, store: str, tmp_path: Path
) -> None:
    with chat("--store", store, "--as", "ann", APPLE_STATUS_URL=healthy_apple.url) as talk:
        talk.say("iphone")
    damaged(tmp_path / "store.db", "UPDATE conversations SET body = 'text'")
    done = inside("chat", "--json", "--store", store, "--as", "ann")
    assert done.code == 1
    assert "--as NAME" in done.err
    assert "Traceback" not in done.err
    assert opened(inside, store, "--as", "ben")["replies"]


def test_somebody_elses_damaged_reminder_ends_nobodys_chat(
    inside: Run, healthy_apple: AppleServer, store: str, tmp_path: Path
) -> None:
    with chat("--store", store, "--as", "ann", APPLE_STATUS_URL=healthy_apple.url) as talk:
        talk.say("iphone")
        talk.pick("page_opens")
    damaged(tmp_path / "store.db", "UPDATE conversations SET body = 'text'")
    damaged(tmp_path / "store.db", "UPDATE jobs SET at = 0, free_at = 0")
    assert opened(inside, store, "--as", "ben")["replies"]
    assert [
        line["why"] for line in inside("parked", "--json", IMESSAGE_SUPPORT_STORE=f"{tmp_path}/store.db").json
    ]
