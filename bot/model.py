"""The nouns of the program: plain frozen values that everything else passes round.

Everything that happens is an event (`bot.events`); everything we owe is a `Job`; `Conversation` is what we
remember between the two, and `World` is what the outside looks like at that moment.
"""

from collections.abc import Mapping
from datetime import UTC, datetime, tzinfo
from typing import Literal, NewType, TypeAlias, get_args

from msgspec import Struct, field

from bot.apple import BOARD_IS_OLD_AFTER, Board, Outlook, Troubles

Language: TypeAlias = Literal["ja", "en"]
LANGUAGES: tuple[Language, ...] = get_args(Language)

EventId = NewType("EventId", str)


class Address(Struct, frozen=True):
    """Where a conversation takes place: one person in one chat of one platform. It is also its key."""

    platform: str
    chat: str
    person: str


# --- what we remember -------------------------------------------------------------------------------------


class Place(Struct, frozen=True):
    """A state of a flow, written `flow.state`."""

    flow: str
    state: str

    def __str__(self) -> str:
        """Give the name that the compiled machine and the error messages use."""
        return f"{self.flow}.{self.state}"


FindingName: TypeAlias = Literal[
    "serial_missing", "serial_present", "apns_certificate_missing", "macos_version", "model"
]


class Finding(Struct, frozen=True):
    """Something that pasted text shows; `quote` is its known words, masked, at most 160 characters."""

    name: FindingName
    quote: str


Outcome: TypeAlias = Literal["fixed", "not_yet", "skipped"]


class Tried(Struct, frozen=True):
    """A step that the person has finished, and how it went."""

    place: Place
    outcome: Outcome


class Watch(Struct, frozen=True):
    """Somebody's wish to be told of changes on Apple's board, and what they know of it already."""

    number: int
    """The prompt at which it began, which tells it from an earlier one."""
    until: datetime
    """When it ends by itself (UTC)."""
    known: "Troubles" = ()
    """The troubles that the person has seen or was told of, each at its worst so far."""
    is_back: bool = False
    """They were told that all is well; of now on only that it has come again."""
    as_of: datetime | None = None
    """When the newest outlook settled that they know of (UTC): they learn nothing from an older one."""


class Budget(Struct, frozen=True):
    """How much of what somebody sends may still be read: see `bot.dialogue.budget`."""

    full_at: datetime
    """When it is full again (UTC, in whole milliseconds)."""
    is_spent: bool = False
    """They were told that nothing more is read before that."""


CheckIn: TypeAlias = Literal["none", "planned", "asked", "never"]
"""Whether somebody who is not heard of is asked once how it went; `never` is their own wish."""


class Conversation(Struct, frozen=True):
    """All that is remembered of one person's conversation. No word that the person typed is in it."""

    address: Address
    """Kept inside as well as in the store's key, so that a mix-up of two people cannot go unnoticed."""
    place: Place
    language: Language
    version: str = ""
    """The version of the flow that the place belongs to; another one means the flow file was edited."""
    path: tuple[Place, ...] = ()
    """The places before this one, oldest first, for "back"."""
    tried: tuple[Tried, ...] = ()
    findings: tuple[Finding, ...] = ()
    prompt: int = 0
    """The number of the prompt that was asked last; buttons carry it."""
    offered: tuple[str, ...] = ()
    """The choices of that prompt in their order, so that "2" means what the person saw."""
    topics: tuple[str, ...] = ()
    """What the person asked to be told of; the store lists the followers of each."""
    watch: Watch | None = None
    """What they know of Apple's board, while they follow it."""
    zone: str = ""
    """Their time zone by its IANA name, as `Asia/Tokyo`; empty where it is not known."""
    heard_at: datetime | None = None
    """When they last said or pressed something (UTC)."""
    check_in: CheckIn = "none"
    wait_until: datetime | None = None
    """When the wait of the step is over that they are at (UTC)."""
    budget: Budget | None = None
    """None is a full one."""


# --- what the outside looks like --------------------------------------------------------------------------


class World(Struct, frozen=True):
    """The outside as a value: the time, Apple's board in the languages it was read in, the time zone."""

    now: datetime
    boards: Mapping[Language, Board] = field(default_factory=dict)
    zone: tzinfo = UTC
    outlook: Outlook | None = None
    """What followers of the board are told by."""
    crowd: datetime | None = None
    """Since when far more people than usual have had the same trouble, while Apple reports none."""
    messages_per_minute: int = 0
    """How much is read of one person; 0 is everything."""
    is_crowded: bool = False
    """More is sent in this chat, or by this person in all chats together, than can be answered."""

    def board(self, language: Language) -> Board | None:
        """Give the board in that language, else another without its words; an old one counts as none."""
        fresh = {
            spoken: board
            for spoken, board in self.boards.items()
            if self.now - board.checked_at <= BOARD_IS_OLD_AFTER
        }
        return fresh.get(language) or next((board.without_words() for board in fresh.values()), None)


# --- what we owe ------------------------------------------------------------------------------------------


class Choice(Struct, frozen=True):
    """A button. A `command` (back, stop, …) is offered everywhere; an `answer` belongs to its question."""

    id: str
    label: str
    kind: Literal["answer", "command"] = "answer"


class Reply(Struct, frozen=True):
    """One message to the person, with the buttons of the prompt numbered `prompt` under it."""

    text: str
    choices: tuple[Choice, ...] = ()
    prompt: int = 0
    origin: str = ""
    """The origin of the event that it answers, for the adapter that gave it."""
    aside: bool = False
    """A short word about a press that had no effect: shown at the button where the platform can do that."""
    progress: tuple[int, int] | None = None
    """Which step of how many this is, where it is one."""
    unasked: bool = False
    """Nobody waits for it just now: replies to those who have said something go first."""


class Say(Struct, frozen=True):
    """Owed now: send this reply. One alone, so that a send can never be half done."""

    address: Address
    reply: Reply


WakeReason: TypeAlias = Literal["remind", "wait", "check_in", "watch_over"]
"""What for: a step's reminder, the end of a step's wait, one friendly question later, the end of a watch."""


class Wake(Struct, frozen=True):
    """Owed later: come back at `at` (UTC) as a `Woke`.

    `prompt` says what it is about: the prompt that must still stand then, or the number of the watch.
    """

    address: Address
    at: datetime
    prompt: int
    why: WakeReason = "remind"


Job: TypeAlias = Say | Wake


class Turn(Struct, frozen=True):
    """What one event leads to."""

    conversation: Conversation
    jobs: tuple[Job, ...] = ()
