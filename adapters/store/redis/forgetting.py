"""Forgetting somebody in Redis: one script deletes what is theirs and leaves the farewell."""

from datetime import datetime
from secrets import token_urlsafe
from typing import NamedTuple

from adapters.store.moments import length, micros
from adapters.store.redis.keys import Keys
from adapters.store.redis.scripts import FORGET, Ask, Call, Word
from adapters.store.redis.site import Site
from bot.model import Address, EventId
from bot.ports import Farewell, Forgotten, Owed
from bot.replace import replace


class Wish(NamedTuple):
    """What `forget` is given."""

    address: Address
    event: EventId
    farewell: Farewell | None
    now: datetime
    till: datetime


async def forget(site: Site, keys: Keys, wish: Wish) -> Forgotten | None:
    """Grant a wish; the topics of the partition are looked up before.

    The token lets the script know a repetition of this very call from a redelivery of the event.
    """
    token, partition, answer = token_urlsafe(9), keys.partition, None
    while answer is None:
        topics = await site.link.call(Ask(("SMEMBERS", partition.topics)))
        names = [
            *(keys.conversation, keys.event(wish.event), keys.lane, keys.wakes, partition.due, keys.gate),
            *(partition.stats, partition.park, partition.parked, partition.topics),
            *(partition.topic(topic.decode()) for topic in topics),
        ]
        args = [keys.address, _what(site, wish, token), *_words(wish.farewell)]
        answer = await site.link.call(Call(FORGET, names, args, durable=True))
    return _forgotten(wish, answer) if answer else None


def _what(site: Site, wish: Wish, token: str) -> str:
    return f"{micros(wish.now)} {micros(wish.till)} {token} {length(site.retention.events)}"


def _words(farewell: Farewell | None) -> list[Word]:
    if farewell is None:
        return []
    jobs = (farewell.done, farewell.nothing)
    return [word for due in jobs for word in (f"{micros(due.at)} {length(due.pause)}", due.body)]


def _forgotten(wish: Wish, answer: list[int]) -> Forgotten:
    conversations, jobs, topics, parked, number, is_lent = map(int, answer)
    forgotten = Forgotten(conversations, jobs, topics, parked)
    if wish.farewell is None or not is_lent:
        return forgotten
    due = wish.farewell.nothing if forgotten.is_nothing else wish.farewell.done
    return replace(forgotten, owed=(Owed(wish.address, number, due.kind, due.body, due.at),))
