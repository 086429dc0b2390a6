"""Telegram's updates are read as what a person did, and nothing else is heard."""

import json
from pathlib import Path
from typing import Any

import pytest
import telegram

from adapters.telegram.inbound import Fetch, Heard, Incoming, Meaningless, NotYours, read_update
from adapters.telegram.origin import Mark, Press, Spoken, read_origin
from bot.events import Event, ForgetMe, Invoked, Left, Opened, Picked, Said, Sent, StatusChanged, Woke
from bot.model import Address, EventId
from bot.replace import replace
from tests.adapters.telegram import ME, recorded

SHARED = Path(__file__).parents[3] / "shared" / "contract" / "payloads" / "telegram"
PRIVATE, GROUP, PRESSES, IGNORED = (recorded(kind) for kind in ("private", "group", "presses", "ignored"))
ANN = Address("telegram", "1111111", "1111111")
ANN_IN_GROUP = Address("telegram", "-1001276785818", "1111111")
ID = EventId("")


def read(update: dict[str, Any]) -> Incoming | None:
    return read_update(telegram.Update.de_json(update, None), ME)


def heard(update: dict[str, Any]) -> tuple[Address, Event]:
    incoming = read(update)
    assert isinstance(incoming, Heard)
    assert incoming.event.id == f"telegram:{ME.id}:{update['update_id']}"
    return incoming.address, incoming.event


def without_id(event: Event, origin: str = "") -> Event:
    """Give the event without what differs from update to update."""
    if isinstance(event, Woke | StatusChanged | Left):
        return replace(event, id=ID)
    return replace(event, id=ID, origin=origin)


IN_PRIVATE: dict[str, Event] = {
    "text": Said(ID, "it does not work", "en"),
    "text_without_language": Said(ID, "hello"),
    "start": Opened(ID, "en"),
    "start_with_payload": Opened(ID, "en", "ja-mac"),
    "help": Invoked(ID, "help", "en"),
    "status": Invoked(ID, "status", "en"),
    "imessage_status": Invoked(ID, "status", "en"),
    "status_at_us": Invoked(ID, "status", "en"),
    "language": Invoked(ID, "language", "en"),
    "restart": Invoked(ID, "restart", "en"),
    "stop": Invoked(ID, "stop", "en"),
    "forget": ForgetMe(ID, "en"),
    "unknown_command": Said(ID, "/fix my mac", "en"),
    "command_in_the_middle": Said(ID, "I typed /help before", "en"),
    "slash_without_entity": Said(ID, "/ / /", "en"),
    "forwarded": Said(ID, "apsd: no serial number", "en"),
    "through_inline_bot": Said(ID, "hello", "en"),
    "photo": Sent(ID, "photo", "en"),
    "photo_with_caption": Said(ID, "this error", "en"),
    "photo_as_document": Sent(ID, "photo", "en"),
    "large_log": Sent(ID, "large_file", "en"),
    "archive": Sent(ID, "other_file", "en"),
    "sticker": Sent(ID, "other", "en"),
    "voice": Sent(ID, "other", "en"),
    "video": Sent(ID, "other", "en"),
    "video_with_caption": Said(ID, "look", "en"),
    "video_note": Sent(ID, "other", "en"),
    "audio": Sent(ID, "other", "en"),
    "animation": Sent(ID, "other", "en"),
    "location": Sent(ID, "other", "en"),
    "contact": Sent(ID, "other", "en"),
    "dice": Sent(ID, "other", "en"),
}


@pytest.mark.parametrize("what", IN_PRIVATE)
def test_in_a_private_chat_all_is_heard(what: str) -> None:
    address, event = heard(PRIVATE[what])

    assert address == ANN
    assert without_id(event) == IN_PRIVATE[what]


IN_GROUP: dict[str, Event] = {
    "mention": Said(ID, "FaceTime is signed out", "en"),
    "mention_after_emoji": Said(ID, "👩‍💻🙂 hey  help 🙂", "en"),
    "mention_alone": Opened(ID, "en"),
    "text_mention": Said(ID, "dear , help", "en"),
    "mention_then_command": Invoked(ID, "status", "en"),
    "reply": Said(ID, "not yet", "en"),
    "bare_status": Invoked(ID, "status", "en"),
    "start_at_us": Opened(ID, "en", "mac"),
    "unknown_command_at_us": Said(ID, "/fix it", "en"),
    "reply_thread_no_topic": Said(ID, "ok", "en"),
    "photo_called": Sent(ID, "photo", "en"),
    "sticker_reply": Sent(ID, "other", "en"),
}


@pytest.mark.parametrize("what", IN_GROUP)
def test_in_a_group_only_what_concerns_us_is_heard_and_the_answer_names_what_it_answers(what: str) -> None:
    address, event = heard(GROUP[what])

    assert address == ANN_IN_GROUP
    assert without_id(event) == IN_GROUP[what]
    assert read_origin(getattr(event, "origin", "")) == Spoken(GROUP[what]["message"]["message_id"])


@pytest.mark.parametrize("what", IGNORED)
def test_everything_else_is_ignored(what: str) -> None:
    assert read(IGNORED[what]) is None


def test_the_language_is_that_of_the_persons_app() -> None:
    _, event = heard(PRIVATE["text_ja"])

    assert without_id(event) == Said(ID, "直りません", "ja")


@pytest.mark.parametrize("update", [PRIVATE["private_topic"], GROUP["topic"], PRESSES["press_in_topic"]])
def test_each_topic_is_a_chat_of_its_own(update: dict[str, Any]) -> None:
    address, _ = heard(update)
    content = update.get("message") or update["callback_query"]["message"]

    assert address.chat == f"{content['chat']['id']}/{content['message_thread_id']}"


def test_the_pictures_of_an_album_are_one_event() -> None:
    first, second = (read(PRIVATE[what]) for what in ("photo_of_album", "photo_of_album_too"))

    assert first == second
    assert isinstance(first, Heard)
    assert without_id(first.event) == Sent(ID, "photo", "en")


@pytest.mark.parametrize(
    ("what", "name", "caption"),
    [
        ("log", "apsd.log", ""),
        ("log_with_caption", "apsd.log", "from Console"),
        ("log_without_size", "apsd.log", ""),
    ],
)
def test_a_log_is_to_be_fetched(what: str, name: str, caption: str) -> None:
    wanted = read(PRIVATE[what])

    assert isinstance(wanted, Fetch)
    assert (wanted.address, wanted.name, wanted.caption) == (ANN, name, caption)
    assert wanted.file == PRIVATE[what]["message"]["document"]["file_id"]
    assert wanted.shared("x").text == ("from Console\nx" if caption else "x")


def test_a_log_in_a_group_needs_our_name_beside_it() -> None:
    wanted = read(GROUP["log_called"])

    assert isinstance(wanted, Fetch)
    assert (wanted.address, wanted.caption) == (ANN_IN_GROUP, "my log")


def test_a_press_says_which_button_and_keeps_what_its_prompt_looked_like() -> None:
    address, event = heard(PRESSES["press"])

    assert address == ANN
    assert isinstance(event, Picked)
    assert (event.prompt, event.choice) == (3, "fixed")
    assert read_origin(event.origin) == Press(
        "4382000000000001", 50, "Did you sign out? 🙂", (Mark("bold", 0, 3),), "Yes 🙂"
    )


@pytest.mark.parametrize("what", ["press_of_old_message", "press_without_message"])
def test_a_press_counts_even_if_its_prompt_can_no_longer_be_edited(what: str) -> None:
    address, event = heard(PRESSES[what])

    assert address == ANN
    assert isinstance(event, Picked)
    assert (event.prompt, event.choice) == (3, "fixed")
    assert read_origin(event.origin) == Press("4382000000000001")


def test_a_button_that_we_do_not_know_is_taken_for_an_old_one() -> None:
    _, event = heard(PRESSES["press_of_earlier_version"])

    assert isinstance(event, Picked)
    assert (event.prompt, event.choice) == (0, "")


def test_a_button_whose_label_is_unknown_closes_without_a_label() -> None:
    _, event = heard(PRESSES["press_of_label_unknown"])

    assert isinstance(event, Picked)
    assert isinstance(press := read_origin(event.origin), Press)
    assert press.label == ""


def test_another_persons_button_is_not_pressed() -> None:
    assert read(PRESSES["press_of_others"]) == NotYours("4382000000000001", "ja")


@pytest.mark.parametrize("what", ["press_in_inline_message", "press_of_game"])
def test_a_button_outside_of_all_conversations_only_stops_spinning(what: str) -> None:
    assert read(PRESSES[what]) == Meaningless("4382000000000001")


def test_who_blocks_us_has_left() -> None:
    address, event = heard(PRESSES["blocked"])

    assert (address, without_id(event)) == (ANN, Left(ID))


EXPECTED: dict[str, Event | None] = {
    "message_private_text": Said(ID, "hello there", "en"),
    "message_supergroup_pinned_service": None,
    "my_chat_member_blocked_by_user": Left(ID),
    "syn_callback_query_with_message": Picked(ID, 0, ""),
    "syn_group_command_at_bot": Invoked(ID, "status", "en"),
    "syn_photo_screenshot_with_caption": Said(ID, "this error", "en"),
    "syn_start_deeplink_ja": Opened(ID, "ja", "imsg_mac_activation"),
}


@pytest.mark.skipif(not SHARED.is_dir(), reason="the captured payloads are not on this machine")
@pytest.mark.parametrize("what", EXPECTED)
def test_captured_payloads_are_read(what: str) -> None:
    update = json.loads((SHARED / f"{what}.json").read_text())
    incoming = read(update)

    assert (without_id(incoming.event) if isinstance(incoming, Heard) else incoming) == EXPECTED[what]


@pytest.mark.skipif(not SHARED.is_dir(), reason="the captured payloads are not on this machine")
def test_no_captured_payload_is_left_out() -> None:
    assert {path.stem for path in SHARED.glob("*.json")} == set(EXPECTED)
