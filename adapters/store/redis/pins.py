"""What is pinned up in Redis for all to read, each until its end."""

import re
from datetime import datetime

from adapters.store.moments import micros
from adapters.store.redis.keys import pin_key
from adapters.store.redis.scripts import PIN, Ask, Call
from adapters.store.redis.site import Site
from bot.ports import Damaged, Record

_WRITTEN = re.compile(rb"(\d{1,15}) (-?\d{1,16}) ")
"""Its version and its end; the body comes behind."""


async def pin(site: Site, name: str, new: Record, now: datetime, until: datetime) -> bool:
    """Put up the version after the one that stands there, or the same again; False if neither is so.

    A call whose answer was lost is repeated and finds its own pin. If another came in between, it is told
    False, as whoever comes too late.
    """
    call = Call(PIN, [pin_key(name)], [new.version - 1, micros(now), micros(until), new.body], durable=True)
    return bool(await site.link.call(call))


async def pinned(site: Site, name: str, now: datetime) -> Record:
    """Read what stands there and has not ended; what cannot be read is nothing, and is written over."""
    try:
        raw = await site.link.call(Ask(("GET", pin_key(name)))) or b""
    except Damaged:
        raw = b""
    written = _WRITTEN.match(raw)
    ended = written is None or int(written[2]) <= micros(now)
    return Record(0, b"") if ended or written is None else Record(int(written[1]), raw[written.end() :])
