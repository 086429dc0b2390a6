"""What a store should answer, found by remembering everything in plain lists and searching them each time."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from bot.model import Address
from bot.ports import Backlog, Due, Owed, Record, Retention
from bot.ports.stored import CHAT_BURST
from tests.contract.shorthand import LEASE, NOW

KEPT = Retention()


@dataclass(frozen=True, slots=True)
class Turn:
    """A stored turn."""

    who: Address
    event: str
    at: datetime
    record: Record


@dataclass(slots=True, eq=False)
class Promise:
    """A job; the bodies of those that are not kept differ, so the body is its name."""

    who: Address
    due: Due
    free_at: datetime
    leased: bool = False
    attempt: int = 0
    next_attempt: int = 1
    number: int = 0
    kept: bool = False
    """Or given up for ever."""


@dataclass(slots=True)
class Model:
    """All turns and promises, in the order of their commits, and what the chats have to wait for."""

    now: datetime = NOW
    turns: list[Turn] = field(default_factory=list)
    promises: list[Promise] = field(default_factory=list)
    buried: list[tuple[Promise, datetime]] = field(default_factory=list)
    spoken: list[tuple[str, datetime, Due]] = field(default_factory=list)
    silenced: list[tuple[str, datetime]] = field(default_factory=list)

    # --- what is asked ---

    def record(self, who: Address) -> Record:
        turns = [turn for turn in self.turns if turn.who == who]
        kept = [turn.record for turn in turns if self.now - turn.at <= KEPT.conversations]
        return kept[-1] if kept else Record(0, b"")

    def knows(self, who: Address, event: str) -> bool:
        recent = [turn for turn in self.turns if self.now - turn.at <= KEPT.events]
        return (who, event) in [(turn.who, turn.event) for turn in recent]

    def backlog(self) -> Backlog:
        return Backlog(len(self.free()), len(self.open()), len(self.parked()))

    def parked(self) -> list[Promise]:
        return [promise for promise, at in self.buried if self.now - at <= KEPT.parked]

    def open(self) -> list[Promise]:
        return [each for each in self.promises if not each.kept]

    def free(self) -> list[Promise]:
        return [each for each in self.open() if self.is_free(each)]

    def find(self, job: Owed) -> Promise | None:
        """Find what may be settled."""
        found = (each for each in self.open() if (each.who, each.number) == (job.address, job.number))
        return next((each for each in found if self.is_first(each)), None)

    def lane(self, who: Address) -> Iterator[Promise]:
        return (each for each in self.open() if each.who == who and each.due.kind == "say")

    def is_first(self, promise: Promise) -> bool:
        return promise.due.kind == "wake" or promise is next(self.lane(promise.who))

    def is_free(self, promise: Promise) -> bool:
        return self.free_since(promise) <= self.now and self.is_first(promise)

    def free_since(self, promise: Promise) -> datetime:
        if promise.due.kind == "wake":
            return promise.free_at
        silences = [until for chat, until in self.silenced if chat == promise.who.chat]
        paid = self.paid_until(promise.who.chat) - (CHAT_BURST - 1) * promise.due.pause
        return max(promise.free_at, *silences, paid if promise.due.pause else promise.free_at)

    def paid_until(self, chat: str) -> datetime:
        until = NOW
        for place, at, due in self.spoken:
            if place == chat and due.kind == "say" and due.pause:
                until = max(until, at) + due.pause
        return until

    # --- what is done ---

    def promise(self, who: Address, due: Due) -> Promise:
        new = Promise(who, due, due.at)
        self.promises.append(new)
        return new

    def lend(self, promise: Promise, job: Owed) -> None:
        """Hand out, and check what is handed out."""
        assert self.is_free(promise)
        assert promise.number in {0, job.number}
        assert job == Owed(
            *(promise.who, job.number, promise.due.kind, promise.due.body),
            *(promise.due.at, promise.next_attempt),
        )
        promise.number = job.number
        promise.attempt, promise.next_attempt = job.attempt, job.attempt + 1
        promise.free_at, promise.leased = self.now + LEASE, True
        self.spoken.append((promise.who.chat, self.now, promise.due))

    def lend_exactly(self, owed: Sequence[Owed], candidates: Sequence[Promise]) -> None:
        """Hand out those of the candidates that are free, in their order."""
        handed = iter(owed)
        for promise in candidates:
            if self.is_free(promise):
                self.lend(promise, next(handed))
        assert not [*handed]

    def lend_longest_free(self, owed: Sequence[Owed], limit: int) -> None:
        """Hand out those that have been free longest, as far as that is one order.

        A store may forget a chat's pause when it is over: a job that waited for it then counts as free since
        it was due.
        """
        since = {promise: self.free_since(promise) for promise in self.free()}
        for job in owed:
            (promise,) = (each for each in since if each.due.body == job.body)
            before = [each for each in self.free() if since[each] < promise.free_at]
            same = (promise.who, promise.free_at, since[promise])
            beside = [each for each in since if (each.who, each.free_at, since[each]) == same]
            assert not before
            assert promise is beside[0]
            self.lend(promise, job)
            del since[promise]
        assert len(owed) == limit or not self.free()

    def bury(self, promise: Promise) -> None:
        promise.kept = True
        self.buried.append((promise, self.now))

    def unpark(self, promise: Promise) -> None:
        self.buried = [(each, at) for each, at in self.buried if each is not promise]
        due = promise.due
        self.promise(promise.who, Due(due.kind, self.now, due.body, due.pause))

    def let_go(self) -> None:
        """End all leases, as the death of who held them does."""
        for promise in self.open():
            if promise.leased:
                promise.free_at, promise.leased = promise.due.at, False
