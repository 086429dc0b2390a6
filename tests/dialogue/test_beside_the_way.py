"""States that are passed, causes of their own, and what was tried is not asked again."""

from functools import cache

import pytest

from bot.dialogue.book import Book
from bot.dialogue.evidence.told import told_machine
from bot.dialogue.home import home
from bot.dialogue.turn import take_turn
from bot.events import Event, Invoked, Opened, Picked, Said, StatusChanged
from bot.model import Conversation, EventId, Place, Reply, Turn
from tests.dialogue.flow_texts import SMALL, problems, replaced, small_with
from tests.dialogue.test_landing import START, book_of
from tests.fit import reply
from tests.outside import ANN, Weather, world

ID = EventId("event")
GUIDE = """
flow: guide
about: {ja: ガイド, en: Guide}
called: {en: [gadget]}
begin: look
exits: {solved: done, person: done, stop: done}
watches: [imessage, facetime, apple_account, icloud_sign_in, device_activation]
states:
  look:
    passes: {when: apple_clear, to: one}
    say:
      - {when: apple_clear, ja: "晴れ {checked_at}", en: "All clear {checked_at}"}
      - {ja: 曇り, en: Clouds}
    choices: {go_on: one}
  one:
    title: {ja: 一, en: First}
    say: {ja: 一です, en: This is one}
    choices:
      fixed: done
      not_yet: two
      cause: {label: {ja: 原因, en: A cause}, to: cause}
  two:
    title: {ja: 二, en: Second}
    say: {ja: 二です, en: This is two}
    choices: {fixed: done, not_yet: three}
  three:
    title: {ja: 三, en: Third}
    say: {ja: 三です, en: This is three}
    choices: {fixed: done, not_yet: done}
  cause:
    title: {ja: 原因, en: Cause}
    called: {ja: [灰色], en: [dimmed]}
    say: {ja: 原因です, en: This is the cause}
    choices:
      fixed: done
      not_yet: {to: one, untried: yes}
  done:
    say: {ja: 完, en: Done}
    end: yes
"""


@cache
def guide() -> Book:
    return book_of(START.replace("guide.one", "guide.look"), GUIDE)


def after(*events: Event, weather: Weather = "clear") -> tuple[Conversation, Reply]:
    conversation, turn = None, None
    for event in events:
        turn = take_turn(guide(), conversation, event, world(weather), ANN)
        conversation = turn.conversation
    assert isinstance(turn, Turn)
    message = reply(turn)
    assert message is not None
    return turn.conversation, message


def said(*texts: str) -> tuple[Said, ...]:
    return tuple(Said(ID, text) for text in texts)


def test_what_a_passed_state_says_stands_above_the_next_question() -> None:
    conversation, message = after(*said("gadget"))
    assert conversation.place == Place("guide", "one")
    assert message.text == "All clear 10:32\n\nThis is one"
    assert conversation.path == (Place("start", "hello"),)


def test_where_the_condition_does_not_hold_one_stops() -> None:
    conversation, message = after(*said("gadget"), weather="down")
    assert (conversation.place, message.text) == (Place("guide", "look"), "Clouds")


def test_back_and_coming_back_do_not_pass() -> None:
    conversation, _ = after(*said("gadget", "continue"), weather="down")
    back = take_turn(guide(), conversation, Said(ID, "back"), world("clear"), ANN)
    assert back.conversation.place == Place("guide", "look")
    opened = take_turn(guide(), back.conversation, Opened(ID), world("clear"), ANN)
    assert opened.conversation.place == Place("guide", "look")


def test_whoever_follows_has_learnt_what_was_said_in_passing() -> None:
    watching = take_turn(guide(), None, Invoked(ID, "watch"), world("down"), ANN).conversation
    seen = take_turn(guide(), watching, Said(ID, "gadget"), world("clear"), ANN).conversation
    assert seen.watch is not None
    assert seen.watch.known == ()
    assert take_turn(guide(), seen, StatusChanged(ID), world("clear"), ANN).jobs == ()


def test_a_cause_is_no_numbered_step_and_has_no_number_at_home() -> None:
    steps = {place.state: step for place, step in guide().steps.items()}
    assert steps == {"one": (1, 3), "two": (2, 3), "three": (3, 3)}
    conversation, message = after(*said("gadget", "dimmed"))
    assert (conversation.place.state, message.progress) == ("cause", None)
    assert "Your guide: Guide" in home(guide(), conversation, world("clear"), "en").text


def test_from_a_cause_one_goes_on_at_the_first_step_that_was_not_tried() -> None:
    conversation, message = after(*said("gadget", "not yet", "skip", "dimmed", "not yet"))
    assert conversation.place == Place("guide", "three")
    assert message.text == "This is three"
    conversation, _ = after(*said("gadget", "not yet", "dimmed", "skip"))
    assert conversation.place == Place("guide", "two"), "skipping the cause does the same"
    conversation, _ = after(*said("gadget", "not yet", "skip", "skip"))
    assert conversation.place == Place("guide", "done"), "elsewhere nothing is passed over"
    conversation, _ = after(*said("gadget", "not yet", "not yet", "dimmed", "back"))
    assert conversation.place == Place("guide", "three")


def test_the_words_of_a_trouble_begin_its_guide_with_the_look_at_apple_first() -> None:
    conversation, message = after(*said("my switch is dimmed"))
    assert conversation.place == Place("guide", "cause")
    assert message.text == "All clear 10:32\n\nThis is the cause"
    conversation, message = after(*said("my switch is dimmed"), weather="down")
    assert conversation.place == Place("guide", "cause")
    assert "🔴 iMessage" in message.text
    assert "fix" in conversation.offered


def test_in_the_middle_they_lead_there_but_not_when_they_are_overheard() -> None:
    conversation, _ = after(*said("gadget"))
    told = take_turn(guide(), conversation, Said(ID, "it is dimmed"), world("clear"), ANN)
    assert told.conversation.place == Place("guide", "cause")
    overheard = take_turn(
        guide(), conversation, Said(ID, "it is dimmed", addressed=False), world("clear"), ANN
    )
    assert (overheard.conversation, overheard.jobs) == (conversation, ())


def test_two_states_of_a_flow_cannot_share_the_words_of_a_trouble() -> None:
    called = "    called: {en: [dimmed]}\n"
    text = replaced(SMALL, "    say: {ja: どうですか", f"{called}    say: {{ja: どうですか")
    text = replaced(text, "    say:\n      ja: もう一度", f"{called}    say:\n      ja: もう一度")
    (found,) = problems(small_with(text))
    assert "`dimmed` leads both to `ask` and to `more`" in found


@pytest.mark.parametrize(
    ("text", "quotes"),
    [
        ("iPhone 15 Pro, iOS 26.1", ("iPhone 15 Pro", "iOS 26.1")),
        ("It’s an iPhone 17 Pro Max on iOS 26", ("iPhone 17 Pro Max", "iOS 26")),
        ("iPhone15プロ　26.0.1", ("iPhone 15 Pro", "26.0.1")),
        ("アイフォン16e、iOSのバージョン 18.7", ("iPhone 16e", "iOS 18.7")),
        ("iPhone SE (3rd generation)", ("iPhone SE",)),
        ("iPhone Air", ("iPhone Air",)),
        ("iPad mini / iPadOS 17.5", ("iPad mini", "iPadOS 17.5")),
        ("MacBook Air (M2), macOS Sequoia 15.1", ("MacBook Air", "macOS 15.1")),
        ("Mac mini with OS X 10.11.4", ("Mac mini", "macOS 10.11.4")),
        ("18.7.2", ("18.7.2",)),
        ("iPhone", ()),
        ("my iPhone is green", ()),
        ("thanks", ()),
        ("I called them 2 times", ()),
        ("12", ()),
    ],
)
def test_what_is_typed_of_the_device_is_put_together_from_known_words(
    text: str, quotes: tuple[str, ...]
) -> None:
    assert tuple(each.quote for each in told_machine(text)) == quotes


def test_what_a_button_found_is_taken_back_with_it_and_what_was_pasted_is_not(book: Book) -> None:
    conversation = None
    for text in ("macOS 15.1", *["skip"] * 5, "no", "back"):
        conversation = take_turn(book, conversation, Said(ID, text), world("clear"), ANN).conversation
    assert conversation is not None
    assert [each.name for each in conversation.findings] == ["macos_version"]
    press = Picked(ID, conversation.prompt, "serial_shown")
    found = take_turn(book, conversation, press, world("clear"), ANN).conversation.findings
    assert [(each.name, each.quote) for each in found] == [("macos_version", "15.1"), ("serial_present", "")]
