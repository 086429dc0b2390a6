"""The payloads of Slack: what stands around an event, and what a command, a press and a shortcut say."""

from tests.wire.slack.posts import Post
from tests.wire.slack.refusal import Json
from tests.wire.slack.workspace import TEAM, Channel, Workspace

_MESSAGES = {"channel": "channels", "group": "groups", "im": "im", "mpim": "mpim"}
_SCOPES = {
    "app_mention": "app_mentions:read", "app_context_changed": "assistant:write",
    "assistant_thread_started": "assistant:write", "assistant_thread_context_changed": "assistant:write",
    "reaction_added": "reactions:read", "file_shared": "files:read", "member_joined_channel": "channels:read",
}  # fmt: skip


def is_sent(slack: Workspace, event: Json, channel: Channel | None) -> bool:
    """Say whether the app gets this event: it is subscribed, has the scope, and is in the conversation."""
    name, scope = str(event["type"]), _SCOPES.get(str(event["type"]), "")
    if name == "message" and channel:
        kind = _MESSAGES[channel.kind]
        name, scope = f"message.{kind}{'s' if kind in ('channel', 'group') else ''}", f"{kind}:history"
    there = channel is None or slack.app.user in channel.members
    return there and name in slack.app.events and (not scope or scope in slack.app.scopes)


def callback(slack: Workspace, event: Json, channel: Channel | None) -> Json:
    """Put an event into the envelope that all events have."""
    authorization = {
        "enterprise_id": None, "team_id": TEAM, "user_id": slack.app.user, "is_bot": True,
        "is_enterprise_install": False,
    }  # fmt: skip
    return {
        "token": "deprecated",
        "team_id": TEAM,
        "context_team_id": TEAM,
        "context_enterprise_id": None,
        "api_app_id": slack.app.id,
        "event": event,
        "type": "event_callback",
        "event_id": slack.new_id("Ev"),
        "event_time": int(slack.clock.now()),
        "authorizations": [authorization],
        "is_ext_shared_channel": bool(channel and channel.shared),
        "event_context": f"4-{slack.new_id('EC')}",
    }


def command(slack: Workspace, user: str, channel: Channel, *, name: str, text: str, url: str) -> Json:
    """Make what a slash command sends: flat, all text."""
    return {
        "token": "deprecated",
        "team_id": TEAM,
        "team_domain": "workspace",
        "channel_id": channel.id,
        "channel_name": "directmessage" if channel.kind == "im" else channel.name,
        "user_id": user,
        "user_name": user.lower(),
        "command": name,
        "text": text,
        "api_app_id": slack.app.id,
        "is_enterprise_install": "false",
        "response_url": url,
        "trigger_id": slack.new_trigger(user),
    }


def _interaction(slack: Workspace, user: str, kind: str) -> Json:
    return {
        "type": kind,
        "token": "deprecated",
        "api_app_id": slack.app.id,
        "team": {"id": TEAM, "domain": "workspace"},
        "enterprise": None,
        "is_enterprise_install": False,
        "user": {
            "id": user,
            "username": user.lower(),
            "name": user.lower(),
            "team_id": slack.accounts[user].team,
        },
        "trigger_id": slack.new_trigger(user),
    }


def press(slack: Workspace, user: str, channel: Channel, post: Post, *, action: Json, url: str) -> Json:
    """Make what a button or menu of a message sends. The message itself is there unless it is ephemeral."""
    container = {
        "type": "message",
        "message_ts": post.ts,
        "channel_id": channel.id,
        "is_ephemeral": bool(post.only_for),
    }
    if post.thread:
        container["thread_ts"] = post.thread
    payload = _interaction(slack, user, "block_actions") | {
        "container": container,
        "channel": _channel(channel),
        "state": {"values": {}},
        "response_url": url,
        "actions": [action],
    }
    return payload if post.only_for else payload | {"message": post.as_json(slack.app, TEAM)}


def press_in_view(slack: Workspace, user: str, view: Json, action: Json) -> Json:
    """Make what a button of App Home or of a modal sends: it has no channel and no `response_url`."""
    container = {"type": "view", "view_id": view["id"]}
    about = {"container": container, "view": view, "actions": [action]}
    return _interaction(slack, user, "block_actions") | about


def shortcut(slack: Workspace, user: str, name: str) -> Json:
    """Make what a shortcut outside of any message sends."""
    return _interaction(slack, user, "shortcut") | {"callback_id": name, "action_ts": slack.new_ts()}


def message_shortcut(
    slack: Workspace, user: str, channel: Channel, post: Post, *, name: str, url: str
) -> Json:
    """Make what a shortcut in the menu of a message sends."""
    return _interaction(slack, user, "message_action") | {
        "callback_id": name,
        "action_ts": slack.new_ts(),
        "channel": _channel(channel),
        "message_ts": post.ts,
        "message": post.as_json(slack.app, TEAM),
        "response_url": url,
    }


def _channel(channel: Channel) -> Json:
    return {"id": channel.id, "name": "directmessage" if channel.kind == "im" else channel.name}


def action_of(block: Json, element: Json, ts: str, option: Json | None = None) -> Json:
    """Give what an interaction says of the one thing that was pressed or chosen."""
    action = {
        "type": element["type"],
        "action_id": element["action_id"],
        "block_id": block["block_id"],
        "action_ts": ts,
    }
    if option is not None:
        return action | {"selected_option": option}
    return action | {name: element[name] for name in ("text", "value", "url", "style") if name in element}
