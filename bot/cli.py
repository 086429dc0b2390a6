"""The commands: what `imessage-support …` takes, and which function does it."""

import argparse
import io
import os
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import NoReturn

from bot.commands import chat, check, diagnose, doctor, draw, parked, run, slack, status, telegram
from bot.commands.exit_codes import FAULT, INTERRUPTED, USAGE_ERROR
from bot.commands.output import fail, say
from bot.flowfiles import FlowsInvalid
from bot.settings import SettingsInvalid


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command and give its exit code: 0 done, 1 a fault, 2 wrong usage, 3 Apple's feed unreadable."""
    _mend_streams()
    try:
        options = _parser().parse_args(arguments)
        code: int = options.run(options)
        sys.stdout.flush()
    except KeyboardInterrupt:
        return INTERRUPTED
    except BrokenPipeError:
        return _discard_output()
    except SettingsInvalid as error:
        return fail(USAGE_ERROR, *error.problems)
    except FlowsInvalid as error:
        return fail(FAULT, *map(str, error.problems))
    except Exception as error:
        if sys.flags.dev_mode:
            raise
        # Whatever it is: a person is spared the traceback, and `python -X dev -m bot` shows it.
        _discard_output()
        return fail(FAULT, f"imessage-support: something went wrong: {type(error).__name__}: {error}")
    return code


def _mend_streams() -> None:
    """Make sure that the standard streams are there, and that no character can stop them."""
    for name, mode in (("stdin", "r"), ("stdout", "w"), ("stderr", "w")):
        if getattr(sys, name) is None:  # closed by whoever started us, as with `<&-`
            setattr(sys, name, Path(os.devnull).open(mode, encoding="utf-8"))  # noqa: SIM115  for as long as we live
    if isinstance(sys.stdout, io.TextIOWrapper):
        sys.stdout.reconfigure(errors="replace")


def _discard_output() -> int:
    """Write no more: whoever read the output is gone, or the disk is full."""
    try:
        sys.stdout.flush()
    except OSError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    return FAULT


class _Parser(argparse.ArgumentParser):
    def __init__(self, **settings: object) -> None:
        super().__init__(allow_abbrev=False, **settings)  # type: ignore[arg-type]  # as argparse hands them on

    def error(self, message: str) -> NoReturn:
        self.exit(fail(USAGE_ERROR, f"{self.prog}: {message} (try --help)"))


class _Version(argparse.Action):
    """Look the version up only if it is asked for."""

    def __call__(self, parser: argparse.ArgumentParser, *_: object) -> NoReturn:
        from importlib.metadata import version  # noqa: PLC0415

        say(f"imessage-support {version('imessage-support')}")
        parser.exit()


def _parser() -> argparse.ArgumentParser:
    parser = _Parser(
        prog="imessage-support", description="Gets people's iMessage working again, in Japanese and English."
    )
    parser.add_argument("--version", action=_Version, nargs=0, help="show the version and exit")
    commands = parser.add_subparsers(title="commands", required=True, metavar="COMMAND")
    for module in (chat, status, diagnose, check, draw, run, telegram, slack, doctor, parked):
        name = module.__name__.rpartition(".")[2]
        command = commands.add_parser(name, help=module.__doc__, description=module.__doc__)
        module.add_arguments(command)
        command.set_defaults(run=module.run)
    return parser
