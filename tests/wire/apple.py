"""A stand-in for Apple's web server on 127.0.0.1: it serves a status document, or misbehaves as asked.

An `Answer` is a function from the request to the pieces of the response: bytes go out as they are, a number
is a pause of so many seconds, which the end of the server cuts short. So a test, and a program started by a
test, speaks with a real socket, and every evil is a few lines of data.
"""

import gzip
import hashlib
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from functools import cache
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from itertools import chain, repeat
from threading import Event, Thread
from typing import TypeAlias


@dataclass(frozen=True, slots=True)
class Request:
    """What was asked: the path, and the headers with their names in lower case."""

    path: str
    headers: Mapping[str, str]


Answer: TypeAlias = Callable[[Request], Iterable[bytes | float]]


@dataclass(slots=True)
class AppleServer:
    """A running server. `answer` may be changed at any time."""

    url: str
    answer: Answer
    requests: list[Request] = field(default_factory=list)
    sent: int = 0
    """Bytes of all responses together, as far as the other side took them."""


@contextmanager
def apple(answer: Answer) -> Iterator[AppleServer]:
    """Serve from a port of our own until the block ends; no thread and no socket is left behind."""
    closing = Event()
    server = ThreadingHTTPServer(("127.0.0.1", 0), BaseHTTPRequestHandler)
    server.daemon_threads = False  # so that server_close() waits for them
    here = AppleServer(f"http://127.0.0.1:{server.server_port}", answer)
    server.RequestHandlerClass = _connection(here, closing)
    thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield here
    finally:
        closing.set()
        server.shutdown()
        server.server_close()
        thread.join()


def _connection(here: AppleServer, closing: Event) -> type[BaseHTTPRequestHandler]:
    class Connection(BaseHTTPRequestHandler):
        timeout = 30  # seconds for a client that connects and says nothing

        def do_GET(self) -> None:
            headers = {name.lower(): value for name, value in self.headers.items()}
            here.requests.append(request := Request(self.path, headers))
            with suppress(ConnectionError):
                for piece in here.answer(request):
                    if closing.is_set():
                        break
                    self.play(piece)

        def play(self, piece: bytes | float) -> None:
            if isinstance(piece, bytes):
                self.wfile.write(piece)
                here.sent += len(piece)
            else:
                closing.wait(piece)

        def log_message(self, *_: object) -> None:
            """Keep the tests' output clean."""

    return Connection


# --- as it should be --------------------------------------------------------------------------------------


def document(body: bytes, **headers: str) -> Answer:
    """Serve the document as a plain server does; `content_type="text/html"` makes a header of it."""
    return lambda _: [response(body, **headers)]


def revalidated(body: bytes, modified: str = "Tue, 05 May 2026 01:00:00 GMT") -> Answer:
    """Serve the document with its marks, and 304 to whoever has it already, as Apple does."""
    etag = f'"{hashlib.sha256(body).hexdigest()[:16]}"'

    def answer(request: Request) -> list[bytes]:
        if etag == request.headers.get("if-none-match") or modified == request.headers.get(
            "if-modified-since"
        ):
            return [response(b"", status="304 Not Modified", etag=etag)]
        return [response(body, etag=etag, last_modified=modified)]

    return answer


def packed(body: bytes) -> Answer:
    """Serve the document as gzip."""
    return document(gzip.compress(body), content_encoding="gzip")


def response(body: bytes, *, status: str = "200 OK", **headers: str) -> bytes:
    """Write a whole response; a header given by name replaces the usual one."""
    usual = {"content_length": str(len(body)), "connection": "close", "content_type": "text/javascript"}
    lines = [f"{name.replace('_', '-')}: {value}" for name, value in {**usual, **headers}.items()]
    return "\r\n".join([f"HTTP/1.1 {status}", *lines, "", ""]).encode("latin-1") + body


# --- and as it should not be ------------------------------------------------------------------------------

FOREVER = 3600.0
BOMB_SIZE = 100 * 1024 * 1024
FLOOD_SIZE = 50 * 1024 * 1024


def failing(status: str) -> Answer:
    """Answer with an error, such as "503 Service Unavailable"."""
    return lambda _: [response(b"<html>Sorry</html>", status=status)]


def moved(location: str) -> Answer:
    """Redirect everything to `location`."""
    return lambda _: [response(b"", status="302 Found", location=location)]


def verbatim(pieces: Iterable[bytes | float]) -> Answer:
    """Send these bytes and nothing else."""
    return lambda _: pieces


def cut_off(body: bytes) -> Answer:
    """Promise more than is sent, and hang up."""
    return document(body, content_length=str(len(body) + 1000))


def silent() -> Answer:
    """Take the question and never answer."""
    return verbatim([FOREVER])


def dripping(body: bytes, seconds: float = 0.05) -> Answer:
    """Send the headers, then one byte at a time."""
    head = response(b"", content_length=str(len(body)))
    drops: Iterator[tuple[bytes | float, ...]] = ((bytes([each]), seconds) for each in body)
    return verbatim([head, *chain.from_iterable(drops)])


def dripping_headers(seconds: float = 0.05) -> Answer:
    """Send one short header after the other, without end."""
    return lambda _: chain([b"HTTP/1.1 200 OK\r\n"], chain.from_iterable(repeat((b"a: b\r\n", seconds))))


def flood() -> Answer:
    """Send 50 MB."""
    piece = b" " * 65_536
    head = response(b"", content_length=str(FLOOD_SIZE))
    return lambda _: chain([head], repeat(piece, FLOOD_SIZE // len(piece)))


def bomb() -> Answer:
    """Send 100 KB of gzip that unpack to 100 MB."""
    return document(_bomb(), content_encoding="gzip")


@cache
def _bomb() -> bytes:
    return gzip.compress(bytes(BOMB_SIZE))
