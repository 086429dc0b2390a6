"""What a worker of the chaos is told at its start."""

from dataclasses import dataclass
from typing import Literal, TypeAlias, get_args

Kind: TypeAlias = Literal["own", "telegram-polling", "telegram-webhook", "slack-socket", "slack-http"]
"""The platform with the way in: the chaos' own, or one of the field, behind its real adapter."""

KINDS: tuple[Kind, ...] = get_args(Kind)

CALLED: frozenset[Kind] = frozenset({"telegram-webhook", "slack-http"})
"""Those that call the workers."""

Mutant: TypeAlias = Literal[
    "ack-first",
    "dedup-first",
    "no-version-check",
    "no-lease",
    "offset-first",
    "no-look-back",
    "stale-copy",
    "stale-left",
    "stale-wake",
    "stale-news",
    "stale-glance",
]
"""Planted bugs; `offset-first` is one of Telegram's polling only, `no-look-back` one of Slack's channel.

With those that are `stale`, a worker decides on the copy in its memory, however old that is: always, or only
about people who have left, wakes, news, or overviews.
"""

MUTANTS: tuple[Mutant, ...] = get_args(Mutant)

PUBLIC = "https://bot.example"
"""The address that Telegram is told for a webhook; the workers listen behind it."""


@dataclass(frozen=True)
class Plan:
    """Times are in seconds."""

    platform: str
    """The platform's socket file, or its address."""
    store: str
    """A redis:// address, or the path of an SQLite file."""
    name: str
    lease: float = 3.0
    deadline: float = 1.0
    minute: float = 1.5
    kind: Kind = "own"
    port: int = 0
    """Where it listens, if the platform calls it."""
    chat_pause: float = 0.0
    bot_pause: float = 0.0
    failpoints: str = ""
    mutant: Mutant | None = None
    messages_per_minute: int = 0
    """How much is read of one person; 0 is everything, and nobody goes before another."""
    log: str = ""
    witness: str = ""
    """The folder in which the worker writes down what it was asked to do."""
    sky: str = "/dev/null/nowhere"
    """The file that is there while Apple reports trouble."""
    seed: int = 0
