"""What a durable turn on Redis costs, against the least that the same client and server could do.

The limit is pairs of GET and EVALSHA with the same payload, key for key and word for word what a turn's
script is given: what a program pays that reads a conversation and writes it back, and does nothing else. It
all runs on a real redis-server with an append-only file, through the worker's own doors, and with a platform
that answers at once.
"""

import asyncio
import statistics
import time
from collections.abc import Awaitable, Callable
from contextlib import ExitStack

from redis.asyncio import BlockingConnectionPool, Redis
from redis.asyncio.retry import Retry
from redis.backoff import NoBackoff

from bot.dialogue.book import Book
from bot.flowfiles import load_book
from bot.model import Address
from tests.bench.stored import fill, sizes
from tests.bench.wire import relay_to
from tests.bench.worker import PLATFORM, Bench, running
from tests.redis_server import RedisServer

OPTIONS = ("--appendonly", "yes", "--appendfsync", "everysec")
TURNS = 1280
"""How many turns the many people take together."""

ROUNDS = 16
SERIAL = 400
QUIET = 0.005
"""Seconds after which nothing of a turn is under way any more."""

CONNECTIONS = 48
"""Of the client that shows the limit."""

BODY, REPLY = b"c" * 375, b"r" * 1400
"""A conversation in the middle of a guide, and a reply with its buttons."""

_WRITE = "redis.call('SET', KEYS[1], ARGV[3]) redis.call('SET', KEYS[3], ARGV[5]) return 1"
_KEYS = (
    "c:bench/chat/{n}",
    "e:aBcDeFgHiJkLmNoPqRsTuV",
    "l:bench/chat/{n}",
    "w:bench/chat/{n}",
    "due",
    "r:bench",
    "stats",
    "topics",
)
_TIMES = b"1770000000000000 1770000030000000 7 aBcDeFgHiJkL - 2592000000000 93600000000"
_ARGUMENTS = (b"bench/chat/1", _TIMES, BODY, b"s 1770000000000000 0", REPLY)


def measure(stored: int = 1_000_000) -> dict[str, float]:
    """Give the figures; `stored` is how many conversations lie in the large store."""
    return asyncio.run(_measure(stored))


async def _measure(stored: int) -> dict[str, float]:
    book = load_book()
    with ExitStack() as servers:
        small, large = (servers.enter_context(RedisServer(*OPTIONS)) for _ in range(2))
        trips = await _round_trips(book, small)
        speed = await _speed(book, small, 32) | await _speed(book, small, 256, "_256")
        serial = await _serial(book, small)
        fill(small, 1000, BODY)
        fill(large, stored, BODY)
        return trips | speed | serial | await _against_stored(book, small, large) | sizes(small)


# --- round trips ------------------------------------------------------------------------------------------


async def _round_trips(book: Book, server: RedisServer) -> dict[str, float]:
    async with relay_to(server.port) as relay, running(book, relay.url) as bench:

        async def asked(act: Callable[[], Awaitable[None]]) -> int:
            await asyncio.sleep(QUIET)  # until the turn before is marked as delivered
            before = relay.asked
            await act()
            return relay.asked - before

        people = [_person("trips", number) for number in range(200)]
        cold = [await asked(lambda who=who: bench.turn(who)) for who in people]  # type: ignore[misc]
        warm = [await asked(lambda who=who: bench.turn(who)) for who in people]  # type: ignore[misc]
        bench.chat.limit()
        crowd = await asked(lambda: _together(bench, "all in", 32, TURNS))
    return {
        "round_trips_before_reply_cold": statistics.median(cold),
        "round_trips_before_reply_warm": statistics.median(warm),
        "round_trips_per_turn": round(crowd / TURNS, 2),
    }


# --- speed ------------------------------------------------------------------------------------------------


async def _speed(book: Book, server: RedisServer, people: int, suffix: str = "") -> dict[str, float]:
    """Let each have turns and pairs by turns, so that a slow moment hits both; the best round counts."""
    turns, pairs = [], []
    async with running(book, server.url) as bench:
        client = _plain_client(server)
        await _together(bench, f"warm {people}", people, 2 * people)
        for _ in range(ROUNDS):
            turns.append(await _seconds(_together(bench, f"warm {people}", people, TURNS)))
            pairs.append(await _seconds(_pairs(client, people, TURNS)))
        await client.aclose()
    return {
        f"turns_per_s{suffix}": round(TURNS / min(turns)),
        f"limit_per_s{suffix}": round(TURNS / min(pairs)),
        f"share_of_limit{suffix}": round(min(pairs) / min(turns), 2),
    }


async def _together(bench: Bench, crowd: str, people: int, turns: int) -> None:
    each = turns // people
    await asyncio.gather(*(bench.talk(_person(crowd, number), each) for number in range(people)))


def _plain_client(server: RedisServer) -> Redis:
    """Give the client as the store has it, but with redis-py's own way to share a few connections."""
    retry = Retry(NoBackoff(), 0)
    pool = BlockingConnectionPool(
        port=server.port, max_connections=CONNECTIONS, socket_timeout=2, protocol=2, retry=retry
    )
    return Redis.from_pool(pool)


async def _pairs(client: Redis, people: int, pairs: int) -> None:
    script = await client.script_load(_WRITE)

    async def write(number: int) -> None:
        keys = _keys(number)
        for _ in range(pairs // people):
            await client.get(keys[0])
            await client.evalsha(script, len(keys), *keys, *_ARGUMENTS)

    await asyncio.gather(*(write(number) for number in range(people)))


# --- one after the other ----------------------------------------------------------------------------------


async def _serial(book: Book, server: RedisServer) -> dict[str, float]:
    async with running(book, server.url) as bench:
        client = _plain_client(server)
        script = await client.script_load(_WRITE)
        who, turns, calls = _person("serial", 0), [], []
        for _ in range(SERIAL):
            turns.append(await _seconds(bench.turn(who)))
            await asyncio.sleep(QUIET)
            calls.append(await _seconds(client.evalsha(script, len(_KEYS), *_keys(1), *_ARGUMENTS)))
            await asyncio.sleep(QUIET)
        await client.aclose()
    return {"serial_p50_ratio": round(statistics.median(turns) / statistics.median(calls), 2)}


async def _against_stored(book: Book, small: RedisServer, large: RedisServer) -> dict[str, float]:
    async with running(book, small.url) as few, running(book, large.url) as many:
        times: tuple[list[float], list[float]] = ([], [])
        for number in range(2 * SERIAL):
            who = _person("stored", number % 20)
            for bench, taken in zip((few, many), times, strict=True):
                taken.append(await _seconds(bench.turn(who)))
                await asyncio.sleep(QUIET)
    return {"p50_ratio_1m": round(statistics.median(times[1]) / statistics.median(times[0]), 2)}


async def _seconds(act: Awaitable[object]) -> float:
    begun = time.perf_counter()
    await act
    return time.perf_counter() - begun


def _keys(number: int) -> list[str]:
    return ["{p00}:" + name.replace("{n}", str(number)) for name in _KEYS]


def _person(crowd: str, number: int) -> Address:
    return Address(PLATFORM, f"{crowd} {number}", f"person {number}")
