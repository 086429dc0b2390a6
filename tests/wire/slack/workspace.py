"""A workspace as Slack keeps it: who is in it, what was written, and the app that is installed there."""

import secrets
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from itertools import count
from typing import Literal, TypeAlias

from tests.wire.slack.app import App
from tests.wire.slack.clock import Clock
from tests.wire.slack.posts import Post
from tests.wire.slack.refusal import Json, Refusal

TEAM = "T0SUPPORT"

ChannelKind: TypeAlias = Literal["channel", "group", "im", "mpim"]


@dataclass(slots=True)
class Account:
    """A member. One of another `team` came through Slack Connect."""

    id: str
    locale: str = "en-US"
    team: str = TEAM
    bot: bool = False
    deleted: bool = False


@dataclass(slots=True)
class Channel:
    """A conversation of any kind, with all that was ever posted there, in order."""

    id: str
    kind: ChannelKind
    name: str = ""
    members: set[str] = field(default_factory=set)
    archived: bool = False
    shared: bool = False
    posts: list[Post] = field(default_factory=list)

    def find(self, ts: object) -> Post | None:
        """Find a message that everybody sees."""
        return next(
            (each for each in self.posts if each.ts == ts and each.is_there and not each.only_for), None
        )


@dataclass(slots=True)
class Thread:
    """What the assistant's pane shows of a thread beside its messages."""

    status: str = ""
    title: str = ""
    prompts_title: str = ""
    prompts: list[Json] = field(default_factory=list)


@dataclass(slots=True)
class File:
    """A file, and whether an event says all about it or only its id (Slack Connect)."""

    about: Json
    content: bytes
    channel: str
    hidden: bool = False


@dataclass(slots=True)
class Workspace:
    """Everything that Slack knows. `announce` takes the event, and where it happened, to whoever listens."""

    clock: Clock
    app: App = field(default_factory=App)
    accounts: dict[str, Account] = field(default_factory=dict)
    channels: dict[str, Channel] = field(default_factory=dict)
    threads: dict[tuple[str, str], Thread] = field(default_factory=dict)
    files: dict[str, File] = field(default_factory=dict)
    homes: dict[str, Json] = field(default_factory=dict)
    modals: dict[str, Json] = field(default_factory=dict)
    looking_at: dict[str, Json] = field(default_factory=dict)
    """What each person has open beside the agent's pane."""
    triggers: dict[str, tuple[str, float]] = field(default_factory=dict)
    """Trigger ids that were given out: for whom, and when. One that was used has no name any more."""
    notices: dict[str, list[str]] = field(default_factory=dict)
    """What Slack itself told each person, as that a command failed."""
    announce: Callable[[Json, Channel | None], None] = lambda _event, _channel: None
    new_socket: Callable[[], str] = str
    """Makes the address of a WebSocket."""
    _numbers: Iterator[int] = field(default_factory=lambda: count(1))
    _last_ts: int = 0

    def __post_init__(self) -> None:
        app = self.app
        self.accounts[app.user] = Account(app.user, bot=True)

    def new_id(self, kind: str) -> str:
        """Make an id as Slack's, the kind being its first letters."""
        return f"{kind}{next(self._numbers):09X}"

    def new_ts(self) -> str:
        """Give the time of a message, which is its name too: never the same twice."""
        self._last_ts = max(self._last_ts + 100, int(self.clock.now() * 1_000_000))
        return f"{self._last_ts // 1_000_000}.{self._last_ts % 1_000_000:06d}"

    def new_trigger(self, user: str) -> str:
        """Give out a trigger id, good for 3 s and one view."""
        trigger = f"{next(self._numbers)}.{next(self._numbers)}.{secrets.token_hex(8)}"
        self.triggers[trigger] = (user, self.clock.now())
        return trigger

    def direct(self, user: str) -> Channel:
        """Open the direct messages between the app and a person."""
        for channel in self.channels.values():
            if channel.kind == "im" and user in channel.members:
                return channel
        channel = Channel(self.new_id("D"), "im", members={user, self.app.user})
        self.channels[channel.id] = channel
        return channel

    def seen_by_app(self, name: object) -> Channel:
        """Find a channel by what the app calls it.

        Raises:
            Refusal: `channel_not_found`, also for private ones that the app is not in.

        """
        channel = self.channels.get(str(name))
        if channel is None or (channel.kind != "channel" and self.app.user not in channel.members):
            raise Refusal("channel_not_found")
        return channel

    def thread(self, channel: str, ts: str) -> Thread:
        """Give what the pane shows of a thread."""
        return self.threads.setdefault((channel, ts), Thread())

    def notify(self, user: str, words: str) -> None:
        """Tell a person something in Slack's own voice."""
        self.notices.setdefault(user, []).append(words)
