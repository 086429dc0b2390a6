"""One message as Slack keeps it, and as it shows it to apps and to people."""

import copy
import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from tests.wire.slack.app import App
from tests.wire.slack.blocks import elements, texts
from tests.wire.slack.refusal import Json

_PING = re.compile(r"<(!channel|!here|!everyone|!subteam\^|@[UW])")


@dataclass(slots=True)
class Post:
    """A message: what it says, whose it is, and who sees it."""

    channel: str
    ts: str
    user: str
    text: str = ""
    blocks: list[Json] = field(default_factory=list)
    thread: str = ""
    """The `ts` of the thread's first message; empty outside of threads and for the first message itself."""
    only_for: str = ""
    """The one person who sees an ephemeral message."""
    by_app: bool = False
    metadata: Json = field(default_factory=dict)
    files: list[Json] = field(default_factory=list)
    subtype: str = ""
    broadcast: bool = False
    edited: Json = field(default_factory=dict)
    reactions: dict[str, list[str]] = field(default_factory=dict)
    beside: Json = field(default_factory=dict)
    """What else stands in its events, as `client_msg_id`."""
    link_names: bool = False
    unfurls: bool = True
    is_there: bool = True
    """False once it has been deleted."""

    @property
    def root(self) -> str:
        """The `ts` by which one replies to it."""
        return self.thread or self.ts

    @property
    def words(self) -> str:
        """All that a person reads: the blocks, or the text where there are none."""
        return "\n".join(texts(self.blocks)) or self.text

    @property
    def buttons(self) -> list[str]:
        """The labels of its buttons, in order."""
        return [each["text"]["text"] for _, each in self.controls() if each["type"] == "button"]

    @property
    def pings(self) -> list[str]:
        """Whom it would disturb by more than being there: `!channel`, `@U`, …"""
        plain = re.findall(r"(?<!\S)@(?:channel|here|everyone)\b", self.text) if self.link_names else []
        return [*_PING.findall("\n".join([self.text, *texts(self.blocks)])), *plain]

    def controls(self) -> Iterator[tuple[Json, Json]]:
        """Yield each button and menu with its block."""
        for block in self.blocks:
            for element in elements(block):
                if "action_id" in element:
                    yield block, element

    def snapshot(self) -> "Post":
        """Give the message as it is now, for somebody who looks at it."""
        return copy.deepcopy(self)

    def as_json(self, app: App, team: str, *, all_metadata: bool = True) -> Json:
        """Give the message as in answers and events; times are in `ts`, seconds with six decimals."""
        shown: Json = {"type": "message", "user": self.user, "text": self.text, "ts": self.ts, "team": team}
        if self.blocks:
            shown["blocks"] = copy.deepcopy(self.blocks)
        if self.by_app:
            shown |= {"bot_id": app.bot, "app_id": app.id, "bot_profile": _profile(app, team)}
        if self.thread:
            shown |= {"thread_ts": self.thread}
        if self.metadata:
            shown["metadata"] = self.metadata if all_metadata else {"event_type": self.metadata["event_type"]}
        if self.reactions:
            shown["reactions"] = [
                {"name": name, "users": users, "count": len(users)} for name, users in self.reactions.items()
            ]
        optional: Json = {"files": self.files, "subtype": self.subtype, "edited": self.edited}
        return shown | {name: value for name, value in optional.items() if value} | self.beside


def _profile(app: App, team: str) -> Json:
    return {"id": app.bot, "app_id": app.id, "name": app.name, "team_id": team, "deleted": False, "icons": {}}


def rich_text(text: str) -> list[Json]:
    """Give the blocks that Slack's own composer makes of what a person types."""
    section: Json = {"type": "rich_text_section", "elements": [{"type": "text", "text": text}]}
    return [{"type": "rich_text", "block_id": "typed", "elements": [section]}] if text else []
