"""Slack's calls over HTTP: who cannot sign gets nowhere, and what is signed is judged by Slack's rules."""

import asyncio
import json
import time
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import suppress
from functools import partial
from io import BytesIO

import aiohttp
import pytest
import structlog

from adapters.slack import http as http_module
from adapters.slack.http import MOST_BYTES
from tests.adapters.slack_door import Way, over_http
from tests.adapters.slack_payloads import message
from tests.adapters.slack_talk import awaited
from tests.wire.slack import SlackServer
from tests.wire.slack.http_way import signature
from tests.wire.slack.workspace import TEAM

AT, SIGNED = "X-Slack-Request-Timestamp", "X-Slack-Signature"
JSON = "application/json"
OTHER = "of somebody else"
BODY = json.dumps(message("hello", user="U1") | {"team_id": TEAM, "api_app_id": None, "authorizations": None})

Headers = Sequence[tuple[str, str]]


def signed(way: Way, body: bytes, *, at: str | None = None, secret: str | None = None) -> dict[str, str]:
    """Give the headers of a call that Slack could have made now."""
    at = str(int(time.time())) if at is None else at
    return {
        "content-type": JSON,
        AT: at,
        SIGNED: signature(way.slack.signing_secret if secret is None else secret, at, body),
    }


async def call(
    way: Way, body: object, headers: Mapping[str, str] | Headers, *, method: str = "POST", path: str = ""
) -> int:
    async with (
        aiohttp.ClientSession() as client,
        client.request(method, f"{way.url}{path}", data=body, headers=headers) as answer,
    ):
        return answer.status


@awaited
async def test_a_call_of_slack_s_is_taken_and_one_again_counts_once() -> None:
    async with SlackServer() as slack, over_http(slack) as way:
        headers = signed(way, BODY.encode())
        assert [await call(way, BODY.encode(), headers) for _ in range(2)] == [200, 200]
        assert way.door.texts == ["hello"]


@awaited
async def test_slack_may_see_whether_the_address_is_ours() -> None:
    async with SlackServer() as slack, over_http(slack) as way:
        assert await slack.verifies(way.url)
        slack.http.secret = "another"  # noqa: S105  nobody's
        assert not await slack.verifies(way.url)
        assert way.door.begun == []


def _flipped(way: Way, body: bytes) -> Mapping[str, str]:
    headers = signed(way, body)
    last = headers[SIGNED][-1]
    return headers | {SIGNED: headers[SIGNED][:-1] + ("0" if last != "0" else "1")}


def _without(name: str) -> Callable[[Way, bytes], Mapping[str, str]]:
    return lambda way, body: {key: each for key, each in signed(way, body).items() if key != name}


def _twice(name: str) -> Callable[[Way, bytes], Headers]:
    return lambda way, body: [*signed(way, body).items(), (name, signed(way, body)[name])]


def _at(given: str) -> Callable[[Way, bytes], Mapping[str, str]]:
    return lambda way, body: signed(way, body, at=given)


def _later(seconds: int) -> Callable[[Way, bytes], Mapping[str, str]]:
    return lambda way, body: signed(way, body, at=str(int(time.time()) + seconds))


def _changed(change: Callable[[str], str]) -> Callable[[Way, bytes], Mapping[str, str]]:
    return lambda way, body: signed(way, body) | {SIGNED: change(signed(way, body)[SIGNED])}


ATTACKS: Mapping[str, Callable[[Way, bytes], Mapping[str, str] | Headers]] = {
    "flipped bit": _flipped,
    "another secret": lambda way, body: signed(way, body, secret=OTHER),
    "no secret": lambda way, body: signed(way, body, secret=""),
    "another body": lambda way, _: signed(way, b"{}"),
    "no time": _without(AT),
    "no signature": _without(SIGNED),
    "no headers": lambda _, __: {},
    "time twice": _twice(AT),
    "signature twice": _twice(SIGNED),
    "old": _later(-302),
    "early": _later(302),
    "word for a time": _at("abc"),
    "nan": _at("nan"),
    "no number": _at(""),
    "negative": _at("-1"),
    "half": _at(f"{int(time.time())}.5"),
    "long": _at("9" * 5000),
    "digits of elsewhere": _at("１７００００００００"),
    "other version": _changed(lambda right: right.replace("v0=", "v1=")),
    "upper case": _changed(str.upper),
    "prefix": _changed(lambda right: right[:-1]),
    "longer": _changed(lambda right: f"{right}0"),
    "no ascii": _changed(lambda _: "v0=" + "ü" * 64),
    "huge": _changed(lambda _: "v0=" + "0" * 8000),
}


@pytest.mark.parametrize("attack", ATTACKS)
@awaited
async def test_who_cannot_sign_is_refused_and_nothing_is_touched(attack: str) -> None:
    body = BODY.encode()
    async with SlackServer() as slack, over_http(slack) as way:
        calls = len(slack.calls)
        assert await call(way, body, ATTACKS[attack](way, body)) == 401
        assert way.door.begun == []
        assert len(slack.calls) == calls


@pytest.mark.parametrize("seconds", [-280, 280])
@awaited
async def test_clocks_may_differ_by_some_minutes(seconds: int) -> None:
    async with SlackServer() as slack, over_http(slack) as way:
        assert await call(way, BODY.encode(), _later(seconds)(way, BODY.encode())) == 200


@awaited
async def test_a_clock_that_is_wrong_is_told_once_however_many_strangers_lie() -> None:
    async with SlackServer() as slack, over_http(slack, now=lambda: time.time() + 3600) as way:
        with structlog.testing.capture_logs() as logged:
            assert await call(way, BODY.encode(), signed(way, BODY.encode())) == 401
            assert await call(way, BODY.encode(), signed(way, BODY.encode(), secret=OTHER)) == 401
        assert [each["event"] for each in logged] == [
            "calls are refused: they are old, or this machine's clock is wrong"
        ]
        assert way.door.begun == []


@awaited
async def test_while_a_secret_is_changed_the_old_and_the_new_one_count_and_no_third() -> None:
    async with SlackServer() as slack, over_http(slack, secrets=(slack.signing_secret, OTHER)) as way:
        body, again = BODY.encode(), BODY.replace("000100", "000200").encode()
        assert await call(way, body, signed(way, body)) == 200
        assert await call(way, again, signed(way, again, secret=OTHER)) == 200
        assert await call(way, body, signed(way, body, secret=f"{OTHER} and more")) == 401
        assert len(way.door.events) == 2


@awaited
async def test_without_a_secret_nothing_is_signed() -> None:
    async with SlackServer() as slack, over_http(slack, secrets=()) as way:
        body = BODY.encode()
        assert [await call(way, body, signed(way, body, secret=each)) for each in ("", "None")] == [401, 401]
        assert way.door.begun == []


# --- bodies -----------------------------------------------------------------------------------------------


async def in_pieces(body: bytes) -> AsyncIterator[bytes]:
    for start in range(0, len(body), 65_536):
        yield body[start : start + 65_536]


@awaited
async def test_a_body_that_is_too_large_is_refused_with_and_without_its_length() -> None:
    body = b" " * (MOST_BYTES + 1)
    async with SlackServer() as slack, over_http(slack) as way:
        for sent in (BytesIO(body), in_pieces(body)):
            with suppress(aiohttp.ClientConnectionError):  # refused while it was still being sent
                assert await call(way, sent, signed(way, body)) == 413
        large = BODY.encode() + b" " * 200_000
        assert await call(way, in_pieces(large), signed(way, large)) == 200
        assert way.door.texts == ["hello"]


@awaited
async def test_without_good_headers_no_body_is_waited_for() -> None:
    async def drip() -> AsyncIterator[bytes]:
        yield b"{"
        await asyncio.Event().wait()

    async with SlackServer() as slack, over_http(slack) as way, asyncio.timeout(15):
        with suppress(aiohttp.ClientConnectionError):
            assert await call(way, drip(), {AT: "abc"}) == 401
        with suppress(aiohttp.ClientConnectionError):
            assert await call(way, drip(), signed(way, b"{", at=str(int(time.time()) - 302))) == 401


def test_a_body_that_never_comes_is_not_waited_for_for_ever(monkeypatch: pytest.MonkeyPatch) -> None:
    async def drip() -> AsyncIterator[bytes]:
        yield b"{"
        await asyncio.Event().wait()

    @awaited
    async def story() -> None:
        async with SlackServer() as slack, over_http(slack) as way, asyncio.timeout(15):
            assert await call(way, drip(), signed(way, b"{")) == 408

    monkeypatch.setattr(http_module, "BODY_WITHIN", 0.2)
    story()


@pytest.mark.parametrize(
    "body",
    [b"", b"{", b"[]", b"null", b"7", b"{}", b"\xff\xfe", b"[" * 100_000, b'{"type": "event_callback"}'],
    ids=["empty", "cut", "list", "null", "number", "nothing", "no text", "deep", "no event"],
)
@pytest.mark.parametrize("kind", [JSON, "application/x-www-form-urlencoded", "", "text/plain"])
@awaited
async def test_what_is_signed_and_malformed_is_put_aside_since_it_would_be_no_better(
    body: bytes, kind: str
) -> None:
    async with SlackServer() as slack, over_http(slack) as way:
        headers = signed(way, body) | {"content-type": kind or "application/octet-stream"}
        assert await call(way, body, headers) == 200
        assert way.door.begun == []


# --- the rest ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize("method", ["GET", "HEAD", "PUT", "DELETE", "PATCH", "OPTIONS"])
@awaited
async def test_another_method_is_refused(method: str) -> None:
    async with SlackServer() as slack, over_http(slack) as way:
        assert await call(way, b"", {}, method=method) == 405


@awaited
async def test_another_path_is_none_of_ours() -> None:
    async with SlackServer() as slack, over_http(slack) as way:
        for path in ("/", "x", "/../admin"):
            assert await call(way, BODY.encode(), signed(way, BODY.encode()), path=path) == 404


@awaited
async def test_after_the_stop_it_is_to_come_again_and_no_body_is_read() -> None:
    async with SlackServer() as slack, over_http(slack) as way:
        await way.stop()
        assert not way.way_in.is_ready
        assert await call(way, BODY.encode(), signed(way, BODY.encode())) == 503
        assert way.door.begun == []


@awaited
async def test_thirty_at_once_and_each_twice_are_all_answered() -> None:
    async with SlackServer() as slack, over_http(slack) as way:
        bodies = [BODY.replace("000100", f"{number:06}").encode() for number in range(30)]
        calls = [partial(call, way, body, signed(way, body)) for body in (*bodies, *bodies)]
        assert await asyncio.gather(*(each() for each in calls)) == [200] * 60
        assert len(way.door.events) == 30
