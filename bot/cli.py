"""The commands: what `imessage-support …` takes, and which function does it."""

import argparse
import os
import sys
from collections.abc import Sequence
from typing import NoReturn

from bot.commands import chat, check, diagnose, draw, status
from bot.flowfiles import FlowsInvalid
from bot.settings import SettingsInvalid

USAGE_ERROR = 2
INTERRUPTED = 130


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command and give its exit code: 0 done, 1 a fault, 2 wrong usage, 3 Apple's feed unreadable."""
    try:
        options = _parser().parse_args(arguments)
        code: int = options.run(options)
        sys.stdout.flush()
    except KeyboardInterrupt:
        return INTERRUPTED
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 1
    except SettingsInvalid as error:
        return _fail(USAGE_ERROR, *error.problems)
    except FlowsInvalid as error:
        return _fail(1, *map(str, error.problems))
    return code


def _fail(code: int, *lines: str) -> int:
    for line in lines:
        print(line, file=sys.stderr)
    return code


class _Parser(argparse.ArgumentParser):
    def error(self, message: str) -> NoReturn:
        self.exit(USAGE_ERROR, f"{self.prog}: {message} (try --help)\n")


def _parser() -> argparse.ArgumentParser:
    parser = _Parser(
        prog="imessage-support", description="Gets people's iMessage working again, in Japanese and English."
    )
    commands = parser.add_subparsers(title="commands", required=True, metavar="COMMAND")
    for module in (chat, status, diagnose, check, draw):
        name = module.__name__.rpartition(".")[2]
        summary = (module.__doc__ or "").splitlines()[0]
        command = commands.add_parser(name, help=summary, description=module.__doc__)
        module.add_arguments(command)
        command.set_defaults(run=module.run)
    return parser
