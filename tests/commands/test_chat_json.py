"""`chat --json`: what other programs rely on, line by line."""

import json
import os
import subprocess
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from adapters.console.inbound import LINE_LIMIT
from bot.dialogue.book import Book
from bot.model import Language
from tests.commands.conftest import Run
from tests.commands.program import DEADLINE, PROGRAM, Chat, Line, chat, environment, ids
from tests.dialogue.pasted_texts import CERTIFICATE, ENGLISH_REPORT, JAPANESE_REPORT, UNKNOWN
from tests.wire.apple import AppleServer

pytestmark = pytest.mark.usefixtures("healthy_apple")


@pytest.fixture(scope="module")
def shared() -> Iterator[Chat]:
    """Give one conversation for everything that must not move it."""
    with chat("--store", "memory") as talk:
        yield talk


# --- the shape --------------------------------------------------------------------------------------------


def test_the_opening_line_and_every_answer_have_exactly_the_agreed_keys(shared: Chat) -> None:
    for line in (shared.opening, shared.send({"wait": 0}), shared.say("?")):
        assert list(line) == ["flow", "state", "language", "ended", "replies"]
        for reply in line["replies"]:
            assert list(reply) == ["text", "choices"]
            assert reply["text"]
            assert [list(choice) for choice in reply["choices"]] == [["id", "label"]] * len(reply["choices"])
    assert shared.opening["ended"] is False
    assert ids(shared.opening)[:2] == ["iphone", "mac"]


def test_nothing_is_due_when_no_time_has_passed(shared: Chat) -> None:
    assert shared.send({"wait": 0})["replies"] == []


@pytest.mark.parametrize("pick", ["iphone", "IPHONE ", 1, "1", "１", "iPhone or iPad"])
def test_a_button_is_pressed_by_id_by_number_or_by_label(inside: Run, pick: str | int) -> None:
    stdin = f'{{"pick": {pick if isinstance(pick, int) else chr(34) + pick + chr(34)}}}'.encode()
    done = inside("chat", "--json", "--store", "memory", stdin=stdin)
    assert [line.get("flow") for line in done.json] == ["start", "iphone"]


def test_a_last_line_without_a_line_end_is_answered_too(inside: Run) -> None:
    done = inside("chat", "--json", "--store", "memory", stdin=b'{"text": "mac"}')
    assert (done.code, done.json[-1]["flow"], done.err) == (0, "mac", "")


def test_the_end_of_the_input_is_a_good_end(inside: Run) -> None:
    done = inside("chat", "--json", "--store", "memory")
    assert (done.code, len(done.json), done.err) == (0, 1, "")


def test_time_that_passes_brings_the_reminder_that_is_due(inside: Run, healthy_apple: AppleServer) -> None:
    steps = b'{"text":"mac"}\n{"pick":"page_opens"}\n' + b'{"pick":"not_yet"}\n' * 4
    waits = b'{"wait":540}\n{"wait":60}\n{"wait":72000}\n'
    done = inside(
        "chat", "--json", "--store", "memory", stdin=steps + waits, APPLE_STATUS_URL=healthy_apple.url
    )
    assert [line["state"] for line in done.json[-4:]] == ["restart"] * 4
    assert [len(line["replies"]) for line in done.json[-3:]] == [0, 1, 0]


# --- lines that mean nothing ------------------------------------------------------------------------------

BAD_LINES = {
    "an empty line": b"",
    "a line of spaces": b"  \t ",
    "broken JSON": b'{"text": ',
    "no JSON": b"mac",
    "a list": b"[]",
    "a number": b"1",
    "null": b"null",
    "no key": b"{}",
    "two keys": b'{"text": "mac", "pick": 1}',
    "an unknown key": b'{"say": "mac"}',
    "a key too many": b'{"text": "mac", "x": 1}',
    "a text that is a number": b'{"text": 1}',
    "a text that is null": b'{"text": null}',
    "a pick that is true": b'{"pick": true}',
    "a pick that is a fraction": b'{"pick": 1.5}',
    "a pick that is no button": b'{"pick": "nonsense"}',
    "a pick that was never offered": b'{"pick": "fixed"}',
    "a pick of nothing": b'{"pick": ""}',
    "button 0": b'{"pick": 0}',
    "button -1": b'{"pick": -1}',
    "button 99": b'{"pick": 99}',
    "a button with a huge number": b'{"pick": ' + b"9" * 4000 + b"}",
    "a superscript": '{"pick": "¹²"}'.encode(),
    "a wait that is true": b'{"wait": true}',
    "a wait that is a word": b'{"wait": "1"}',
    "a wait into the past": b'{"wait": -1}',
    "a wait for ever": b'{"wait": 1e300}',
    "not a number": b'{"wait": NaN}',
    "infinity": b'{"wait": Infinity}',
    "a number beyond all floats": b'{"wait": 1e999}',
    "broken UTF-8": b'{"text": "mac \xff\xfe"}',
    "half of a surrogate pair": b'{"text": "mac \\ud800"}',
    "a bare NUL": b'{"text": "mac \x00"}',
    "100 kB of nesting": b'{"text": ' + b"[" * 100_000 + b"]" * 100_000 + b"}",
    "20 MB in a line": b'{"text": "' + b"x" * 20_000_000 + b'"}',
    "just too many bytes": b'{"text": "' + b"x" * (LINE_LIMIT - 11) + b'"}',
    "a file that is missing": b'{"file": "/nonexistent/mac.txt"}',
    "a file without a name": b'{"file": ""}',
    "a file with a NUL": b'{"file": "a\\u0000b"}',
    "a file with an endless name": b'{"file": "' + b"x" * 100_000 + b'"}',
    "a folder": b'{"file": "/"}',
    "an endless file": b'{"file": "/dev/zero"}',
}


@pytest.mark.parametrize("line", BAD_LINES.values(), ids=BAD_LINES.keys())
def test_a_line_that_means_nothing_is_answered_with_one_error_and_moves_nothing(
    shared: Chat, line: bytes
) -> None:
    before = shared.standing
    answer = shared.send(line)
    assert list(answer) == ["error"]
    assert answer["error"].isprintable()
    assert 0 < len(answer["error"]) < 1000
    assert shared.standing == before


def test_a_line_as_long_as_allowed_is_read(shared: Chat) -> None:
    before = shared.standing
    frame = b'{"text": ""}\n'
    answer = shared.send(b'{"text": "' + b"x" * (LINE_LIMIT - len(frame)) + b'"}')
    assert (answer["flow"], answer["state"]) == before


@pytest.mark.parametrize(
    "text",
    ["", " ", "\x00", "\x1b[2J", "\u202e\u2066", "😀😀", "\ufeff", "\U000e0001", "x" * 100_000, "%s{}{0}"],
)
def test_a_strange_text_is_answered_and_moves_nothing(shared: Chat, text: str) -> None:
    before = shared.standing
    answer = shared.say(text)
    assert (answer["flow"], answer["state"]) == before
    assert len(answer["replies"]) == 1


def test_a_file_that_may_not_be_read_and_a_pipe_are_told_apart_from_an_answer(
    shared: Chat, tmp_path: Path
) -> None:
    """Nobody writes to the pipe, so opening it would wait for ever."""
    os.mkfifo(tmp_path / "pipe")
    assert list(shared.send({"file": str(tmp_path / "pipe")})) == ["error"]


@pytest.mark.parametrize("content", [b"", bytes(range(256)) * 100, b"\xff\xfe" + b"\x00" * 99, b"hello"])
def test_a_file_without_evidence_is_answered_and_moves_nothing(
    shared: Chat, tmp_path: Path, content: bytes
) -> None:
    (tmp_path / "log").write_bytes(content)
    before = shared.standing
    answer = shared.send({"file": str(tmp_path / "log")})
    assert (answer["flow"], answer["state"], len(answer["replies"])) == (*before, 1)


def test_a_file_of_more_than_10_mb_is_refused(shared: Chat, tmp_path: Path) -> None:
    (tmp_path / "log").write_bytes(b"x" * 10_000_001)
    assert list(shared.send({"file": str(tmp_path / "log")})) == ["error"]


# --- evidence ---------------------------------------------------------------------------------------------

EVIDENCE = [CERTIFICATE, UNKNOWN, f"{CERTIFICATE}\n{UNKNOWN}", ENGLISH_REPORT, JAPANESE_REPORT]


@pytest.mark.parametrize("text", EVIDENCE)
@pytest.mark.parametrize("way", ["text", "file"])
def test_evidence_as_the_very_first_message_leads_to_the_apple_store(
    inside: Run, tmp_path: Path, text: str, way: str
) -> None:
    (tmp_path / "log.txt").write_text(text, encoding="utf-8")
    line = {"text": text} if way == "text" else {"file": str(tmp_path / "log.txt")}
    done = inside("chat", "--json", "--store", "memory", stdin=json_line(line))
    assert (done.json[-1]["flow"], done.json[-1]["state"]) == ("mac", "apple_store")


# --- whole conversations ----------------------------------------------------------------------------------

ROUTES: dict[tuple[str, str], tuple[str, ...]] = {
    # What is picked wherever it is offered, the first of them first, to come to that end.
    ("start", "solved"): ("it works now",),
    ("start", "stopped"): ("stop",),
    ("start", "apple_support"): ("person",),
    ("iphone", "solved"): ("iphone", "page_opens", "fixed"),
    ("iphone", "stopped"): ("iphone", "page_opens", "agree", "stop"),
    ("iphone", "apple_support"): ("iphone", "page_opens", "agree", "not_yet"),
    ("iphone", "their_side"): ("iphone", "other_message", "green_to_one", "blue_to_others"),
    ("mac", "solved"): ("mac", "page_opens", "fixed"),
    ("mac", "stopped"): ("mac", "page_opens", "stop"),
    ("mac", "apple_support"): ("mac", "page_opens", "serial_shown", "go_on", "not_yet"),
    ("mac", "store_visit"): ("mac", "page_opens", "serial_not_shown", "understood", "not_yet"),
    ("mac", "board_visit"): ("mac", "other_message", "number_differs", "other_number"),
    ("mac", "virtual_mac"): ("mac", "other_message", "no_real_mac"),
}
LONGEST_ROUTE = 40


def test_there_is_a_route_to_every_end_of_every_flow(book: Book) -> None:
    ends = {
        (flow.name, name) for flow in book.flows.values() for name, each in flow.states.items() if each.end
    }
    assert set(ROUTES) | {("iphone", "still_works"), ("mac", "still_works")} == ends


@pytest.mark.parametrize("flow", ["iphone", "mac"])
def test_days_after_the_end_it_is_asked_once_whether_it_lasts(flow: str, healthy_apple: AppleServer) -> None:
    with chat("--store", "memory", APPLE_STATUS_URL=healthy_apple.url) as talk:
        walk(talk, ROUTES[flow, "solved"])
        asked = talk.send({"wait": 3 * 86_400})
        assert (asked["flow"], asked["state"], len(asked["replies"])) == (flow, "still_signed_in", 1)
        assert talk.pick("fixed")["state"] == "still_works"
        assert talk.send({"wait": 3 * 86_400})["replies"] == []


@pytest.mark.parametrize("hour", [3, 12, 23])
def test_at_whatever_hour_the_days_have_passed_it_was_asked_by_day(
    hour: int, healthy_apple: AppleServer
) -> None:
    ahead = (hour - datetime.now(UTC).hour + 11) % 24 - 11
    with chat("--store", "memory", APPLE_STATUS_URL=healthy_apple.url, TZ=f"HERE{-ahead:+}") as talk:
        walk(talk, ROUTES["iphone", "solved"])
        assert talk.send({"wait": 3 * 86_400})["state"] == "still_signed_in"


@pytest.mark.parametrize("language", ["ja", "en"])
def test_both_flows_can_be_walked_to_each_of_their_ends(
    healthy_apple: AppleServer, language: Language
) -> None:
    with chat("--store", "memory", "--lang", language, APPLE_STATUS_URL=healthy_apple.url) as talk:
        for end, wanted in ROUTES.items():
            line = walk(talk, wanted)
            assert (line["flow"], line["state"], line["language"]) == (*end, language)
            assert talk.pick("restart")["state"] == "which_device"


def walk(talk: Chat, wanted: tuple[str, ...]) -> Line:
    line = talk.last
    for _ in range(LONGEST_ROUTE):
        if line["ended"]:
            return line
        offered = [choice for choice in wanted if choice in ids(line)]
        line = talk.pick(offered[0]) if offered else talk.say(wanted[0])
    raise AssertionError(f"no end in sight at {line['flow']}.{line['state']}")


# --- languages --------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("arguments", "variables", "language"),
    [
        ([], {"LANG": "ja_JP.UTF-8"}, "ja"),
        ([], {"LANG": "ja"}, "ja"),
        ([], {"LANG": "jam_JM.UTF-8"}, "en"),
        ([], {"LANG": "fr_FR.UTF-8"}, "en"),
        ([], {"LANG": ""}, "en"),
        ([], {"LC_ALL": "", "LC_MESSAGES": "", "LANG": "ja_JP.eucJP"}, "ja"),
        ([], {"LC_MESSAGES": "ja_JP.UTF-8", "LANG": "en_US.UTF-8"}, "ja"),
        ([], {"LC_ALL": "C", "LC_MESSAGES": "ja_JP.UTF-8", "LANG": "ja_JP.UTF-8"}, "en"),
        (["--lang", "ja"], {"LC_ALL": "en_US.UTF-8"}, "ja"),
        (["--lang", "en"], {"LC_ALL": "ja_JP.UTF-8"}, "en"),
    ],
)
def test_the_language_is_the_one_asked_for_else_the_systems_else_english(
    inside: Run, arguments: list[str], variables: dict[str, str], language: Language
) -> None:
    done = inside("chat", "--json", "--store", "memory", *arguments, **variables)
    assert done.json[0]["language"] == language


def test_the_language_can_be_switched_in_the_chat(inside: Run) -> None:
    typed = '{"text":"日本語で"}\n{"pick":"language"}\n{"text":"日本語"}\n'.encode()
    done = inside("chat", "--json", "--store", "memory", stdin=typed)
    assert [line["language"] for line in done.json] == ["en", "ja", "en", "ja"]


@pytest.mark.parametrize("variables", [{"LC_ALL": "C"}, {"PYTHONIOENCODING": "ascii", "PYTHONUTF8": "0"}])
def test_the_output_is_utf8_whatever_the_locale(variables: dict[str, str]) -> None:
    with chat("--store", "memory", "--lang", "ja", **variables) as talk:
        assert not talk.opening["replies"][0]["text"].isascii()


# --- ends -------------------------------------------------------------------------------------------------


def test_a_reader_that_goes_away_ends_the_chat_without_a_word() -> None:
    process = subprocess.Popen(
        [*PROGRAM, "chat", "--json", "--store", "memory"],
        env=environment(),
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )
    with process:
        assert process.stdin
        assert process.stdout
        assert process.stderr
        process.stdout.readline()
        process.stdout.close()
        process.stdin.write(b'{"text": "mac"}\n')
        process.stdin.close()
        assert process.wait(DEADLINE) == 1
        assert process.stderr.read() == b""


@pytest.mark.parametrize("closed", ["<&-", ">&-", "2>&-"])
def test_a_standard_stream_that_is_closed_is_no_reason_to_fail(closed: str) -> None:
    command = f'"$@" chat --json --store memory {closed}'
    done = subprocess.run(
        ["sh", "-c", command, "sh", *PROGRAM],
        env=environment(),
        stdin=subprocess.DEVNULL,
        capture_output=True,
        check=False,
        timeout=DEADLINE,
    )
    assert (done.returncode, done.stderr) == (0, b"")
    assert len(done.stdout.splitlines()) == (closed != ">&-")


def json_line(line: dict[str, str]) -> bytes:
    return json.dumps(line).encode() + b"\n"
