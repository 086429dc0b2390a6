"""The methods for what is beside messages: App Home, modals, and the assistant's pane."""

import json

from tests.wire.slack.blocks import check_blocks
from tests.wire.slack.refusal import Json, Refusal
from tests.wire.slack.workspace import Thread, Workspace

TRIGGER_SECONDS = 3.0
LARGEST_VIEW = 250_000


def publish_view(slack: Workspace, given: Json) -> Json:
    user = given["user_id"]
    if user not in slack.accounts:
        raise Refusal("invalid_arguments", "invalid `user_id`")
    before = slack.homes.get(user)
    if given.get("hash") and before and given["hash"] != before["hash"]:
        raise Refusal("hash_conflict")
    view = _view(slack, given["view"], "home")
    if before:
        view["id"] = view["root_view_id"] = before["id"]
    slack.homes[user] = view
    return {"view": view}


def open_view(slack: Workspace, given: Json) -> Json:
    trigger = given.get("trigger_id") or ""
    if trigger not in slack.triggers:
        raise Refusal("invalid_trigger_id")
    user, given_out = slack.triggers[trigger]
    if not user:
        raise Refusal("exchanged_trigger_id")
    if slack.clock.now() - given_out > TRIGGER_SECONDS:
        raise Refusal("expired_trigger_id")
    view = _view(slack, given["view"], "modal")
    slack.triggers[trigger] = ("", given_out)
    slack.modals[user] = view
    return {"view": view}


def _view(slack: Workspace, given: object, kind: str) -> Json:
    if not isinstance(given, dict):
        raise Refusal("invalid_arguments", "[ERROR] must provide an object [json-pointer:/view]")
    known = {"type", "blocks", "private_metadata", "callback_id", "external_id"}
    known |= {"title", "close", "submit", "clear_on_close", "notify_on_close"} if kind == "modal" else set()
    problems = [
        f"invalid additional property: {name} [json-pointer:/view]" for name in sorted(given.keys() - known)
    ]
    if given.get("type") != kind:
        problems.append("unsupported type [json-pointer:/view/type]")
    for name, longest in (("private_metadata", 3000), ("callback_id", 255), ("external_id", 255)):
        if len(given.get(name, "")) > longest:
            problems.append(f"must be less than {longest + 1} characters [json-pointer:/view/{name}]")
    if kind == "modal" and not 0 < len((given.get("title") or {}).get("text", "")) <= 24:
        problems.append("must be less than 25 characters [json-pointer:/view/title/text]")
    try:
        blocks = check_blocks(given.get("blocks"), "home" if kind == "home" else "modal")
    except Refusal as refusal:
        problems += refusal.beside.get("errors", [refusal.error])
        blocks = []
    if problems:
        raise Refusal("invalid_arguments", *(f"[ERROR] {each}" for each in problems))
    if len(json.dumps(given).encode()) > LARGEST_VIEW:
        raise Refusal("view_too_large")
    return _stored(slack, given, blocks)


def _stored(slack: Workspace, given: Json, blocks: list[Json]) -> Json:
    name = slack.new_id("V")
    usual = {"private_metadata": "", "callback_id": "", "external_id": "", "state": {"values": {}}}
    ids = {
        "id": name,
        "root_view_id": name,
        "hash": slack.new_ts(),
        "app_id": slack.app.id,
        "bot_id": slack.app.bot,
    }
    return {**usual, **given, **ids, "blocks": blocks, "team_id": slack.accounts[slack.app.user].team}


def set_status(slack: Workspace, given: Json) -> Json:
    _thread(slack, given).status = given["status"]
    return {}


def set_title(slack: Workspace, given: Json) -> Json:
    _thread(slack, given).title = given["title"]
    return {}


def set_prompts(slack: Workspace, given: Json) -> Json:
    if slack.app.pane == "none":
        raise Refusal("not_agent_app")
    if slack.app.pane == "assistant" and not given.get("thread_ts"):
        raise Refusal("invalid_thread_ts")
    prompts = given["prompts"]
    wrong = not isinstance(prompts, list) or not 1 <= len(prompts) <= 4
    if wrong or any(not isinstance(each, dict) or each.keys() != {"title", "message"} for each in prompts):
        raise Refusal("invalid_arguments", "[ERROR] 1 to 4 prompts, each with title and message")
    thread = _thread(slack, given)
    thread.prompts, thread.prompts_title = prompts, given.get("title") or ""
    return {}


def _thread(slack: Workspace, given: Json) -> Thread:
    """Find what the pane shows; prompts without a thread stand above all of the agent's conversation."""
    channel = slack.seen_by_app(given["channel_id"])
    ts = given.get("thread_ts") or ""
    if ts and channel.find(ts) is None:
        raise Refusal("invalid_thread_ts")
    return slack.thread(channel.id, ts)
