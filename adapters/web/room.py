"""How much strangers may hold of a server at once: connections, bytes of bodies, and time.

A limit alone would let whoever comes first lock out all others. So where there is no room, whoever has
kept us waiting longest goes: first a connection without a whole head, then a request without a whole body.
An honest caller sends both within a round trip, and is never the one. Nobody goes within two seconds, and
until then whoever is next waits outside: many new connections do not end each other.
"""

import asyncio
from collections.abc import Sized
from typing import Final, cast

import uvicorn
from msgspec import Struct
from starlette.exceptions import HTTPException
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send
from uvicorn.protocols.http.h11_impl import H11Protocol
from uvicorn.server import ServerState

MOST_LINES: Final = 1024
"""Of a request, head and chunks: each costs 10 µs, whatever little it brings."""

SPARE: Final = 16
"""Connections above the limit that may hear that they have to come again, while all others are answered."""
_LOOK_AGAIN = 0.02
"""Seconds until it is seen whether a place is free now."""

_COME_AGAIN = {"retry-after": "1", "connection": "close"}
_GUEST = "guest"


class Limits(Struct, frozen=True, kw_only=True):
    """What a server lets strangers hold."""

    connections: int
    head_within: float = 5.0
    """Seconds from the beginning of a connection, or from the answer before, to the end of a head."""
    grace: float = 2.0
    """Seconds of these that every connection has, however many others wait for its place."""
    answer_within: float = 30.0
    """Seconds from there until the answer has left; whoever answers has earlier deadlines of their own."""
    bytes_in_flight: int = 16 * 1024 * 1024
    """Of the bodies of all requests that are not answered yet."""


class Guest:
    """A connection, and when it has to end."""

    def __init__(self, transport: asyncio.Transport) -> None:
        self.transport = transport
        self.lines = 0
        self.since = 0.0
        self.timer: asyncio.TimerHandle | None = None


class _Request:
    """A request that is not answered yet."""

    def __init__(self) -> None:
        self.bytes = 0
        self.is_whole = False
        self.must_go = False
        self.reading: asyncio.Timeout | None = None

    def give_up(self) -> None:
        """Wait no longer for the rest of its body."""
        self.must_go = True
        if self.reading is not None:
            self.reading.reschedule(asyncio.get_running_loop().time())


class Room:
    """All that a server's connections hold, and who goes when that is too much."""

    def __init__(self, app: ASGIApp, limits: Limits) -> None:
        """Stand before `app`."""
        self._app, self._limits = app, limits
        self._waiting: dict[Guest, None] = {}
        self._answered: dict[Guest, None] = {}
        self._requests: dict[_Request, None] = {}
        self._bytes = 0

    async def place(self, taken: Sized) -> None:
        """Wait until there is a place for a connection beside those that are here and the `taken` ones."""
        limit = self._limits.connections
        while (here := len(self._waiting) + len(self._answered) + len(taken)) >= limit:
            longest = next(iter(self._waiting), None)
            if (
                longest is not None
                and asyncio.get_running_loop().time() - longest.since >= self._limits.grace
            ):
                self._end(longest)
            elif self._give_up_slowest() or len(self._answered) < limit or here >= limit + SPARE:
                await asyncio.sleep(_LOOK_AGAIN)
            else:
                return

    def enter(self, guest: Guest) -> None:
        """Take a new connection."""
        self._wait(guest)

    def read(self, guest: Guest, data: bytes) -> bool:
        """Return whether what came is worth to be parsed; if not, the connection has ended."""
        guest.lines += data.count(b"\r\n")
        if guest.lines > MOST_LINES:
            self._end(guest)
        return guest.lines <= MOST_LINES

    def leave(self, guest: Guest) -> None:
        """Forget a connection; once more is harmless."""
        self._waiting.pop(guest, None)
        self._answered.pop(guest, None)
        if guest.timer is not None:
            guest.timer.cancel()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request whose head is here."""
        if len(self._requests) >= self._limits.connections and not self._give_up_slowest():
            await Response(status_code=503, headers=_COME_AGAIN)(scope, receive, send)
            return
        guest, request = scope["state"][_GUEST], _Request()
        self.leave(guest)
        self._answered[guest] = self._requests[request] = None
        self._end_after(self._limits.answer_within, guest)

        async def receive_some() -> Message:
            return await self._receive(request, receive)

        try:
            await self._app(scope, receive_some, send)
        finally:
            del self._requests[request]
            self._bytes -= request.bytes
            if guest in self._answered:
                self.leave(guest)
                self._wait(guest)

    async def _receive(self, request: _Request, receive: Receive) -> Message:
        """Read some of a body. Raises `HTTPException` with 503 for one that has to give way."""
        try:
            async with asyncio.timeout(0 if request.must_go else None) as request.reading:
                message = await receive()
        except TimeoutError:
            raise HTTPException(503, headers=_COME_AGAIN) from None
        finally:
            request.reading = None
        size = len(message.get("body", b""))
        request.bytes += size
        self._bytes += size
        request.is_whole = not message.get("more_body", False)
        if self._bytes > self._limits.bytes_in_flight and not self._give_up_slowest():
            raise HTTPException(503, headers=_COME_AGAIN)
        return message

    def _give_up_slowest(self) -> bool:
        """Have the body that has been coming for longest give way, and return whether there is one."""
        for request in self._requests:
            if not (request.is_whole or request.must_go):
                request.give_up()
                return True
        return False

    def _wait(self, guest: Guest) -> None:
        guest.lines = 0
        guest.since = asyncio.get_running_loop().time()
        self._waiting[guest] = None
        self._end_after(self._limits.head_within, guest)

    def _end_after(self, seconds: float, guest: Guest) -> None:
        guest.timer = asyncio.get_running_loop().call_later(seconds, self._end, guest)

    def _end(self, guest: Guest) -> None:
        guest.transport.abort()
        self.leave(guest)


class Connection(H11Protocol):
    """A connection of uvicorn's that asks a room; the state of each of its requests names its guest."""

    def __init__(self, room: Room, config: uvicorn.Config, server_state: ServerState) -> None:
        self._room = room
        self._state: dict[str, Guest] = {}
        super().__init__(config, server_state, self._state)

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Begin to wait for a request."""
        stream = cast("asyncio.Transport", transport)  # of a socket, as all of uvicorn's are
        self._guest = self._state[_GUEST] = Guest(stream)
        super().connection_made(stream)
        self._room.enter(self._guest)

    def data_received(self, data: bytes) -> None:
        """Read on, unless that would be too dear."""
        if self._room.read(self._guest, data):
            super().data_received(data)

    def connection_lost(self, exc: Exception | None) -> None:
        """Hold nothing any longer."""
        self._room.leave(self._guest)
        super().connection_lost(exc)
