"""Lines of JSON become what somebody did, or one sentence about why not."""

import io
import json
from datetime import timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from adapters.console.files import FILE_LIMIT, FileUnreadable, read_file, read_stream
from adapters.console.inbound import LINE_LIMIT, BadInput, File, Pause, Press, Text, lines_of, read_line
from bot.model import Choice, Reply

SCREEN = Reply(
    "Well?",
    (Choice("fixed", "It works now"), Choice("2nd", "1"), Choice("language", "日本語", "command")),
    prompt=7,
)


def pressed(pick: str | int) -> str:
    press = read_line(json.dumps({"pick": pick}).encode(), SCREEN)
    assert isinstance(press, Press)
    assert press.prompt == 7
    return press.choice


def refusal(line: bytes, screen: Reply | None = SCREEN) -> str:
    with pytest.raises(BadInput) as refused:
        read_line(line, screen)
    return str(refused.value)


# --- lines ------------------------------------------------------------------------------------------------


def test_each_key_has_its_meaning() -> None:
    assert read_line(b'{"text": "a\\u0000\\n\\ud83d\\ude00"}', None) == Text("a\0\n😀")
    assert read_line('{"text": "直った"}\r\n'.encode(), None) == Text("直った")
    assert read_line(b'{"file": "/var/log/system.log"}', None) == File(Path("/var/log/system.log"))
    assert read_line(b'{"wait": 90}', None) == Pause(timedelta(seconds=90))
    assert read_line(b'{"wait": 0.5, "text": null}', None) == Pause(timedelta(seconds=0.5))


def test_a_pick_is_an_id_before_it_is_a_label_and_a_label_before_it_is_a_number() -> None:
    assert [pressed(each) for each in ("fixed", "It works now", " it WORKS now ", 1)] == ["fixed"] * 4
    assert [pressed(each) for each in ("2nd", "1", "２", "2", 2)] == ["2nd"] * 5
    assert [pressed(each) for each in ("日本語", "3", 3)] == ["language"] * 3


@pytest.mark.parametrize("pick", ["", "0", "4", "-1", "01", "1.0", "work", 0, 4, -1, 10**30])
def test_a_button_that_is_not_there_is_told_with_those_that_are(pick: str | int) -> None:
    assert "1 fixed, 2 2nd, 3 language" in refusal(json.dumps({"pick": pick}).encode())


@pytest.mark.parametrize("screen", [None, Reply("Done.")])
def test_without_buttons_there_is_nothing_to_pick(screen: Reply | None) -> None:
    assert refusal(b'{"pick": 1}', screen)


def test_an_error_repeats_little_of_what_was_given() -> None:
    for line in ({"pick": "x" * 100_000}, {"x" * 100_000: 1}):
        assert len(refusal(json.dumps(line).encode())) < 400


@given(st.binary(max_size=60) | st.text().map(str.encode))
def test_whatever_the_line_is_it_is_read_or_refused(line: bytes) -> None:
    try:
        read_line(line, SCREEN)
    except BadInput as refused:
        assert str(refused)  # noqa: PT017  both are right


@given(
    st.recursive(
        st.none() | st.booleans() | st.floats() | st.integers() | st.text(),
        lambda each: (
            st.lists(each) | st.dictionaries(st.sampled_from(["text", "pick", "file", "wait"]), each)
        ),
    )
)
def test_whatever_json_is_given_it_is_read_or_refused(value: object) -> None:
    line = json.dumps(value).encode()
    try:
        read_line(line, SCREEN)
    except BadInput as refused:
        assert str(refused)  # noqa: PT017  both are right


# --- where lines end --------------------------------------------------------------------------------------


def test_a_line_that_is_too_long_is_one_line_and_the_next_one_is_whole() -> None:
    long = b"x" * (3 * LINE_LIMIT + 5)
    lines = list(lines_of(io.BytesIO(b"a\n" + long + b"\n\nb\n" + long)))
    assert [line[:3] for line in lines] == [b"a\n", b"xxx", b"\n", b"b\n", b"xxx"]
    assert [len(line) > LINE_LIMIT for line in lines] == [False, True, False, False, True]
    assert "bytes at most" in refusal(lines[1])


def test_a_line_of_exactly_the_limit_is_whole() -> None:
    lines = list(lines_of(io.BytesIO(b"x" * (LINE_LIMIT - 1) + b"\n" + b"y" * LINE_LIMIT + b"\nz")))
    assert [line[:1] for line in lines] == [b"x", b"y", b"z"]


# --- files ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("content", "text"),
    [
        (b"", ""),
        ("直った".encode(), "直った"),
        ("直った".encode("utf-8-sig"), "直った"),
        ("直った".encode("utf-16"), "直った"),
        (b"\xfe\xff" + "直った".encode("utf-16-be"), "直った"),
        (b"a\xffb", "a\ufffdb"),
        (b"\xff\xfea", "\ufffd"),
        (b"a\r\nb\0", "a\r\nb\0"),
    ],
)
def test_a_file_is_text_whatever_is_in_it(tmp_path: Path, content: bytes, text: str) -> None:
    (tmp_path / "log").write_bytes(content)
    assert read_file(tmp_path / "log") == text


def test_a_file_that_cannot_be_read_says_why(tmp_path: Path) -> None:
    (tmp_path / "large").write_bytes(b"x" * (FILE_LIMIT + 1))
    paths = (tmp_path, tmp_path / "none", Path("x" * 5000), Path("a\0b"), tmp_path / "large")
    faults = []
    for path in paths:
        with pytest.raises(FileUnreadable) as refused:
            read_file(path)
        faults.append(refused.value.fault)
    assert faults == ["folder", "missing", "missing", "missing", "too_large"]


def test_a_file_of_exactly_the_limit_is_read() -> None:
    assert len(read_stream(io.BytesIO(b"x" * FILE_LIMIT), Path("-"))) == FILE_LIMIT
