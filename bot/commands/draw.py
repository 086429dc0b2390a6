"""Draw a flow (or all of them) as a picture, from the compiled machine."""

import argparse
import os
import sys
from typing import get_args

from bot.commands.locale import add_language, language
from bot.dialogue.parse import did_you_mean
from bot.flowfiles import load_book
from bot.settings import read_settings


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the arguments of this command."""
    parser.add_argument("flow", nargs="?", metavar="FLOW", help="name of the flow (default: all)")
    parser.add_argument("--format", choices=("mermaid", "svg", "png"), default="mermaid")
    add_language(parser)


def run(options: argparse.Namespace) -> int:
    """Write the picture to the standard output."""
    from bot.dialogue.draw import GraphvizMissing, draw  # noqa: PLC0415  the diagram support is slow to import

    book = load_book(read_settings(os.environ).flows)
    if options.flow is not None and options.flow not in book.flows:
        hint = did_you_mean(options.flow, book.flows)
        return _fail(f"there is no flow `{options.flow}`; there are {', '.join(book.flows)}.{hint}")
    if options.format != "mermaid" and sys.stdout.isatty():
        return _fail(
            f"write the picture to a file: imessage-support draw … --format {options.format} > flow.{options.format}"
        )
    if options.format != "mermaid" and options.flow is None:
        return _fail(f"name the flow to draw: {', '.join(book.flows)}")
    try:
        for flow in [options.flow] if options.flow else book.flows:
            sys.stdout.buffer.write(draw(book, flow, options.format, language(options, os.environ)))
    except GraphvizMissing:
        return _fail(
            "svg and png need Graphviz: install it with `apt install graphviz` or `brew install graphviz`", 1
        )
    return 0


def _fail(line: str, code: int = 2) -> int:
    print(f"imessage-support draw: {line}", file=sys.stderr)
    return code
