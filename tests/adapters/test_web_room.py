"""Strangers who hold connections, heads and bodies: they go, and whoever is honest is answered meanwhile."""

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import AsyncExitStack, suppress
from types import SimpleNamespace

import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from adapters.body import read_body
from adapters.slack.http import MOST_BYTES
from adapters.web.room import Limits
from adapters.web.server import WebServer
from tests.adapters.test_health import answer, request

PATIENT = Limits(connections=20, head_within=60, grace=0, answer_within=60)
"""No deadline is met in these tests: whoever goes makes room."""
POST = b"POST / HTTP/1.1\r\nhost: localhost\r\n"


ENOUGH = 60
"""Seconds in which something has to happen, even on a busy machine."""


class Here:
    """A server for a test, and those who hold on to it."""

    def __init__(self, port: int, held: asyncio.Event, opened: AsyncExitStack) -> None:
        self.port, self.held, self._opened = port, held, opened

    async def hold(self, sent: bytes = b"") -> asyncio.StreamReader:
        """Connect, send that much, and keep the connection."""
        reader, writer = await asyncio.open_connection("127.0.0.1", self.port)
        self._opened.callback(writer.close)
        writer.write(sent)
        return reader

    async def ask(self, sent: bytes = request("GET /")) -> int | None:
        """Ask honestly, and return the status."""
        status: int | None = (await answered(await self.hold(sent))).status
        return status


async def answered(reader: asyncio.StreamReader) -> SimpleNamespace:
    """Return the answer once the connection has ended; its status is None where there is none."""
    content = b""
    with suppress(ConnectionError):
        while more := await reader.read(65_536):
            content += more
    return answer(content)


def tell(story: Callable[[Here], Awaitable[None]], limits: Limits = PATIENT) -> None:
    """Let it happen on a server that reads bodies; at `/held` it answers once `held` is set."""

    async def run() -> None:
        held = asyncio.Event()

        async def take(asked: Request) -> Response:
            body = await read_body(asked, most=MOST_BYTES, within=ENOUGH)
            if asked.url.path == "/held":
                await held.wait()
            return Response(status_code=body) if isinstance(body, int) else PlainTextResponse(f"{len(body)}")

        routes = [Route(path, take, methods=["GET", "POST"]) for path in ("/", "/held")]
        server = WebServer(Starlette(routes=routes), "127.0.0.1", 0, limits=limits)
        async with AsyncExitStack() as opened, asyncio.timeout(ENOUGH):
            opened.push_async_callback(server.stop)
            opened.callback(held.set)
            await story(Here(await server.start(), held, opened))

    asyncio.run(run())


def posted(size: int, *, sent: int | None = None, path: str = "/") -> bytes:
    """Return a request with a body of that size, of which so much is sent."""
    head = f"POST {path} HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\ncontent-length: {size}\r\n\r\n"
    return head.encode() + b"a" * (size if sent is None else sent)


KEPT = {
    "idle": b"",
    "half a line": b"POST / HT",
    "half a head": POST,
    "half a body": posted(100, sent=1),
    "half a chunk": POST + b"transfer-encoding: chunked\r\n\r\n64\r\n{",
    "kept alive": b"GET / HTTP/1.1\r\nhost: localhost\r\n\r\n",
}


@pytest.mark.parametrize("kind", KEPT)
def test_more_connections_than_there_is_room_for_lock_nobody_out(kind: str) -> None:
    async def story(here: Here) -> None:
        for _ in range(3 * PATIENT.connections):
            await here.hold(KEPT[kind])
            assert await here.ask() == 200

    tell(story)


def test_more_honest_callers_at_once_than_there_is_room_for_are_all_answered() -> None:
    async def story(here: Here) -> None:
        for _ in range(2 * PATIENT.connections):
            await here.hold()
        assert await asyncio.gather(*(here.ask(posted(1000)) for _ in range(60))) == [200] * 60

    tell(story, Limits(connections=80, head_within=ENOUGH, grace=0, answer_within=ENOUGH))


def test_whoever_has_just_come_is_not_sent_away_for_the_next_who_waits_outside() -> None:
    async def story(here: Here) -> None:
        _, leaver = await asyncio.open_connection("127.0.0.1", here.port)
        first = [await here.hold() for _ in range(2)]
        asking = asyncio.create_task(here.ask())
        leaver.close()
        assert await asking == 200
        assert not [each for each in first if each.at_eof()]

    tell(story, Limits(connections=3, head_within=ENOUGH, grace=ENOUGH, answer_within=ENOUGH))


def test_where_everybody_is_being_answered_more_are_told_to_come_again() -> None:
    async def story(here: Here) -> None:
        first = [await here.hold(posted(1, path="/held")) for _ in range(PATIENT.connections)]
        refused = await answered(await here.hold(posted(1)))
        assert (refused.status, refused.headers["retry-after"]) == (503, "1")
        here.held.set()
        assert [(await answered(each)).status for each in first] == [200] * len(first)

    tell(story)


HUNDRED = 100_000
"""Bytes of a body; three of them are more than there is room for."""
SMALL = Limits(connections=20, head_within=ENOUGH, answer_within=ENOUGH, bytes_in_flight=250_000)


def test_where_bodies_fill_the_room_the_one_that_comes_slowest_goes() -> None:
    async def story(here: Here) -> None:
        slow = [await here.hold(posted(HUNDRED, sent=HUNDRED - 1)) for _ in range(2)]
        assert await here.ask(posted(HUNDRED)) == 200
        assert await here.ask(posted(HUNDRED)) == 200
        refused = await answered(slow[0])
        assert (refused.status, refused.headers["retry-after"]) == (503, "1")

    tell(story, SMALL)


def test_where_whole_bodies_fill_the_room_more_are_told_to_come_again_and_find_it_free_later() -> None:
    async def story(here: Here) -> None:
        first = [await here.hold(posted(HUNDRED, path="/held")) for _ in range(2)]
        assert await here.ask(posted(HUNDRED)) == 503
        assert await here.ask(posted(1000)) == 200
        here.held.set()
        assert [(await answered(each)).status for each in first] == [200, 200]
        assert await here.ask(posted(HUNDRED)) == 200

    tell(story, SMALL)


@pytest.mark.parametrize("kind", ["idle", "half a line", "half a head", "kept alive"])
def test_a_head_that_does_not_come_is_not_waited_for(kind: str) -> None:
    async def story(here: Here) -> None:
        assert (await answered(await here.hold(KEPT[kind]))).status == (200 if kind == "kept alive" else None)

    tell(story, Limits(connections=20, head_within=0.2))


def test_a_head_that_comes_by_letters_is_not_waited_for() -> None:
    async def story(here: Here) -> None:
        reader, writer = await asyncio.open_connection("127.0.0.1", here.port)
        with suppress(ConnectionError):
            while not reader.at_eof():
                writer.write(b"a")
                await asyncio.sleep(0.01)
                await asyncio.wait([asyncio.ensure_future(reader.read(1))], timeout=0.01)
        writer.close()

    tell(story, Limits(connections=20, head_within=0.2))


def test_an_answer_that_never_comes_is_not_waited_for() -> None:
    async def story(here: Here) -> None:
        assert await here.ask(posted(1, path="/held")) is None
        assert await here.ask() == 200

    tell(story, Limits(connections=20, answer_within=0.2))


@pytest.mark.parametrize(
    "sent",
    [
        POST + b"transfer-encoding: chunked\r\n\r\n" + b"1\r\na\r\n" * 100_000,
        POST + b"a:\r\n" * 3_000,
        POST + b"a: " + b"b" * 100_000,
    ],
    ids=["chunks of a byte", "thousands of headers", "a long header"],
)
def test_what_is_dear_to_read_and_brings_little_is_not_read(sent: bytes) -> None:
    async def story(here: Here) -> None:
        assert await here.ask(sent) in {None, 400}
        assert await here.ask() == 200

    tell(story)


def test_a_body_in_chunks_is_read_and_so_is_the_next_request_of_a_connection() -> None:
    async def story(here: Here) -> None:
        chunked = POST + b"transfer-encoding: chunked\r\n\r\n" + b"400\r\n" + b"a" * 1024 + b"\r\n0\r\n\r\n"
        seen = await answered(await here.hold(chunked * 300 + request("GET /")))
        assert (seen.status, seen.body.count(b"\r\n\r\n1024")) == (200, 299)

    tell(story)
