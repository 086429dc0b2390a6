"""What comes in from Slack, as values: what `inbound` makes of a payload."""

from typing import Literal, TypeAlias

from msgspec import Struct

from bot.events import Event, Sent, Shared, Unread
from bot.model import Address, EventId


class Me(Struct, frozen=True):
    """Who we are: the workspace, and the ids of the bot in it. An empty id is not known."""

    team: str
    user: str
    bot: str = ""
    app: str = ""
    connect: bool = False
    """Whether people of other workspaces, who share a channel with this one, are helped too."""

    def is_meant(self, team: str | None, app: str | None) -> bool:
        """Say whether what somebody of that workspace did with that app is for us."""
        return (team == self.team or self.connect) and (not self.app or app in (None, "", self.app))


Phrase: TypeAlias = Literal["usage", "wrote_dm", "only_people", "only_colleagues", "not_here"]


class Told(Struct, frozen=True):
    """A word to nobody but this person, at a `response_url`: `slack.<phrase>`."""

    person: str
    url: str
    phrase: Phrase


class Heard(Struct, frozen=True):
    """Something happened in the conversation at that address. `told` is said about it once it is stored.

    `by` is who did it (a user id), in a conversation that has no one person.
    """

    address: Address
    event: Event
    told: Told | None = None
    by: str = ""


class Fetch(Struct, frozen=True):
    """A text file has to be fetched before it is known what happened."""

    address: Address
    url: str
    name: str
    caption: str
    id: EventId
    origin: str = ""
    addressed: bool = True

    def shared(self, content: str) -> Shared:
        """Give the event for a file with that text; what was written beside it belongs to it."""
        text = f"{self.caption}\n{content}" if self.caption else content
        return Shared(self.id, self.name, text, origin=self.origin, addressed=self.addressed)

    def unread(self, what: Unread) -> Sent:
        """Give the event for a file that cannot be read."""
        return Sent(self.id, what, origin=self.origin, addressed=self.addressed)


class NotYours(Struct, frozen=True):
    """A press on somebody else's prompt: an offer of their own help, to nobody but them."""

    person: str
    channel: str
    thread: str


class HomeOpened(Struct, frozen=True):
    """Somebody looks at App Home."""

    person: str


class HomePressed(Struct, frozen=True):
    """Somebody pressed a button in App Home."""

    person: str
    heard: tuple[Heard, ...]


class PaneOpened(Struct, frozen=True):
    """Somebody opened the agent's pane: time for suggestions. `thread` is only the older container's."""

    person: str
    channel: str
    thread: str = ""


class Uninstalled(Struct, frozen=True):
    """The workspace removed us, or took our token: nothing comes or goes. `why` is the event's name."""

    why: str


class Malformed(Struct, frozen=True):
    """A payload that is none of what Slack documents. `id` is its event's, if it has one."""

    id: str


Incoming: TypeAlias = (
    Heard | Fetch | Told | NotYours | HomeOpened | HomePressed | PaneOpened | Uninstalled | Malformed
)
