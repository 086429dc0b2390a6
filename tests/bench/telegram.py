"""What a turn costs through Telegram: a raw update in, the reply's HTTP request out, ours against aiogram's.

Both bots have the same dialogue, the same redis-server and the same Bot API server, which is a process of
its own, and make the same calls. Ours keeps what it promises meanwhile: the turn committed exactly once, the
reply owed until it is delivered, the limits of chat and bot watched; aiogram's keeps one update of a chat
apart from the next (`RedisEventIsolation`).
"""

import asyncio
import json
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractAsyncContextManager, contextmanager
from dataclasses import dataclass
from http.client import HTTPConnection
from itertools import count
from typing import Protocol

from bot.dialogue.book import Book
from bot.flowfiles import load_book
from tests.bench.durable import OPTIONS, QUIET
from tests.bench.telegram_people import Talker
from tests.bench.wire import relay_to
from tests.redis_server import RedisServer

AT_ONCE = 32
TURNS = 640
"""In a round, of all together."""
ROUNDS = 8
WARM = 3
"""Turns of each before a round, which are not timed."""

HOW_TO_INSTALL = (
    "aiogram is not installed, so there is nothing to compare with. Run it once with\n"
    "  uv run --isolated --group bench python -m tests.bench telegram"
)

_ids = count(1_000_000)


class Program(Protocol):
    """A bot that somebody can take a turn with."""

    async def turn(self, who: Talker) -> None:
        """Take a turn; when it returns, the reply is shown."""
        ...


Opening = Callable[[Book, str, str], AbstractAsyncContextManager[Program]]


@dataclass(frozen=True, slots=True)
class Api:
    """The Bot API server."""

    port: int

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def calls(self) -> int:
        """Give how often it was called."""
        wire = HTTPConnection("127.0.0.1", self.port)
        wire.request("GET", "/counts")
        counts: dict[str, int] = json.load(wire.getresponse())
        wire.close()
        return sum(counts.values())


@dataclass(frozen=True, slots=True)
class Round:
    """How long a round took, and how much of a processor the bot's process had meanwhile, both in seconds."""

    seconds: float
    cpu: float


def measure() -> dict[str, float]:
    """Give the figures of both, or end with how to install the other."""
    from tests.bench import telegram_ours  # noqa: PLC0415  slow to import, needless for other benchmarks

    try:
        from tests.bench import telegram_aiogram  # noqa: PLC0415  installed for this only
    except ImportError:
        sys.exit(HOW_TO_INSTALL)
    with RedisServer(*OPTIONS) as redis, api() as server:
        return asyncio.run(_measure(redis, server, telegram_ours.running, telegram_aiogram.running))


async def _measure(redis: RedisServer, server: Api, ours: Opening, theirs: Opening) -> dict[str, float]:
    book = load_book()
    rounds: tuple[list[Round], list[Round]] = ([], [])
    for _ in range(ROUNDS):
        for opening, taken in zip((ours, theirs), rounds, strict=True):
            async with opening(book, redis.url, server.url) as program:
                taken.append(await _round(program))
    mine, others = rounds
    return {
        **_speed(mine, ""),
        **_speed(others, "aiogram_"),
        "ratio": _ratio([each.seconds for each in mine], [each.seconds for each in others]),
        "cpu_ratio": _ratio([each.cpu for each in mine], [each.cpu for each in others]),
        **await _costs(book, redis, server, ours, ""),
        **await _costs(book, redis, server, theirs, "aiogram_"),
    }


def _speed(rounds: Sequence[Round], of: str) -> dict[str, float]:
    seconds = [each.seconds for each in rounds]
    return {
        f"{of}turns_per_s": round(TURNS / min(seconds)),
        f"{of}turns_per_s_median": round(TURNS / statistics.median(seconds)),
        f"{of}cpu_ms_per_turn": round(min(each.cpu for each in rounds) / TURNS * 1000, 2),
    }


def _ratio(mine: Sequence[float], others: Sequence[float]) -> float:
    """Compare each round with the other's next to it: what else the machine does hits both alike."""
    return round(statistics.median(theirs / ours for ours, theirs in zip(mine, others, strict=True)), 2)


async def _costs(book: Book, redis: RedisServer, server: Api, opening: Opening, of: str) -> dict[str, float]:
    """Count what a turn asks of the Bot API and of Redis; the relay takes time, so nothing is timed here."""
    async with relay_to(redis.port) as relay:
        async with opening(book, relay.url, server.url) as program:
            people = await _people(program)
            calls, trips = await asyncio.to_thread(server.calls), relay.asked
            await _talk(program, people)
            calls, trips = await asyncio.to_thread(server.calls) - calls, relay.asked - trips
        await asyncio.sleep(QUIET)  # until the relay has seen that the bot hung up
    return {
        f"{of}http_calls_per_turn": round(calls / TURNS, 2),
        f"{of}redis_round_trips_per_turn": round(trips / TURNS, 2),
    }


async def _round(program: Program) -> Round:
    people = await _people(program)
    begun, spent = time.perf_counter(), time.process_time()
    await _talk(program, people)
    return Round(time.perf_counter() - begun, time.process_time() - spent)


async def _people(program: Program) -> Sequence[Talker]:
    """Give newcomers who have begun, so that all rounds are alike."""
    people = [Talker(next(_ids)) for _ in range(AT_ONCE)]
    for _ in range(WARM):
        await asyncio.gather(*(program.turn(who) for who in people))
    return people


async def _talk(program: Program, people: Sequence[Talker]) -> None:
    async def talk(who: Talker) -> None:
        for _ in range(TURNS // AT_ONCE):
            await program.turn(who)

    await asyncio.gather(*(talk(who) for who in people))


@contextmanager
def api() -> Iterator[Api]:
    """Run the Bot API server as a process of its own."""
    command = [sys.executable, "-m", "tests.bench.telegram_server"]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdin
        assert process.stdout
        yield Api(int(process.stdout.readline()))
        process.stdin.close()
