"""Misbehaviour as asked: a `Fault` plays instead of the plain answer.

`process` does what the call asks for and gives the answer; a fault that does not call it happened before.
"""

import asyncio
import random
import socket
import struct
from collections import defaultdict, deque
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TypeAlias

from aiohttp import web

from tests.wire.telegram.refusals import Refusal, too_many

Process: TypeAlias = Callable[[], Awaitable[web.Response]]
Fault: TypeAlias = Callable[[web.Request, Process], Awaitable[web.StreamResponse]]

CLOSING = web.AppKey("closing", asyncio.Event)
HTML = "<html><head><title>502 Bad Gateway</title></head><body>nginx</body></html>"
DRIP = 0.05
"""Seconds between two bytes of a slow answer."""


async def ok(_: web.Request, process: Process) -> web.StreamResponse:
    """Do as asked."""
    return await process()


async def reset_before(request: web.Request, _: Process) -> web.StreamResponse:
    """Hang up with nothing done."""
    return _reset(request)


async def reset_after(request: web.Request, process: Process) -> web.StreamResponse:
    """Hang up with everything done."""
    await process()
    return _reset(request)


def error_before(status: int = 502) -> Fault:
    """Answer with that status and nothing done."""

    async def play(_: web.Request, __: Process) -> web.StreamResponse:
        return _gateway(status)

    return play


def error_after(status: int = 502) -> Fault:
    """Answer with that status and everything done."""

    async def play(_: web.Request, process: Process) -> web.StreamResponse:
        await process()
        return _gateway(status)

    return play


async def hang_before(request: web.Request, _: Process) -> web.StreamResponse:
    """Never answer, with nothing done."""
    await request.app[CLOSING].wait()
    return _reset(request)


async def hang_after(request: web.Request, process: Process) -> web.StreamResponse:
    """Never answer, with everything done."""
    await process()
    await request.app[CLOSING].wait()
    return _reset(request)


def refuse(refusal: Refusal) -> Fault:
    """Refuse with that."""

    async def play(_: web.Request, __: Process) -> web.StreamResponse:
        return web.json_response(refusal.body, status=refusal.code)

    return play


def limit(seconds: object = 1) -> Fault:
    """Answer 429."""
    return refuse(too_many(seconds))


async def html_after(_: web.Request, process: Process) -> web.StreamResponse:
    """Answer 200 with a page, everything done."""
    await process()
    return web.Response(text=HTML, content_type="text/html")


async def truncated_after(request: web.Request, process: Process) -> web.StreamResponse:
    """Break off in the middle of the answer, everything done."""
    whole = _bytes(await process())
    answer = web.StreamResponse(headers={"Content-Length": str(len(whole))})
    await answer.prepare(request)
    await answer.write(whole[: len(whole) // 2])
    return _reset(request)


async def slow(request: web.Request, process: Process) -> web.StreamResponse:
    """Send the answer byte by byte."""
    whole = _bytes(await process())
    answer = web.StreamResponse(
        headers={"Content-Length": str(len(whole)), "Content-Type": "application/json"}
    )
    await answer.prepare(request)
    for byte in whole:
        await answer.write(bytes([byte]))
        await asyncio.sleep(DRIP)
    return answer


STORM: Mapping[str, Fault] = {
    "reset_before": reset_before,
    "reset_after": reset_after,
    "error_before": error_before(),
    "error_after": error_after(500),
    "limit": limit(1),
    "html_after": html_after,
    "truncated_after": truncated_after,
}
"""What a storm draws from: everything that ends soon."""


@dataclass(eq=False, slots=True)
class Faults:
    """Which fault plays at which call."""

    _planned: dict[str, deque[Fault]] = field(default_factory=lambda: defaultdict(deque))
    _standing: dict[str, Fault] = field(default_factory=dict)
    _storm: "Callable[[str], Fault | None]" = lambda _: None

    def next(self, method: str, *faults: Fault) -> None:
        """Play these at the next calls of the method, one at each; `download` is a file's download."""
        self._planned[method] += faults

    def always(self, method: str, fault: Fault | None) -> None:
        """Play this at every call of the method for which nothing else is planned; None ends it."""
        self._standing.pop(method, None)
        if fault:
            self._standing[method] = fault

    def storm(self, seed: int, share: float, methods: Sequence[str]) -> None:
        """Let that share of the calls of these methods fail, each in a way drawn by lot."""
        lots, ways = random.Random(seed), list(STORM.values())  # noqa: S311  no secret
        self._storm = lambda method: (
            lots.choice(ways) if method in methods and lots.random() < share else None
        )

    def clear(self) -> None:
        """Behave well from now on."""
        self._planned.clear()
        self._standing.clear()
        self._storm = lambda _: None

    def take(self, method: str) -> Fault:
        """Give what is to be played now."""
        if planned := self._planned.get(method):
            return planned.popleft()
        return self._standing.get(method) or self._storm(method) or ok


def _reset(request: web.Request) -> web.StreamResponse:
    if request.transport:
        wire = request.transport.get_extra_info("socket")
        if wire:
            wire.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        request.transport.abort()
    return web.Response()


def _gateway(status: int) -> web.Response:
    return web.Response(status=status, text=HTML, content_type="text/html")


def _bytes(answer: web.Response) -> bytes:
    return answer.body if isinstance(answer.body, bytes) else b""
