"""List what could not be delivered or taken in, and have it done again."""

import argparse
import asyncio
import os
from datetime import datetime

from bot.app import open_store
from bot.codec import Unreadable, decode_owed
from bot.commands.exit_codes import FAULT
from bot.commands.output import fail, say, say_json
from bot.commands.store_trouble import told
from bot.events import Again
from bot.ports import Damaged, Parked, Store, StoreUnusable
from bot.settings import Settings, read_settings

MOST = 1000
"""How many are listed."""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the arguments of this command."""
    parser.add_argument("--retry", metavar="ID", help="do this one again")
    parser.add_argument("--json", action="store_true", help="one JSON object a line, for programs")


def run(options: argparse.Namespace) -> int:
    """Print one line for each, without the person or the words; or have one done again."""
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
    held = next((each for each in await store.parked(now=now, limit=MOST) if each.id == parked), None)
    event = _event(held) if held else None
    if event is not None and event.event is None:
        return fail(
            FAULT, f"{parked} cannot be taken in again: what people write is not kept. They were told."
        )
    try:
        is_back = await store.unpark(parked, now=now)
    except Damaged:
        return fail(FAULT, f"{parked} stays parked: what is stored of that conversation is still damaged.")
    if is_back:
        say(f"{parked} is {'taken in' if event else 'sent'} again by the next worker.")
        return 0
    return fail(
        FAULT, f"There is nothing parked with the id {parked}. `imessage-support parked` lists the ids."
    )


def _print(parked: Parked, now: datetime, *, as_json: bool) -> None:
    event = _event(parked)
    shown = {
        "id": parked.id,
        "platform": parked.address.platform,
        "kind": "event" if event else parked.kind,
        "why": parked.why,
        "at": parked.at,
    }
    if as_json:
        say_json(shown)
        return
    age = int((now - parked.at).total_seconds())
    kind = event.kind if event else parked.kind
    say(f"{parked.id}  {parked.address.platform}  {kind}  {parked.why}  {_ago(age)} ago")


def _event(parked: Parked) -> Again | None:
    """Read what is parked as an event, if it is one."""
    try:
        owed = decode_owed(parked.body)
    except Unreadable:
        return None
    return owed if isinstance(owed, Again) else None


def _ago(seconds: int) -> str:
    for unit, size in (("d", 86400), ("h", 3600), ("min", 60)):
        if seconds >= size:
            return f"{seconds // size} {unit}"
    return f"{max(0, seconds)} s"
