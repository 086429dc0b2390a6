"""What an update can mean."""

from dataclasses import dataclass
from typing import TypeAlias

from bot.events import Event, Sent, Shared, Unread
from bot.model import Address, EventId, Language


@dataclass(frozen=True, slots=True)
class Me:
    """Who we are on Telegram: the id, and the name without @, that `getMe` gives."""

    id: int
    username: str


@dataclass(frozen=True, slots=True)
class Heard:
    """Something happened in the conversation at that address."""

    address: Address
    event: Event


@dataclass(frozen=True, slots=True)
class Source:
    """What every event of a message has: its id, the person's language, and what a reply answers."""

    id: EventId
    language: Language | None = None
    origin: str = ""


@dataclass(frozen=True, slots=True)
class Fetch:
    """A file has to be fetched before it is known what happened."""

    address: Address
    source: Source
    file: str
    """The `file_id` for `getFile`."""
    name: str
    caption: str = ""

    def shared(self, content: str) -> Shared:
        """Give the event for a file with that text; what was written beside it belongs to it."""
        text = f"{self.caption}\n{content}" if self.caption else content
        return Shared(self.source.id, self.name, text, self.source.language, self.source.origin)

    def unread(self, what: Unread) -> Sent:
        """Give the event for a file that cannot be read."""
        return Sent(self.source.id, what, self.source.language, self.source.origin)


@dataclass(frozen=True, slots=True)
class NotYours:
    """Somebody pressed a button of another person's prompt: they are told so at the button."""

    query: str
    language: Language


@dataclass(frozen=True, slots=True)
class Meaningless:
    """Somebody pressed a button that belongs to no conversation: it only has to stop spinning."""

    query: str


Incoming: TypeAlias = Heard | Fetch | NotYours | Meaningless
