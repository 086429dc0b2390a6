"""What a reply looks like on Slack."""

import pytest

from adapters.slack.buttons import CARD, PICK
from adapters.slack.markup import meant
from adapters.slack.origin import Origin, write_origin
from adapters.slack.outbound import Close, Message, Post, Respond, Whisper, calls, in_plain_words
from adapters.slack.place import card, direct, in_channel
from bot.model import Address, Choice, Reply
from bot.replace import replace
from tests.adapters.slack_payloads import HOOK, PROMPT_BLOCKS, Json, words

DM, CARD_PLACE, THREAD = direct("T1", "U1"), card("T1", "U1"), in_channel("T1", "C1", "1.1", "U1")
ANSWERS = (Choice("fixed", "It works now"), Choice("not_yet", "Not yet"), Choice("stop", "Stop", "command"))


def planned(address: Address, reply: Reply) -> list[object]:
    return [*calls(address, reply, words)]


def only(address: Address, reply: Reply) -> Message:
    [call] = calls(address, reply, words)
    return call.message


def buttons(message: Message) -> list[list[Json]]:
    return [block["elements"] for block in message.blocks if block["type"] == "actions"]


def test_a_reply_goes_to_the_thread_or_the_direct_message() -> None:
    [in_thread], [direct_message] = planned(THREAD, Reply("Hello")), planned(DM, Reply("Hello"))

    assert isinstance(in_thread, Post)
    assert isinstance(direct_message, Post)
    assert (in_thread.channel, in_thread.thread) == ("C1", "1.1")
    assert (direct_message.channel, direct_message.thread) == ("", "")


def test_the_direct_message_s_own_id_is_used_where_the_event_had_it() -> None:
    [post] = planned(direct("T1", "U1", "1.1"), Reply("Hello", origin=write_origin(Origin(channel="D1"))))
    assert isinstance(post, Post)
    assert (post.channel, post.thread) == ("D1", "1.1")


def test_answers_stand_above_commands_and_say_whose_they_are() -> None:
    above, below = buttons(only(THREAD, Reply("Did it work?", ANSWERS, 3)))

    assert [each["value"] for each in above] == ["3.U1.fixed", "3.U1.not_yet"]
    assert [each["value"] for each in below] == ["3.U1.stop"]
    assert all(each["action_id"].startswith(PICK) for each in [*above, *below])
    assert not any("style" in each for each in above)


def test_the_only_way_on_stands_out_but_never_a_consent() -> None:
    [[on]] = buttons(only(DM, Reply("Ready?", (Choice("go_on", "Continue"),))))
    [[agree]] = buttons(only(DM, Reply("Reset?", (Choice("agree", "I agree"),))))

    assert on["style"] == "primary"
    assert "style" not in agree


def test_the_progress_stands_above_in_the_reply_s_language() -> None:
    english = only(DM, Reply("Turn it off.", progress=(3, 9))).blocks[0]
    japanese = only(DM, Reply("切ってください。", progress=(3, 9))).blocks[0]

    assert english["elements"][0]["text"] == "[slack.progress en] 3 9"
    assert japanese["elements"][0]["text"] == "[slack.progress ja] 3 9"


def test_notifications_and_screen_readers_say_the_progress_too() -> None:
    assert only(DM, Reply("Turn it off.", progress=(3, 9))).text == "[slack.progress en] 3 9\nTurn it off."


def test_apple_s_pages_are_links_and_what_only_looks_like_them_is_not() -> None:
    text = (
        "See https://support.apple.com/contact. Not https://apple.com.evil.example/ or https://apple.com@x.y"
    )
    [section] = only(DM, Reply(text)).blocks[0]["elements"]

    assert [each["url"] for each in section["elements"] if each["type"] == "link"] == [
        "https://support.apple.com/contact"
    ]


def test_a_long_text_becomes_messages_with_the_buttons_under_the_last() -> None:
    posts = calls(DM, Reply("A sentence of the log. " * 300, ANSWERS), words)

    assert [call.part for call in posts if isinstance(call, Post)] == [0, 1, 2]
    assert [len(buttons(call.message)) for call in posts] == [0, 0, 2]


def test_a_pressed_prompt_is_closed_before_the_next_step() -> None:
    origin = Origin(channel="C1", closes="2.2", label="Not yet", blocks=tuple(PROMPT_BLOCKS[:2]))
    close, post = planned(THREAD, Reply("Next", origin=write_origin(origin)))

    assert isinstance(close, Close)
    assert isinstance(post, Post)
    assert (close.channel, close.ts) == ("C1", "2.2")
    assert close.message.blocks[:2] == tuple(PROMPT_BLOCKS[:2])
    assert close.message.blocks[2]["elements"][0]["text"] == "✓ Not yet"
    assert close.message.text == "step 3 of 9\nTurn it off.\n✓ Not yet"


def test_a_word_aside_is_whispered_and_closes_nothing() -> None:
    origin = Origin(channel="C1", thread="1.1", closes="2.2", label="Not yet")
    [whisper] = planned(THREAD, Reply("Old button.", aside=True, origin=write_origin(origin)))

    assert isinstance(whisper, Whisper)
    assert (whisper.channel, whisper.thread) == ("C1", "1.1")


def test_the_card_is_whispered_with_a_button_to_share_it() -> None:
    origin = write_origin(Origin(channel="C1", url=HOOK))
    [call] = planned(CARD_PLACE, Reply("🟢 iMessage", (Choice("watch", "Tell me", "command"),), 2, origin))

    assert isinstance(call, Respond)
    assert (call.url, call.how) == (HOOK, "whisper")
    [[watch, share]] = buttons(call.message)
    assert (watch["action_id"], share["action_id"]) == (f"{CARD}watch", "share")


def test_a_pressed_card_is_replaced() -> None:
    [call] = planned(CARD_PLACE, Reply("Done", origin=write_origin(Origin(url=HOOK, replaces=True))))
    assert isinstance(call, Respond)
    assert call.how == "replace"


def test_a_shared_card_is_for_everybody_and_has_no_buttons() -> None:
    origin = write_origin(Origin(url=HOOK, public=True))
    [call] = planned(CARD_PLACE, Reply("🟢 iMessage", ANSWERS, origin=origin))

    assert isinstance(call, Respond)
    assert call.how == "public"
    assert buttons(call.message) == []


def test_what_nobody_asked_for_comes_to_the_direct_message_with_the_card_s_buttons() -> None:
    [post] = planned(CARD_PLACE, Reply("It is back.", ANSWERS))

    assert isinstance(post, Post)
    assert (post.channel, post.thread) == ("", "")
    assert buttons(post.message)[0][0]["action_id"].startswith(CARD)


def test_help_that_somebody_else_asked_for_begins_with_the_person_s_name() -> None:
    message = only(THREAD, Reply("Hello!", origin=write_origin(Origin(channel="C1", mention="U2"))))
    first = message.blocks[0]["elements"][0]["elements"][0]

    assert first == {"type": "user", "user_id": "U2"}
    assert message.text == "<@U2> Hello!"


def test_where_no_buttons_are_taken_the_answers_are_numbered() -> None:
    assert in_plain_words(only(DM, Reply("Did it work?", ANSWERS))) == (
        "Did it work?\n1. It works now\n2. Not yet\n3. Stop"
    )


def test_a_shared_card_does_not_promise_everybody_what_one_person_was_promised() -> None:
    reply = Reply("🔴 iMessage\n\n[turn.watching_already en]", ANSWERS)
    [mine] = planned(CARD_PLACE, replace(reply, origin=write_origin(Origin(url=HOOK))))
    [shared] = planned(CARD_PLACE, replace(reply, origin=write_origin(Origin(url=HOOK, public=True))))

    assert isinstance(mine, Respond)
    assert isinstance(shared, Respond)
    assert mine.message.text == reply.text
    assert shared.message.text == "🔴 iMessage"


def test_a_thumb_is_no_number() -> None:
    assert meant(":+1: and :-1::skin-tone-3: at 10:1:2") == "👍 and 👎 at 10:1:2"


@pytest.mark.parametrize("typed", [":back:", "<@U0BOT> :stop: :stop_sign:", ":+1::skin-tone-3:"])
def test_the_names_of_emoji_are_no_words(typed: str) -> None:
    assert meant(typed, "U0BOT") == "🙂"


def test_a_name_between_colons_within_a_text_stays() -> None:
    assert meant("imagent :identity: failed") == "imagent :identity: failed"


def test_markup_that_people_type_is_read_as_they_meant_it() -> None:
    typed = (
        "<@U0BOT> ask <@U2|ann> in <#C1|help> at <https://a.example|here>, <mailto:a@b.c>, <!here> &amp; now"
    )
    assert meant(typed, "U0BOT") == "ask @ann in #help at here, a@b.c, @here & now"
