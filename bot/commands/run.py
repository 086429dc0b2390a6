"""Run the bot: take questions in from the chat platforms and answer them, until told to stop."""

import argparse
import asyncio
import os

from bot.commands.exit_codes import FAULT
from bot.commands.output import fail
from bot.commands.store_trouble import told
from bot.flowfiles import load_book
from bot.ports import StoreUnusable, TokenRefused
from bot.settings import Settings, read_settings


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add no arguments: everything is set in the environment, alike for all workers."""
    del parser


def run(options: argparse.Namespace) -> int:
    """Work until SIGTERM or Ctrl-C, which both are a good end: exit 0."""
    del options
    return work(read_settings(os.environ))


def work(settings: Settings, *, only: str | None = None) -> int:
    """Work for all platforms that are set up, or for `only` one."""
    from bot.service import CannotListen, MayLose, serve  # noqa: PLC0415  slow to import, needless for other commands

    book = load_book(settings.flows)
    try:
        asyncio.run(serve(settings, book, only=only))
    except StoreUnusable as error:
        return fail(FAULT, told(error, settings))
    except MayLose as error:
        reasons = [f"The Redis: {finding.says}. {finding.remedy}" for finding in error.findings]
        return fail(FAULT, *reasons, "To start all the same, set ACCEPT_DATA_LOSS=yes.")
    except CannotListen as error:
        return fail(FAULT, str(error))
    except TokenRefused as error:
        return fail(FAULT, f"{error.setting}: the platform does not know this token. Correct it.")
    return 0
