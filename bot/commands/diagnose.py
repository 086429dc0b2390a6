"""Look for the cause in a log or in the text of system_profiler."""

import argparse
import os
import sys
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

from adapters.console.files import FileUnreadable, read_file, read_stream
from bot.commands.exit_codes import USAGE_ERROR
from bot.commands.languages import add_lang_option, chosen_language
from bot.commands.output import fail, say, say_json
from bot.dialogue.book import Book
from bot.dialogue.evidence.find import find
from bot.dialogue.machine import evidence_trigger
from bot.dialogue.phrase import Scene, question
from bot.dialogue.vocabulary import APPLE_GUARDS
from bot.flowfiles import load_book
from bot.model import Address, Conversation, Finding, Language, Place, World
from bot.settings import read_settings


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the arguments of this command."""
    parser.add_argument("file", metavar="FILE", help="the file to read, or - for the standard input")
    add_lang_option(parser)
    parser.add_argument("--json", action="store_true", help="one JSON object, for programs")


def run(options: argparse.Namespace) -> int:
    """Print what the text shows and what to do about it."""
    spoken = chosen_language(options, os.environ)
    book = load_book(read_settings(os.environ).flows)
    try:
        text = _read(options.file)
    except FileUnreadable as error:
        return fail(USAGE_ERROR, book.say(f"file.{error.fault}", spoken, where=options.file))
    findings = find(text)
    place = _pointed_to(book, findings)
    advice = _advice(book, findings, place, spoken)
    if options.json:
        found = [{"name": finding.name, "quote": finding.quote} for finding in findings]
        at = {"flow": place.flow if place else None, "state": place.state if place else None}
        say_json({"findings": found, **at, "advice": advice})
    else:
        say("\n\n".join((*_sentences(book, findings, spoken), advice)))
    return 0


def _read(file: str) -> str:
    path = Path(file)
    return read_stream(sys.stdin.buffer, path) if file == "-" else read_file(path, pipes=True)


def _pointed_to(book: Book, findings: tuple[Finding, ...]) -> Place | None:
    begin = book.start.begin
    places = (book.machine.go(begin, evidence_trigger(finding.name)) for finding in findings)
    return next((place for place in places if place is not None), None)


def _sentences(book: Book, findings: tuple[Finding, ...], spoken: Language) -> Iterator[str]:
    for finding in findings:
        yield book.say(f"finding.{finding.name}", spoken, quote=finding.quote)


def _advice(book: Book, findings: tuple[Finding, ...], place: Place | None, spoken: Language) -> str:
    """Say what the guide says where the evidence points, unless that depends on Apple's status of now."""
    if place is None:
        return book.say("diagnose.go_on" if findings else "diagnose.nothing", spoken)
    if any(guard in APPLE_GUARDS for variant in book.state(place).say for guard in variant.when):
        return book.say("diagnose.go_on", spoken)
    address = Address("console", "", "")
    conversation = Conversation(address, place, spoken, findings=findings)
    return question(Scene(book, conversation, World(datetime.now(UTC))))
