"""Jobs in memory: each conversation's lane, who holds what until when, and the pauses of the chats."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import count, islice

from bot.model import Address
from bot.ports import Due, Owed
from bot.ports.stored import CHAT_BURST

LONG_AGO = datetime.min.replace(tzinfo=UTC)


@dataclass(slots=True)
class Job:
    """A stored job; `free_at` is when it was or will be due, given back, or let go of by its last holder."""

    address: Address
    number: int
    due: Due
    free_at: datetime
    attempt: int = 0  # of the last hand-out: who has it, or had it last
    next_attempt: int = 1


@dataclass(slots=True)
class Chat:
    """What the replies of a chat wait for: `silent_until`, and their pauses.

    Each reply moves `paid_until` on by its pause; how far ahead of the clock it may run is how many replies
    may come at once (the generic cell rate algorithm, ITU-T I.371).
    """

    paid_until: datetime = LONG_AGO
    silent_until: datetime = LONG_AGO


class Lanes:
    """All jobs, by address and number."""

    def __init__(self) -> None:
        self.jobs: dict[Address, dict[int, Job]] = {}  # lowest number first; no address without jobs
        self.chats: dict[tuple[str, ...], Chat] = {}
        self.numbers = count(1)

    def add(self, address: Address, due: Iterable[Due]) -> list[Job]:
        """Store jobs that nobody holds yet, at the end of their lane."""
        new = [Job(address, next(self.numbers), each, each.at) for each in due]
        if new:
            self.jobs.setdefault(address, {}).update({job.number: job for job in new})
        return new

    def hand_out(
        self, jobs: Iterable[Job], now: datetime, lease: timedelta, limit: int | None = None
    ) -> Iterator[Owed]:
        """Lend those that are free, one after the other: the chat's pause may begin with the first."""
        free = (job for job in jobs if self.is_free(job, now))
        return (self.lend(job, now, lease) for job in islice(free, limit))

    def free(self, now: datetime) -> list[Job]:
        """List what could be handed out, the longest free first."""
        everything = (job for jobs in self.jobs.values() for job in jobs.values())
        free = [job for job in everything if self.is_free(job, now)]
        return sorted(free, key=lambda job: (self.free_since(job), job.number))

    def find(self, owed: Owed) -> Job | None:
        """Find a job again that may be struck out: it is still there and nothing is before it."""
        job = self.jobs.get(owed.address, {}).get(owed.number)
        return job if job and self.is_first(job) else None

    def held(self, owed: Owed) -> Job | None:
        """Find a job again that nobody else has got since."""
        job = self.find(owed)
        return job if job and job.attempt == owed.attempt else None

    def strike(self, job: Job) -> None:
        """Take a job out."""
        del self.jobs[job.address][job.number]
        if not self.jobs[job.address]:
            del self.jobs[job.address]

    def after(self, job: Job) -> Iterator[Job]:
        """Give the one that is first now in the lane of a job that was struck out; none after a `wake`."""
        return islice(self.lane(job.address), int(job.due.kind == "say"))

    def hush(self, address: Address, until: datetime) -> None:
        """Let nothing be said in a chat until then."""
        chat = self.chat(address)
        chat.silent_until = max(chat.silent_until, until)

    def clean(self, now: datetime, most: int) -> None:
        """Take out a few chats that wait for nothing, and look at others next time."""
        for key in list(islice(self.chats, most)):
            chat = self.chats.pop(key)
            if max(chat.paid_until, chat.silent_until) > now:
                self.chats[key] = chat

    def is_free(self, job: Job, now: datetime) -> bool:
        return self.free_since(job) <= now and self.is_first(job)

    def is_first(self, job: Job) -> bool:
        """Say whether nothing is before it: a `wake` is in no lane, a `say` waits for lower numbers."""
        return job.due.kind == "wake" or next(self.lane(job.address)) is job

    def free_since(self, job: Job) -> datetime:
        chat = self.chats.get(self.place(job.address))
        if chat is None or job.due.kind == "wake":
            return job.free_at
        if not job.due.pause:
            return max(job.free_at, chat.silent_until)
        ahead = (CHAT_BURST - 1) * job.due.pause
        return max(job.free_at, chat.silent_until, max(chat.paid_until, LONG_AGO + ahead) - ahead)

    def lend(self, job: Job, now: datetime, lease: timedelta) -> Owed:
        job.attempt, job.next_attempt = job.next_attempt, job.next_attempt + 1
        job.free_at = now + lease
        if job.due.kind == "say" and job.due.pause:
            chat = self.chat(job.address)
            chat.paid_until = max(chat.paid_until, now) + job.due.pause
        due = job.due
        return Owed(job.address, job.number, due.kind, due.body, due.at, job.attempt)

    def lane(self, address: Address) -> Iterator[Job]:
        return (job for job in self.jobs.get(address, {}).values() if job.due.kind == "say")

    def chat(self, address: Address) -> Chat:
        return self.chats.setdefault(self.place(address), Chat())

    def place(self, address: Address) -> tuple[str, ...]:
        return (address.platform, address.chat)
