"""Which language to speak with whoever runs a command."""

import argparse
import re
from collections.abc import Mapping

from bot.model import LANGUAGES, Language


def add_lang_option(parser: argparse.ArgumentParser) -> None:
    """Add the option that every command for people has."""
    parser.add_argument("--lang", choices=LANGUAGES, help="language (default: the system's)")


def chosen_language(options: argparse.Namespace, environment: Mapping[str, str]) -> Language:
    """Give the language asked for, else the system's, else English."""
    if options.lang is not None:
        chosen: Language = options.lang
        return chosen
    names = (environment.get(name) for name in ("LC_ALL", "LC_MESSAGES", "LANG"))
    system = next((name for name in names if name), "")
    return "ja" if re.match(r"ja(?:[_.@-]|panese|$)", system, re.IGNORECASE) else "en"
