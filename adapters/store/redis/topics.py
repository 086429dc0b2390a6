"""Who follows what in Redis."""

from collections.abc import Sequence
from datetime import datetime
from itertools import groupby

from adapters.store.moments import length, micros
from adapters.store.names import address_of, is_key, quoted
from adapters.store.redis.keys import Partition
from adapters.store.redis.scripts import FOLLOWERS, Ask, Call
from adapters.store.redis.site import Site
from bot.ports import Followers

Listed = tuple[int, bytes]
"""A partition and an address as it is written. In this order pages are made."""


async def followers(site: Site, topic: str, after: str | None, limit: int, now: datetime) -> Followers:
    """Read the lists of the topic, and leave out those who follow it no longer, until the page is full."""
    found: list[Listed] = []
    last = _mark(after)
    while len(found) <= limit:
        wanted = limit + 1 - len(found)
        listed = await _listed(site, topic, last, wanted)
        found += await _following(site, topic, listed, now)
        if len(listed) < wanted:
            break
        last = listed[-1]
    page = found[:limit]
    more = f"{page[-1][0]} {page[-1][1].decode()}" if page and len(found) > limit else None
    return Followers(tuple(address_of(address.decode()) for _, address in page), more)


def _mark(after: str | None) -> Listed:
    """Read where the last page ended."""
    partition, _, address = (after or "0 ").partition(" ")
    return int(partition), address.encode()


async def _listed(site: Site, topic: str, last: Listed, limit: int) -> Sequence[Listed]:
    """List who comes after the last one, not knowing yet whether they still follow."""
    partitions = range(last[0], site.partitions)
    begin = {last[0]: b"(" + last[1] if last[1] else "-"}
    asks = [
        Ask(("ZRANGEBYLEX", Partition(n).topic(quoted(topic)), begin.get(n, "-"), "+", "LIMIT", 0, limit))
        for n in partitions
    ]
    answers = zip(partitions, await site.link.call_each(asks), strict=True)
    return [(n, address) for n, answer in answers for address in answer or ()][:limit]


async def _following(site: Site, topic: str, listed: Sequence[Listed], now: datetime) -> list[Listed]:
    """Let the scripts say who still follows; they take the others off the lists.

    What is no address is passed over: nobody is meant by it.
    """
    sound = [(n, address) for n, address in listed if is_key(address.decode(errors="replace"))]
    groups = [(n, [address for _, address in group]) for n, group in groupby(sound, key=lambda each: each[0])]
    calls = [_call(site, topic, n, addresses, now) for n, addresses in groups]
    answers = zip(groups, await site.link.call_each(calls), strict=True)
    return [(n, address) for (n, _), answer in answers for address in answer or ()]


def _call(site: Site, topic: str, partition: int, addresses: Sequence[bytes], now: datetime) -> Call:
    names = [Partition(partition).topic(quoted(topic))]
    names += (site.keys_of_written(address.decode()).conversation for address in addresses)
    return Call(
        FOLLOWERS,
        names,
        [micros(now), length(site.retention.conversations), quoted(topic), *addresses],
    )
