"""What an update can mean."""

from typing import TypeAlias

from msgspec import Struct

from bot.events import Event, Sent, Shared, Unread
from bot.model import Address, EventId, Language


class Me(Struct, frozen=True):
    """Who we are on Telegram: the id, and the name without @, that `getMe` gives."""

    id: int
    username: str


class Heard(Struct, frozen=True):
    """Something happened in the conversation at that address."""

    address: Address
    event: Event


class Source(Struct, frozen=True):
    """What every event of a message has: its id, the person's language, and what a reply answers."""

    id: EventId
    language: Language | None = None
    origin: str = ""


class Fetch(Struct, frozen=True):
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


class NotYours(Struct, frozen=True):
    """Somebody pressed a button of another person's prompt: they are told so at the button."""

    query: str
    language: Language


class Meaningless(Struct, frozen=True):
    """Somebody pressed a button that belongs to no conversation: it only has to stop spinning."""

    query: str


Incoming: TypeAlias = Heard | Fetch | NotYours | Meaningless
