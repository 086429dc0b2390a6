"""Talk with the assistant in this terminal; it remembers where you were."""

import argparse
import asyncio
import getpass
import os
import sys
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

from adapters.apple.client import APPLE_STATUS_URL, AppleStatus
from adapters.console.lines import chat_lines
from adapters.store.memory import MemoryStore
from bot.app import App, ConsoleSession
from bot.codec import NewerFormat, Unreadable
from bot.commands.locale import add_language, language
from bot.dialogue.book import Book
from bot.flowfiles import load_book
from bot.model import Language
from bot.ports import Store, StoreUnusable
from bot.runtime.status import StatusWatch
from bot.settings import read_settings


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the arguments of this command."""
    add_language(parser)
    parser.add_argument(
        "--store",
        metavar="URL",
        type=_store_url,
        default=None,
        help="memory, or sqlite:///absolute/path (default: a file in your user data folder)",
    )
    parser.add_argument("--as", dest="name", metavar="NAME", help="whose conversation it is (default: yours)")
    parser.add_argument("--json", action="store_true", help="one JSON object a line each way, for programs")


def run(options: argparse.Namespace) -> int:
    """Talk until the input ends or the person leaves."""
    settings, spoken = read_settings(os.environ), language(options, os.environ)
    book = load_book(settings.flows)
    try:
        with asyncio.Runner() as runner:
            store = _open_store(options.store)
            source = AppleStatus(settings.apple_status_url or APPLE_STATUS_URL)
            app = App(book, store, StatusWatch(source), datetime.now().astimezone().tzinfo or UTC)
            try:
                session = ConsoleSession(app, options.name or _user(), spoken, lambda: datetime.now(UTC))
                if options.lang:
                    runner.run(session.speak(options.lang))
                _talk(options, book, spoken, session, runner)
            finally:
                runner.run(app.close())
    except StoreUnusable as error:
        text = book.say(f"store.{error.fault}", spoken).replace("{where}", error.where)
        return _fail(text)
    except NewerFormat:
        return _fail(book.say("console.stored_newer", spoken))
    except Unreadable:
        return _fail(book.say("console.stored_unreadable", spoken))
    return 0


def _talk(
    options: argparse.Namespace, book: Book, spoken: Language, session: ConsoleSession, runner: asyncio.Runner
) -> None:
    if options.json:
        runner.run(chat_lines(session, _lines(), sys.stdout.buffer))
        return
    from adapters.console.screen import PHRASES, chat_screen  # noqa: PLC0415  slow to import, needless for JSON

    phrases = {key: book.say(key, spoken) for key in PHRASES}
    if options.store == "memory":
        phrases["console.saved"] = book.say("console.closed", spoken)
    chat_screen(session, phrases, runner)


def _lines() -> Iterator[bytes]:
    while line := sys.stdin.buffer.readline():
        if line.strip():
            yield line


def _store_url(url: str) -> str | Path:
    if url == "memory":
        return url
    scheme, _, path = url.partition("://")
    if scheme != "sqlite" or not path.startswith("/") or path.endswith("/"):
        raise argparse.ArgumentTypeError(f"use memory or sqlite:///absolute/path, not {url}")
    return Path(path)


def _open_store(url: str | Path | None) -> Store:
    if url == "memory":
        return MemoryStore()
    from adapters.store.sqlite import SqliteStore  # noqa: PLC0415  needless for the memory store

    if isinstance(url, Path):
        return SqliteStore(url)
    from platformdirs import user_data_path  # noqa: PLC0415  needless when a store is named

    return SqliteStore(user_data_path("imessage-support") / "conversations.db")


def _user() -> str:
    try:
        return getpass.getuser()
    except (KeyError, OSError):
        return "me"


def _fail(line: str) -> int:
    print(line, file=sys.stderr)
    return 1
