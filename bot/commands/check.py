"""Check the flow files and list every mistake in them."""

import argparse
import os
from pathlib import Path

from bot.commands.output import say
from bot.flowfiles import FlowsInvalid, load_book
from bot.settings import read_settings


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the arguments of this command."""
    parser.add_argument(
        "folder", nargs="?", type=Path, metavar="DIR", help="folder of flow files (default: ours)"
    )


def run(options: argparse.Namespace) -> int:
    """Print each mistake as `file:line  what is wrong`; exit 0 only if there is none."""
    try:
        book = load_book(options.folder or read_settings(os.environ).flows)
    except FlowsInvalid as error:
        for problem in error.problems:
            say(str(problem))
        return 1
    states = sum(len(flow.states) for flow in book.flows.values())
    say(f"{len(book.flows)} flows with {states} states: no mistakes")
    return 0
