"""What the local Slack sends has the fields of the payloads that Slack itself published."""

import json
from collections.abc import Callable
from typing import Any

import pytest

from tests.wire.slack.asking import PROMPT, Asker, asking, awaited, client_of
from tests.wire.slack.contract import CONTRACT
from tests.wire.slack.people import Person
from tests.wire.slack.refusal import Json
from tests.wire.slack.workspace import Channel

SAMPLES = CONTRACT.parent / "payloads" / "slack"
OLD_OR_RARE = {
    "enterprise_id", "enterprise_name", "authed_users", "is_starred", "upload", "display_as_bot", "username",
    "edited",
    "bot_profile", "user_name", "permalink", "permalink_public", "media_display_type", "has_rich_preview",
}  # fmt: skip
"""Fields that apps of one workspace do not get, that Slack no longer sends, or that only its pages use."""


def _said(ann: Person, general: Channel) -> None:
    ann.writes(general, "help")


def _mentioned(ann: Person, general: Channel) -> None:
    ann.mentions(general, "help")


def _edited(ann: Person, general: Channel) -> None:
    ann.edits(ann.writes(general, "hepl"), "help")


def _shared(ann: Person, general: Channel) -> None:
    ann.shares_file("a.txt", b"a", "my log", channel=general)


def _home(ann: Person, _: Channel) -> None:
    ann.opens_home()


def _command(ann: Person, general: Channel) -> None:
    ann.slash("/imessage-status", "", general)


def _shortcut(ann: Person, general: Channel) -> None:
    ann.uses_shortcut("help", ann.writes(general, "help"))


def _press(ann: Person, general: Channel) -> None:
    ann.presses("はい", ann.sees(general)[0])


DEEDS: dict[str, tuple[Callable[[Person, Channel], None], Callable[[Json], bool]]] = {
    "event_message_channel": (_said, lambda each: each["event"]["type"] == "message"),
    "event_app_mention": (_mentioned, lambda each: each["event"]["type"] == "app_mention"),
    "event_message_changed": (_edited, lambda each: each["event"].get("subtype") == "message_changed"),
    "event_message_file_share": (_shared, lambda each: each["event"].get("subtype") == "file_share"),
    "event_app_home_opened": (_home, lambda each: each["event"]["type"] == "app_home_opened"),
    "slash_command": (_command, lambda each: "command" in each),
    "interactive_message_shortcut": (_shortcut, lambda each: each["type"] == "message_action"),
    "interactive_block_actions_message": (_press, lambda each: each["type"] == "block_actions"),
}


def missing(sample: Any, ours: Any, path: str = "") -> list[str]:  # noqa: ANN401  any JSON
    """Give the fields of a sample that we do not send, but for those within the text of a message."""
    if isinstance(sample, list) and isinstance(ours, list) and sample and ours and path[-6:] != "blocks":
        return missing(sample[0], ours[0], path)
    if not isinstance(sample, dict) or not isinstance(ours, dict):
        return []
    known = {
        name for name in sample if name not in OLD_OR_RARE and not name.startswith(("thumb_", "original_"))
    }
    return [f"{path}/{name}" for name in sorted(known - ours.keys())] + [
        each for name in known & ours.keys() for each in missing(sample[name], ours[name], f"{path}/{name}")
    ]


async def payload_of(app: Asker, name: str) -> Json:
    """Let somebody do what leads to such a payload."""
    deed, is_it = DEEDS[name]
    ann = app.slack.person()
    general = app.slack.channel("general", ann)
    if deed is _press:
        await client_of(app.slack).chat_postEphemeral(
            channel=general.id, user=ann.id, text="?", blocks=PROMPT
        )
    deed(ann, general)
    payloads = [each.payload for each in app.slack.deliveries]
    [payload] = [each for each in payloads if (each.get("event") or name[:5] != "event") and is_it(each)]
    return payload


@pytest.mark.skipif(not SAMPLES.exists(), reason="the published payloads are not at hand")
@pytest.mark.parametrize("name", DEEDS)
@awaited
async def test_no_field_of_the_published_payload_is_missing(name: str) -> None:
    async with asking() as app:
        sample = json.loads((SAMPLES / f"{name}.json").read_text())
        assert missing(sample, await payload_of(app, name)) == []


@pytest.mark.skipif(not SAMPLES.exists(), reason="the published payloads are not at hand")
@awaited
async def test_nor_of_what_comes_over_a_socket() -> None:
    async with asking() as app, app.session.ws_connect(app.slack.sockets.new_url()) as line:
        ann = app.slack.person()
        hello = await line.receive_json()
        ann.mentions(app.slack.channel("general", ann), "help")
        envelopes = [await line.receive_json() for _ in range(2)]
        ann.slash("/imessage-status")
        command = await line.receive_json()
        await app.slack.sockets.disconnect("warning")
        goodbye = await line.receive_json()
        [mention] = [each for each in envelopes if each["payload"]["event"]["type"] == "app_mention"]
        ours = {
            "hello": hello, "envelope_events_api_app_mention": mention, "envelope_slash_commands": command,
            "disconnect": goodbye,
        }  # fmt: skip
        for name, payload in ours.items():
            sample = json.loads((SAMPLES / f"socket_{name}.json").read_text())
            assert missing(sample, payload) == [], name


def test_a_missing_field_is_found() -> None:
    assert missing({"a": {"b": 1, "c": [{"d": 1}]}}, {"a": {"c": [{}]}}) == ["/a/b", "/a/c/d"]
