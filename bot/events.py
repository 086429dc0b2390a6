"""What happens: a closed set of plain frozen values, of which each adapter makes its platform's payloads.

`language` and `zone` (an IANA name) are the platform's hints about the person, if it gives them. `origin` is
whatever the adapter needs to tie the reply to what it answers, as the message whose button was pressed; it
comes back in the reply.
"""

from typing import Literal, TypeAlias

from msgspec import Struct

from bot.model import Address, EventId, Finding, Language, WakeReason


class Opened(Struct, frozen=True):
    """Somebody opened the conversation without saying anything yet.

    `start` is what the link asked for that they followed, as `mac` or `ja-mac`: see `bot.dialogue.link`.
    """

    id: EventId
    language: Language | None = None
    start: str = ""
    origin: str = ""
    zone: str = ""


class Said(Struct, frozen=True):
    """Somebody typed or pasted text.

    What was not `addressed` to us was overheard, and counts only in a conversation that there is already.
    """

    id: EventId
    text: str
    language: Language | None = None
    origin: str = ""
    addressed: bool = True
    zone: str = ""
    findings: tuple[Finding, ...] | None = None
    """What the text shows, where it was read already because it is long."""


class Picked(Struct, frozen=True):
    """Somebody pressed the button `choice` of the prompt numbered `prompt`."""

    id: EventId
    prompt: int
    choice: str
    origin: str = ""


Command: TypeAlias = Literal[
    "help", "status", "language", "restart", "stop", "watch", "unwatch", "japanese", "english"
]
"""What a platform's menu of commands offers."""


class Invoked(Struct, frozen=True):
    """Somebody invoked a command by its name, as `/help`.

    If they `insist`, the conversation goes on in their language: so it does where many share it.
    """

    id: EventId
    command: Command
    language: Language | None = None
    origin: str = ""
    zone: str = ""
    insists: bool = False


class Shared(Struct, frozen=True):
    """Somebody sent a text file; `text` is its content, already decoded."""

    id: EventId
    name: str
    text: str
    language: Language | None = None
    origin: str = ""
    addressed: bool = True
    zone: str = ""
    findings: tuple[Finding, ...] | None = None
    """What the text shows, where it was read already because it is long."""


Unread: TypeAlias = Literal["photo", "large_file", "other_file", "unavailable_file", "too_much", "other"]
"""What cannot be read: a picture, a file over the limit, one without text or that did not come, a text that
took too long, the rest."""


class Sent(Struct, frozen=True):
    """Somebody sent something that cannot be read."""

    id: EventId
    what: Unread
    language: Language | None = None
    origin: str = ""
    addressed: bool = True
    zone: str = ""


class Woke(Struct, frozen=True):
    """A `Wake` is due: `prompt` and `why` are its own."""

    id: EventId
    prompt: int
    why: WakeReason = "remind"


class StatusChanged(Struct, frozen=True):
    """Apple's board changed; `World` has it as it is now."""

    id: EventId


class Left(Struct, frozen=True):
    """The person blocked us or removed us from the chat: nothing we send arrives any more."""

    id: EventId


class ForgetMe(Struct, frozen=True):
    """Somebody wants everything deleted that is stored about them here. The one event that is no turn.

    What is stored about them at the addresses in `also` goes with it; they are told once, here. Only the
    event's id stays for its time, so that its redelivery deletes nothing that they have begun since.
    """

    id: EventId
    language: Language | None = None
    origin: str = ""
    also: tuple[Address, ...] = ()


Event: TypeAlias = Opened | Said | Picked | Invoked | Shared | Sent | Woke | StatusChanged | Left | ForgetMe


class Again(Struct, frozen=True):
    """An event that was set aside, and what it was called; to be taken in once more if an operator says so.

    `event` is None where somebody's words were in it, which are not kept.
    """

    address: Address
    kind: str
    event: Event | None
