"""Run the bot for Slack alone, whatever other platforms are set up."""

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
    if settings.slack is None:
        remedy = "Create the app from adapters/slack/manifest.yaml; its installation gives you one."
        return fail(USAGE_ERROR, f"SLACK_BOT_TOKEN is not set. {remedy}")
    return run_command.work(settings, only="slack")
