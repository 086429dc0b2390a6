"""The manifest against what the code really reads and calls."""

import json
import re
from pathlib import Path
from typing import Any

import pytest
import yaml
from jsonschema import Draft7Validator

from adapters.slack import channel, home, intake, profile
from adapters.slack.commands import ARGUMENTS, COMMANDS
from adapters.slack.inbound import EVENTS
from adapters.slack.interactions import SHORTCUT
from adapters.slack.words import PROMPTS
from bot.flowfiles import load_book
from bot.model import LANGUAGES

ROOT = Path(__file__).parents[2]
MANIFEST = ROOT / "adapters" / "slack" / "manifest.yaml"
CONTRACT = ROOT.parent / "shared" / "contract" / "slack"
SCHEMA, METHODS = CONTRACT / "manifest.schema.2.0.0.json", CONTRACT / "web_api_methods.json"
WHERE_ABSENT = "the published contract is not at hand"

EVENT_SCOPES = {
    "app_mention": "app_mentions:read", "message.channels": "channels:history",
    "message.groups": "groups:history", "message.im": "im:history",
    "assistant_thread_started": "assistant:write", "app_home_opened": None, "app_uninstalled": None,
    "tokens_revoked": None,
}  # fmt: skip
"""What each event wants (docs.slack.dev/reference/events)."""

CALLED = (*channel.METHODS, *home.METHODS, *intake.METHODS, *profile.METHODS)

METHOD_SCOPES: dict[str, set[str]] = {
    "assistant.threads.setStatus": {"chat:write"},
    "assistant.threads.setSuggestedPrompts": {"assistant:write"},
    "auth.test": set(),
    "bots.info": {"users:read"},
    "chat.postEphemeral": {"chat:write"},
    "chat.postMessage": {"chat:write"},
    "chat.update": {"chat:write"},
    "conversations.history": {"channels:history", "groups:history", "im:history"},
    "conversations.open": {"im:write"},
    "conversations.replies": {"channels:history", "groups:history", "im:history"},
    "users.info": {"users:read"},
    "views.publish": set(),
}
"""What each method wants in the conversations that we are in (docs.slack.dev/reference/methods)."""

OTHERWISE = {"commands", "files:read"}
"""Slash commands and shortcuts, and downloads from Slack's file host."""


def manifest() -> dict[str, Any]:
    return dict(yaml.safe_load(MANIFEST.read_text()))


def scopes() -> list[str]:
    return list(manifest()["oauth_config"]["scopes"]["bot"])


def events() -> list[str]:
    return list(manifest()["settings"]["event_subscriptions"]["bot_events"])


@pytest.mark.skipif(not SCHEMA.exists(), reason=WHERE_ABSENT)
def test_slack_s_schema_takes_the_manifest() -> None:
    validator = Draft7Validator(json.loads(SCHEMA.read_text()))
    assert [problem.message for problem in validator.iter_errors(manifest())] == []


def test_the_commands_and_the_shortcut_are_those_that_are_read() -> None:
    features = manifest()["features"]
    status = features["slash_commands"][0]

    assert [each["command"] for each in features["slash_commands"]] == [*COMMANDS]
    assert re.findall(r"\w+", status["usage_hint"]) == [*filter(None, ARGUMENTS), "help"]
    assert [each["callback_id"] for each in features["shortcuts"]] == [SHORTCUT]


def test_until_the_bot_has_set_them_the_suggestions_are_its_own_in_both_languages() -> None:
    book, shown = load_book(), manifest()["features"]["agent_view"]["suggested_prompts"]
    said = [book.say(prompt, language) for language in reversed(LANGUAGES) for prompt in PROMPTS[:2]]
    assert shown == [{"title": text, "message": text} for text in said]


def test_the_events_are_those_that_are_read() -> None:
    assert {event.partition(".")[0] for event in events()} == set(EVENTS)
    assert sorted(events()) == events()


def test_every_scope_is_needed_and_none_is_missing() -> None:
    assert set(CALLED) == set(METHOD_SCOPES)

    wanted = OTHERWISE.union(*METHOD_SCOPES.values(), filter(None, (EVENT_SCOPES[each] for each in events())))
    assert set(scopes()) == wanted
    assert sorted(scopes()) == scopes()


def test_the_methods_are_those_that_the_code_calls() -> None:
    code = "\n".join(path.read_text() for path in sorted((ROOT / "adapters" / "slack").glob("*.py")))
    called = set(re.findall(r'"((?:assistant|auth|bots|chat|conversations|users|views)\.[A-Za-z.]+)"', code))
    assert called == set(CALLED)


def test_each_scope_says_why() -> None:
    lines = MANIFEST.read_text().splitlines()
    for scope in scopes():
        [line] = [line for line in lines if line.strip().startswith(f"- {scope} ")]
        assert "  # " in line


@pytest.mark.skipif(not METHODS.exists(), reason=WHERE_ABSENT)
@pytest.mark.parametrize("method", METHOD_SCOPES)
def test_the_published_scopes_of_a_method_are_among_ours(method: str) -> None:
    published = set(json.loads(METHODS.read_text())[method]["scope"].get("bot", ()))

    assert METHOD_SCOPES[method] <= published


def test_the_app_needs_no_public_address() -> None:
    settings = manifest()["settings"]
    assert settings["socket_mode_enabled"] is True
    assert settings["token_rotation_enabled"] is False
    assert "agent_view" in manifest()["features"]
