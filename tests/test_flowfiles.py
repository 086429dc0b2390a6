"""The folder of flow files: what is in it, what cannot be read; only `FlowsInvalid` comes out."""

import os
from pathlib import Path

import pytest

from bot.dialogue.book import FIRST_FLOW
from bot.flowfiles import SIZE_LIMIT, FlowsInvalid, load_book
from tests.dialogue.flow_texts import SHIPPED, replaced


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Give a folder with a copy of the shipped flows."""
    for name, text in SHIPPED.items():
        (tmp_path / name).write_text(text, encoding="utf-8")
    return tmp_path


def problems(folder: Path) -> list[str]:
    with pytest.raises(FlowsInvalid) as raised:
        load_book(folder)
    assert str(raised.value) == "\n".join(map(str, raised.value.problems))
    return [str(problem) for problem in raised.value.problems]


def test_the_shipped_flows_make_a_book() -> None:
    assert FIRST_FLOW in load_book().flows


def test_a_folder_of_flows_makes_a_book(folder: Path) -> None:
    assert load_book(folder).flows.keys() == load_book().flows.keys()


def test_a_mistake_stands_with_its_file_and_line(folder: Path) -> None:
    path = folder / "start.yaml"
    path.write_text(replaced(SHIPPED["start.yaml"], "begin: which_device", "begin: device"), encoding="utf-8")
    (problem,) = problems(folder)
    line = SHIPPED["start.yaml"].split("begin:")[0].count("\n") + 1
    assert problem.startswith(f"start.yaml:{line}  ")
    assert "`device`, which is no state. did you mean `which_device`?" in problem


@pytest.mark.parametrize("name", ["nothing here", "file.txt"])
def test_a_folder_that_is_none_has_no_flow_files(tmp_path: Path, name: str) -> None:
    (tmp_path / "file.txt").write_text("hello", encoding="utf-8")
    assert problems(tmp_path / name) == [
        f"{tmp_path / name}:1  there are no flow files (*.yaml) in this folder"
    ]
    assert problems(tmp_path) == [f"{tmp_path}:1  there are no flow files (*.yaml) in this folder"]


def test_a_file_that_is_not_utf_8_is_named_with_its_line(folder: Path) -> None:
    (folder / "start.yaml").write_bytes("flow: start\nabout: 日本語\n".encode("shift_jis"))
    assert problems(folder) == ["start.yaml:2  this is not UTF-8 text; save the file as UTF-8"]


def test_a_file_of_windows_is_read_mark_line_ends_and_all(folder: Path) -> None:
    (folder / "start.yaml").write_bytes(SHIPPED["start.yaml"].replace("\n", "\r\n").encode("utf-8-sig"))
    assert load_book(folder).start.states["solved"].say[0].text.ja.count("\r") == 0


def test_a_file_that_is_too_large_is_not_read(folder: Path) -> None:
    (folder / "large.yaml").write_text("#" * (SIZE_LIMIT + 1), encoding="utf-8")
    assert problems(folder) == ["large.yaml:1  this file is larger than 200,000 bytes"]


def test_a_folder_called_like_a_flow_file_is_no_file(folder: Path) -> None:
    (folder / "more.yaml").mkdir()
    assert problems(folder) == ["more.yaml:1  this is not a file"]


def test_a_link_to_nothing_is_no_file(folder: Path) -> None:
    (folder / "more.yaml").symlink_to(folder / "nothing")
    assert problems(folder) == ["more.yaml:1  this is not a file"]


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="this system has no named pipes")
def test_a_pipe_is_not_waited_for(folder: Path) -> None:
    os.mkfifo(folder / "more.yaml")
    assert problems(folder) == ["more.yaml:1  this is not a file"]


@pytest.mark.skipif(os.geteuid() == 0, reason="the superuser may read everything")
def test_a_file_that_may_not_be_read_is_named(folder: Path) -> None:
    (folder / "start.yaml").chmod(0)
    assert problems(folder) == ["start.yaml:1  this file cannot be read: Permission denied"]


def test_a_file_that_ends_in_yml_is_not_overlooked(folder: Path) -> None:
    (folder / "vpn.yml").write_text("flow: vpn\n", encoding="utf-8")
    assert problems(folder) == [
        "vpn.yml:1  flow files end in .yaml; rename this one, or it would be overlooked"
    ]


@pytest.mark.parametrize(
    "name", ["._start.yaml", ".start.yaml.swp", ".hidden.yaml", "start.yaml~", "README.md"]
)
def test_what_editors_and_macos_leave_behind_is_passed_over(folder: Path, name: str) -> None:
    (folder / name).write_bytes(b"\x00\x05\x16\x07")
    assert load_book(folder).flows


def test_a_file_name_that_is_no_text_can_still_be_printed(folder: Path) -> None:
    try:
        (folder / os.fsdecode(b"caf\xe9.yaml")).write_text("", encoding="utf-8")
    except OSError:
        pytest.skip("this file system takes names in UTF-8 only")
    assert problems(folder) == ["caf\ufffd.yaml:1  this file is empty"]


def test_all_files_that_cannot_be_read_are_named_at_once(folder: Path) -> None:
    (folder / "a.yaml").write_bytes(b"\xff")
    (folder / "b.yaml").mkdir()
    assert [each.partition("  ")[0] for each in problems(folder)] == ["a.yaml:1", "b.yaml:1"]
