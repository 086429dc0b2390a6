"""`chat` for people, in a real terminal."""

import json
import re
from pathlib import Path

import pytest
from rich.cells import cell_len

from bot.model import Language
from tests.commands.conftest import Run
from tests.commands.terminal import CTRL_C, CTRL_D, ENTER, terminal
from tests.dialogue.pasted_texts import ENGLISH_REPORT
from tests.wire import apple as wire
from tests.wire.apple import AppleServer, apple

COLOUR = re.compile(rb"\x1b\[(?:[\d;]*;)?(?:3|4|9|10)\d(?:;[\d;]*)?m")


def stored(inside: Run, path: Path) -> tuple[str, str]:
    """Say where the conversation in the store stands."""
    (line,) = inside("chat", "--json", "--store", f"sqlite://{path}").json
    return line["flow"], line["state"]


@pytest.mark.parametrize(
    ("columns", "language", "answers"),
    [(40, "ja", ["1", "1", "まだです", "やり方"]), (80, "en", ["iphone", "it opens", "2", "how"])],
)
def test_numbers_and_words_lead_on_in_a_narrow_and_in_a_wide_terminal(
    inside: Run,
    healthy_apple: AppleServer,
    tmp_path: Path,
    *,
    columns: int,
    language: Language,
    answers: list[str],
) -> None:
    store = tmp_path / "store"
    arguments = ("chat", "--lang", language, "--store", f"sqlite://{store}")
    with terminal(*arguments, columns=columns, APPLE_STATUS_URL=healthy_apple.url) as window:
        shown = [window.question(), *(window.answer(each) for each in answers)]
        window.type(CTRL_D)
        assert window.end() == 0
    assert COLOUR.search(window.raw)
    replies = [text[text.index("─") :] for text in shown]  # without the echo of what was typed
    assert max(cell_len(row) for text in replies for row in text.split("\n") if "http" not in row) <= columns
    assert all(re.search(r"^ +1 \S", text, re.MULTILINE) for text in shown)
    assert stored(inside, store) == ("iphone", "toggle_imessage")


def test_several_lines_that_are_pasted_are_one_message(inside: Run, tmp_path: Path) -> None:
    store = tmp_path / "store"
    with terminal("chat", "--store", f"sqlite://{store}") as window:
        window.question()
        window.paste(ENGLISH_REPORT + "Model\x1b]0;owned\x07 \u202ename")
        window.type(ENTER)
        answer = window.question()
        window.type(CTRL_C)
        assert window.end() == 0
    assert answer.count("─" * 76) == 1
    assert b"\x1b]0;owned" not in window.raw
    assert stored(inside, store) == ("mac", "apple_store")


def test_ctrl_c_in_the_middle_of_a_word_leaves_politely() -> None:
    with terminal("chat", "--store", "memory") as window:
        window.question()
        window.type("half a wo" + CTRL_C)
        assert window.end() == 0
        assert window.echoes


def test_ctrl_c_while_apple_is_asked_leaves_too() -> None:
    with (
        apple(wire.silent()) as server,
        terminal("chat", "--store", "memory", APPLE_STATUS_URL=server.url) as window,
    ):
        window.question()
        window.type("mac" + ENTER)
        window.wait_for(re.compile("›.*mac.*\n.*…", re.DOTALL))
        window.type(CTRL_C)
        assert window.end() == 0


def test_whatever_is_typed_the_chat_goes_on() -> None:
    with terminal("chat", "--store", "memory") as window:
        window.question()
        window.type(ENTER + "  " + ENTER)  # nothing at all is no message
        window.type(b"\xff\xfe\xed\xa0\x80\x0b\x1a\x1c\x07\xe2\x80\xae" + b"x" * 500 + b"\r")
        assert window.question().count("─" * 76) == 1
        assert "1 " in window.answer("mac")


@pytest.mark.parametrize(
    ("language", "promise", "truth"),
    [("ja", "あとで続きから", "この会話は残りません"), ("en", "pick up later", "nothing is kept")],
)
def test_where_nothing_is_kept_nothing_is_promised(
    language: Language, promise: str, truth: str, tmp_path: Path
) -> None:
    for where in ("memory", f"sqlite://{tmp_path / 'store'}"):
        with terminal("chat", "--lang", language, "--store", where, columns=120) as window:
            shown = window.question()
            window.type(CTRL_D)
            window.end()
        said = " ".join((shown + window.raw.decode(errors="replace")).split())
        assert (truth in said, promise in said) == ((True, False) if where == "memory" else (False, True))


def test_colours_can_be_switched_off() -> None:
    with terminal("chat", "--store", "memory", NO_COLOR="1") as window:
        window.question()
    assert not COLOUR.search(window.raw)


def test_apples_words_reach_the_terminal_without_what_it_would_obey(inside: Run) -> None:
    words = "Fixed soon\x1b]0;owned\x07\x1b[31m \x9b31m\u202e now"
    event = {"eventStatus": "ongoing", "statusType": "Outage", "epochStartDate": 1.7e12, "message": words}
    document = json.dumps({"services": [{"serviceName": "iMessage", "events": [event]}]}).encode()
    with apple(wire.document(document)) as server:
        status = inside("status", APPLE_STATUS_URL=server.url).out
        chat = inside("chat", "--store", "memory", stdin=b"iphone\n", APPLE_STATUS_URL=server.url).out
    for shown in (status, chat):
        assert "Fixed soon" in shown
        assert not re.search("[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]", shown)


def test_without_a_terminal_each_line_is_an_answer_and_nothing_is_coloured(inside: Run) -> None:
    done = inside("chat", "--store", "memory", stdin="mac\n\nenglish\n日本語".encode())
    assert (done.code, done.err) == (0, "")
    assert done.out.count("─" * 40) == 4
    assert "\x1b" not in done.out
    assert done.out.endswith("\n")
