"""The pictures show every answer of a flow, whatever its label looks like, and say what they need."""

import re
import shutil

import pytest

from bot.dialogue.book import Book, compile_book
from bot.dialogue.draw import GraphvizMissing, draw
from bot.dialogue.source.parse import parse
from bot.flowfiles import load_book
from bot.model import LANGUAGES, Language
from tests.dialogue.flow_texts import SMALL, replaced, small_with

needs_graphviz = pytest.mark.skipif(shutil.which("dot") is None, reason="Graphviz (`dot`) is not installed")


@pytest.fixture(scope="module")
def book() -> Book:
    return load_book()


def drawn(book: Book, flow: str, language: Language) -> list[tuple[str, str, str]]:
    """Give the arrows of the mermaid picture: from, to, label."""
    text = draw(book, flow, "mermaid", language).decode()
    return re.findall(r"^ *(\w+) --> (\w+): (.*)$", text, re.MULTILINE)


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("flow", ["start", "iphone", "mac"])
def test_every_answer_of_the_compiled_machine_is_an_arrow(book: Book, flow: str, language: Language) -> None:
    """Answers that lead from one state to the same other share an arrow, with all their labels on it."""
    arrows = drawn(book, flow, language)
    for arrow in book.machine.arrows():
        if arrow.origin.flow != flow or not book.state(arrow.origin).option(arrow.trigger):
            continue
        label = _plain(book.buttons[arrow.origin, arrow.trigger, language].label)
        to = arrow.to.state if arrow.to.flow == flow else f"{arrow.to.flow}__{arrow.to.state}"
        labels = [_plain(said) for one, other, said in arrows if (one, other) == (arrow.origin.state, to)]
        assert any(label in said for said in labels), f"{arrow} is not in the picture"


@pytest.mark.parametrize("flow", ["start", "iphone", "mac"])
def test_nothing_but_answers_and_waits_is_an_arrow(book: Book, flow: str) -> None:
    states = book.flows[flow].states.values()
    pairs = {(state.place, option.to) for state in states for option in state.options}
    pairs |= {(state.place, state.wait.then) for state in states if state.wait}
    asked_once = book.flows[flow].check_in is not None
    assert len(drawn(book, flow, "en")) == len(pairs) + asked_once


@pytest.mark.parametrize("language", LANGUAGES)
def test_what_goes_on_by_itself_is_drawn_with_its_time(book: Book, language: Language) -> None:
    arrows = drawn(book, "iphone", language)
    assert ("activation", "activation_check", "⏳ 24 h") in arrows
    assert ("solved", "still_signed_in", "⏳ 24 h") in arrows


def _plain(label: str) -> str:
    """Read mermaid's codes for characters."""
    return re.sub(r"#(\d+);", lambda found: chr(int(found[1])), label)


def odd(label: str) -> Book:
    """Give a book with a flow in which one answer has this label."""
    text = replaced(SMALL, "en: Another way", f"en: '{label.replace(chr(39), chr(39) * 2)}'")
    source = parse(small_with(text))
    assert not source.problems
    return compile_book(source.flows, source.phrases, source.words)


ODD = ['say "no"', "a; b", "a: b", "50 % #1", "<b>", "--> done", "a | b", "back\\slash", "a & b", "[*]"]


@pytest.mark.parametrize("label", ODD)
def test_an_odd_label_stays_in_its_arrow(label: str) -> None:
    text = draw(odd(label), "start", "mermaid", "en").decode()
    arrows = re.findall(r"^ *(\w+) --> (\w+): (.*)$", text, re.MULTILINE)
    (said,) = [said for one, other, said in arrows if (one, other) == ("more", "done")]
    assert _plain(said) == f"It works now | {label}"
    assert not re.search(r'[;:"<>#]', re.sub(r"#\d+;", "", said)), text
    assert len(text.splitlines()) == len(draw(odd("plain"), "start", "mermaid", "en").splitlines())


@pytest.mark.parametrize(
    "name", ["state", "trigger", "end", "note", "models", "get_graph", "initial", "class"]
)
def test_a_name_that_the_library_or_the_picture_uses_is_drawn(name: str) -> None:
    text = replaced(SMALL, "      other:", f"      {name}:").replace("more", name)
    source = parse(small_with(text))
    book = compile_book(source.flows, source.phrases, source.words)
    arrows = {(one, other) for one, other, _ in drawn(book, "start", "en")}
    assert arrows == {("ask", "done"), ("ask", name), (name, "done")}


@needs_graphviz
@pytest.mark.parametrize("flow", ["iphone", "mac"])
@pytest.mark.parametrize("language", LANGUAGES)
def test_a_picture_in_svg_names_every_state(book: Book, flow: str, language: Language) -> None:
    picture = draw(book, flow, "svg", language).decode()
    assert picture.lstrip().startswith("<?xml")
    for one, other, _ in drawn(book, flow, language):
        assert f">{one}<" in picture
        assert f">{other}<" in picture


@needs_graphviz
@pytest.mark.parametrize("label", ODD)
def test_an_odd_label_is_drawn_in_svg(label: str) -> None:
    assert b"</svg>" in draw(odd(label), "start", "svg", "en")


@needs_graphviz
def test_a_picture_in_png_is_one(book: Book) -> None:
    assert draw(book, "start", "png", "en").startswith(b"\x89PNG")


@pytest.mark.parametrize("format_", ["svg", "png"])
def test_without_graphviz_a_picture_is_refused_by_name(
    book: Book, format_: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", "")
    with pytest.raises(GraphvizMissing):
        draw(book, "start", "svg" if format_ == "svg" else "png", "en")


def test_without_graphviz_mermaid_still_works(book: Book, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "")
    assert b"stateDiagram" in draw(book, "mac", "mermaid", "ja")
