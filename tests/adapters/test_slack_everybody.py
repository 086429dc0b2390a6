"""A whole channel on Slack follows Apple's status: it is nobody's own, and everybody's."""

import pytest

from adapters.slack.blocks import read_out
from adapters.slack.inbound import read_payload
from adapters.slack.incoming import Heard, Me, NotYours
from adapters.slack.origin import Origin, read_origin, write_origin
from adapters.slack.outbound import Close, Post, calls
from adapters.slack.place import card, direct, in_channel, spot, whole_channel
from bot.events import Event, Invoked, Opened
from bot.model import Choice, Reply
from bot.ports import Gone, Refused
from tests.adapters.slack_payloads import HOOK, LATER_TS, ME, TS, Json, press, slash, words
from tests.adapters.slack_talk import awaited, sending, taking
from tests.wire.slack import faults as ill
from tests.wire.slack.workspace import TEAM

CHANNEL = whole_channel("T1", "C1")
NEWS = Reply(
    "It is back.",
    (Choice("unwatch", "Stop"), Choice("fix", "Help me"), Choice("language", "日本語", "command")),
    4,
)
AT_TOP: Json = {
    "container": {"type": "message", "message_ts": LATER_TS, "channel_id": "C1", "is_ephemeral": False},
    "message": {"ts": LATER_TS, "user": "U0BOT", "blocks": []},
}


def heard(payload: Json) -> Heard:
    incoming = read_payload(payload, ME)
    assert isinstance(incoming, Heard), incoming
    return incoming


def invoked(event: Event) -> Invoked:
    assert isinstance(event, Invoked)
    return event


def test_a_channel_is_a_place_of_its_own() -> None:
    assert spot(CHANNEL).is_everybodys
    assert not any(
        spot(each).is_everybodys
        for each in (
            direct("T1", "U1"),
            direct("T1", "U1", TS),
            card("T1", "U1"),
            in_channel("T1", "C1", TS, "U1"),
        )
    )


@pytest.mark.parametrize(
    ("text", "command"),
    [
        (" ＷＡＴＣＨ ", "watch"),
        ("お知らせ", "watch"),
        ("unwatch", "unwatch"),
        ("Stop", "unwatch"),
        ("停止", "unwatch"),
    ],
)
@pytest.mark.parametrize("channel", ["C1", "G1"])
def test_a_watch_that_is_asked_for_in_a_channel_is_the_channel_s(
    channel: str, text: str, command: str
) -> None:
    found = heard(slash("/imessage-status", text, channel_id=channel))

    assert (found.address, found.by) == (whole_channel("T1", channel), "U1")
    assert (invoked(found.event).command, invoked(found.event).insists) == (command, True)
    assert read_origin(invoked(found.event).origin) == Origin(channel=channel, url=HOOK)


@pytest.mark.parametrize("text", ["watch", "停止"])
def test_in_a_direct_message_it_is_the_person_s_own(text: str) -> None:
    found = heard(slash("/imessage-status", text, channel_id="D1"))

    assert (found.address, found.by) == (card("T1", "U1"), "")
    assert not invoked(found.event).insists


@pytest.mark.parametrize("button", ["watch", "unwatch"])
def test_anybody_may_press_what_the_channel_was_told(button: str) -> None:
    found = heard(press(f"3.C1.{button}", f"card.{button}", **AT_TOP))

    assert (found.address, found.by) == (CHANNEL, "U1")
    assert (invoked(found.event).command, invoked(found.event).insists) == (button, True)
    origin = read_origin(invoked(found.event).origin)
    assert (origin.closes, origin.url) == (LATER_TS, HOOK)


def test_help_from_the_channel_s_message_comes_to_whoever_pressed() -> None:
    found = heard(press("3.C1.fix", "card.fix", **AT_TOP))
    assert found.address == direct("T1", "U1")
    assert isinstance(found.event, Opened)


def test_another_channel_s_button_is_not_everybody_s() -> None:
    assert isinstance(read_payload(press("3.C2.unwatch", "card.unwatch", **AT_TOP), ME), NotYours)


def test_news_comes_to_the_channel_itself_with_buttons_that_make_sense_for_everybody() -> None:
    [post] = calls(CHANNEL, NEWS, words)

    assert isinstance(post, Post)
    assert (post.channel, post.thread) == ("C1", "")
    [row] = [block["elements"] for block in post.message.blocks if block["type"] == "actions"]
    assert [each["action_id"] for each in row] == ["card.unwatch", "card.fix"]
    assert [each["value"] for each in row] == ["4.C1.unwatch", "4.C1.fix"]


def test_a_channel_s_message_says_that_it_is_for_everybody_and_a_person_s_does_not() -> None:
    [to_all], [to_one] = calls(CHANNEL, NEWS, words), calls(direct("T1", "U1"), NEWS, words)

    said = "[slack.for_everybody en]"
    assert isinstance(to_all, Post)
    assert isinstance(to_one, Post)
    assert [said in read_out(each.message.blocks) for each in (to_all, to_one)] == [True, False]


def test_a_pressed_message_is_closed_and_the_answer_is_public() -> None:
    origin = read_origin(invoked(heard(press("3.C1.unwatch", "card.unwatch", **AT_TOP)).event).origin)
    close, post = calls(CHANNEL, Reply("All right.", origin=write_origin(origin)), words)

    assert isinstance(close, Close)
    assert isinstance(post, Post)


@pytest.mark.parametrize("chosen", [None, "ja"])
@awaited
async def test_the_channel_speaks_the_language_of_whoever_asked_last(chosen: str | None) -> None:
    async with taking() as way:
        ann = way.slack.person(locale="en-US")
        general = way.slack.channel("general", ann)
        if chosen:
            way.chosen[card(TEAM, ann.id).chat] = "ja"
        ann.slash("/imessage-status", "watch", general)
        await way.quiet()

        [(address, event)] = way.events
        assert address == whole_channel(TEAM, general.id)
        assert (invoked(event).language, invoked(event).zone) == (chosen or "en", "Asia/Tokyo")


@pytest.mark.parametrize(
    ("private", "with_app", "fault"),
    [(False, False, None), (True, False, None), (False, True, "restricted_action_read_only_channel")],
)
@awaited
async def test_where_we_may_not_write_whoever_asked_is_told_and_the_channel_follows_no_more(
    private: bool,  # noqa: FBT001
    with_app: bool,  # noqa: FBT001
    fault: str | None,
) -> None:
    async with sending() as shop:
        ann, ben = shop.slack.person(), shop.slack.person("U0BEN")
        general = shop.slack.channel(
            "general", ann, ben, kind="group" if private else "channel", with_app=with_app
        )
        if fault:
            shop.slack.api.faults.next("chat.postMessage", ill.refuse(fault))
        asked = read_payload(
            ann.slash("/imessage-status", "watch", general).payload, Me(TEAM, shop.slack.app.user)
        )
        assert isinstance(asked, Heard)
        answer = Reply("All right!", origin=invoked(asked.event).origin)
        with pytest.raises(Gone):
            await shop.channel.send(asked.address, answer, key="k1", attempt=1)

        assert [each.words for each in ann.sees(general)] == ["[slack.not_in_channel en]"]
        assert ben.sees(general) == []


@awaited
async def test_a_person_s_own_thread_is_not_lost_where_only_some_may_write_just_now() -> None:
    async with sending() as shop:
        general = shop.slack.channel("general", shop.slack.person())
        shop.slack.api.faults.next("chat.postMessage", ill.refuse("restricted_action"))
        with pytest.raises(Refused) as raised:
            await shop.channel.send(
                in_channel(TEAM, general.id, TS, "U0ANN"), Reply("Hi"), key="k", attempt=1
            )
        assert not isinstance(raised.value, Gone)
