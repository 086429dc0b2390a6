"""`diagnose`: what a log or the profiler's text shows, and what to do about it."""

import os
import threading
from pathlib import Path
from typing import get_args

import pytest

from adapters.console.files import FileFault
from bot.dialogue.vocabulary import PHRASES
from bot.model import Language
from tests.commands.conftest import Run
from tests.dialogue.pasted_texts import AVAILABLE, CERTIFICATE, ENGLISH_REPORT, JAPANESE_REPORT, UNKNOWN


@pytest.mark.parametrize(
    ("text", "names", "place"),
    [
        (ENGLISH_REPORT, {"serial_missing", "macos_version", "model"}, ("mac", "apple_store")),
        (JAPANESE_REPORT, {"serial_missing", "macos_version", "model"}, ("mac", "apple_store")),
        (UNKNOWN, {"serial_missing"}, ("mac", "apple_store")),
        (CERTIFICATE, {"apns_certificate_missing"}, ("mac", "apple_store")),
        (AVAILABLE, {"serial_present"}, ("mac", "apple_status")),
        ("Dear diary", set(), (None, None)),
        ("", set(), (None, None)),
    ],
)
def test_programs_get_the_findings_and_where_they_lead(
    inside: Run, text: str, names: set[str], place: tuple[str | None, str | None]
) -> None:
    done = inside("diagnose", "--json", "-", stdin=text.encode())
    (found,) = done.json
    assert (done.code, done.err) == (0, "")
    assert list(found) == ["findings", "flow", "state", "advice"]
    assert {finding["name"] for finding in found["findings"]} == names
    assert all(list(finding) == ["name", "quote"] and finding["quote"] for finding in found["findings"])
    assert (found["flow"], found["state"]) == place
    assert found["advice"]


def test_a_file_is_read_as_the_standard_input_is(inside: Run, tmp_path: Path) -> None:
    (tmp_path / "log").write_text(ENGLISH_REPORT, encoding="utf-8")
    from_input = inside("diagnose", "-", stdin=ENGLISH_REPORT.encode())
    assert inside("diagnose", str(tmp_path / "log")) == from_input


@pytest.mark.parametrize("language", ["ja", "en"])
def test_people_get_each_finding_with_its_line_and_the_advice(inside: Run, language: Language) -> None:
    done = inside("diagnose", "-", "--lang", language, stdin=f"{UNKNOWN}\n{CERTIFICATE}".encode())
    assert (done.code, done.err) == (0, "")
    assert "looks incorrect or invalid" in done.out
    assert "Certificate not yet generated" in done.out
    assert "https://support.apple.com/" in done.out
    assert ("シリアル番号" in done.out) == (language == "ja")


def test_what_identifies_the_machine_is_not_repeated(inside: Run) -> None:
    done = inside("diagnose", "-", "--json", stdin=AVAILABLE.encode())
    assert "C02AB1CDEF2G" not in done.out


@pytest.mark.parametrize("content", [b"", bytes(range(256)) * 1000, b"\xff\xfe\x00", b"\x1b]0;owned\x07" * 9])
@pytest.mark.parametrize("language", ["ja", "en"])
def test_what_is_no_log_is_told_so(inside: Run, tmp_path: Path, content: bytes, language: Language) -> None:
    (tmp_path / "log").write_bytes(content)
    done = inside("diagnose", "--lang", language, str(tmp_path / "log"))
    assert (done.code, done.err, done.out.count("\n")) == (0, "", 1)
    assert "\x1b" not in done.out


def test_utf16_as_windows_writes_it_is_read(inside: Run) -> None:
    (found,) = inside("diagnose", "-", "--json", stdin=ENGLISH_REPORT.encode("utf-16")).json
    assert found["state"] == "apple_store"


def test_a_pipe_with_a_name_is_read(inside: Run, tmp_path: Path) -> None:
    """So that `diagnose <(log show …)` works."""
    os.mkfifo(tmp_path / "pipe")
    writer = threading.Thread(target=(tmp_path / "pipe").write_text, args=(UNKNOWN,))
    writer.start()
    (found,) = inside("diagnose", "--json", str(tmp_path / "pipe")).json
    writer.join()
    assert found["state"] == "apple_store"


@pytest.mark.parametrize("language", ["ja", "en"])
@pytest.mark.parametrize("name", ["missing", "", ".", "x" * 5000, "two\nlines", "\x1b[31m", "large"])
def test_a_file_that_cannot_be_read_is_told_in_one_line(
    inside: Run, tmp_path: Path, name: str, language: Language
) -> None:
    (tmp_path / "large").write_bytes(b"x" * 10_000_001)
    done = inside("diagnose", "--lang", language, f"{tmp_path}/{name}")
    assert (done.code, done.out, done.err.count("\n")) == (2, "", 1)
    assert "\x1b" not in done.err
    assert ("ファイル" in done.err) == (language == "ja")


def test_more_than_10_mb_of_standard_input_are_refused(inside: Run) -> None:
    done = inside("diagnose", "-", stdin=b"x" * 10_000_001)
    assert (done.code, done.out, done.err.count("\n")) == (2, "", 1)


def test_10_mb_are_read(inside: Run) -> None:
    done = inside("diagnose", "-", "--json", stdin=b"x" * 9_999_000 + b"\n" + UNKNOWN.encode())
    assert done.json[0]["state"] == "apple_store"


def test_there_are_words_for_every_reason_why_a_file_cannot_be_read() -> None:
    assert {f"file.{fault}" for fault in get_args(FileFault)} <= PHRASES.keys()
