"""What people write on Slack, as events."""

import json
from pathlib import Path

import pytest

from adapters.slack.inbound import read_payload
from adapters.slack.incoming import (
    Fetch,
    Heard,
    HomeOpened,
    Incoming,
    Malformed,
    PaneOpened,
    Uninstalled,
)
from adapters.slack.origin import Origin, read_origin
from bot.events import Event, Opened, Said, Sent, Shared
from bot.replace import replace
from tests.adapters.slack_payloads import EVERY_KIND, LATER_TS, ME, TS, Json, callback, file, mention, message

CAPTURED = Path(__file__).parents[3] / "shared" / "contract" / "payloads" / "slack"
STRANGER = {"user": "U9", "user_team": "T9"}


def heard(payload: Json) -> tuple[str, Event]:
    """Give the place of the conversation, and the event."""
    incoming = read_payload(payload, ME)
    assert isinstance(incoming, Heard), incoming
    assert incoming.address.platform == "slack"
    return incoming.address.chat, incoming.event


def test_a_direct_message_is_said_in_the_one_conversation_with_that_person() -> None:
    place, event = heard(message("iMessage &lt;broken&gt;"))

    assert place == "T1/@U1"
    assert isinstance(event, Said)
    assert (event.id, event.text, event.addressed) == (f"slack:T1:D1:{TS}", "iMessage <broken>", True)
    assert read_origin(event.origin) == Origin(channel="D1", since=TS)


def test_a_thread_of_the_direct_message_is_a_conversation_of_its_own() -> None:
    assert heard(message(thread_ts="1.1"))[0] == "T1/@U1/1.1"
    assert heard(message(thread_ts=TS))[0] == "T1/@U1"


def test_a_mention_in_a_channel_is_said_in_its_thread_without_our_name() -> None:
    place, event = heard(mention("<@U0BOT> my Mac <https://a.example|a.example>"))

    assert place == f"T1/C1/{TS}"
    assert isinstance(event, Said)
    assert (event.id, event.text) == (f"slack:T1:C1:{TS}", "my Mac a.example")
    assert read_origin(event.origin).thread == TS


def test_a_mention_in_a_thread_stays_in_that_thread() -> None:
    assert heard(mention(thread_ts="1.1"))[0] == "T1/C1/1.1"


def test_a_mention_of_nothing_but_us_opens_the_conversation() -> None:
    assert isinstance(heard(mention("<@U0BOT>"))[1], Opened)


def test_a_message_and_its_mention_are_one_event() -> None:
    in_channel = message("<@U0BOT> hello", channel="C1", channel_type="channel", thread_ts="1.1")
    in_channel["event"]["parent_user_id"] = "U1"

    assert read_payload(in_channel, ME) is None
    assert heard(mention())[1].id == f"slack:T1:C1:{TS}"


@pytest.mark.parametrize("parent", ["U1", "U0BOT"])
def test_what_is_said_in_a_thread_that_the_writer_or_we_began_is_overheard(parent: str) -> None:
    place, event = heard(message("done", channel="C1", thread_ts="1.1", parent_user_id=parent))

    assert place == "T1/C1/1.1"
    assert isinstance(event, Said)
    assert not event.addressed


@pytest.mark.parametrize(
    "beside",
    [
        {"thread_ts": None},
        {"parent_user_id": "U2"},
        {"parent_user_id": None},
        {"text": "<@U2> what do you think?"},
        {"text": ""},
    ],
    ids=["no thread", "another's thread", "unknown thread", "to somebody else", "nothing"],
)
def test_what_is_not_meant_for_us_is_not_heard(beside: Json) -> None:
    in_thread = {"channel": "C1", "thread_ts": "1.1", "parent_user_id": "U1"}
    assert read_payload(message(**in_thread), ME) is not None
    assert read_payload(message(**(in_thread | beside)), ME) is None


@pytest.mark.parametrize(
    "beside",
    [
        {"user": "U0BOT"},
        {"user": "USLACKBOT"},
        {"user": None},
        {"bot_id": "B9"},
        {"subtype": "bot_message"},
        {"subtype": "message_changed"},
        {"subtype": "message_deleted"},
        {"subtype": "channel_join"},
        {"subtype": "huddle_thread"},
        {"subtype": "assistant_app_thread"},
        {"subtype": "not_invented_yet"},
        {"edited": {"user": "U1", "ts": "2.2"}},
        {"hidden": True},
    ],
    ids=str,
)
def test_bots_edits_deletions_and_the_unknown_are_ignored(beside: Json) -> None:
    assert read_payload(message(**beside), ME) is None
    assert read_payload(mention(**beside), ME) is None


def test_a_reply_that_is_also_sent_to_the_channel_counts() -> None:
    assert isinstance(heard(message(subtype="thread_broadcast"))[1], Said)


@pytest.mark.parametrize(
    "beside",
    [
        {"api_app_id": "A9"},
        {"team_id": "T9", "authorizations": None},
        {"authorizations": [{"team_id": "T9"}]},
    ],
)
def test_an_event_of_another_app_or_workspace_is_none_of_ours(beside: Json) -> None:
    assert read_payload(message() | beside, ME) is None


def test_people_of_other_workspaces_are_helped_only_where_that_is_wanted() -> None:
    shared = mention(**STRANGER) | {"is_ext_shared_channel": True}

    assert read_payload(shared, ME) is None
    assert isinstance(read_payload(shared, replace(ME, connect=True)), Heard)
    assert isinstance(read_payload(mention() | {"is_ext_shared_channel": True}, ME), Heard)


def test_a_text_file_is_to_be_fetched_and_what_was_written_beside_it_belongs_to_it() -> None:
    incoming = read_payload(message("from today", subtype="file_share", files=[file()]), ME)

    assert isinstance(incoming, Fetch)
    assert (incoming.address.chat, incoming.name) == ("T1/@U1", "mac.log")
    shared = incoming.shared("apsd: no certificate")
    assert isinstance(shared, Shared)
    assert (shared.id, shared.text) == (f"slack:T1:D1:{TS}", "from today\napsd: no certificate")


def test_of_several_files_the_first_that_can_be_read_counts() -> None:
    picture = file(name="a.png", mimetype="image/png")
    incoming = read_payload(message("", subtype="file_share", files=[picture, file(name="b.log")]), ME)
    assert isinstance(incoming, Fetch)
    assert incoming.name == "b.log"


@pytest.mark.parametrize(
    ("beside", "what"),
    [
        ({"name": "a.png", "mimetype": "image/png"}, "photo"),
        ({"size": 1_000_001}, "large_file"),
        ({"name": "a.mp4", "mimetype": "video/mp4"}, "other_file"),
        ({"file_access": "check_file_info"}, "unavailable_file"),
        ({"mode": "tombstone"}, "unavailable_file"),
        ({"is_external": True}, "unavailable_file"),
        ({"url_private_download": None}, "unavailable_file"),
    ],
)
def test_a_file_that_cannot_be_read_says_why(beside: Json, what: str) -> None:
    event = heard(message("", subtype="file_share", files=[file(**beside)]))[1]
    assert isinstance(event, Sent)
    assert event.what == what


def test_a_message_without_words_or_files_is_something_else() -> None:
    event = heard(message(""))[1]
    assert isinstance(event, Sent)
    assert event.what == "other"


def test_a_file_in_a_thread_is_overheard_like_words() -> None:
    beside: Json = {"channel": "C1", "thread_ts": "1.1", "parent_user_id": "U1", "files": [file()]}
    incoming = read_payload(message("", subtype="file_share", **beside), ME)
    assert isinstance(incoming, Fetch)
    assert not incoming.shared("x").addressed


def test_opening_the_app_shows_its_home_or_its_suggestions() -> None:
    read = {name: read_payload(EVERY_KIND[name], ME) for name in ("home", "pane", "older pane")}

    assert read == {
        "home": HomeOpened("U1"),
        "pane": PaneOpened("U1", "D1"),
        "older pane": PaneOpened("U1", "D1", TS),
    }


def test_being_removed_is_told_apart_from_somebody_taking_back_what_they_allowed() -> None:
    assert read_payload(EVERY_KIND["uninstalled"], ME) == Uninstalled("app_uninstalled")
    assert read_payload(EVERY_KIND["revoked"], ME) == Uninstalled("tokens_revoked")
    others: Json = {"type": "tokens_revoked", "tokens": {"oauth": ["U1"]}}
    assert read_payload(callback(others), ME) is None


def test_a_broken_payload_is_named_and_nothing_else() -> None:
    assert read_payload(message(ts=7, text="secret"), ME) == Malformed("'Ev1'")


def test_halves_of_surrogate_pairs_are_replaced() -> None:
    _, event = heard(message("a\ud83d"))
    assert isinstance(event, Said)
    assert event.text == "a\ufffd"


def test_a_later_message_is_another_event() -> None:
    assert heard(message(ts=LATER_TS))[1].id != heard(message())[1].id


EXPECTED: dict[str, type[Incoming] | None] = {
    "event_app_mention": Heard,
    "event_app_home_opened": PaneOpened,
    "socket_envelope_events_api_app_mention": Heard,
}


@pytest.mark.parametrize("name", sorted(path.stem for path in CAPTURED.glob("*.json")))
def test_captured_payloads_mean_what_they_should(name: str) -> None:
    payload = json.loads((CAPTURED / f"{name}.json").read_text())
    me = replace(ME, team="T111", user="U222" if name.startswith("socket") else "W111", app="A111")
    payload = payload.get("payload", payload)
    if name.startswith("socket"):
        me = replace(me, user="U111")
    incoming = read_payload(payload, me)

    expected = EXPECTED.get(name)
    assert incoming is None if expected is None else isinstance(incoming, expected)
