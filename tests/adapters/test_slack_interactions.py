"""Buttons, shortcuts and commands on Slack, as events."""

import pytest

from adapters.slack.inbound import read_payload
from adapters.slack.incoming import Heard, HomePressed, NotYours, Told
from adapters.slack.origin import LONGEST, Origin, read_origin
from bot.events import Event, ForgetMe, Invoked, Opened, Picked, Said
from bot.replace import replace
from tests.adapters.slack_payloads import (
    HOOK,
    LATER_TS,
    ME,
    TS,
    Json,
    ephemeral_press,
    home_press,
    press,
    shortcut,
    slash,
)


def heard(payload: Json) -> tuple[str, Event, Told | None]:
    incoming = read_payload(payload, ME)
    assert isinstance(incoming, Heard), incoming
    return incoming.address.chat, incoming.event, incoming.told


def test_a_press_is_picked_in_the_conversation_of_its_thread() -> None:
    place, event, _ = heard(press())

    assert place == f"T1/C1/{TS}"
    assert isinstance(event, Picked)
    assert (event.id, event.prompt, event.choice) == ("slack:1.2.abc:1700000010.5", 3, "fixed")


def test_a_press_remembers_what_stays_of_the_prompt() -> None:
    event = heard(press())[1]

    assert isinstance(event, Picked)
    origin = read_origin(event.origin)
    assert (origin.channel, origin.thread, origin.closes) == ("C1", TS, LATER_TS)
    assert (origin.label, origin.url) == ("It works now", "")
    assert [block["type"] for block in origin.blocks] == ["context", "rich_text"]
    assert not any("block_id" in block for block in origin.blocks)


def test_a_prompt_that_is_too_long_to_remember_stays_open() -> None:
    payload = press()
    payload["message"]["blocks"] = [{"type": "context", "elements": ["x" * LONGEST]}]
    event = heard(payload)[1]

    assert isinstance(event, Picked)
    assert read_origin(event.origin).closes == ""


def test_a_press_in_the_direct_message_belongs_to_it() -> None:
    at_top: Json = {"type": "message", "message_ts": LATER_TS, "thread_ts": LATER_TS, "channel_id": "D1"}
    payload = press(channel={"id": "D1"}, container=at_top, message={"ts": LATER_TS})
    assert heard(payload)[0] == "T1/@U1"
    assert heard(press(channel={"id": "D1"}))[0] == f"T1/@U1/{TS}"


def test_a_press_on_the_card_belongs_to_the_card_wherever_it_is_shown() -> None:
    place, event, _ = heard(ephemeral_press("3.U1.other", "card.other"))

    assert place == "T1/@U1/card"
    assert isinstance(event, Picked)
    origin = read_origin(event.origin)
    assert (origin.url, origin.replaces, origin.closes) == (HOOK, True, "")


@pytest.mark.parametrize("button", ["watch", "unwatch"])
def test_the_watch_can_be_begun_and_ended_on_any_card_however_old(button: str) -> None:
    place, event, _ = heard(ephemeral_press(f"3.U1.{button}", f"card.{button}"))

    assert place == "T1/@U1/card"
    assert isinstance(event, Invoked)
    assert event.command == button
    assert read_origin(event.origin).replaces


def test_help_me_fix_it_opens_the_dialogue_in_the_direct_message() -> None:
    place, event, told = heard(ephemeral_press("3.U1.fix", "card.fix"))

    assert place == "T1/@U1"
    assert isinstance(event, Opened)
    assert told == Told("U1", HOOK, "wrote_dm")


def test_share_here_asks_for_a_card_for_everybody() -> None:
    place, event, _ = heard(ephemeral_press("", "share"))

    assert place == "T1/@U1/card"
    assert isinstance(event, Invoked)
    assert event.command == "status"
    assert read_origin(event.origin) == Origin(channel="C1", url=HOOK, public=True)


def test_another_person_s_prompt_leads_to_an_offer_and_to_no_event() -> None:
    assert read_payload(press("3.U2.fixed"), ME) == NotYours("U1", "C1", TS)


def test_the_offer_leads_to_the_direct_message() -> None:
    place, event, told = heard(press("", "dm"))

    assert (place, told) == ("T1/@U1", Told("U1", HOOK, "wrote_dm"))
    assert isinstance(event, Opened)


@pytest.mark.parametrize(
    "payload",
    [
        press("nonsense"),
        press("3.U1.fixed", "unknown.fixed"),
        press(actions=[]),
        press(api_app_id="A9"),
        press(user={"id": "U1", "team_id": "T9"}),
        press(channel=None, container={"type": "message"}),
        home_press("unknown"),
        slash("/unknown"),
        slash("/imessage-status", team_id="T9"),
        shortcut({"user": "U2"}, callback_id="another"),
    ],
)
def test_what_is_none_of_ours_is_ignored(payload: Json) -> None:
    assert read_payload(payload, ME) is None


def test_people_of_other_workspaces_may_press_where_that_is_wanted() -> None:
    payload = press("3.U9.fixed", user={"id": "U9", "team_id": "T9"})
    assert isinstance(read_payload(payload, replace(ME, connect=True)), Heard)


@pytest.mark.parametrize(
    ("text", "command", "public"),
    [
        ("", "status", False),
        ("share", "status", True),
        ("共有", "status", True),
        ("ja", "japanese", False),
        (" ＥＮ ", "english", False),
        ("日本語", "japanese", False),
    ],
)
def test_each_argument_of_the_status_command(text: str, command: str, public: bool) -> None:  # noqa: FBT001
    place, event, _ = heard(slash("/imessage-status", text))

    assert place == "T1/@U1/card"
    assert isinstance(event, Invoked)
    assert (event.id, event.command) == ("slack:1.2.abc", command)
    assert read_origin(event.origin) == Origin(channel="C1", url=HOOK, public=public)


@pytest.mark.parametrize("text", ["help", "statsu", "share now"])
def test_any_other_argument_is_answered_with_the_usage(text: str) -> None:
    assert read_payload(slash("/imessage-status", text), ME) == Told("U1", HOOK, "usage")


def test_the_help_command_begins_the_dialogue_in_the_direct_message() -> None:
    place, event, told = heard(slash("/imessage-help", "no FaceTime &amp; no iMessage"))

    assert (place, told) == ("T1/@U1", Told("U1", HOOK, "wrote_dm"))
    assert isinstance(event, Said)
    assert event.text == "no FaceTime & no iMessage"
    assert isinstance(heard(slash("/imessage-help"))[1], Opened)


def test_the_shortcut_offers_help_to_whoever_wrote_the_message_in_its_thread() -> None:
    incoming = read_payload(shortcut({"user": "U2"}), ME)

    assert isinstance(incoming, Heard)
    assert (incoming.address.chat, incoming.address.person) == (f"T1/C1/{TS}", "U2")
    assert isinstance(incoming.event, Opened)
    assert read_origin(incoming.event.origin).mention == "U2"


def test_the_shortcut_on_one_s_own_message_mentions_nobody() -> None:
    event = heard(shortcut({"user": "U1"}))[1]
    assert isinstance(event, Opened)
    assert read_origin(event.origin).mention == ""


@pytest.mark.parametrize(
    ("author", "beside", "phrase"),
    [
        ({"bot_id": "B1", "user": "U9"}, {}, "only_people"),
        ({"user": "U0BOT"}, {}, "only_people"),
        ({}, {}, "only_people"),
        ({"user": "U9", "team": "T9"}, {}, "only_colleagues"),
        ({"user": "U9", "team": "T1", "user_team": "T9"}, {}, "only_colleagues"),
        ({"user": "U2"}, {"channel": {"id": "D9"}}, "not_here"),
    ],
)
def test_the_shortcut_says_where_it_cannot_help(author: Json, beside: Json, phrase: str) -> None:
    assert read_payload(shortcut(author, **beside), ME) == Told("U1", HOOK, phrase)  # type: ignore[arg-type]


def test_the_shortcut_helps_people_of_other_workspaces_where_that_is_wanted() -> None:
    incoming = read_payload(shortcut({"user": "U9", "team": "T9"}), replace(ME, connect=True))
    assert isinstance(incoming, Heard)
    assert incoming.address.person == "U9"


def test_the_shortcut_on_one_s_own_direct_message_goes_on_with_the_bot() -> None:
    place, _, told = heard(shortcut({"user": "U1"}, channel={"id": "D9"}))
    assert (place, told) == ("T1/@U1", Told("U1", HOOK, "wrote_dm"))


@pytest.mark.parametrize(
    ("action", "place", "command"),
    [
        ("restart", "T1/@U1", "restart"),
        ("language", "T1/@U1", "language"),
        ("watch", "T1/@U1/card", "watch"),
        ("unwatch", "T1/@U1/card", "unwatch"),
    ],
)
def test_a_button_of_app_home_is_a_command(action: str, place: str, command: str) -> None:
    incoming = read_payload(home_press(action), ME)

    assert isinstance(incoming, HomePressed)
    [one] = incoming.heard
    assert isinstance(one.event, Invoked)
    assert (incoming.person, one.address.chat, one.event.command) == ("U1", place, command)


def test_go_on_at_home_opens_the_direct_message() -> None:
    incoming = read_payload(home_press("go_on"), ME)
    assert isinstance(incoming, HomePressed)
    assert isinstance(incoming.heard[0].event, Opened)


def test_deleting_at_home_forgets_both_conversations_by_one_event() -> None:
    incoming = read_payload(home_press("forget"), ME)

    assert isinstance(incoming, HomePressed)
    (heard,) = incoming.heard
    assert isinstance(heard.event, ForgetMe)
    both = (heard.address, *heard.event.also)
    assert [each.chat for each in both] == ["T1/@U1", "T1/@U1/card"]
