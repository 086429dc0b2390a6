"""Say what Apple's System Status reports on the services that iMessage needs."""

import argparse
import asyncio
import os
from collections.abc import Iterator
from datetime import UTC, datetime

from bot.app import apple_status, local_zone
from bot.apple import Board, Report, Service
from bot.commands.exit_codes import UNREAD
from bot.commands.languages import add_lang_option, chosen_language
from bot.commands.output import fail, say, say_json
from bot.dialogue.book import Book
from bot.dialogue.phrase import STATUS_PAGES, Scene, moment
from bot.dialogue.status import status_lines
from bot.flowfiles import load_book
from bot.model import Address, Language, World
from bot.ports import StatusUnreadable
from bot.settings import read_settings


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the arguments of this command."""
    add_lang_option(parser)
    parser.add_argument("--json", action="store_true", help="one JSON object, for programs")


def run(options: argparse.Namespace) -> int:
    """Print the board; exit 3, with one line why, if it could not be read."""
    settings, spoken, now = read_settings(os.environ), chosen_language(options, os.environ), datetime.now(UTC)
    book = load_book(settings.flows)
    source = apple_status(settings)
    try:
        board = asyncio.run(source.fetch(spoken, now=now))
    except StatusUnreadable as error:
        if options.json:
            say_json(_as_data(tuple(Report(service, "unknown") for service in Service), None))
        why, page = book.say(f"status.{error.fault}", spoken), STATUS_PAGES[spoken]
        return fail(UNREAD, book.say("status.unread", spoken, why=why, page=page))
    if options.json:
        say_json(_as_data(board.reports, board.checked_at))
    else:
        say("\n".join(_lines(book, board, spoken)))
    return 0


def _as_data(reports: tuple[Report, ...], checked_at: datetime | None) -> dict[str, object]:
    services = [
        {
            "name": report.service.value,
            "state": report.state,
            "since": report.since,
            "until": report.until,
            "message": report.message,
        }
        for report in reports
    ]
    return {"checked_at": checked_at, "services": services}


def _lines(book: Book, board: Board, spoken: Language) -> Iterator[str]:
    conversation = book.begin(Address("console", "", ""), spoken)
    scene = Scene(book, conversation, World(board.checked_at, {spoken: board}, local_zone()))
    yield scene.phrase("status.title", checked_at=moment(scene, board.checked_at))
    yield from status_lines(scene, board.reports)
