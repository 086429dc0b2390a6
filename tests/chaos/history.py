"""What was stored, and what workers wrote down about it, told by hand: each turn in it is a real one."""

from collections import defaultdict
from dataclasses import dataclass, field
from datetime import UTC, timedelta

from adapters.store.redis.keys import keys_of
from bot.codec import encode_conversation, encode_job
from bot.dialogue.home import home
from bot.dialogue.turn import take_turn
from bot.events import Event, ForgetMe
from bot.model import Address, Conversation, Wake, World
from bot.outlook import Settling
from bot.runtime.bulletin import Bulletin
from tests.chaos.book import chaos_book
from tests.chaos.oracle import Oracle
from tests.chaos.truth import Step, Truth
from tests.chaos.witness import Attempt, Look, Outside, Witnessed
from tests.outside import START, Weather, world

MOMENT = 0.01
"""Seconds before a turn at which its event came, and after it at which its worker was done."""


@dataclass
class History:
    """Times are in seconds since `tests.outside.START`; there is one partition."""

    steps: defaultdict[Address, list[Step]] = field(default_factory=lambda: defaultdict(list))
    attempts: list[Attempt] = field(default_factory=list)
    looks: list[Look] = field(default_factory=list)
    waiting: set[tuple[Address, int]] = field(default_factory=set)
    weather: Weather = "clear"
    jobs: int = 0

    @property
    def oracle(self) -> Oracle:
        """Give who judges it."""
        truth = Truth({**self.steps}, frozenset(self.waiting))
        return Oracle(chaos_book(), truth, Witnessed(self.attempts, self.looks), 1)

    def state(self, address: Address) -> Conversation | None:
        """Give the conversation as it is stored."""
        return self.steps[address][-1].after if self.steps[address] else None

    def take(self, address: Address, event: Event, at: float) -> Step:
        """Store the turn of an event, and have a worker say so."""
        step = self.store(address, event, at)
        self.answer(address, event, at - MOMENT, at + MOMENT)
        return step

    def store(self, address: Address, event: Event, at: float) -> Step:
        """Store the turn that an event leads to."""
        outside = self._world(at)
        turn = take_turn(chaos_book(), self.state(address), event, outside, address)
        numbered = dict(enumerate(turn.jobs, self.jobs + 1))
        self.jobs += len(numbered)
        self.waiting |= {(address, number) for number, job in numbered.items() if isinstance(job, Wake)}
        key, body = keys_of(address, 1).event(event.id), encode_conversation(turn.conversation)
        jobs = {number: encode_job(job) for number, job in numbered.items()}
        self.steps[address].append(Step(address, at, at, key, outside.now, body, jobs))
        return self.steps[address][-1]

    def forget(self, address: Address, event: ForgetMe, at: float) -> None:
        """Delete everything about somebody, which nobody is told, and have a worker say so."""
        dropped = {number for whose, number in self.waiting if whose == address}
        self.waiting -= {(address, number) for number in dropped}
        key = keys_of(address, 1).event(event.id)
        self.steps[address].append(Step(address, at, at, key, dropped=frozenset(dropped)))
        self.answer(address, event, at - MOMENT, at + MOMENT)

    def answer(self, address: Address, event: Event, took: float, done: float | None) -> None:
        """Have a worker say that it took in an event; without `done` it died before."""
        self.attempts.append(Attempt("w1", address, event, took, [self._outside(took)], done))

    def come(self, address: Address, number: int) -> None:
        """Strike out a wake."""
        self.waiting.remove((address, number))

    def look(self, address: Address, begun: float, at: float, shown: Conversation | None) -> None:
        """Have a worker show somebody that state of their conversation."""
        outside = self._outside(at)
        view = home(chaos_book(), shown, self._world(at), "en")
        choices = tuple(choice.id for choice in view.choices)
        self.looks.append(Look("w1", address, "en", begun, at, outside, view.text, choices))

    def _outside(self, at: float) -> Outside:
        now = START + timedelta(seconds=at)
        seen = world(self.weather, START)
        return Outside(now, Bulletin(seen.boards, Settling(outlook=seen.outlook)))

    def _world(self, at: float) -> World:
        outside = self._outside(at)
        return outside.bulletin.world(outside.now, UTC)
