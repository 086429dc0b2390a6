"""What was seen from outside during a run: events, replies, answers, and what was done to the workers."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Literal, TypeAlias

from bot.model import Address, Language

Answered: TypeAlias = Literal[
    "ok",
    "later",
    "refused",
    "gone",
    "reset_before",
    "reset_after",
    "hang",
    "garbage",
    "error_before",
    "error_after",
    "truncated",
]
"""What the platform answers. `reset_before`, `error_before`, `later`, `refused` and `gone` show nothing."""

AMBIGUOUS: frozenset[Answered] = frozenset(
    {"reset_before", "reset_after", "hang", "garbage", "error_before", "error_after", "truncated"}
)
"""Answers that do not tell the worker whether the reply was shown."""

SHOWING: frozenset[Answered] = frozenset({"ok", "reset_after", "hang", "garbage", "error_after", "truncated"})

SpellKind: TypeAlias = Literal[
    "kill", "stop", "term", "redis_kill", "freeze", "delay", "cut", "lost_answer", "stall"
]
"""What was done on purpose; but a `stall` is the machine's own, seen from the harness."""


@dataclass
class Happened:
    """An event of the platform; times are seconds on the harness's monotonic clock."""

    id: str
    address: Address
    at: float
    pushes: int = 0
    acked_at: float | None = None
    given_up: bool = False
    """Whether the platform brings it no more, though nobody acknowledged it."""


@dataclass(frozen=True)
class Shown:
    """A reply that the platform has processed: the worker's bytes came at `came_at`."""

    came_at: float
    at: float
    worker: str
    key: str
    attempt: int
    address: Address
    text: str
    prompt: int
    answer: Answered
    knew: float | None = None
    """Until when its sender knew what was shown: it looked then. None where it cannot look or was not let."""


@dataclass
class Spell:
    """A time during which something was done to a worker, to Redis or to the lines between them."""

    kind: SpellKind
    whom: str
    begin: float
    end: float

    def touches(self, begin: float, end: float) -> bool:
        """Say whether it has to do with that time."""
        return self.begin <= end and begin <= self.end


@dataclass
class Record:
    """All of it. A checker reads this, and what is stored, and nothing else."""

    languages: dict[Address, Language] = field(default_factory=dict)
    events: dict[str, Happened] = field(default_factory=dict)
    shown: list[Shown] = field(default_factory=list)
    spells: list[Spell] = field(default_factory=list)
    answers: Counter[Answered] = field(default_factory=Counter)
    spent: set[str] = field(default_factory=set)
    """Keys of short words at a button for which the platform said that its press is answered or too old."""
    leaks: list[str] = field(default_factory=list)
    """What the platform saw in a place where it does not belong."""

    def unacked(self) -> Iterable[Happened]:
        """Give the events that the platform still has to bring."""
        return [each for each in self.events.values() if each.acked_at is None and not each.given_up]

    def count(self, *kinds: SpellKind) -> int:
        """Count what was done of these kinds."""
        return sum(spell.kind in kinds for spell in self.spells)

    @property
    def faults(self) -> int:
        """Everything that was done wrong on purpose."""
        wrong = sum(count for kind, count in self.answers.items() if kind != "ok")
        return wrong + sum(spell.kind != "stall" for spell in self.spells)
