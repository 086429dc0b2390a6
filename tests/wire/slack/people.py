"""People at their Slack: what they write and press there, and what they see."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

from tests.wire.slack import chat, envelopes
from tests.wire.slack.posts import Post, rich_text
from tests.wire.slack.refusal import Json
from tests.wire.slack.workspace import TEAM, Channel, Thread

if TYPE_CHECKING:
    from tests.wire.slack.deliveries import Delivery
    from tests.wire.slack.server import SlackServer


@dataclass(frozen=True, slots=True)
class Person:
    """A member of the workspace. What they do is on its way to the app when the method returns."""

    slack: "SlackServer"
    id: str

    # --- writing ------------------------------------------------------------------------------------------

    def mentions(self, channel: Channel, text: str, *, thread: Post | None = None) -> Post:
        """Write to the app in a channel: one message, and for the app two events where it may have both."""
        return self.writes(channel, f"<@{self.slack.app.user}> {text}".strip(), thread=thread)

    def writes_dm(self, text: str) -> Post:
        """Write to the app alone."""
        return self.writes(self.dm, text)

    def writes_in_thread(self, post: Post, text: str) -> Post:
        """Write in the thread of a message."""
        return self.writes(self.slack.channels[post.channel], text, thread=post)

    def writes(
        self, channel: Channel, text: str, *, thread: Post | None = None, broadcast: bool = False
    ) -> Post:
        """Write anywhere, in the thread of that message if given, and with `broadcast` in the channel too."""
        post = self._post(channel, text, thread.root if thread else "")
        if broadcast:
            post.broadcast, post.subtype = True, "thread_broadcast"
        return self._publish(channel, post)

    def shares_file(
        self, name: str, content: bytes, text: str = "", *, channel: Channel | None = None,
        thread: Post | None = None, hidden: bool = False,
    ) -> Post:  # fmt: skip
        """Share a file; of a `hidden` one, as through Slack Connect, events say only the id."""
        channel = channel or self.dm
        post = self._post(channel, text, thread.root if thread else "")
        post.subtype = "file_share"
        post.files = [
            self.slack.files.keep(self.slack.url, self.id, channel.id, name, content, hidden=hidden)
        ]
        seen = self._publish(channel, post)
        file = post.files[0]["id"]
        event = {"type": "file_shared", "file_id": file, "user_id": self.id, "file": {"id": file}}
        self.slack.announce(event | {"channel_id": channel.id, "event_ts": post.ts}, channel)
        return seen

    def edits(self, post: Post, text: str) -> None:
        """Change a message of one's own."""
        channel, found = self._find(post)
        assert found.user == self.id, "people edit their own messages only"
        before = found.as_json(self.slack.app, self._team)
        found.text, found.blocks = text, rich_text(text)
        found.edited = {"user": self.id, "ts": self.slack.workspace.new_ts()}
        self.slack.announce(chat.changed(self.slack.workspace, channel, found, before), channel)

    def deletes(self, post: Post) -> None:
        """Delete a message; one of the app's, as an admin could, too."""
        channel, found = self._find(post)
        found.is_there = False
        self.slack.announce(chat.deleted(self.slack.workspace, channel, found), channel)

    def reacts(self, name: str, post: Post) -> None:
        """Put an emoji on a message."""
        channel, found = self._find(post)
        found.reactions.setdefault(name, []).append(self.id)
        item = {"type": "message", "channel": channel.id, "ts": found.ts}
        event = {
            "type": "reaction_added",
            "user": self.id,
            "reaction": name,
            "item": item,
            "item_user": found.user,
        }
        self.slack.announce(event | {"event_ts": self.slack.workspace.new_ts()}, channel)

    def invites_app(self, channel: Channel) -> None:
        """Add the app to a channel."""
        app = self.slack.app.user
        channel.members.add(app)
        event = {"type": "member_joined_channel", "user": app, "channel": channel.id, "channel_type": "C"}
        about = {"team": TEAM, "inviter": self.id, "event_ts": self.slack.workspace.new_ts()}
        self.slack.announce(event | about, channel)

    # --- pressing -----------------------------------------------------------------------------------------

    def slash(self, command: str, text: str = "", channel: Channel | None = None) -> "Delivery":
        """Invoke a command, in the app's direct messages unless a channel is given."""
        assert command in self.slack.app.commands, f"{command} is not a valid command"
        channel = channel or self.dm
        url = self.slack.response_urls.new(self.id, channel.id)
        payload = envelopes.command(self.slack.workspace, self.id, channel, name=command, text=text, url=url)
        return self.slack.send("slash_commands", payload)

    def presses(self, label: str, post: Post) -> "Delivery":
        """Press a button, or choose from a menu, of a message as it looked when `post` was seen."""
        channel = self.slack.channels[post.channel]
        assert post.only_for in ("", self.id), "somebody else's ephemeral message"
        action = _action(label, post, self.slack.workspace.new_ts())
        url = self.slack.response_urls.new(self.id, channel.id, post.ts)
        payload = envelopes.press(self.slack.workspace, self.id, channel, post, action=action, url=url)
        return self.slack.send("interactive", payload)

    def presses_at_home(self, label: str) -> "Delivery":
        """Press a button of App Home."""
        return self._press_in(self.slack.workspace.homes[self.id], label)

    def presses_in_modal(self, label: str) -> "Delivery":
        """Press a button of the modal that is open."""
        return self._press_in(self.slack.workspace.modals[self.id], label)

    def uses_shortcut(self, name: str, post: Post | None = None) -> "Delivery":
        """Use a shortcut by its `callback_id`: of a message, or without one the global kind."""
        if post is None:
            return self.slack.send("interactive", envelopes.shortcut(self.slack.workspace, self.id, name))
        channel = self.slack.channels[post.channel]
        url = self.slack.response_urls.new(self.id, channel.id, post.ts)
        payload = envelopes.message_shortcut(self.slack.workspace, self.id, channel, post, name=name, url=url)
        return self.slack.send("interactive", payload)

    # --- the app's own places -----------------------------------------------------------------------------

    def opens_home(self) -> None:
        """Go to the Home tab."""
        view = self.slack.workspace.homes.get(self.id)
        self._opens_tab("home", {"view": view} if view else {})

    def opens_assistant(self, watching: Channel | None = None) -> Post | None:
        """Open the agent's pane while `watching` a channel; with the older one this begins a thread."""
        if self.slack.app.pane == "assistant":
            first = Post(
                self.dm.id, self.slack.workspace.new_ts(), self.slack.app.user, "New Assistant Thread"
            )
            first.subtype, first.by_app = "assistant_app_thread", True
            self.dm.posts.append(first)
            self._assistant_event("assistant_thread_started", first, watching)
            return first
        if self.slack.app.pane == "agent":
            self.slack.workspace.looking_at[self.id] = _entities(watching)
            self._opens_tab("messages", {"context": _entities(watching)})
        return None

    def looks_at(self, channel: Channel, first: Post | None = None) -> None:
        """Go to another channel while the pane is open; `first` begins the older assistant's thread."""
        if first:
            self._assistant_event("assistant_thread_context_changed", first, channel)
        elif self.slack.app.pane == "agent":
            self.slack.workspace.looking_at[self.id] = _entities(channel)
            event = {"type": "app_context_changed", "user": self.id, "context": _entities(channel)}
            self.slack.announce(event | {"event_ts": self.slack.workspace.new_ts()}, None)

    def picks_prompt(self, title: str, thread: Post | None = None) -> Post:
        """Take one of the suggested prompts."""
        prompts = self.pane(thread).prompts
        return self.writes(
            self.dm, next(each["message"] for each in prompts if each["title"] == title), thread=thread
        )

    # --- seeing -------------------------------------------------------------------------------------------

    @property
    def dm(self) -> Channel:
        """The direct messages with the app."""
        return self.slack.workspace.direct(self.id)

    def sees(self, channel: Channel | None = None, thread: Post | None = None) -> list[Post]:
        """Give what is there now, ephemeral messages for this person included; direct messages by default."""
        posts = (channel or (self.slack.channels[thread.channel] if thread else self.dm)).posts
        return [
            each.snapshot()
            for each in posts
            if each.is_there
            and each.only_for in ("", self.id)
            and (thread is None or each.root == thread.root)
        ]

    @property
    def home(self) -> Post | None:
        """App Home as this person has it, to be read like a message."""
        view = self.slack.workspace.homes.get(self.id)
        return Post("", "", self.slack.app.user, blocks=view["blocks"]).snapshot() if view else None

    @property
    def modal(self) -> Json | None:
        """The modal that was opened last."""
        return self.slack.workspace.modals.get(self.id)

    @property
    def notices(self) -> list[str]:
        """What Slack itself said, as that a command failed."""
        return self.slack.workspace.notices.get(self.id, [])

    def pane(self, thread: Post | None = None) -> Thread:
        """Give status, title and prompts of a thread, or of the agent's whole conversation."""
        return self.slack.workspace.thread(
            self.dm.id if thread is None else thread.channel, thread.root if thread else ""
        )

    # ------------------------------------------------------------------------------------------------------

    @property
    def _team(self) -> str:
        return self.slack.workspace.accounts[self.id].team

    def _post(self, channel: Channel, text: str, thread: str) -> Post:
        assert self.id in channel.members, f"{self.id} is not in {channel.id}"
        post = Post(channel.id, self.slack.workspace.new_ts(), self.id, text, rich_text(text), thread)
        post.beside["client_msg_id"] = self.slack.workspace.new_id("M")
        if self._team != TEAM:
            post.beside |= {"user_team": self._team, "source_team": self._team}
        if channel.kind == "im" and (context := self.slack.workspace.looking_at.get(self.id)):
            post.beside["app_context"] = context
        if self.slack.workspace.accounts[self.id].bot:
            profile = {"id": "B0OTHER", "app_id": "A0OTHER", "name": "other-app", "team_id": TEAM}
            post.beside |= {"bot_id": "B0OTHER", "app_id": "A0OTHER", "bot_profile": profile}
        return post

    def _publish(self, channel: Channel, post: Post) -> Post:
        channel.posts.append(post)
        event = chat.said(self.slack.workspace, channel, post)
        self.slack.announce(event, channel)
        if f"<@{self.slack.app.user}>" in post.text and channel.kind != "im":
            self.slack.announce(chat.said(self.slack.workspace, channel, post, "app_mention"), channel)
        return post.snapshot()

    def _find(self, post: Post) -> tuple[Channel, Post]:
        channel = self.slack.channels[post.channel]
        found = channel.find(post.ts)
        assert found, "that message is gone"
        return channel, found

    def _press_in(self, view: Json, label: str) -> "Delivery":
        post = Post("", "", self.slack.app.user, blocks=view["blocks"])
        action = _action(label, post, self.slack.workspace.new_ts())
        payload = envelopes.press_in_view(self.slack.workspace, self.id, view, action)
        return self.slack.send("interactive", payload)

    def _opens_tab(self, tab: str, beside: Json) -> None:
        event = {"type": "app_home_opened", "user": self.id, "channel": self.dm.id, "tab": tab}
        self.slack.announce(event | beside | {"event_ts": self.slack.workspace.new_ts()}, None)

    def _assistant_event(self, kind: str, first: Post, watching: Channel | None) -> None:
        context = {"channel_id": watching.id, "team_id": TEAM, "enterprise_id": None} if watching else {}
        thread = {"user_id": self.id, "context": context, "channel_id": first.channel, "thread_ts": first.ts}
        event = {"type": kind, "assistant_thread": thread, "event_ts": self.slack.workspace.new_ts()}
        self.slack.announce(event, None)


def _entities(channel: Channel | None) -> Json:
    if channel is None:
        return {}
    return {"entities": [{"type": "slack#/types/channel_id", "value": channel.id, "team_id": TEAM}]}


def _action(label: str, post: Post, ts: str) -> Json:
    for block, element in post.controls():
        if element["type"] == "button" and element["text"]["text"] == label:
            return envelopes.action_of(block, element, ts)
        for option in element.get("options", ()):
            if option["text"]["text"] == label:
                return envelopes.action_of(block, element, ts, option)
    raise AssertionError(f"there is no {label!r} among {post.buttons}")
