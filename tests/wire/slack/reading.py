"""The methods that read: conversations, people, bots and files."""

from tests.wire.slack.posts import Post
from tests.wire.slack.refusal import Json, Refusal
from tests.wire.slack.workspace import Account, Channel, Workspace

_SCOPE_OF = {"channel": "channels", "group": "groups", "im": "im", "mpim": "mpim"}


def open_conversation(slack: Workspace, given: Json) -> Json:
    users = [each for each in str(given.get("users") or "").split(",") if each]
    if given.get("channel"):
        return {"channel": {"id": slack.seen_by_app(given["channel"]).id}}
    if not users:
        raise Refusal("users_list_not_supplied")
    if len(users) > 1:
        raise Refusal("method_not_supported_for_channel_type")
    if users[0] not in slack.accounts:
        raise Refusal("user_not_found")
    if slack.accounts[users[0]].deleted:
        raise Refusal("user_disabled")
    channel = slack.direct(users[0])
    return {"channel": describe(slack, channel) if _true(given, "return_im") else {"id": channel.id}}


def history(slack: Workspace, given: Json) -> Json:
    channel = _readable(slack, given)
    posts = [each for each in channel.posts if not each.thread or each.broadcast]
    return _page(slack, given, sorted(posts, key=_when, reverse=True))


def replies(slack: Workspace, given: Json) -> Json:
    channel = _readable(slack, given)
    first = channel.find(given["ts"])
    if first is None:
        raise Refusal("thread_not_found")
    return _page(slack, given, [each for each in channel.posts if each.root == first.root], always=first.root)


def info(slack: Workspace, given: Json) -> Json:
    channel = slack.seen_by_app(given["channel"])
    _need(slack, f"{_SCOPE_OF[channel.kind]}:read")
    return {
        "channel": describe(slack, channel) | ({"locale": "en-US"} if _true(given, "include_locale") else {})
    }


def user_info(slack: Workspace, given: Json) -> Json:
    account = slack.accounts.get(given["user"])
    if account is None:
        raise Refusal("user_not_found")
    return {
        "user": _describe_user(account)
        | ({"locale": account.locale} if _true(given, "include_locale") else {})
    }


def bot_info(slack: Workspace, given: Json) -> Json:
    app = slack.app
    if given.get("bot") != app.bot:
        raise Refusal("bot_not_found")
    bot = {
        "id": app.bot,
        "app_id": app.id,
        "user_id": app.user,
        "name": app.name,
        "deleted": False,
        "icons": {},
    }
    return {"bot": bot}


def file_info(slack: Workspace, given: Json) -> Json:
    file = slack.files.get(given["file"])
    if file is None or slack.app.user not in slack.channels[file.channel].members:
        raise Refusal("file_not_found")
    return {"file": file.about, "comments": [], "response_metadata": {"next_cursor": ""}}


def describe(slack: Workspace, channel: Channel) -> Json:
    """Show a conversation as the API does."""
    kinds = {f"is_{kind}": kind == channel.kind for kind in _SCOPE_OF}
    shown = {
        "id": channel.id,
        "created": 1,
        "is_archived": channel.archived,
        "is_ext_shared": channel.shared,
        **kinds,
    }
    if channel.kind == "im":
        person = next(iter(channel.members - {slack.app.user}), slack.app.user)
        return shown | {"user": person, "is_open": True}
    return shown | {"name": channel.name, "is_private": channel.kind == "group", "is_member": True}


def _describe_user(account: Account) -> Json:
    name = account.id.lower()
    return {
        "id": account.id, "team_id": account.team, "name": name, "real_name": name,
        "deleted": account.deleted,
        "is_bot": account.bot, "is_app_user": False, "tz": "Asia/Tokyo", "tz_offset": 32400, "updated": 1,
        "profile": {"display_name": name, "real_name": name, "team": account.team},
    }  # fmt: skip


def _readable(slack: Workspace, given: Json) -> Channel:
    channel = slack.seen_by_app(given["channel"])
    _need(slack, f"{_SCOPE_OF[channel.kind]}:history")
    if slack.app.user not in channel.members:
        raise Refusal("not_in_channel")
    return channel


def _need(slack: Workspace, scope: str) -> None:
    if scope not in slack.app.scopes:
        raise Refusal("missing_scope", needed=scope, provided=",".join(sorted(slack.app.scopes)))


def _page(slack: Workspace, given: Json, posts: list[Post], *, always: str = "") -> Json:
    """Give one page of messages that everybody sees; the first of a thread is on every page."""
    oldest, latest = (float(given.get(name) or limit) for name, limit in (("oldest", 0), ("latest", "inf")))
    inclusive = _true(given, "inclusive")
    limit, start = int(given.get("limit") or 100), int(given.get("cursor") or 0)
    found = [
        each
        for each in posts
        if each.is_there and not each.only_for
        and (each.ts == always or oldest < _when(each) < latest
             or (inclusive and _when(each) in (oldest, latest)))
    ]  # fmt: skip
    more = len(found) > start + limit
    metadata = _true(given, "include_all_metadata")
    shown = [
        each.as_json(slack.app, slack.accounts[each.user].team, all_metadata=metadata)
        for each in found[start : start + limit]
    ]
    cursor = str(start + limit) if more else ""
    return {"messages": shown, "has_more": more, "response_metadata": {"next_cursor": cursor}}


def _when(post: Post) -> float:
    return float(post.ts)


def _true(given: Json, name: str) -> bool:
    return given.get(name) in (True, "1", "true")
