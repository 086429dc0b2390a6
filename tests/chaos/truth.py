"""The truth of a run: every turn in the order in which Redis stored it, read from Redis's append-only file.

What a worker believed does not count here. Between the turns stand the ticks of the harness, which say by its
own clock when a turn was stored: after the tick before it was sent, before the tick behind it was answered.
"""

import asyncio
import contextlib
import time
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from functools import cached_property
from pathlib import Path

from redis import Redis
from redis.exceptions import RedisError

from adapters.store.moments import moment
from adapters.store.names import address_of
from bot.codec import decode_conversation, decode_job
from bot.model import Address, Conversation, Job, Language, Reply, Say

TICK = 0.04
"""Seconds between two ticks."""

NOW = "chaos:now"
"""The key that is set at each tick; it has nothing to do with the program."""

KEPT = 3600
"""Seconds that it is kept."""

PATIENCE = 30.0
"""Seconds for Redis's answer."""

Command = Sequence[bytes]


@dataclass(frozen=True)
class Step:
    """A turn that was stored, or that everything was deleted, some time from `since` to `by` (seconds)."""

    address: Address
    since: float
    by: float
    event: str = ""
    """The key of the event."""
    at: datetime | None = None
    """The time by which the turn was taken."""
    body: bytes = b""
    """The conversation as it was stored; empty for a deletion."""
    jobs: Mapping[int, bytes] = field(default_factory=dict)
    """What is owed for it, by number."""
    dropped: frozenset[int] = frozenset()
    """The jobs that were waiting and were deleted."""
    unparked: frozenset[int] = frozenset()
    """Those that were parked and were deleted."""

    @cached_property
    def after(self) -> Conversation | None:
        """The conversation as it was then; None once it was deleted."""
        return decode_conversation(self.body) if self.body else None

    @cached_property
    def owed(self) -> Mapping[int, Job]:
        """What is owed for it, read."""
        return {number: decode_job(body) for number, body in self.jobs.items()}


@dataclass(frozen=True)
class Truth:
    """Everything that was stored."""

    steps: Mapping[Address, Sequence[Step]] = field(default_factory=dict)
    waiting: frozenset[tuple[Address, int]] = frozenset()
    """The jobs that still wait at the end."""

    def states(self, address: Address, begin: float, end: float) -> Iterator[Conversation | None]:
        """Give every state that the conversation may have been in at some time from `begin` to `end`."""
        steps = self.steps.get(address, ())
        if not steps or steps[0].by >= begin:
            yield None
        for number, step in enumerate(steps):
            until = steps[number + 1].by if number + 1 < len(steps) else float("inf")
            if step.since <= end and until >= begin:
                yield step.after

    def deletions(self, address: Address, begin: float, end: float) -> int:
        """Count how often it may have been deleted in that time."""
        steps = self.steps.get(address, ())
        return sum(not step.body and step.since <= end and step.by >= begin for step in steps)

    @cached_property
    def turns(self) -> Mapping[Address, int]:
        """How many turns each conversation had, its earlier lives included."""
        return {address: sum(bool(step.body) for step in steps) for address, steps in self.steps.items()}

    def version(self, address: Address) -> int:
        """Give the version that must be stored in the end."""
        count = 0
        for step in self.steps.get(address, ()):
            count = count + 1 if step.body else 0
        return count

    @cached_property
    def replies(self) -> Sequence[tuple[Address, int, Reply]]:
        """All replies that were ever owed, with address and number."""
        return [
            (step.address, number, job.reply)
            for step in self._all
            for number, job in step.owed.items()
            if isinstance(job, Say)
        ]

    @cached_property
    def lives(self) -> Mapping[tuple[Address, int], int]:
        """In which life of the conversation each job began: a new one begins whenever all was deleted."""
        found: dict[tuple[Address, int], int] = {}
        for address, steps in self.steps.items():
            life = 0
            for step in steps:
                life += not step.body
                found |= {(address, number): life for number in step.jobs}
        return found

    @cached_property
    def spoken(self) -> Mapping[tuple[Address, int], Language]:
        """The language of the conversation when it came to owe each job."""
        return {
            (address, number): step.after.language
            for address, steps in self.steps.items()
            for step in steps
            if step.after
            for number in step.jobs
        }

    @cached_property
    def dropped(self) -> frozenset[tuple[Address, int]]:
        """The jobs that waited when everything was deleted."""
        return frozenset((each.address, number) for each in self._all for number in each.dropped)

    @cached_property
    def unparked(self) -> frozenset[tuple[Address, int]]:
        """The jobs that were parked when everything was deleted."""
        return frozenset((each.address, number) for each in self._all for number in each.unparked)

    @property
    def _all(self) -> Iterator[Step]:
        return (step for steps in self.steps.values() for step in steps)


@dataclass
class Ticks:
    """Writes the time into Redis, and remembers when Redis had it."""

    url: str
    answered: dict[str, float] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self._redis = Redis.from_url(self.url, socket_timeout=PATIENCE)

    async def go_on(self) -> None:
        """Tick for as long as this runs."""
        while True:
            with contextlib.suppress(RedisError):  # it was killed, or is frozen
                await self.tick()
            await asyncio.sleep(TICK)

    async def tick(self) -> None:
        """Tick once: all that was stored before has an end then. Raises `RedisError`."""
        sent = repr(time.monotonic())
        await asyncio.to_thread(self._redis.set, NOW, sent, ex=KEPT)
        self.answered[sent] = time.monotonic()

    def close(self) -> None:
        """Let go of the connection."""
        self._redis.close()


def read_truth(folder: Path, ticks: Ticks) -> Truth:
    """Read the file of the server whose folder that is. It must never have been rewritten."""
    files = sorted((folder / "appendonlydir").glob("*.incr.aof"), key=_number_of)
    data = b"".join(each.read_bytes() for each in files or [folder / "appendonly.aof"])
    steps: defaultdict[Address, list[Step]] = defaultdict(list)
    reader = _Reader()
    for step in _dated(_transactions(_commands(data)), ticks, reader):
        steps[step.address].append(step)
    return Truth(dict(steps), reader.waiting())


def _number_of(file: Path) -> int:
    """Read the number in the name of a part, of which Redis 7 may have several; Redis 6 has one file."""
    return int(file.name.split(".")[-3])


def _commands(data: bytes) -> Iterator[Command]:
    """Read the commands (RESP arrays), without the remarks between them."""
    place = 0
    while place < len(data):
        end = data.index(b"\r\n", place)
        if data[place : place + 1] != b"*":
            place = end + 2
            continue
        words, count, place = [], int(data[place + 1 : end]), end + 2
        for _ in range(count):
            end = data.index(b"\r\n", place)
            begin, size = end + 2, int(data[place + 1 : end])
            words.append(data[begin : begin + size])
            place = begin + size + 2
        yield words


def _transactions(commands: Iterable[Command]) -> Iterator[Sequence[Command]]:
    """Put together what was done in one go."""
    together: list[Command] | None = None
    for command in commands:
        name = command[0].upper()
        if name == b"MULTI":
            together = []
        elif name == b"EXEC":
            yield together or []
            together = None
        elif together is not None:
            together.append(command)
        else:
            yield [command]


def _dated(transactions: Iterable[Sequence[Command]], ticks: Ticks, reader: "_Reader") -> Iterator[Step]:
    """Give the steps in their order, each with the time in which it was stored."""
    since, waiting = float("-inf"), list[Step]()
    for transaction in transactions:
        first = transaction[0] if transaction else ()
        if first[1:2] == [NOW.encode()]:
            since, answered = float(first[2]), ticks.answered.get(first[2].decode())
            if answered is not None:
                yield from (replace(step, by=answered) for step in waiting)
                waiting.clear()
        elif (step := reader.read(transaction, since)) is not None:
            waiting.append(step)
    yield from waiting


class _Reader:
    """Follows which jobs wait, so that it is known what a deletion took away."""

    def __init__(self) -> None:
        self._lanes: defaultdict[bytes, list[int]] = defaultdict(list)
        self._wakes: defaultdict[bytes, set[int]] = defaultdict(set)
        self._dropped: set[int] = set()

    def waiting(self) -> frozenset[tuple[Address, int]]:
        """Give what waits now."""
        left = [*self._lanes.items(), *self._wakes.items()]
        return frozenset(
            (address_of(whose.decode()), number) for whose, numbers in left for number in numbers
        )

    def read(self, transaction: Sequence[Command], since: float) -> Step | None:
        """Give the step that was done, if it is one: every one has the key of its event."""
        self._dropped = set()
        jobs = {number: body for command in transaction for number, body in self._follow(command)}
        kinds = {(command[0].upper(), _named(command)[0]): command for command in transaction}
        if (known := kinds.get((b"SET", b"e"))) is None:
            return None
        event, never = known[1].decode(), float("inf")
        if stored := kinds.get((b"SET", b"c")):
            _version, at, _topics, body = stored[2].split(b" ", 3)
            return Step(_whose(stored), since, never, event, moment(int(at)), body, jobs)
        found = [kinds[each] for each in _OF_SOMEBODY if each in kinds]
        if not found:
            return None  # there was nothing to delete, and nobody to tell
        unparked = {
            int(number)
            for command in transaction
            if (command[0].upper(), _named(command)[0]) == (b"HDEL", b"parked")
            for number in command[2:]
        }
        return Step(
            *(_whose(found[0]), since, never, event),
            jobs=jobs,
            dropped=frozenset(self._dropped),
            unparked=frozenset(unparked),
        )

    def _follow(self, command: Command) -> Iterator[tuple[int, bytes]]:
        """Note what waits, and what waits no more; give the jobs that are written down."""
        kind, about = _named(command)
        match command[0].upper(), kind:
            case b"RPUSH", b"l":
                number, body = _job(command[2], 5)
                self._lanes[about].append(number)
                yield number, body
            case b"LPOP", b"l":
                self._lanes[about].pop(0)
            case b"HSET", b"w":
                self._wakes[about].add(int(command[2]))
                yield int(command[2]), command[3].split(b" ", 3)[3]
            case b"HDEL", b"w":
                self._wakes[about].discard(int(command[2]))
            case b"DEL", b"l" | b"w":
                self._dropped |= {*self._lanes.pop(about, ()), *self._wakes.pop(about, ())}
            case _:
                pass


_OF_SOMEBODY = ((b"DEL", b"c"), (b"DEL", b"l"), (b"DEL", b"w"), (b"RPUSH", b"l"))
"""Commands that name whose everything is deleted."""


def _whose(command: Command) -> Address:
    return address_of(_named(command)[1].decode())


def _named(command: Command) -> tuple[bytes, bytes]:
    """Give the kind of key, and whose it is."""
    if len(command) < 2 or not command[1].startswith(b"{p"):
        return b"", b""
    kind, _, about = command[1].partition(b":")[2].partition(b":")
    return kind, about


def _job(raw: bytes, before: int) -> tuple[int, bytes]:
    """Read the number of a job in a lane, and its body behind so many words."""
    words = raw.split(b" ", before)
    return int(words[0]), words[before]
