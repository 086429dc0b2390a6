"""What the guides tell: every fact of the articles; of each step what it is, how long it takes, and why."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
import yaml

from bot.dialogue.book import Book
from bot.dialogue.flow import State
from bot.flowfiles import load_book
from bot.model import LANGUAGES, Language, Place

FACTS: dict[str, list[dict[str, str]]] = yaml.safe_load(
    (Path(__file__).parent / "facts.yaml").read_text(encoding="utf-8")
)
STEPS = [
    pytest.param(state, language, id=f"{state.place} [{language}]")
    for flow in load_book().flows.values()
    for state in flow.states.values()
    if state.title
    for language in LANGUAGES
]
FIRST_LINE = {
    "ja": re.compile(r"【.{2,40}】(?:約|最大)?[0-9〜]+(?:秒|分|時間|日)(?:〜[0-9]+時間)?。.{8,}。"),
    "en": re.compile(
        r".{2,50} \((?:about |up to )?(?:[0-9]+|a) ?(?:minutes?|hours?|day)(?: to .+)?\): .{15,}[.]"
    ),
}
"""What it is, how long it takes, and why."""


def test_all_facts_of_both_articles_are_listed() -> None:
    assert {flow: len(facts) for flow, facts in FACTS.items()} == {"iphone": 42, "mac": 14}


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize(
    ("flow", "fact"), [(flow, fact) for flow, facts in FACTS.items() for fact in facts], ids=str
)
def test_the_state_tells_the_fact(book: Book, flow: str, fact: dict[str, str], language: Language) -> None:
    told = "\n".join(_told(book, flow, fact["state"], language))
    pattern = fact[language].replace("(aeroplane)", r"\(aeroplane\)")
    assert re.search(pattern, told, re.DOTALL), told


@pytest.mark.parametrize(("state", "language"), STEPS)
def test_the_first_line_of_a_step_says_what_it_is_how_long_it_takes_and_why(
    state: State, language: Language
) -> None:
    for variant in state.say:
        if state.place != Place("mac", "serial_number") or not variant.when:
            text = variant.text.of(language)
            assert FIRST_LINE[language].match(text.split("\n")[0]), text


@pytest.mark.parametrize(("state", "language"), STEPS)
def test_a_step_asks_one_thing_and_at_its_end(state: State, language: Language) -> None:
    reminder = [state.remind.text.of(language)] if state.remind else []
    for text in (*(each.text.of(language) for each in state.say), *reminder):
        asked = [mark for mark in text if mark in "?？"]
        assert len(asked) <= 1 or "”" in text or "」" in text, text
        assert not asked or text.rstrip().rstrip("（(").endswith(("?", "？", "）", ")")), text


@pytest.mark.parametrize(("state", "language"), STEPS)
def test_whoever_cannot_do_a_step_is_told_more(state: State, language: Language) -> None:
    assert state.how
    assert state.how.of(language)


WARNINGS = [
    # What it may cost, and what is to be done: the first stands before the second.
    ("iphone.toggle_imessage", "SMSの料金", "オフにし", "may charge", "turn iMessage off"),
    ("iphone.both_off_on", "SMSの料金", "オフにします", "may charge", "turn iMessage off"),
    ("iphone.old_sim", "電話が使えなくなります", "「eSIMを削除」", "lose your phone line", "Delete eSIM"),
    ("iphone.sms_line", "料金がかかります", "送ってみて", "may charge", "Send an ordinary"),
    ("iphone.restart", "最後まで読んで", "長押し", "read this to the end", "Hold the side"),
    ("iphone.update_ios", "バックアップ", "タップして", "back up first", "tap Update Now"),
    ("iphone.account", "ここには書かないで", "サインインします", "never type", "sign in."),
    ("iphone.no_code", "教えないで", "画面を見て", "Never tell", "Look at"),
    (
        "iphone.sign_out_in",
        "ここには書かないで",
        "「サインアウト」を選びます",
        "never type",
        "choose Sign Out",
    ),
    ("mac.sign_out_in", "ここには書かないで", "「サインアウト」を選びます", "never type", "> Sign Out"),
    ("mac.restart", "保存してから", "「再起動」", "Save your open", "choose Restart"),
    ("mac.update_macos", "バックアップ", "クリックして", "back up first", "click Update Now"),
]


@pytest.mark.parametrize(("place", *LANGUAGES), [(p, (w, d), (v, e)) for p, w, d, v, e in WARNINGS])
def test_what_it_may_cost_stands_before_what_is_to_be_done(
    book: Book, place: str, ja: tuple[str, str], en: tuple[str, str]
) -> None:
    flow, _, name = place.partition(".")
    for variant in book.flows[flow].states[name].say:
        for text, (warning, deed) in ((variant.text.ja, ja), (variant.text.en, en)):
            assert 0 <= text.index(warning) < text.index(deed), text


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_text_asks_people_to_write_the_word_of_a_command(book: Book, language: Language) -> None:
    for flow in book.flows.values():
        for state in flow.states.values():
            for text in _said(state, language):
                assert not re.search(
                    r"when you are back|戻ったら教えて|this conversation|この会話は覚えて", text
                ), text


def _told(book: Book, flow: str, state: str, language: Language) -> Iterator[str]:
    if state == "about":
        yield book.flows[flow].about.of(language)
        return
    name = state.removeprefix("labels of ").partition(".")[2]
    of = book.flows[flow].states[name]
    if state.startswith("labels"):
        yield from (option.label.of(language) for option in of.options)
    else:
        yield from _said(of, language)


def _said(state: State, language: Language) -> Iterator[str]:
    yield from (variant.text.of(language) for variant in state.say)
    if state.how:
        yield state.how.of(language)
    if state.remind:
        yield state.remind.text.of(language)
