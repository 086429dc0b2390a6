"""Run the bot for Telegram alone, whatever other platforms are set up."""

import argparse
import os

from bot.commands import run as run_command
from bot.commands.exit_codes import USAGE_ERROR
from bot.commands.output import fail
from bot.settings import read_settings


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add no arguments: everything is set in the environment, as for `run`."""
    del parser


def run(options: argparse.Namespace) -> int:
    """Work until SIGTERM or Ctrl-C, as `run` does."""
    del options
    settings = read_settings(os.environ)
    if settings.telegram is None:
        return fail(USAGE_ERROR, "TELEGRAM_BOT_TOKEN is not set. @BotFather in Telegram gives you one.")
    return run_command.work(settings, only="telegram")
