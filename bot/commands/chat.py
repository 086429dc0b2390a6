"""Talk with the assistant in this terminal; it remembers where you were."""

import argparse
import asyncio
import getpass
import os
import signal
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Final, NoReturn

from adapters.console.inbound import lines_of
from adapters.console.lines import chat_lines
from bot.app import open_app
from bot.codec import NewerFormat, Unreadable
from bot.commands.exit_codes import FAULT
from bot.commands.languages import add_lang_option, chosen_language
from bot.commands.output import fail
from bot.console_session import ConsoleSession
from bot.dialogue.book import Book
from bot.flowfiles import load_book
from bot.model import Language
from bot.ports import Damaged, StoreUnusable
from bot.settings import Settings, read_settings


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the arguments of this command."""
    add_lang_option(parser)
    parser.add_argument(
        "--store",
        metavar="URL",
        type=_store_url,
        default=None,
        help="memory, or sqlite:///absolute/path (default: a file of yours, or IMESSAGE_SUPPORT_STORE)",
    )
    parser.add_argument(
        "--as", dest="name", metavar="NAME", type=_name, help="whose conversation it is (default: yours)"
    )
    parser.add_argument("--json", action="store_true", help="one JSON object a line each way, for programs")


def run(options: argparse.Namespace) -> int:
    """Talk until the input ends or the person leaves, which both are a good end: exit 0."""
    settings, spoken = read_settings(os.environ), chosen_language(options, os.environ)
    book = load_book(settings.flows)
    try:
        _talk(options, settings, book, spoken)
    except StoreUnusable as error:
        return fail(FAULT, book.say(f"store.{error.fault}", spoken, where=error.where))
    except NewerFormat:
        return fail(FAULT, book.say("console.stored_newer", spoken))
    except (Unreadable, Damaged):
        return fail(FAULT, book.say("console.stored_unreadable", spoken))
    return 0


def _talk(options: argparse.Namespace, settings: Settings, book: Book, spoken: Language) -> None:
    with asyncio.Runner() as runner, _ended_by_sigterm():
        app = open_app(book, settings, _store_path(options.store, settings))
        try:
            name, insists = options.name or _user(), options.lang is not None
            session = ConsoleSession(app, name, spoken, lambda: datetime.now(UTC), insists=insists)
            if options.json:
                with open(sys.stdout.fileno(), "wb", buffering=0, closefd=False) as outgoing:
                    chat_lines(session, lines_of(sys.stdin.buffer), outgoing, runner.get_loop())
            else:
                _show(options, book, session, runner.get_loop())
        finally:
            runner.run(app.close())


def _show(
    options: argparse.Namespace, book: Book, session: ConsoleSession, loop: asyncio.AbstractEventLoop
) -> None:
    from adapters.console.screen import PhraseName, chat_screen  # noqa: PLC0415  slow to import, needless for JSON

    def phrase(name: PhraseName, language: Language) -> str:
        forgets = options.store == MEMORY
        key = f"console.{name}"
        return book.say(_WHERE_NOTHING_IS_KEPT.get(name, key) if forgets else key, language)

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


MEMORY = "memory"

_WHERE_NOTHING_IS_KEPT: Final[Mapping[str, str]] = {
    "hint": "console.hint_memory",
    "saved": "console.closed",
}
"""What is said instead of what would promise to remember."""


def _store_url(url: str) -> str | Path:
    if url == MEMORY:
        return url
    scheme, _, path = url.partition("://")
    if scheme != "sqlite" or not path.startswith("/") or path.endswith("/"):
        raise argparse.ArgumentTypeError(f"use memory or sqlite:///absolute/path, not {url}")
    return Path(path)


def _store_path(url: str | Path | None, settings: Settings) -> Path | None:
    if isinstance(url, str):
        return None
    return url or settings.store_path


def _name(name: str) -> str:
    if not name.strip() or not name.isprintable():
        raise argparse.ArgumentTypeError("a name has at least one letter and no control characters")
    return name


def _user() -> str:
    try:
        return getpass.getuser().encode(errors="replace").decode()
    except (ImportError, KeyError, OSError):  # which one depends on the system
        return "me"
