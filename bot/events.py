"""What happens: a closed set of plain frozen values, of which each adapter makes its platform's payloads.

`language` and `zone` (an IANA name) are the platform's hints about the person, if it gives them. `origin` is
whatever the adapter needs to tie the reply to what it answers, as the message whose button was pressed; it
comes back in the reply.
"""

from dataclasses import dataclass
from typing import Literal, TypeAlias

from bot.model import Address, EventId, Language, WakeReason


@dataclass(frozen=True, slots=True)
class Opened:
    """Somebody opened the conversation without saying anything yet.

    `start` is what the link asked for that they followed, as `mac` or `ja-mac`: see `bot.dialogue.link`.
    """

    id: EventId
    language: Language | None = None
    start: str = ""
    origin: str = ""
    zone: str = ""


@dataclass(frozen=True, slots=True)
class Said:
    """Somebody typed or pasted text.

    What was not `addressed` to us was overheard, and counts only in a conversation that there is already.
    """

    id: EventId
    text: str
    language: Language | None = None
    origin: str = ""
    addressed: bool = True
    zone: str = ""


@dataclass(frozen=True, slots=True)
class Picked:
    """Somebody pressed the button `choice` of the prompt numbered `prompt`."""

    id: EventId
    prompt: int
    choice: str
    origin: str = ""


Command: TypeAlias = Literal[
    "help", "status", "language", "restart", "stop", "watch", "unwatch", "japanese", "english"
]
"""What a platform's menu of commands offers."""


@dataclass(frozen=True, slots=True)
class Invoked:
    """Somebody invoked a command by its name, as `/help`.

    If they `insist`, the conversation goes on in their language: so it does where many share it.
    """

    id: EventId
    command: Command
    language: Language | None = None
    origin: str = ""
    zone: str = ""
    insists: bool = False


@dataclass(frozen=True, slots=True)
class Shared:
    """Somebody sent a text file; `text` is its content, already decoded."""

    id: EventId
    name: str
    text: str
    language: Language | None = None
    origin: str = ""
    addressed: bool = True
    zone: str = ""


Unread: TypeAlias = Literal["photo", "large_file", "other_file", "unavailable_file", "other"]
"""What cannot be read: a picture, a file over the limit, one without text or that did not come, the rest."""


@dataclass(frozen=True, slots=True)
class Sent:
    """Somebody sent something that cannot be read."""

    id: EventId
    what: Unread
    language: Language | None = None
    origin: str = ""
    addressed: bool = True
    zone: str = ""


@dataclass(frozen=True, slots=True)
class Woke:
    """A `Wake` is due: `prompt` and `why` are its own."""

    id: EventId
    prompt: int
    why: WakeReason = "remind"


@dataclass(frozen=True, slots=True)
class StatusChanged:
    """Apple's board changed; `World` has it as it is now."""

    id: EventId


@dataclass(frozen=True, slots=True)
class Left:
    """The person blocked us or removed us from the chat: nothing we send arrives any more."""

    id: EventId


@dataclass(frozen=True, slots=True)
class ForgetMe:
    """Somebody wants everything deleted that is stored about them here. The one event that is no turn.

    What is stored about them at the addresses in `also` goes with it; they are told once, here.
    """

    id: EventId
    language: Language | None = None
    origin: str = ""
    also: tuple[Address, ...] = ()


Event: TypeAlias = Opened | Said | Picked | Invoked | Shared | Sent | Woke | StatusChanged | Left | ForgetMe
