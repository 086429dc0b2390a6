"""The methods of the Web API that exist here, with what each one asks of its token."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Literal, TypeAlias

from tests.wire.slack import chat, reading, surfaces
from tests.wire.slack.refusal import Json, Refusal
from tests.wire.slack.workspace import Workspace

Owner: TypeAlias = Literal["bot", "app", "nobody"]


@dataclass(frozen=True, slots=True)
class Method:
    """What a method does, the scope it needs, how often a minute it may be called, and with whose token.

    `json` is false where Slack reads no JSON from the body. Scopes that depend on the kind of the channel are
    checked by the methods themselves.
    """

    run: Callable[[Workspace, Json], Json]
    scope: str = ""
    per_minute: int = 50
    whose: Owner = "bot"
    json: bool = True


def _test(_slack: Workspace, given: Json) -> Json:
    if given.get("error"):
        raise Refusal(given["error"], args=given)
    return {"args": given}


def _who(slack: Workspace, _given: Json) -> Json:
    app = slack.app
    return {
        "url": "https://workspace.slack.com/", "team": "Workspace", "team_id": slack.accounts[app.user].team,
        "user": app.name, "user_id": app.user, "bot_id": app.bot, "is_enterprise_install": False,
    }  # fmt: skip


def _connect(slack: Workspace, _given: Json) -> Json:
    return {"url": slack.new_socket()}


METHODS: Mapping[str, Method] = {
    "api.test": Method(_test, per_minute=100, whose="nobody"),
    "auth.test": Method(_who, per_minute=600),
    "apps.connections.open": Method(_connect, "connections:write", whose="app"),
    "chat.postMessage": Method(chat.post_message, "chat:write", 600),
    "chat.postEphemeral": Method(chat.post_ephemeral, "chat:write", 100),
    "chat.update": Method(chat.update, "chat:write"),
    "chat.delete": Method(chat.delete, "chat:write"),
    "chat.getPermalink": Method(chat.get_permalink, per_minute=600, json=False),
    "reactions.add": Method(chat.add_reaction, "reactions:write"),
    "conversations.open": Method(reading.open_conversation, "im:write"),
    "conversations.history": Method(reading.history),
    "conversations.replies": Method(reading.replies, json=False),
    "conversations.info": Method(reading.info, json=False),
    "users.info": Method(reading.user_info, "users:read", 100, json=False),
    "bots.info": Method(reading.bot_info, "users:read", json=False),
    "files.info": Method(reading.file_info, "files:read", 100, json=False),
    "views.publish": Method(surfaces.publish_view, per_minute=100),
    "views.open": Method(surfaces.open_view, per_minute=100),
    "assistant.threads.setStatus": Method(surfaces.set_status, "chat:write", 600),
    "assistant.threads.setSuggestedPrompts": Method(surfaces.set_prompts, "assistant:write", 100),
    "assistant.threads.setTitle": Method(surfaces.set_title, "assistant:write", 100),
}


def permit(slack: Workspace, method: Method, token: str) -> None:
    """See that a token may call a method.

    Raises:
        Refusal: `not_authed`, `invalid_auth`, what became of the token, `not_allowed_token_type`,
            `missing_scope` with the scope that is needed and those that are there.

    """
    app = slack.app
    if method.whose == "nobody":
        return
    if not token:
        raise Refusal("not_authed")
    if token not in (app.bot_token, app.app_token):
        raise Refusal("invalid_auth")
    if app.state != "valid":
        raise Refusal(app.state)
    if (token == app.app_token) != (method.whose == "app"):
        raise Refusal("not_allowed_token_type")
    scopes = app.app_scopes if method.whose == "app" else app.scopes
    if method.scope and method.scope not in scopes:
        raise Refusal("missing_scope", needed=method.scope, provided=",".join(sorted(scopes)))
