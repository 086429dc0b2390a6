"""Slack's payloads as tests need them, and the phrases."""

from typing import Any, TypeAlias

from adapters.slack.incoming import Me
from bot.model import Language

Json: TypeAlias = dict[str, Any]

ME = Me(team="T1", user="U0BOT", bot="B0BOT", app="A1")
HOOK = "https://hooks.slack.com/actions/T1/1/secret"
TS, LATER_TS = "1700000000.000100", "1700000009.000900"


def words(key: str, language: Language, **values: str) -> str:
    """Say the phrase by its name, so that a test sees which one it was."""
    return " ".join((f"[{key} {language}]", *values.values()))


def callback(event: Json, **beside: object) -> Json:
    return {
        "type": "event_callback",
        "team_id": "T1",
        "api_app_id": "A1",
        "event_id": "Ev1",
        "event": event,
        "authorizations": [{"team_id": "T1", "user_id": "U0BOT", "is_bot": True, "enterprise_id": None}],
        "is_ext_shared_channel": False,
    } | beside


def message(text: str | None = "hello", **beside: object) -> Json:
    """Give a direct message, unless told otherwise."""
    event = {"type": "message", "channel": "D1", "channel_type": "im", "user": "U1", "text": text, "ts": TS}
    return callback(event | beside)


def mention(text: str = "<@U0BOT> hello", **beside: object) -> Json:
    event = {"type": "app_mention", "channel": "C1", "user": "U1", "text": text, "ts": TS}
    return callback(event | beside)


def file(**beside: object) -> Json:
    return {
        "id": "F1", "name": "mac.log", "mimetype": "text/plain", "size": 900, "mode": "hosted",
        "is_external": False, "url_private_download": "https://files.slack.com/files-pri/T1-F1/download/mac.log",
    } | beside  # fmt: skip


def slash(command: str, text: str = "", **beside: object) -> Json:
    return {
        "command": command, "text": text, "team_id": "T1", "api_app_id": "A1", "user_id": "U1",
        "channel_id": "C1", "response_url": HOOK, "trigger_id": "1.2.abc",
    } | beside  # fmt: skip


PROMPT_BLOCKS: list[Json] = [
    {"type": "context", "block_id": "x", "elements": [
        {"type": "plain_text", "text": "step 3 of 9", "emoji": False},
    ]},
    {"type": "rich_text", "block_id": "y", "elements": [
        {"type": "rich_text_section", "elements": [{"type": "text", "text": "Turn it off."}]},
    ]},
    {"type": "actions", "block_id": "z", "elements": []},
]  # fmt: skip


def press(value: str = "3.U1.fixed", action: str = "pick.fixed", **beside: object) -> Json:
    """Give a press of a prompt in a channel's thread, unless told otherwise."""
    return {
        "type": "block_actions", "user": {"id": "U1", "team_id": "T1"}, "team": {"id": "T1"},
        "api_app_id": "A1", "trigger_id": "1.2.abc", "response_url": HOOK, "channel": {"id": "C1"},
        "container": {
            "type": "message", "message_ts": LATER_TS, "thread_ts": TS, "channel_id": "C1",
            "is_ephemeral": False,
        },
        "message": {"ts": LATER_TS, "thread_ts": TS, "user": "U0BOT", "blocks": PROMPT_BLOCKS},
        "actions": [{
            "type": "button", "action_id": action, "action_ts": "1700000010.5", "value": value,
            "text": {"type": "plain_text", "text": "It works now", "emoji": True},
        }],
    } | beside  # fmt: skip


def ephemeral_press(value: str = "3.U1.watch", action: str = "card.watch") -> Json:
    """Give a press in a message that one person sees: Slack does not say what stood in it."""
    payload = press(value, action)
    payload["container"] |= {"is_ephemeral": True, "thread_ts": None}
    return {name: value for name, value in payload.items() if name != "message"}


def home_press(action: str) -> Json:
    payload = press("", f"home.{action}", container={"type": "view", "view_id": "V1"})
    return {name: each for name, each in payload.items() if name not in ("message", "channel")}


def shortcut(author: Json, **beside: object) -> Json:
    return {
        "type": "message_action", "callback_id": "help_with_this", "user": {"id": "U1", "team_id": "T1"},
        "team": {"id": "T1"}, "api_app_id": "A1", "trigger_id": "1.2.abc", "response_url": HOOK,
        "action_ts": "1700000010.5", "channel": {"id": "C1"}, "message_ts": TS,
        "message": {"type": "message", "ts": TS, "text": "my iMessage is broken"} | author,
    } | beside  # fmt: skip


EVERY_KIND: dict[str, Json] = {
    "direct message": message(),
    "direct message in a thread": message(thread_ts="1699999999.000001"),
    "mention": mention(),
    "mention of nothing but us": mention("<@U0BOT>"),
    "overheard answer": message(channel="C1", channel_type="channel", thread_ts="1.1", parent_user_id="U1"),
    "file": message("look", subtype="file_share", files=[file()]),
    "picture": message("", subtype="file_share", files=[file(name="a.png", mimetype="image/png")]),
    "command": slash("/imessage-status", "share"),
    "help command": slash("/imessage-help", "it is broken"),
    "press": press(),
    "press in an ephemeral card": ephemeral_press(),
    "press of share": ephemeral_press("", "share"),
    "press at home": home_press("forget"),
    "shortcut": shortcut({"user": "U2"}),
    "home": callback({"type": "app_home_opened", "user": "U1", "channel": "D1", "tab": "home"}),
    "pane": callback({"type": "app_home_opened", "user": "U1", "channel": "D1", "tab": "messages"}),
    "older pane": callback({
        "type": "assistant_thread_started",
        "assistant_thread": {"user_id": "U1", "channel_id": "D1", "thread_ts": TS, "context": {}},
    }),
    "context": callback({"type": "assistant_thread_context_changed", "assistant_thread": {}}),
    "uninstalled": callback({"type": "app_uninstalled"}),
    "revoked": callback({"type": "tokens_revoked", "tokens": {"oauth": ["U1"], "bot": ["U0BOT"]}}),
}  # fmt: skip
