"""What typed answers mean, in both languages, and what is better asked again than guessed."""

from collections.abc import Mapping
from pathlib import Path

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from bot.dialogue.book import Book
from bot.dialogue.flow import State
from bot.dialogue.typed import normal
from bot.dialogue.understand import (
    Answered,
    Commanded,
    Meaning,
    Named,
    Nodded,
    Solved,
    Switched,
    Thanked,
    Unclear,
)
from bot.dialogue.vocabulary import COMMANDS, CommandName
from bot.flowfiles import load_book
from bot.model import Language

BOOK = load_book()


def _state(name: str) -> State:
    flow, _, state = name.partition(".")
    return BOOK.flows[flow].states[state]


def _offered(state: State) -> tuple[str, ...]:
    return (*(option.id for option in state.options), *COMMANDS)


def meaning(text: str, name: str = "iphone.vpn", book: Book = BOOK) -> Meaning:
    """Say what the text means in that state, with all its answers on the screen."""
    state = _state(name)
    return book.lexicon.understand(state, _offered(state), text)


TYPED: Mapping[str, list[str]] = yaml.load(
    Path(__file__).with_name("typed_answers.yaml").read_text(encoding="utf-8"),
    yaml.BaseLoader,  # noqa: S506  it makes nothing but strings
)


@pytest.mark.parametrize("text", TYPED["fixed"])
def test_it_works_is_understood(text: str) -> None:
    assert meaning(text) == Answered("fixed")


@pytest.mark.parametrize("text", TYPED["not_yet"])
def test_it_does_not_work_is_understood(text: str) -> None:
    assert meaning(text) == Answered("not_yet")


@pytest.mark.parametrize("text", TYPED["unclear"])
def test_a_question_a_doubt_or_a_riddle_is_asked_again(text: str) -> None:
    assert not isinstance(meaning(text), Answered | Solved | Commanded)


@pytest.mark.parametrize("text", ["", " ", "\n\t", "　", "…", "!!!", "\u200b\u200b", "\ufe0f", "、。", "()"])
def test_a_message_without_a_letter_is_empty(text: str) -> None:
    assert meaning(text) == Unclear(empty=True)


@pytest.mark.parametrize(("command", "text"), [(name, text) for name in COMMANDS for text in TYPED[name]])
def test_a_command_is_understood_politely_put_or_not(command: CommandName, text: str) -> None:
    assert meaning(text) == Commanded(command)


@pytest.mark.parametrize("flow", BOOK.flows)
def test_every_command_is_understood_by_its_id_and_labels_in_every_state(flow: str) -> None:
    for state in BOOK.flows[flow].states.values():
        for command in COMMANDS:
            label = BOOK.phrases[f"label.{command}"]
            typed_id = (
                () if command in ("restart", "watch") else (command,)
            )  # a device, and what is done to it
            for text in (*typed_id, *(() if command == "language" else (label.ja, label.en))):
                assert BOOK.lexicon.understand(state, _offered(state), text) == Commanded(command)


@pytest.mark.parametrize("flow", BOOK.flows)
def test_every_answer_is_understood_by_its_label_id_number_and_words(flow: str) -> None:
    for state in BOOK.flows[flow].states.values():
        for number, option in enumerate(state.options, 1):
            label = option.label if option.label.ja else BOOK.phrases[f"label.{option.id}"]
            for text in (option.id, label.ja, label.en.upper(), f" {label.en}! ", str(number), *option.words):
                alone = state.options if text == str(number) else (option,)
                offered = (*(each.id for each in alone), *COMMANDS)
                assert BOOK.lexicon.understand(state, offered, text) == Answered(option.id), text


def test_an_answer_that_is_not_on_the_screen_is_not_given() -> None:
    state = _state("mac.serial_number")
    understand = BOOK.lexicon.understand
    assert understand(state, ("serial_shown", "serial_not_shown"), "はい") == Answered("serial_shown")
    assert understand(state, ("go_on", "how"), "はい") == Answered("go_on")
    assert understand(state, ("go_on", "how"), "ある") == Unclear()
    assert understand(state, ("go_on", "how"), "2") == Commanded("how")


@pytest.mark.parametrize(
    ("state", "text", "expected"),
    [
        ("iphone.apple_wait", "yes", Nodded()),
        ("iphone.apple_wait", "直りました", Answered("fixed")),
        ("mac.apple_store", "はい", Nodded()),
        ("mac.serial_is_there", "yes", Answered("go_on")),
        ("mac.serial_is_there", "次へ", Answered("go_on")),
        ("mac.serial_is_there", "no", Nodded()),
        ("iphone.vpn", "ok", Nodded()),
        ("iphone.vpn", "了解です", Nodded()),
        ("iphone.reset_network", "ok", Nodded()),
        ("mac.serial_is_there", "ok", Answered("go_on")),
        ("iphone.reset_network", "yes", Answered("agree")),
        ("iphone.reset_network", "同意します", Answered("agree")),
        ("iphone.reset_network", "no", Answered("decline")),
        ("iphone.reset_network", "yes?", Unclear()),
        ("iphone.reset_network", "まだです", Unclear()),
        ("mac.serial_number", "ありません", Answered("serial_not_shown")),
        ("mac.serial_number", "no", Answered("serial_not_shown")),
        ("mac.serial_number", "空欄です", Answered("serial_not_shown")),
        ("mac.serial_number", "空欄ですね", Answered("serial_not_shown")),
        ("mac.serial_number", "表示されません", Answered("serial_not_shown")),
        ("iphone.reset_network", "リセットします", Answered("agree")),
        ("iphone.reset_network", "リセットしますよ", Answered("agree")),
        ("iphone.reset_network", "リセットしません", Answered("decline")),
        ("iphone.reset_network", "can I reset", Unclear()),
        ("iphone.apple_wait", "it does", Nodded()),
    ],
)
def test_yes_and_no_answer_a_question_that_asks_for_them(state: str, text: str, expected: Meaning) -> None:
    assert meaning(text, state) == expected


@pytest.mark.parametrize(
    "text", ["it works again, thanks!", "直りました", "iMessage is back", "やっと直りました!"]
)
def test_it_works_is_understood_where_nothing_asks_for_it(text: str) -> None:
    state = _state("iphone.reset_network")
    assert BOOK.lexicon.understand(state, ("agree", "decline"), text) in (Solved(), Unclear())
    assert meaning("it works now", "iphone.reset_network") == Solved()


@pytest.mark.parametrize(
    ("text", "flow"),
    [
        ("Mac", "mac"),
        ("my MacBook Pro won't sign in", "mac"),
        ("マックです", "mac"),
        ("MacBook Airでサインインできません", "mac"),
        ("ＭａｃＢｏｏｋ", "mac"),
        ("Is there a way to fix my iMac?", "mac"),
        ("iPhone", "iphone"),
        ("アイフォンでiMessageがサインアウトされました", "iphone"),
        ("My iPad says that iMessage is signed out", "iphone"),
        ("iPhoneが使えなくて困っています。" * 20, "iphone"),
    ],
)
def test_a_first_message_that_names_one_device_means_its_flow(text: str, flow: str) -> None:
    said = meaning(text, "start.which_device")
    assert said in (Named(flow), Answered(flow))


@pytest.mark.parametrize(
    "text", ["iPhoneとMac両方", "my iPhone and my MacBook", "Applewatch", "machine", "imagine"]
)
def test_two_devices_or_none_mean_no_flow(text: str) -> None:
    assert meaning(text, "start.which_device") == Unclear()


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("English", "en"),
        ("in English please", "en"),
        ("英語", "en"),
        ("日本語", "ja"),
        ("日本語でお願いします", "ja"),
        ("Japanese", "ja"),
    ],
)
def test_a_language_that_is_named_is_the_one_that_is_meant(text: str, language: Language) -> None:
    """The button to change the language says so, too, but would only go to and fro."""
    assert meaning(text) == Switched(language)


@pytest.mark.parametrize("text", ["thanks", "Thank you!", "ありがとう", "ありがとうございます😊"])
def test_thanks_are_thanks(text: str) -> None:
    assert meaning(text) == Thanked()


@pytest.mark.parametrize(
    "text",
    [
        (
            "昨日から何度も試しているのですが、友人の電話ではすぐに使えました。"
            "私のものは機種も契約も違うので、どうしたものかと困っています。"
        ),
        "I have been trying this for a week and on my brother's phone it works, but I do not know why",
        "still not " * 30,
    ],
)
def test_a_long_story_is_no_answer(text: str) -> None:
    assert not isinstance(meaning(text), Answered | Solved | Commanded)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Ｉｔ’s  WORKING!!", "its working"),
        ("ﾅｵｯﾀ", "ナオッタ"),
        ("か\u3099", "が"),
        ("still\u200bnot", "stillnot"),
        ("「まだ」です。", "まだ です"),
        ("スーパー", "スーパー"),
        ("①", "1"),
        ("\ud800", ""),
    ],
)
def test_what_does_not_change_the_meaning_is_folded(text: str, expected: str) -> None:
    assert normal(text) == expected


@given(st.text())
def test_folding_twice_changes_nothing(text: str) -> None:
    assert normal(normal(text)) == normal(text)


@given(
    st.text(),
    st.sampled_from([state.place for flow in BOOK.flows.values() for state in flow.states.values()]),
)
def test_any_text_means_something_that_is_on_offer(text: str, place: object) -> None:
    said = meaning(text, str(place))
    if isinstance(said, Answered):
        assert said.id in _offered(_state(str(place)))
