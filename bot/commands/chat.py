"""Talk with the assistant in this terminal; it remembers where you were."""

import argparse
import asyncio
import getpass
import os
import signal
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import NoReturn

from adapters.apple.client import APPLE_STATUS_URL, AppleStatus
from adapters.console.inbound import lines_of
from adapters.console.lines import chat_lines
from adapters.store.memory import MemoryStore
from bot.app import App, ConsoleSession
from bot.codec import NewerFormat, Unreadable
from bot.commands.locale import add_language, language
from bot.commands.output import fail
from bot.dialogue.book import Book
from bot.flowfiles import load_book
from bot.model import Language
from bot.ports import Store, StoreUnusable
from bot.runtime.status import StatusWatch
from bot.settings import Settings, read_settings


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
    parser.add_argument(
        "--as", dest="name", metavar="NAME", type=_name, help="whose conversation it is (default: yours)"
    )
    parser.add_argument("--json", action="store_true", help="one JSON object a line each way, for programs")


def run(options: argparse.Namespace) -> int:
    """Talk until the input ends or the person leaves, which both are a good end: exit 0."""
    settings, spoken = read_settings(os.environ), language(options, os.environ)
    book = load_book(settings.flows)
    try:
        _talk(options, settings, book, spoken)
    except StoreUnusable as error:
        return fail(1, book.say(f"store.{error.fault}", spoken).replace("{where}", error.where))
    except NewerFormat:
        return fail(1, book.say("console.stored_newer", spoken))
    except Unreadable:
        return fail(1, book.say("console.stored_unreadable", spoken))
    return 0


def _talk(options: argparse.Namespace, settings: Settings, book: Book, spoken: Language) -> None:
    status = StatusWatch(AppleStatus(settings.apple_status_url or APPLE_STATUS_URL))
    zone = datetime.now().astimezone().tzinfo or UTC
    with asyncio.Runner() as runner, _ended_by_sigterm():
        app = App(book, _open_store(options.store), status, zone)
        try:
            name, insists = options.name or _user(), options.lang is not None
            session = ConsoleSession(app, name, spoken, lambda: datetime.now(UTC), insists=insists)
            if options.json:
                chat_lines(session, lines_of(sys.stdin.buffer), sys.stdout.buffer, runner.get_loop())
            else:
                _show(options, book, session, runner.get_loop())
        finally:
            runner.run(app.close())


def _show(
    options: argparse.Namespace, book: Book, session: ConsoleSession, loop: asyncio.AbstractEventLoop
) -> None:
    from adapters.console.screen import PhraseName, chat_screen  # noqa: PLC0415  slow to import, needless for JSON

    def phrase(name: PhraseName, language: Language) -> str:
        forgets = name == "saved" and options.store == "memory"
        return book.say("console.closed" if forgets else f"console.{name}", language)

    chat_screen(session, phrase, sys.stdin.buffer, loop)


@contextmanager
def _ended_by_sigterm() -> Iterator[None]:
    """Let SIGTERM unwind the program, so that the store is closed and the terminal as it was before."""

    def leave(number: int, _: object) -> NoReturn:
        raise SystemExit(128 + number)

    before = signal.signal(signal.SIGTERM, leave)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)


def _store_url(url: str) -> str | Path:
    if url == "memory":
        return url
    scheme, _, path = url.partition("://")
    if scheme != "sqlite" or not path.startswith("/") or path.endswith("/"):
        raise argparse.ArgumentTypeError(f"use memory or sqlite:///absolute/path, not {url}")
    return Path(path)


def _name(name: str) -> str:
    if not name.strip() or not name.isprintable():
        raise argparse.ArgumentTypeError("a name has at least one letter and no control characters")
    return name


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
        return getpass.getuser().encode(errors="replace").decode()
    except (ImportError, KeyError, OSError):  # which one depends on the system
        return "me"
