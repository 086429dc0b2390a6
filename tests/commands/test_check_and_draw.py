"""`check` and `draw`: what the editors of the flows use."""

import re
import shutil
import subprocess
from pathlib import Path

import pytest

from bot.dialogue.book import Book
from bot.flowfiles import SHIPPED
from tests.commands.conftest import Run
from tests.commands.program import DEADLINE, PROGRAM, environment
from tests.commands.terminal import terminal

needs_graphviz = pytest.mark.skipif(not shutil.which("dot"), reason="Graphviz is not installed here")


@pytest.fixture
def flows(tmp_path: Path) -> Path:
    """Give a copy of our flows to spoil."""
    return Path(shutil.copytree(SHIPPED, tmp_path / "flows"))


# --- check ------------------------------------------------------------------------------------------------


def test_our_own_flows_have_no_mistakes(inside: Run) -> None:
    done = inside("check")
    assert (done.code, done.err, done.out.count("\n")) == (0, "", 1)


def test_another_folder_can_be_checked(inside: Run, flows: Path) -> None:
    assert inside("check", str(flows)).code == 0
    assert inside("check", IMESSAGE_SUPPORT_FLOWS=str(flows)).code == 0


def test_every_mistake_is_told_with_its_file_and_line(inside: Run, flows: Path) -> None:
    for name in ("iphone.yaml", "mac.yaml"):
        text = (flows / name).read_text(encoding="utf-8")
        (flows / name).write_text(text.replace("fixed: solved", "fixed: solvd"), encoding="utf-8")
    done = inside("check", str(flows))
    lines = done.out.splitlines()
    assert (done.code, done.err) == (1, "")
    assert {line.partition(":")[0] for line in lines} == {"iphone.yaml", "mac.yaml"}
    assert all(re.match(r"[a-z]+\.yaml:[1-9]\d*  \S", line) for line in lines)
    assert all("did you mean" in line.lower() for line in lines if "solvd" in line)


@pytest.mark.parametrize(
    "content", [b"", b"\xff\xfe", b"\x00", b"[" * 10_000, b"a: &a [*a]", b"x" * 2_000_000]
)
def test_a_file_that_is_no_flow_is_told(inside: Run, flows: Path, content: bytes) -> None:
    (flows / "new.yaml").write_bytes(content)
    done = inside("check", str(flows))
    assert (done.code, done.err) == (1, "")
    assert "new.yaml:" in done.out


@pytest.mark.parametrize("folder", ["", "missing", "x" * 5000])
def test_a_folder_without_flows_is_told(inside: Run, tmp_path: Path, folder: str) -> None:
    done = inside("check", f"{tmp_path}/{folder}")
    assert (done.code, done.err, done.out.count("\n")) == (1, "", 1)


@pytest.mark.parametrize("command", [["chat", "--json"], ["status"], ["diagnose", "-"], ["draw"]])
def test_every_command_refuses_flows_with_mistakes(inside: Run, flows: Path, command: list[str]) -> None:
    (flows / "mac.yaml").unlink()
    done = inside(*command, IMESSAGE_SUPPORT_FLOWS=str(flows))
    assert (done.code, done.out) == (1, "")
    assert re.match(r"\S+:\d+  \S", done.err)


# --- draw -------------------------------------------------------------------------------------------------


def test_every_flow_is_drawn_with_all_its_states(inside: Run, book: Book) -> None:
    for flow in book.flows.values():
        done = inside("draw", flow.name)
        assert (done.code, done.err) == (0, "")
        assert "stateDiagram" in done.out
        drawn = set(re.findall(r"\w+", done.out))
        assert {
            state for state in flow.states if state not in ("stopped", "solved", "apple_support")
        } <= drawn


def test_without_a_name_all_flows_are_drawn(inside: Run, book: Book) -> None:
    assert inside("draw").out.count("stateDiagram") == len(book.flows)


def test_the_answers_are_in_the_language_asked_for(inside: Run) -> None:
    drawn = {language: inside("draw", "mac", "--lang", language).out for language in ("ja", "en")}
    assert "まだです" in drawn["ja"]
    assert "まだです" not in drawn["en"]


@needs_graphviz
@pytest.mark.parametrize(("format_", "beginning"), [("svg", b"<?xml"), ("png", b"\x89PNG")])
def test_pictures_come_from_graphviz(format_: str, beginning: bytes) -> None:
    command = [*PROGRAM, "draw", "mac", "--format", format_]
    done = subprocess.run(command, env=environment(), capture_output=True, check=True, timeout=DEADLINE)
    assert done.stdout.startswith(beginning)
    assert done.stderr == b""


def test_without_graphviz_one_line_says_how_to_get_it(inside: Run, tmp_path: Path) -> None:
    done = inside("draw", "mac", "--format", "svg", PATH=str(tmp_path))
    assert (done.code, done.out, done.err.count("\n")) == (1, "", 1)
    assert "apt install graphviz" in done.err


@pytest.mark.parametrize(
    "arguments", [["mak"], ["two\nlines"], ["--format", "svg"], ["mac", "--format", "gif"]]
)
def test_what_cannot_be_drawn_is_told_in_one_line(inside: Run, arguments: list[str]) -> None:
    done = inside("draw", *arguments)
    assert (done.code, done.out, done.err.count("\n")) == (2, "", 1)


def test_a_picture_is_not_poured_into_a_terminal() -> None:
    with terminal("draw", "mac", "--format", "png") as window:
        assert window.end() == 2
    assert b"PNG" not in window.raw
    assert window.raw.count(b"\n") == 1
