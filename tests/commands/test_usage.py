"""Wrong usage, help, and ends that nobody planned."""

import subprocess

import pytest

from tests.commands.conftest import Run
from tests.commands.program import DEADLINE, PROGRAM, environment, run

COMMANDS = ("chat", "status", "diagnose", "check", "draw")

MISTAKES = [
    [],
    ["frobnicate"],
    ["two\nlines"],
    [""],
    ["--frobnicate"],
    *([command, "--frobnicate"] for command in COMMANDS),
    *([command, "--lang", "fr"] for command in ("chat", "status", "diagnose", "draw")),
    *([command, "--lang"] for command in ("chat", "status", "diagnose", "draw")),
    ["chat", "extra"],
    ["chat", "--js"],
    ["chat", "--json=yes"],
    ["chat", "--store", ""],
    ["chat", "--store", "disk"],
    ["chat", "--store", "sqlite://relative"],
    ["chat", "--store", "sqlite:///"],
    ["chat", "--store", "redis://localhost"],
    ["chat", "--as", ""],
    ["chat", "--as", " "],
    ["chat", "--as", "two\nlines"],
    ["chat", "--as", "\udcff"],
    ["status", "extra"],
    ["diagnose"],
    ["diagnose", "a", "b"],
    ["check", "a", "b"],
    ["draw", "a", "b"],
    ["draw", "--format", "gif"],
]


@pytest.mark.parametrize("arguments", MISTAKES, ids=repr)
def test_wrong_usage_gives_2_and_exactly_one_line(inside: Run, arguments: list[str]) -> None:
    done = inside(*arguments)
    assert (done.code, done.out, done.err.count("\n")) == (2, "", 1)
    assert done.err.startswith("imessage-support")


def test_wrong_settings_give_2_and_a_line_for_each(inside: Run) -> None:
    done = inside("status", APPLE_STATUS_URL="nonsense", IMESSAGE_SUPPORT_FLOWS="/non\nexistent")
    assert (done.code, done.out, done.err.count("\n")) == (2, "", 2)


def test_help_names_every_command(inside: Run) -> None:
    done = inside("--help")
    assert (done.code, done.err) == (0, "")
    assert all(f"    {command}" in done.out for command in COMMANDS)


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_has_help_with_a_word_on_each_argument(inside: Run, command: str) -> None:
    done = inside(command, "--help")
    assert (done.code, done.err) == (0, "")
    assert done.out.startswith(f"usage: imessage-support {command}")


def test_the_version_can_be_asked_for(inside: Run) -> None:
    assert inside("--version").out.startswith("imessage-support ")


def test_the_real_program_gives_its_exit_codes_to_the_shell() -> None:
    assert [run(*arguments).code for arguments in (["draw", "x"], ["status"])] == [2, 3]


@pytest.mark.parametrize("command", [["check"], ["chat", "--json", "--store", "memory"]])
def test_a_full_disk_under_the_output_is_told_in_one_line(command: list[str]) -> None:
    done = subprocess.run(
        ["sh", "-c", '"$@" >/dev/full', "sh", *PROGRAM, *command],
        env=environment(),
        stdin=subprocess.DEVNULL,
        capture_output=True,
        check=False,
        timeout=DEADLINE,
    )
    assert (done.returncode, done.stderr.count(b"\n")) == (1, 1)
    assert b"Traceback" not in done.stderr


def test_characters_that_the_output_cannot_take_are_replaced() -> None:
    shown = run("diagnose", "-", "--lang", "ja", PYTHONIOENCODING="ascii")
    assert (shown.code, shown.out.isascii(), shown.err) == (0, True, "")
