"""Draw a flow (or all of them) as a picture, from the compiled machine."""

import argparse
import os
import sys

from bot.commands.exit_codes import USAGE_ERROR
from bot.commands.languages import add_lang_option, chosen_language
from bot.commands.output import fail
from bot.dialogue.book import Book
from bot.dialogue.source.problem import did_you_mean
from bot.flowfiles import load_book
from bot.settings import read_settings


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the arguments of this command."""
    parser.add_argument("flow", nargs="?", metavar="FLOW", help="name of the flow (default: all)")
    parser.add_argument(
        "--format", choices=("mermaid", "svg", "png"), default="mermaid", help="default: mermaid"
    )
    add_lang_option(parser)


def run(options: argparse.Namespace) -> int:
    """Write the picture to the standard output."""
    book = load_book(read_settings(os.environ).flows)
    mistake = _mistake(options, book)
    if mistake:
        return fail(USAGE_ERROR, f"imessage-support draw: {mistake}")
    from bot.dialogue.draw import GraphvizMissing, draw  # noqa: PLC0415  the diagram support is slow to import

    try:
        for flow in [options.flow] if options.flow else book.flows:
            sys.stdout.buffer.write(draw(book, flow, options.format, chosen_language(options, os.environ)))
    except GraphvizMissing:
        return fail(
            1,
            "imessage-support draw: svg and png need Graphviz:"
            " install it with `apt install graphviz` or `brew install graphviz`",
        )
    return 0


def _mistake(options: argparse.Namespace, book: Book) -> str | None:
    flow, format_ = options.flow, options.format
    if flow is not None and flow not in book.flows:
        return (
            f"there is no flow `{flow}`; there are {', '.join(book.flows)}.{did_you_mean(flow, book.flows)}"
        )
    if format_ != "mermaid" and flow is None:
        return f"name the flow to draw: {', '.join(book.flows)}"
    if format_ != "mermaid" and sys.stdout.isatty():
        return f"write the picture to a file: … draw {flow} --format {format_} > {flow}.{format_}"
    return None
