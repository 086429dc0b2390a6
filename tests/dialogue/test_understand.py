"""What typed answers mean, in both languages, and what is better asked again than guessed."""

import pytest
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
    Solved,
    Switched,
    Thanked,
    Unclear,
)
from bot.dialogue.vocabulary import COMMANDS
from bot.flowfiles import load_book

BOOK = load_book()
EVERYWHERE = ("how", "skip", "back", "restart", "person", "language", "help", "stop")


def _state(name: str) -> State:
    flow, _, state = name.partition(".")
    return BOOK.flows[flow].states[state]


def _offered(state: State) -> tuple[str, ...]:
    return (*(option.id for option in state.options), *EVERYWHERE)


def meaning(text: str, name: str = "iphone.vpn", book: Book = BOOK) -> Meaning:
    """Say what the text means in that state, with all its answers on the screen."""
    state = _state(name)
    return book.lexicon.understand(state, _offered(state), text)


FIXED = [
    "直った", "直りました", "直りました!", "なおりました", "使えるようになりました!", "iMessageが使えるようになりました",
    "はい", "はい、使えました", "うん", "おかげさまで直りました。ありがとうございました", "できました😊", "アップデートしたら直りました",
    "「直った」", "ﾅｵｯﾀ 直った", "fixed", "Fixed!", "It works now", "it is working now thanks", "It’s working now, thank you!",
    "yes", "Yes!", "yes it works", "yay, it works now!", "ＩＴ ＷＯＲＫＳ ＮＯＷ", "it   works\nnow", "1", "１", "①", "1.",
    "1番", "#1", "(1)", "1です", "that did it", "I turned it off and now it works",
]  # fmt: skip

NOT_YET = [
    "まだ", "まだです", "まだ直りません", "直ってないです", "直っていません…", "まだサインインできません", "だめでした", "ダメです",
    "いいえ", "変わりません。", "やってみましたが、だめでした", "再起動しましたが、まだサインインできませんでした😢", "使えないままです",
    "VPNは使っていません", "not yet", "Still not 😢", "it's not working", "It’s not working", "doesn't work", "it doesnt work",
    "still doesn't work", "no, still signed out", "No", "nope", "didn't help :(", "I restarted it but it is still not working",
    "worked for a minute, but it's still signed out", "サインインできましたが、メッセージは送れません", "2", "２", "②", "2.",
    "2番", "2番目", "#2", "２番です", "option 2", "still not working on my iPhone", "can't sign in",
]  # fmt: skip

UNCLEAR = [
    "fixed?", "直った?", "直りましたか", "直りましたか？", "まだですか?", "Is it fixed?", "does it work now?", "まだ?!", "fixed? 🤔",
    "直ったら連絡します", "直ったかも", "直ったと思ったのに", "使えたり使えなかったり", "I don't think it works", "it never worked",
    "I hope it works", "not sure it is fixed", "if it works I will tell you", "it works but my messages are green",
    "it should be fixed", "I want it fixed", "how do I know it works", "it worked yesterday", "it works only on wifi",
    "99", "0", "3000", "2 or 3", "12345", "1.5", "hello", "こんにちは", "🤷", "iPhoneとMac両方", "maybe", "asdfgh",
    "まだ遅いけど直りました", "直りましたけど、写真が送れません",
]  # fmt: skip


@pytest.mark.parametrize("text", FIXED)
def test_it_works_is_understood(text: str) -> None:
    assert meaning(text) == Answered("fixed")


@pytest.mark.parametrize("text", NOT_YET)
def test_it_does_not_work_is_understood(text: str) -> None:
    assert meaning(text) == Answered("not_yet")


@pytest.mark.parametrize("text", UNCLEAR)
def test_a_question_a_doubt_or_a_riddle_is_asked_again(text: str) -> None:
    assert not isinstance(meaning(text), Answered | Solved | Commanded)


@pytest.mark.parametrize("text", ["", " ", "\n\t", "　", "…", "!!!", "\u200b\u200b", "\ufe0f", "、。", "()"])
def test_a_message_without_a_letter_is_empty(text: str) -> None:
    assert meaning(text) == Unclear(empty=True)


COMMANDED = [
    ("how", ["how", "how?", "how do I do that?", "How do I do that", "やり方", "やり方がわかりません", "どうやって?", "詳しく教えてください"]),
    ("skip", ["skip", "Skip this please", "please skip", "can you skip this step?", "スキップ", "スキップしてください", "飛ばして",
              "飛ばしたい", "スキップでお願いします", "この手順を飛ばす", "できません"]),
    ("back", ["back", "go back", "Go back please", "戻る", "戻ってください", "前の手順", "もどる"]),
    ("restart", ["start over", "restart", "最初から", "最初からお願いします", "やり直し"]),
    ("person", ["person", "a human please", "I want to talk to a person", "人と話したい", "人と話したいです", "担当者", "オペレーター"]),
    ("language", ["language", "change language", "言語", "言語を変える"]),
    ("help", ["help", "Help!", "help me please", "ヘルプ", "助けて", "助けてください", "何ができますか"]),
    ("stop", ["stop", "STOP", "quit", "やめる", "もういいです", "終了", "終了します", "終わりにする"]),
]  # fmt: skip


@pytest.mark.parametrize(("command", "text"), [(name, text) for name, texts in COMMANDED for text in texts])
def test_a_command_is_understood_politely_put_or_not(command: str, text: str) -> None:
    assert meaning(text) == Commanded(next(name for name in COMMANDS if name == command))


@pytest.mark.parametrize("flow", BOOK.flows)
def test_every_command_is_understood_by_its_id_labels_and_words_in_every_state(flow: str) -> None:
    for state in BOOK.flows[flow].states.values():
        for command in COMMANDS:
            label = BOOK.phrases[f"label.{command}"]
            for text in (command, *(() if command == "language" else (label.ja, label.en))):
                assert BOOK.lexicon.understand(state, _offered(state), text) == Commanded(command)


@pytest.mark.parametrize("flow", BOOK.flows)
def test_every_answer_is_understood_by_its_label_id_number_and_words(flow: str) -> None:
    for state in BOOK.flows[flow].states.values():
        for number, option in enumerate(state.options, 1):
            label = option.label if option.label.ja else BOOK.phrases[f"label.{option.id}"]
            for text in (option.id, label.ja, label.en.upper(), f" {label.en}! ", str(number), *option.words):
                assert meaning(text, str(state.place)) == Answered(option.id), (state.place, text)


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
        ("iphone.apple_wait", "yes", Unclear()),
        ("iphone.apple_wait", "直りました", Answered("fixed")),
        ("mac.apple_store", "はい", Unclear()),
        ("mac.apple_store", "fixed", Answered("fixed")),
        ("mac.serial_is_there", "yes", Answered("go_on")),
        ("mac.serial_is_there", "次へ", Answered("go_on")),
        ("mac.serial_is_there", "no", Unclear()),
        ("iphone.reset_network", "yes", Answered("agree")),
        ("iphone.reset_network", "同意します", Answered("agree")),
        ("iphone.reset_network", "no", Answered("decline")),
        ("iphone.reset_network", "yes?", Unclear()),
        ("iphone.reset_network", "まだです", Unclear()),
        ("mac.serial_number", "ありません", Answered("serial_not_shown")),
        ("mac.serial_number", "no", Answered("serial_not_shown")),
    ],
)
def test_yes_and_no_answer_a_question_that_asks_for_them(state: str, text: str, expected: Meaning) -> None:
    assert meaning(text, state) == expected


@pytest.mark.parametrize("text", ["it works again, thanks!", "直りました", "iMessage is back"])
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
    [("English", "en"), ("in English please", "en"), ("英語", "en"), ("日本語", "ja"), ("日本語でお願いします", "ja"), ("Japanese", "ja")],
)  # fmt: skip
def test_a_language_that_is_named_is_the_one_that_is_meant(text: str, language: str) -> None:
    """“English” is also what the button to change the language says, which would only go to and fro."""
    assert meaning(text) == Switched("ja" if language == "ja" else "en")


@pytest.mark.parametrize("text", ["thanks", "Thank you!", "ありがとう", "ありがとうございます😊"])
def test_thanks_are_thanks(text: str) -> None:
    assert meaning(text) == Thanked()


@pytest.mark.parametrize(
    "text",
    [
        "昨日から何度も試しているのですが、友人の電話では使えましたと言われたものの、私のものは機種も契約も違うのでよくわからず、どうしたものかと考えているところなのです。",
        "I have been trying this since last week and on my brother's phone it works, "
        "though he has another carrier and I really do not know",
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
