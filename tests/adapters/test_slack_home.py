"""App Home: what is seen there, and that its buttons are those that are read."""

from typing import Any

import pytest

from adapters.slack.blocks import read_out
from adapters.slack.home import Home, view_of
from adapters.slack.incoming import HomePressed
from adapters.slack.interactions import read_press
from adapters.slack.outbound import calls
from adapters.slack.payloads import Interaction, read
from bot.model import Address, Choice, Language, Reply
from tests.adapters.slack_door import connected
from tests.adapters.slack_payloads import ME, home_press, words
from tests.adapters.slack_talk import awaited, sending
from tests.wire.slack import SlackServer
from tests.wire.slack.workspace import TEAM

NAMES = ("go_on", "restart", "language", "watch", "forget")


def reply(*names: str, text: str = "the board\n\nstep 3") -> Reply:
    return Reply(text, tuple(Choice(name, f"[{name}]", "command") for name in names))


def label(name: str, language: Language = "en") -> str:
    """Give what stands on a button: what is about the watch is said in the guide's language."""
    return f"[label.watch {language}]" if name == "watch" else f"[{name}]"


def buttons(view: dict[str, Any]) -> list[dict[str, Any]]:
    return [each for block in view["blocks"] if block["type"] == "actions" for each in block["elements"]]


def test_it_has_the_board_and_where_the_guide_stands() -> None:
    view = view_of(reply(*NAMES), reply("watch"), words)
    assert [block["type"] for block in view["blocks"]] == ["rich_text", "divider", "rich_text", "actions"]


def test_its_buttons_are_those_that_are_read() -> None:
    for each in buttons(view_of(reply(*NAMES, "unwatch"), reply("watch"), words)):
        payload = home_press(each["action_id"].removeprefix("home."))
        payload["actions"][0]["value"] = each.get("value", "")
        assert read_press(read(payload, Interaction), ME) is not None


@pytest.mark.parametrize(
    ("guide", "status", "shown"),
    [
        ("watch", "watch", ("home.watch", None)),
        ("watch", "unwatch", ("home.unwatch", None)),
        ("unwatch", "watch", ("home.unwatch", "guide")),
        ("unwatch", "unwatch", ("home.unwatch", "both")),
        ("watch", "go_on", None),
    ],
)
def test_a_watch_ends_where_it_was_begun(
    guide: str, status: str, shown: tuple[str, str | None] | None
) -> None:
    found = [
        (each["action_id"], each.get("value"))
        for each in buttons(view_of(reply(guide), reply(status), words))
        if "watch" in each["action_id"]
    ]
    assert found == ([shown] if shown else [])


def test_a_watch_of_the_card_is_told_between_the_board_and_the_guide_in_the_guide_s_language() -> None:
    guide = reply("go_on", text="こんにちは\n\nboard\n\nstep 3")
    view = view_of(guide, reply("unwatch", text="in English"), words)
    shown = ["".join(read_out([block])) for block in view["blocks"] if block["type"] == "rich_text"]
    assert shown == ["こんにちは", "board", "[turn.watching_already ja]", "step 3"]
    assert [each["text"]["text"] for each in buttons(view)] == ["[go_on]", "[label.unwatch ja]"]


def test_a_watch_in_both_places_ends_in_both_and_is_told_once() -> None:
    pressed = home_press("unwatch")
    pressed["actions"][0]["value"] = "both"
    found = read_press(read(pressed, Interaction), ME)
    assert isinstance(found, HomePressed)
    card, guide = found.heard
    assert (card.address.chat.endswith("/card"), guide.address.chat.endswith("/card")) == (True, False)
    assert card.event.id != guide.event.id
    shown = [
        calls(each.address, Reply("done", origin=getattr(each.event, "origin", "")), words)
        for each in found.heard
    ]
    assert [len(each) for each in shown] == [0, 1]


def test_deleting_asks_first() -> None:
    (delete,) = [each for each in buttons(view_of(reply(*NAMES), reply(), words)) if "confirm" in each]
    assert delete["action_id"] == "home.forget"
    assert delete["style"] == "danger"
    assert delete["confirm"]["deny"]["text"] == "[slack.forget_deny en]"


def test_a_text_of_any_length_fits() -> None:
    text = "\n\n".join(["long " * 2_000] * 200)
    assert len(view_of(reply(*NAMES, text=text), reply(), words)["blocks"]) <= 100


@pytest.mark.parametrize("language", ["ja", "en"])
@awaited
async def test_slack_takes_it(language: Language) -> None:
    asked: list[tuple[str, Language | None]] = []

    async def glance(address: Address, hint: Language | None) -> Reply:
        asked.append((address.chat, hint))
        return reply(*NAMES, text="こんにちは" if language == "ja" else "hello")

    async with sending() as shop:
        ann = shop.slack.person()
        await Home(shop.client, TEAM, glance, words).show(ann.id, language)
        assert ann.home
        assert ann.home.buttons == [label(name, language) for name in NAMES]
        assert asked == [(f"{TEAM}/@{ann.id}", language), (f"{TEAM}/@{ann.id}/card", language)]


@awaited
async def test_it_is_shown_when_it_is_opened_and_again_after_a_press() -> None:
    async with SlackServer() as slack, connected(slack) as way:
        ann = slack.person()
        ann.opens_home()
        await slack.until(lambda: ann.home)
        for name in NAMES:
            ann.presses_at_home(label(name))
        await way.quiet()
        await slack.until(lambda: len(slack.called("views.publish")) == 6)
        found = sorted(getattr(event, "command", type(event).__name__) for event in way.door.events.values())
        assert found == ["ForgetMe", "Opened", "language", "restart", "watch"]
