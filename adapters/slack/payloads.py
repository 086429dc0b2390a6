"""What of Slack's payloads is read, by the names that Slack gives it. Null is the same as absent.

Sources: docs.slack.dev/reference/events, …/reference/interaction-payloads, and payloads of the SDKs' tests.
"""

from collections.abc import Mapping
from typing import Any, TypeAlias, TypeVar

import msgspec

Text: TypeAlias = str | None

_T = TypeVar("_T")


class Authorization(msgspec.Struct, frozen=True):
    """One installation that sees an event."""

    team_id: Text = None


class Envelope(msgspec.Struct, frozen=True):
    """What every payload of the Events API has round its event."""

    event: dict[str, Any]
    event_id: str
    team_id: Text = None
    api_app_id: Text = None
    authorizations: tuple[Authorization, ...] | None = None
    is_ext_shared_channel: bool | None = None


class File(msgspec.Struct, frozen=True):
    """A file of a message. `size` is in bytes."""

    name: Text = None
    title: Text = None
    mimetype: Text = None
    size: int | None = None
    mode: Text = None
    is_external: bool | None = None
    file_access: Text = None
    url_private: Text = None
    url_private_download: Text = None


class Message(msgspec.Struct, frozen=True):
    """A `message` or an `app_mention`. `parent_user_id` began the thread."""

    channel: str
    ts: str
    user: Text = None
    text: Text = None
    thread_ts: Text = None
    parent_user_id: Text = None
    subtype: Text = None
    bot_id: Text = None
    hidden: bool | None = None
    edited: Any = None
    files: tuple[File, ...] | None = None
    team: Text = None
    user_team: Text = None


class HomeTab(msgspec.Struct, frozen=True):
    """An `app_home_opened`."""

    user: str
    channel: Text = None
    tab: Text = None


class Pane(msgspec.Struct, frozen=True):
    """The `assistant_thread` of an `assistant_thread_started`."""

    user_id: str
    channel_id: str
    thread_ts: str


class PaneStarted(msgspec.Struct, frozen=True):
    """An `assistant_thread_started`."""

    assistant_thread: Pane


class Tokens(msgspec.Struct, frozen=True):
    """Whose tokens were revoked, by user id."""

    bot: tuple[str, ...] | None = None


class TokensRevoked(msgspec.Struct, frozen=True):
    """A `tokens_revoked`."""

    tokens: Tokens


class Named(msgspec.Struct, frozen=True):
    """Something with an id, as `team` and `channel` of an interaction."""

    id: str


class Presser(msgspec.Struct, frozen=True):
    """Who interacted."""

    id: str
    team_id: Text = None


class Label(msgspec.Struct, frozen=True):
    """The text of a button."""

    text: str


class Action(msgspec.Struct, frozen=True):
    """The button that was pressed."""

    action_id: str
    action_ts: Text = None
    value: Text = None
    text: Label | None = None


class Container(msgspec.Struct, frozen=True):
    """Where the button is."""

    type: Text = None
    message_ts: Text = None
    thread_ts: Text = None
    channel_id: Text = None
    is_ephemeral: bool | None = None


class Shown(msgspec.Struct, frozen=True):
    """The message of an interaction. `user` wrote it, who is of `user_team` or `team`."""

    ts: Text = None
    user: Text = None
    team: Text = None
    user_team: Text = None
    bot_id: Text = None
    thread_ts: Text = None
    blocks: Any = None


class Interaction(msgspec.Struct, frozen=True):
    """A `block_actions` or a `message_action`."""

    type: str
    user: Presser
    team: Named | None = None
    api_app_id: Text = None
    trigger_id: Text = None
    response_url: Text = None
    channel: Named | None = None
    container: Container | None = None
    message: Shown | None = None
    message_ts: Text = None
    actions: tuple[Action, ...] | None = None
    callback_id: Text = None
    action_ts: Text = None


class Slash(msgspec.Struct, frozen=True):
    """A slash command."""

    command: str
    user_id: str
    channel_id: str
    team_id: Text = None
    api_app_id: Text = None
    text: Text = None
    response_url: Text = None
    trigger_id: Text = None


def read(payload: Mapping[str, object], shape: type[_T]) -> _T:
    """Read a payload of that shape. Raises `msgspec.ValidationError`."""
    return msgspec.convert(payload, shape)
