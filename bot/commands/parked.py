"""List what could not be delivered, and send it again."""

import argparse
import asyncio
import os
from datetime import datetime

from bot.app import open_store
from bot.commands.exit_codes import FAULT
from bot.commands.output import fail, say, say_json
from bot.commands.store_trouble import told
from bot.ports import Parked, Store, StoreUnusable
from bot.settings import Settings, read_settings

MOST = 1000
"""How many are listed."""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the arguments of this command."""
    parser.add_argument("--retry", metavar="ID", help="send this one again")
    parser.add_argument("--json", action="store_true", help="one JSON object a line, for programs")


def run(options: argparse.Namespace) -> int:
    """Print one line for each, without the person or the words; or put one back into its lane."""
    settings = read_settings(os.environ)
    try:
        return asyncio.run(_run(options, settings))
    except StoreUnusable as error:
        return fail(FAULT, told(error, settings))


async def _run(options: argparse.Namespace, settings: Settings) -> int:
    store = await open_store(settings)
    try:
        now = await store.clock()
        if options.retry is not None:
            return await _retry(store, options.retry, now)
        for parked in await store.parked(now=now, limit=MOST):
            _print(parked, now, as_json=options.json)
    finally:
        await store.close()
    return 0


async def _retry(store: Store, parked: str, now: datetime) -> int:
    if await store.unpark(parked, now=now):
        say(f"{parked} is sent again by the next worker.")
        return 0
    return fail(
        FAULT, f"There is nothing parked with the id {parked}. `imessage-support parked` lists the ids."
    )


def _print(parked: Parked, now: datetime, *, as_json: bool) -> None:
    shown = {
        "id": parked.id,
        "platform": parked.address.platform,
        "kind": parked.kind,
        "why": parked.why,
        "at": parked.at,
    }
    if as_json:
        say_json(shown)
        return
    age = int((now - parked.at).total_seconds())
    say(f"{parked.id}  {parked.address.platform}  {parked.kind}  {parked.why}  {_ago(age)} ago")


def _ago(seconds: int) -> str:
    for unit, size in (("d", 86400), ("h", 3600), ("min", 60)):
        if seconds >= size:
            return f"{seconds // size} {unit}"
    return f"{max(0, seconds)} s"
