"""The `chat.*` methods and `reactions.add`: what the app writes."""

import json
import re

from tests.wire.slack.blocks import check_blocks
from tests.wire.slack.posts import Post
from tests.wire.slack.refusal import Json, Refusal
from tests.wire.slack.workspace import Channel, Workspace

LONGEST_TEXT = 40_000
LONGEST_UPDATE = 4_000
LARGEST_METADATA = 16_384
"""Bytes of the metadata as JSON. Slack says that there is a limit but not which: this is ours."""


def post_message(slack: Workspace, given: Json) -> Json:
    channel = _destination(slack, given["channel"])
    _writable(slack, channel)
    post = _new(slack, channel, given)
    channel.posts.append(post)
    if post.thread:
        slack.thread(channel.id, post.thread).status = ""
    slack.announce(said(slack, channel, post), channel)
    shown = post.as_json(slack.app, slack.accounts[slack.app.user].team)
    return {"channel": channel.id, "ts": post.ts, "message": shown}


def post_ephemeral(slack: Workspace, given: Json) -> Json:
    channel = slack.seen_by_app(given["channel"])
    _writable(slack, channel)
    if given["user"] not in channel.members:
        raise Refusal("user_not_in_channel")
    post = _new(slack, channel, given)
    post.only_for = given["user"]
    channel.posts.append(post)
    return {"message_ts": post.ts}


def update(slack: Workspace, given: Json) -> Json:
    channel = slack.seen_by_app(given["channel"])
    post = _own(slack, channel, given["ts"], "cant_update_message")
    if channel.archived:
        raise Refusal("is_inactive")
    if len(given.get("text") or "") > LONGEST_UPDATE:
        raise Refusal("msg_too_long")
    before = post.as_json(slack.app, slack.accounts[post.user].team)
    content = _content(given, at_least=not post.blocks)
    post.text = content["text"] if given.get("text") is not None else post.text
    if given.get("blocks") is not None:
        post.blocks = content["blocks"]
    if given.get("metadata") is not None:
        post.metadata = content["metadata"]
    post.edited = {"user": slack.app.user, "ts": slack.new_ts()}
    slack.announce(changed(slack, channel, post, before), channel)
    shown = post.as_json(slack.app, slack.accounts[post.user].team)
    return {"channel": channel.id, "ts": post.ts, "text": post.text, "message": shown}


def delete(slack: Workspace, given: Json) -> Json:
    channel = slack.seen_by_app(given["channel"])
    post = _own(slack, channel, given["ts"], "cant_delete_message")
    post.is_there = False
    slack.announce(deleted(slack, channel, post), channel)
    return {"channel": channel.id, "ts": post.ts}


def get_permalink(slack: Workspace, given: Json) -> Json:
    channel = slack.seen_by_app(given["channel"])
    post = channel.find(given["message_ts"])
    if post is None:
        raise Refusal("message_not_found")
    link = f"https://workspace.slack.com/archives/{channel.id}/p{post.ts.replace('.', '')}"
    return {"channel": channel.id, "permalink": link}


def add_reaction(slack: Workspace, given: Json) -> Json:
    channel = slack.seen_by_app(given["channel"])
    if not re.fullmatch(r"[a-z0-9_+'-]+", given["name"]):
        raise Refusal("invalid_name")
    if not re.fullmatch(r"\d+\.\d{6}", given["timestamp"]):
        raise Refusal("bad_timestamp")
    post = channel.find(given["timestamp"])
    if post is None:
        raise Refusal("message_not_found")
    users = post.reactions.setdefault(given["name"], [])
    if slack.app.user in users:
        raise Refusal("already_reacted")
    users.append(slack.app.user)
    return {}


def _destination(slack: Workspace, name: str) -> Channel:
    """Find where a message goes: a channel by its id or name, or a person by theirs."""
    if name in slack.accounts:
        return slack.direct(name)
    by_name = (each.id for each in slack.channels.values() if each.name and each.name == name.lstrip("#"))
    return slack.seen_by_app(next(by_name, name))


def _writable(slack: Workspace, channel: Channel) -> None:
    if channel.archived:
        raise Refusal("is_archived")
    if slack.app.user not in channel.members and "chat:write.public" not in slack.app.scopes:
        raise Refusal("not_in_channel")


def _new(slack: Workspace, channel: Channel, given: Json) -> Post:
    content = _content(given, at_least=True)
    return Post(
        channel.id,
        slack.new_ts(),
        slack.app.user,
        content["text"],
        content["blocks"],
        thread=root(channel, given.get("thread_ts")),
        by_app=True,
        metadata=content["metadata"],
        broadcast=given.get("reply_broadcast") in (True, "1", "true"),
        link_names=given.get("link_names") in (True, "1", "true"),
        unfurls=any(
            given.get(name) not in (False, "0", "false") for name in ("unfurl_links", "unfurl_media")
        ),
    )


def root(channel: Channel, thread_ts: str | None) -> str:
    """Give the first message of a thread; Slack takes one that is unknown or gone.

    Raises:
        Refusal: `cannot_reply_to_message`, because it is a reply itself: Slack would lose what answers it.

    """
    post = channel.find(thread_ts)
    if post and post.thread:
        raise Refusal("cannot_reply_to_message")
    return thread_ts or ""


def _content(given: Json, *, at_least: bool) -> Json:
    """Check what a message would say.

    Raises:
        Refusal: `no_text` where there is nothing `at_least`, `msg_too_long`, those of blocks and metadata.

    """
    text = given.get("text") or ""
    if not isinstance(text, str) or len(text) > LONGEST_TEXT:
        raise Refusal("msg_too_long" if isinstance(text, str) else "invalid_arguments")
    blocks = check_blocks(given.get("blocks") or [])
    if at_least and not (text.strip() or blocks or given.get("attachments") or given.get("markdown_text")):
        raise Refusal("no_text")
    return {"text": text, "blocks": blocks, "metadata": _metadata(given.get("metadata") or {})}


def _metadata(given: object) -> Json:
    if not isinstance(given, dict):
        raise Refusal("invalid_metadata_format")
    if not given:
        return {}
    named = isinstance(given.get("event_type"), str) and re.fullmatch(r"\w{1,255}", given["event_type"])
    if (
        not named
        or not isinstance(given.get("event_payload"), dict)
        or given.keys() - {"event_type", "event_payload"}
    ):
        raise Refusal("invalid_metadata_schema")
    if len(json.dumps(given).encode()) > LARGEST_METADATA:
        raise Refusal("metadata_too_large")
    return given


def _own(slack: Workspace, channel: Channel, ts: str, otherwise: str) -> Post:
    post = channel.find(ts)
    if post is None:
        raise Refusal("message_not_found")
    if post.user != slack.app.user:
        raise Refusal(otherwise)
    return post


# --- and the events of it ---------------------------------------------------------------------------------


def said(slack: Workspace, channel: Channel, post: Post, kind: str = "message") -> Json:
    """Make the event of a new message, or with `app_mention` the second event of the same one."""
    shown = post.as_json(slack.app, slack.accounts[post.user].team)
    event = {**shown, "type": kind, "channel": channel.id, "event_ts": post.ts}
    if post.thread and (first := channel.find(post.thread)):
        event["parent_user_id"] = first.user
    if kind == "message":
        event["channel_type"] = channel.kind
    return event


def changed(slack: Workspace, channel: Channel, post: Post, before: Json) -> Json:
    """Make the event of an edited message."""
    now = post.as_json(slack.app, slack.accounts[post.user].team)
    return _about(slack, channel, "message_changed") | {"message": now, "previous_message": before}


def deleted(slack: Workspace, channel: Channel, post: Post) -> Json:
    """Make the event of a deleted message."""
    before = post.as_json(slack.app, slack.accounts[post.user].team)
    return _about(slack, channel, "message_deleted") | {"deleted_ts": post.ts, "previous_message": before}


def _about(slack: Workspace, channel: Channel, subtype: str) -> Json:
    ts = slack.new_ts()
    return {
        "type": "message", "subtype": subtype, "channel": channel.id, "channel_type": channel.kind,
        "hidden": True,
        "ts": ts, "event_ts": ts,
    }  # fmt: skip
