"""The client and every way to be let down: each ends in one clear line, in time and within bounds."""

import asyncio
import os
import socket
import subprocess
import sys
import tracemalloc
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path

import pytest

from adapters.apple.client import AppleStatus
from adapters.apple.download import download
from bot.apple import Board
from bot.ports import StatusUnreadable
from tests.wire import apple as wire
from tests.wire.apple import Answer, AppleServer, apple

TROUBLE = (Path(__file__).parents[1] / "recorded" / "apple" / "trouble_ja.json").read_bytes()
NOON = datetime(2026, 5, 5, 3, 0, tzinfo=UTC)
IMPATIENT = 0.3
"""Seconds; long for a server on the same machine, short for whoever runs the tests."""


def failure(url: str, *, deadline: float = 6.0) -> str:
    with pytest.raises(StatusUnreadable) as refusal:
        asyncio.run(AppleStatus(url, deadline=deadline).fetch("ja", now=NOON))
    assert "\n" not in str(refusal.value)
    return str(refusal.value)


@pytest.mark.parametrize(
    ("answer", "reason"),
    [
        (wire.failing("404 Not Found"), "answered with HTTP 404"),
        (wire.failing("503 Service Unavailable"), "answered with HTTP 503"),
        (wire.failing("204 No Content"), "answered with HTTP 204"),
        (wire.failing("304 Not Modified"), "answered that nothing has changed, but since when?"),
        (wire.document(b""), "came back empty"),
        (wire.document(b"<!DOCTYPE html><h1>Welcome"), "sent something other than its status"),
        (wire.document(TROUBLE[:-500]), "is cut off, damaged or not a status at all"),
        (wire.cut_off(TROUBLE), "broke off or sent something that is not HTTP"),
        (wire.verbatim([]), "broke off or sent something that is not HTTP"),
        (wire.verbatim([b"\x00\xff garbage \r\n\r\n"]), "broke off or sent something that is not HTTP"),
        (wire.document(TROUBLE, x_huge="h" * 500_000), "broke off or sent something that is not HTTP"),
        (wire.document(TROUBLE, content_encoding="gzip"), "broke off or sent something that is not HTTP"),
        (wire.document(TROUBLE, content_encoding="br"), "came packed in a way that nobody asked for"),
        (wire.moved("http://127.0.0.1:9/data"), "redirects to another host; it was not followed"),
        (wire.moved("https://example.com/data"), "redirects to another host; it was not followed"),
        (wire.moved("/again"), "redirects too often"),
        (wire.moved("http://127.0.0.1:nonsense"), "broke off or sent something that is not HTTP"),
    ],
)
def test_a_bad_answer_is_told_in_one_line(answer: Answer, reason: str) -> None:
    with apple(answer) as server:
        assert failure(server.url) == f"Apple's System Status {reason}"


@pytest.mark.parametrize(
    "answer",
    [wire.silent(), wire.dripping(TROUBLE), wire.dripping_headers()],
    ids=["silent", "one byte at a time", "one header at a time"],
)
def test_the_deadline_holds_however_the_server_dawdles(answer: Answer) -> None:
    with apple(answer) as server:
        assert failure(server.url, deadline=IMPATIENT) == (
            "Apple's System Status did not answer within 0.3 seconds"
        )


def test_a_slow_fetch_that_was_given_up_leaves_the_next_one_unharmed(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    async def patiently(url: str, known: Mapping[str, str], *, seconds: float) -> object:
        return await download(url, known, seconds=100 * seconds)

    async def give_up_then_ask(server: AppleServer) -> Board:
        source = AppleStatus(server.url, deadline=IMPATIENT)
        fetches = (source.fetch("ja", now=NOON) for _ in range(20))
        failures = await asyncio.gather(*fetches, return_exceptions=True)
        assert {type(each) for each in failures} == {StatusUnreadable}
        server.answer = wire.document(TROUBLE)
        monkeypatch.setattr("adapters.apple.download.download", patiently)
        return await source.fetch("ja", now=NOON)

    with apple(wire.silent()) as server:
        assert asyncio.run(give_up_then_ask(server)).reports[0].state == "outage"


@pytest.mark.parametrize("answer", [wire.flood(), wire.bomb()], ids=["50 MB", "100 MB in 100 KB of gzip"])
def test_too_much_is_refused_before_it_is_taken_in(answer: Answer) -> None:
    with apple(answer) as server:
        failure(server.url)  # so that the imports are not counted below
        tracemalloc.start()
        reason = failure(server.url)
        _, peak = tracemalloc.get_traced_memory()
        tracemalloc.stop()
    assert reason == "Apple's System Status is larger than 2 MiB; it was not read"
    assert peak < 16 * 1024**2
    assert server.sent < wire.FLOOD_SIZE / 2


def test_a_refused_connection_is_told() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        reason = failure(f"http://127.0.0.1:{taken.getsockname()[1]}")
    assert reason == "Apple's System Status could not be reached: no connection"


def test_speaking_https_with_a_plain_server_is_told() -> None:
    with apple(wire.document(TROUBLE)) as server:
        assert failure(server.url.replace("http", "https", 1)).startswith("Apple's System Status could not")


@pytest.mark.parametrize("url", ["", "nonsense", "ftp://127.0.0.1/data", "http://", "http://127.0.0.1:port"])
def test_an_address_that_is_none_points_to_the_setting(url: str) -> None:
    assert failure(url).endswith("has no valid web address here; look at APPLE_STATUS_URL")


@pytest.mark.parametrize(("name", "value"), [("ALL_PROXY", "gopher://nowhere"), ("SSL_CERT_FILE", __file__)])
def test_a_broken_network_setting_of_the_machine_is_told(name: str, value: str) -> None:
    program = "import asyncio, datetime; from adapters.apple.client import AppleStatus; asyncio.run("
    program += "AppleStatus('http://127.0.0.1:9').fetch('en', now=datetime.datetime.now(datetime.UTC)))"
    environment = {**os.environ, "NO_PROXY": "", name: value}
    run = [sys.executable, "-c", program]
    told = subprocess.run(
        run, env=environment, check=False, timeout=60, capture_output=True, text=True
    ).stderr
    assert "System Status cannot be asked with the network settings of this machine" in told


def test_no_password_of_the_address_is_told() -> None:
    with apple(wire.failing("401 Unauthorized")) as server:
        secret = server.url.replace("http://", "http://me:s3cret@")
        assert "s3cret" not in failure(secret)
    assert "s3cret" not in failure("nonsense://me:s3cret@127.0.0.1")
