"""Run with `uv run python -m tests.chaos --seconds 60 --seed 1 --json`."""

import argparse
import asyncio
import json
import secrets
import signal
import sys
from dataclasses import replace
from typing import cast

from tests.chaos.lots import lots_of
from tests.chaos.plan import KINDS, MUTANTS, Kind
from tests.chaos.run import Outcome, Wanted, run

MOST_SHOWN = 20

WAYS = {"telegram": ("polling", "webhook"), "slack": ("socket", "http")}

LEASE_OF_HTTP = 4.5
"""Seconds; a send, which may take a third of it, is several calls of HTTP where all cores are busy."""


def main() -> int:
    """Do a run, and say what came of it: 0 if it is clean, or if the planted bug was found."""
    wanted, as_json = _read_arguments()
    print(f"seed {wanted.seed}", flush=True)
    outcome = asyncio.run(_until_told_to_end(wanted))
    for column, what in outcome.wrong[:MOST_SHOWN]:
        print(f"{column}: {what}", file=sys.stderr)
    if as_json:
        print(json.dumps(outcome.figures))
    else:
        _print_table(outcome)
    return 0 if (outcome.breaks_promise if wanted.mutant else outcome.is_clean) else 1


async def _until_told_to_end(wanted: Wanted) -> Outcome:
    """Do the run; SIGTERM ends it as Ctrl-C does, with all that it started."""
    task = asyncio.create_task(run(wanted))
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, task.cancel)
    return await task


def _print_table(outcome: Outcome) -> None:
    for name, value in outcome.figures.items():
        print(f"{name:>26} {value}")


def _read_arguments() -> tuple[Wanted, bool]:
    parser = argparse.ArgumentParser(prog="python -m tests.chaos", description=__doc__)
    parser.add_argument("--seconds", type=float, default=10.0)
    parser.add_argument("--seed", type=int, default=None)
    parser.add_argument("--workers", type=int, default=3)
    parser.add_argument("--platform", choices=("own", *WAYS), default="own")
    parser.add_argument("--way", help="polling or webhook, socket or http; else the seed decides")
    parser.add_argument("--messages-per-minute", type=int, default=0, help="of one person; 0 is all")
    parser.add_argument("--log", default="", help="a new file in which the workers' log is kept")
    parser.add_argument("--mutant", choices=MUTANTS)
    parser.add_argument("--json", action="store_true", help="the figures as one object on the last line")
    given = parser.parse_args()
    seed = secrets.randbelow(10**6) if given.seed is None else given.seed
    kind = _kind(given.platform, given.way or ("polling" if given.mutant == "offset-first" else None), seed)
    if given.mutant == "offset-first" and kind != "telegram-polling":
        parser.error("only Telegram's polling has an offset")
    if given.mutant == "no-look-back" and given.platform != "slack":
        parser.error("only Slack is looked at before a second attempt")
    if given.mutant == "stale-glance" and given.platform == "telegram":
        parser.error("Telegram has no overview")
    if kind not in KINDS:
        parser.error(f"{given.platform} has no way {given.way}")
    wanted = Wanted(given.seconds, seed, given.workers, given.mutant, kind=kind, log=given.log)
    wanted = replace(wanted, messages_per_minute=given.messages_per_minute)
    return (wanted if kind == "own" else replace(wanted, lease=LEASE_OF_HTTP)), given.json


def _kind(platform: str, way: str | None, seed: int) -> Kind:
    if platform == "own":
        return "own"
    return cast("Kind", f"{platform}-{way or lots_of('way', seed).choice(WAYS[platform])}")


if __name__ == "__main__":
    sys.exit(main())
