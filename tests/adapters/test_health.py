"""The health server, asked over a real socket."""

import asyncio
import json
import signal
import socket
from collections.abc import Awaitable, Callable
from contextlib import suppress
from types import SimpleNamespace

import pytest

from adapters.health.application import health_application
from adapters.health.probe import Port, look_at_port
from adapters.web.server import WebServer


def asked(*requests: bytes, checks: dict[str, bool] | None = None) -> list[SimpleNamespace]:
    """Give the answer to each request, all made of one server."""

    async def ask(port: int) -> list[SimpleNamespace]:
        return [answer(await exchange(port, request)) for request in requests]

    return asyncio.run(served(ask, checks or {}))


async def served(
    use: Callable[[int], Awaitable[list[SimpleNamespace]]], checks: dict[str, bool]
) -> list[SimpleNamespace]:
    server = WebServer(health_application(lambda: checks, lambda: b"turns_total 3.0\n"), "127.0.0.1", 0)
    port = await server.start()
    try:
        return await use(port)
    finally:
        await server.stop()
        await server.stop()


async def exchange(port: int, request: bytes) -> bytes:
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    content = b""
    with suppress(ConnectionError):  # which is an answer too
        writer.write(request)
        content = await asyncio.wait_for(reader.read(), timeout=10)
        writer.close()
        await writer.wait_closed()
    return content


def answer(content: bytes) -> SimpleNamespace:
    head, _, body = content.partition(b"\r\n\r\n")
    first, *lines = head.decode("latin-1").split("\r\n")
    headers = {name.lower(): value for name, _, value in (line.partition(": ") for line in lines)}
    return SimpleNamespace(status=int(first.split()[1]) if first else None, headers=headers, body=body)


def request(line: str) -> bytes:
    return f"{line} HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\n\r\n".encode()


def test_whoever_lives_says_so() -> None:
    (alive,) = asked(request("GET /healthz"))
    assert (alive.status, alive.body) == (200, b"ok\n")
    assert alive.headers["cache-control"] == "no-store"
    assert "server" not in alive.headers


def test_it_is_ready_if_every_check_holds() -> None:
    (ready,) = asked(request("GET /readyz"), checks={"store": True})
    assert (ready.status, json.loads(ready.body)) == (200, {"ready": True, "checks": {"store": True}})


def test_it_is_not_ready_if_one_does_not() -> None:
    (ready,) = asked(request("GET /readyz"), checks={"store": True, "slack": False})
    assert ready.status == 503
    assert json.loads(ready.body) == {"ready": False, "checks": {"store": True, "slack": False}}


def test_the_figures_are_in_prometheus_text_format() -> None:
    (figures,) = asked(request("GET /metrics"))
    assert (figures.status, figures.body) == (200, b"turns_total 3.0\n")
    assert figures.headers["content-type"] == "text/plain; version=0.0.4; charset=utf-8"


@pytest.mark.parametrize(
    ("line", "status"),
    [
        ("HEAD /healthz", 200),
        ("POST /healthz", 405),
        ("DELETE /metrics", 405),
        ("GET /", 404),
        ("GET /healthz/", 404),
        ("GET /../etc/passwd", 404),
        ("GET /metrics%00", 404),
    ],
)
def test_nothing_else_is_served(line: str, status: int) -> None:
    (told,) = asked(request(line))
    assert told.status == status


def test_hostile_requests_leave_no_traceback_and_do_no_harm(caplog: pytest.LogCaptureFixture) -> None:
    *_, alive = asked(
        b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03\r\n\r\n",
        b"GET / HTTP/9.9\r\nconnection: close\r\n\r\n",
        b"GET /" + b"x" * 100_000 + b" HTTP/1.1\r\n\r\n",
        b"GET /healthz HTTP/1.1\r\n" + b"a: b\r\n" * 100_000 + b"\r\n",
        b"GET /healthz HTTP/1.1\r\nhost: a\r\ncontent-length: -1\r\nconnection: close\r\n\r\n",
        request("GET /healthz"),
    )
    assert alive.status == 200
    assert not [record for record in caplog.records if record.exc_info or record.levelname == "ERROR"]


def test_an_open_connection_does_not_hold_up_the_end() -> None:
    async def hang(port: int) -> list[SimpleNamespace]:
        _, writer = await asyncio.open_connection("127.0.0.1", port)
        writer.write(b"GET /healthz HTTP/1.1\r\n")
        await asyncio.sleep(0)
        return [SimpleNamespace(writer=writer)]

    async def whole() -> None:
        async with asyncio.timeout(15):
            (open_connection,) = await served(hang, {})
        open_connection.writer.close()

    asyncio.run(whole())


def test_signals_stay_with_the_program() -> None:
    before = [signal.getsignal(number) for number in (signal.SIGTERM, signal.SIGINT)]

    async def look(_: int) -> list[SimpleNamespace]:
        during = [signal.getsignal(signal.SIGTERM), signal.getsignal(signal.SIGINT)]
        return [SimpleNamespace(during=during)]

    (seen,) = asyncio.run(served(look, {}))
    assert seen.during[0] == before[0]


def test_a_port_that_is_taken_is_an_oserror() -> None:
    async def second(port: int) -> list[SimpleNamespace]:
        with pytest.raises(OSError, match="in use"):
            await WebServer(health_application(dict, bytes), "127.0.0.1", port).start()
        return []

    asyncio.run(served(second, {}))


def test_it_is_served_on_the_loopback_alone_if_asked_so() -> None:
    async def addresses(port: int) -> list[SimpleNamespace]:
        with socket.socket() as other, pytest.raises(OSError, match="refused"):
            other.connect(("127.0.0.2", port))
        return []

    asyncio.run(served(addresses, {}))


def test_a_bot_that_runs_already_is_told_from_other_programs() -> None:
    async def look(port: int) -> list[SimpleNamespace]:
        other = await asyncio.start_server(lambda _, writer: writer.close(), "127.0.0.1", 0)
        async with other:
            there = other.sockets[0].getsockname()[1]
            ports = [await look_at_port("127.0.0.1", each) for each in (port, there, 0)]
        return [SimpleNamespace(ports=ports)]

    (seen,) = asyncio.run(served(look, {"store": True}))
    assert seen.ports == [Port.OURS, Port.TAKEN, Port.FREE]
    assert asyncio.run(look_at_port("192.0.2.1", 0)) == Port.IMPOSSIBLE
