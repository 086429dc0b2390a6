"""What can go wrong with one call of the Web API or a download: a `Fault` answers in its place.

A fault gets the request, and `process`, which lets the call take effect and gives its answer. Names that end
in `before` leave the call without effect.
"""

import asyncio
import random
import socket
import struct
from collections import defaultdict, deque
from collections.abc import Awaitable, Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from typing import TypeAlias

from aiohttp import web

from tests.wire.slack.refusal import Refusal

Process: TypeAlias = Callable[[], Awaitable[web.Response]]
Fault: TypeAlias = Callable[[web.Request, Process], Awaitable[web.StreamResponse]]

CLOSING = web.AppKey("closing", asyncio.Event)
PAGE = "<!DOCTYPE html><html><head><title>Server Error</title></head><body>Slack is sorry.</body></html>"


async def ok(_: web.Request, process: Process) -> web.StreamResponse:
    """Answer as usual."""
    return await process()


async def reset_before(request: web.Request, _: Process) -> web.StreamResponse:
    """Reset the connection without effect."""
    return _reset(request)


async def reset_after(request: web.Request, process: Process) -> web.StreamResponse:
    """Let the call take effect, and reset the connection instead of answering."""
    await process()
    return _reset(request)


async def hang_before(request: web.Request, _: Process) -> web.StreamResponse:
    """Say nothing until the server ends or the client has enough."""
    await request.app[CLOSING].wait()
    return _reset(request)


async def hang_after(request: web.Request, process: Process) -> web.StreamResponse:
    """Let the call take effect, and say nothing."""
    await process()
    await request.app[CLOSING].wait()
    return _reset(request)


def error_before(status: int = 503) -> Fault:
    """Answer 5xx with a page of HTML, as what stands before Slack's servers does."""

    async def play(_: web.Request, __: Process) -> web.StreamResponse:
        return _page(status)

    return play


def error_after(status: int = 503) -> Fault:
    """Let the call take effect, and answer 5xx."""

    async def play(_: web.Request, process: Process) -> web.StreamResponse:
        await process()
        return _page(status)

    return play


async def html_after(_: web.Request, process: Process) -> web.StreamResponse:
    """Let the call take effect, and answer 200 with a page of HTML."""
    await process()
    return _page(200)


def refuse(error: str, status: int = 200) -> Fault:
    """Answer with one of Slack's errors, as `fatal_error` or `internal_error`, without effect."""

    async def play(_: web.Request, __: Process) -> web.StreamResponse:
        return web.json_response(Refusal(error).body(), status=status)

    return play


def refuse_after(error: str, status: int = 200) -> Fault:
    """Answer with one of Slack's errors although the call took effect."""

    async def play(_: web.Request, process: Process) -> web.StreamResponse:
        await process()
        return web.json_response(Refusal(error).body(), status=status)

    return play


def limit(seconds: int = 30) -> Fault:
    """Answer 429 with `Retry-After`."""

    async def play(_: web.Request, __: Process) -> web.StreamResponse:
        body = Refusal("ratelimited").body()
        return web.json_response(body, status=429, headers={"Retry-After": str(seconds)})

    return play


async def truncated_after(request: web.Request, process: Process) -> web.StreamResponse:
    """Let the call take effect, and cut the answer off in the middle."""
    response, whole = await _begin(request, process)
    await response.write(whole[: len(whole) // 2])
    return _reset(request)


def slow(seconds: float) -> Fault:
    """Let the call take effect, and give the answer in two halves, so many real seconds apart."""

    async def play(request: web.Request, process: Process) -> web.StreamResponse:
        response, whole = await _begin(request, process)
        await response.write(whole[: len(whole) // 2])
        with suppress(TimeoutError):
            await asyncio.wait_for(request.app[CLOSING].wait(), seconds)
        await response.write(whole[len(whole) // 2 :])
        return response

    return play


STORM: tuple[Fault, ...] = (
    reset_before, reset_after, error_before(), error_after(500), html_after, truncated_after, limit(1),
    refuse("fatal_error"), refuse("request_timeout"), refuse_after("internal_error"),
    refuse("service_unavailable", 503),
)  # fmt: skip
"""Everything that ends by itself and soon."""


@dataclass(eq=False, slots=True)
class Faults:
    """What befalls which call: first what was planned for it, then what stands, then the lots."""

    _planned: dict[str, deque[Fault]] = field(default_factory=lambda: defaultdict(deque))
    _standing: dict[str, Fault] = field(default_factory=dict)
    _storm: "Callable[[str], Fault | None]" = lambda _: None

    def next(self, method: str, *faults: Fault) -> None:
        """Let these befall the next calls of a method, one each; `download` is that of a file."""
        self._planned[method].extend(faults)

    def always(self, method: str, fault: Fault | None) -> None:
        """Let this befall every call of a method for which nothing is planned; None makes it well again."""
        self._standing.pop(method, None)
        if fault:
            self._standing[method] = fault

    def storm(self, seed: int, share: float, methods: Sequence[str], ways: Sequence[Fault] = STORM) -> None:
        """Let one of these ways befall that share (0 to 1) of the calls, the same for the same seed."""
        lots = random.Random(seed)  # noqa: S311  no secret
        self._storm = lambda method: (
            lots.choice(ways) if method in methods and lots.random() < share else None
        )

    def clear(self) -> None:
        """Let all be well from now on."""
        self._planned.clear()
        self._standing.clear()
        self._storm = lambda _: None

    def take(self, method: str) -> Fault:
        """Give what befalls this call."""
        if planned := self._planned.get(method):
            return planned.popleft()
        return self._standing.get(method) or self._storm(method) or ok


async def _begin(request: web.Request, process: Process) -> tuple[web.StreamResponse, bytes]:
    answer = await process()
    assert isinstance(answer.body, bytes)
    response = web.StreamResponse(headers={"Content-Type": answer.content_type})
    response.content_length = len(answer.body)
    await response.prepare(request)
    return response, answer.body


def _reset(request: web.Request) -> web.StreamResponse:
    """Close the connection so that the other side gets a reset, not an end."""
    if request.transport:
        line = request.transport.get_extra_info("socket")
        line.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        request.transport.abort()
    return web.Response()


def _page(status: int) -> web.Response:
    return web.Response(status=status, text=PAGE, content_type="text/html")
