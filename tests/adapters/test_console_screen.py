"""What a terminal is given to show: wrapped, numbered, and with nothing in it that it would obey."""

import asyncio
import io
import re
from collections.abc import Sequence
from datetime import timedelta

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from rich.cells import cell_len

from adapters.console.outbound import rendered
from adapters.console.plain import one_line, plain
from adapters.console.screen import PhraseName, chat_screen
from adapters.console.session import Show, Standing
from adapters.console.wrap import wrapped
from bot.model import Choice, Language, Reply

OBEYED = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200b\u200e\u200f\u2028-\u202e\u2060-\u2069\ufeff\ud800-\udfff]"
)

# --- plain ------------------------------------------------------------------------------------------------


@given(st.text(st.characters()))
def test_nothing_that_a_terminal_would_obey_is_left(text: str) -> None:
    shown = plain(text)
    assert not OBEYED.search(shown)
    shown.encode()
    assert plain(shown) == shown


@pytest.mark.parametrize("text", ["", "a\n\tb", "設定→「Wi-Fi」…", "👩‍👩‍👧 é ñ", "“quoted” – 10:32"])
def test_what_people_write_stays_as_it_is(text: str) -> None:
    assert plain(text) == text


def test_an_escape_sequence_loses_its_power_and_not_its_neighbours() -> None:
    assert plain("a\x1b[31mb\x9b0mc\x1b]0;x\x07d\u202ee") == "a[31mb0mc]0;xde"


@given(st.text(st.characters()))
def test_one_line_is_one_line(text: str) -> None:
    assert len(one_line(text).splitlines()) <= 1


# --- wrapped ----------------------------------------------------------------------------------------------

_JAPANESE = st.text("設定一般あいうABC 、。「」（）ー→", max_size=200)


@given(_JAPANESE, st.integers(16, 80))
def test_wrapping_loses_nothing_but_spaces(text: str, width: int) -> None:
    assert re.sub(r"\s", "", wrapped(text, width)) == re.sub(r"\s", "", text)


@given(st.lists(st.sampled_from(["設", "定", "あ", "word ", "。", "「あ", "い」", " "])).map("".join))
def test_no_line_is_too_wide_and_none_begins_or_ends_where_it_must_not(text: str) -> None:
    assume(" 。" not in text)  # nobody writes so; the line may break at the space
    lines = wrapped(text, 20).split("\n")
    closings = re.compile(r"[。」]*$")
    for line in lines:
        assert cell_len(closings.sub("", line)) <= 20
        assert not line.endswith("「")
    assert not any(line.startswith(("。", "」")) for line in lines[1:])


def test_words_and_web_addresses_stay_whole() -> None:
    text = "Look here, please: https://www.apple.com/support/systemstatus/ and come back"
    lines = wrapped(text, 20).split("\n")
    assert lines == [
        "Look here, please:",
        "https://www.apple.com/support/systemstatus/",
        "and come back",
    ]


def test_line_breaks_and_empty_lines_stay() -> None:
    assert wrapped("a\n\nb\n", 20) == "a\n\nb\n"


# --- the screen -------------------------------------------------------------------------------------------

QUESTION = Reply(
    "Well?\x1b[2J",
    (
        Choice("fixed", "It works\x07 now"),
        Choice("not_yet", "まだです"),
        *(Choice(f"command{number}", f"Command {number}", "command") for number in range(3, 12)),
    ),
    1,
)


class Echo:
    """A session that notes what it is told, and speaks Japanese from the second answer on."""

    def __init__(self, *, ended: bool = False) -> None:
        self.heard: list[str] = []
        self.ended = ended

    async def open(self) -> Sequence[Reply]:
        return [QUESTION]

    async def say(self, text: str) -> Sequence[Reply]:
        self.heard.append(text)
        return [Reply("One moment."), QUESTION]

    async def pick(self, prompt: int, choice: str) -> Sequence[Reply]:
        raise NotImplementedError

    async def share(self, name: str, text: str) -> Sequence[Reply]:
        raise NotImplementedError

    async def wait(self, time: timedelta) -> Sequence[Reply]:
        raise NotImplementedError

    async def listen(self, show: Show, stop: asyncio.Event) -> None:
        raise NotImplementedError

    async def standing(self) -> Standing:
        return Standing("flow", "state", "ja" if len(self.heard) > 1 else "en", self.ended)


def phrase(name: PhraseName, language: Language) -> str:
    return f"<{name} {language}>"


def screen(session: Echo, typed: bytes, capsys: pytest.CaptureFixture[str]) -> str:
    with asyncio.Runner() as runner:
        chat_screen(session, phrase, io.BytesIO(typed), runner.get_loop())
    return capsys.readouterr().out


@pytest.fixture(autouse=True)
def _forty_columns(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "40")


def test_every_button_is_shown_with_the_number_that_presses_it(capsys: pytest.CaptureFixture[str]) -> None:
    shown = screen(Echo(), b"", capsys)
    buttons = re.findall(r"(?<!\S)(\d+) (\S+(?: \S+)*)", shown)
    labels = ["It works now", "まだです", *(f"Command {number}" for number in range(3, 12))]
    assert buttons == [(str(number), label) for number, label in enumerate(labels, 1)]
    assert not OBEYED.search(shown)
    assert max(map(cell_len, shown.split("\n"))) <= 40


def test_each_line_is_an_answer_and_an_empty_one_is_none(capsys: pytest.CaptureFixture[str]) -> None:
    session = Echo()
    shown = screen(session, b"one\n\n   \n\xef\xbb\xbftwo\n\xff\xfe", capsys)
    assert [text.strip() for text in session.heard] == ["one", "two"]
    assert shown.count("─" * 40) == 5


def test_what_the_screen_says_itself_follows_the_language(capsys: pytest.CaptureFixture[str]) -> None:
    shown = screen(Echo(), b"one\ntwo\n", capsys)
    assert re.findall(r"<.*>", shown) == ["<hint en>", "<saved ja>"]


def test_an_end_is_said(capsys: pytest.CaptureFixture[str]) -> None:
    assert re.findall(r"<.*>", screen(Echo(ended=True), b"", capsys)) == [
        "<hint en>",
        "<ended en>",
        "<saved en>",
    ]


def test_commands_fill_each_row_and_break_only_where_the_next_one_would_not_fit() -> None:
    choices = tuple(Choice(f"c{number}", "x" * 9, "command") for number in range(7))
    rows = rendered(Reply("?", choices), width=30).plain.strip().splitlines()[2:]

    assert [row.count("x" * 9) for row in rows] == [2, 2, 2, 1]
