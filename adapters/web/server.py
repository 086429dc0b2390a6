"""A server for small applications within the running event loop."""

import asyncio
import contextlib
import logging
import socket
from collections.abc import Callable, Iterator
from functools import partial

import uvicorn
from starlette.applications import Starlette

from adapters.web.room import Connection, Limits, Room

_GRACE = 1
"""Seconds for what was asked before the stop."""
_AT_ONCE = 32
"""Connections that are taken before any of them is read."""
_QUEUE = 1024
"""Connections that wait in the kernel for a place here."""
_WITHOUT_FILES = 0.1
"""Seconds until it is tried again to take one, where the process has no file left for it."""
_UNREAD = 64 * 1024
"""Bytes that it keeps of each: what was not read yet is not counted either."""

FEW = Limits(connections=128)
"""Enough for whoever looks after the program."""


class WebServer:
    """Serves an application from the running event loop, and leaves signals alone."""

    def __init__(self, app: Starlette, host: str, port: int, *, limits: Limits = FEW) -> None:
        """Take the address; a port of 0 is any free one. Nothing is opened yet.

        `limits` say what its callers may hold at once: strangers may be among them.
        """
        self._app, self._host, self._port, self._limits = app, host, port, limits
        self._server: _Server | None = None
        self._serving: asyncio.Task[None] | None = None
        self._listening: socket.socket | None = None
        self._accepting: asyncio.Task[None] | None = None

    async def start(self) -> int:
        """Begin to serve, and give the port. Raises `OSError` if the address cannot be had."""
        loop = asyncio.get_running_loop()
        found = await loop.getaddrinfo(
            self._host, self._port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE
        )
        family, _, _, _, address = found[0]
        listening = socket.create_server((str(address[0]), self._port), family=family, backlog=_QUEUE)
        listening.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, _UNREAD)  # and so have those it accepts
        listening.setblocking(False)  # noqa: FBT003  the socket's own way
        port: int = listening.getsockname()[1]
        self._listening = listening
        room = Room(self._app, self._limits)
        self._server = _Server(_config(room))
        self._serving = asyncio.create_task(self._server.serve(sockets=[]), name="web")
        await self._server.up.wait()
        self._accepting = asyncio.create_task(self._accept(listening, room, self._server), name="web door")
        return port

    async def stop(self) -> None:
        """Answer what was asked, then serve no more; stopping twice is harmless."""
        if self._accepting is not None and self._listening is not None:
            self._accepting.cancel()
            await asyncio.wait([self._accepting])
            self._listening.close()
            self._accepting = self._listening = None
        if self._server is not None and self._serving is not None:
            self._server.should_exit = True
            await self._serving
            self._server = self._serving = None

    @staticmethod
    async def _accept(listening: socket.socket, room: Room, server: uvicorn.Server) -> None:
        """Take one connection after the other, while there is a place: uvicorn would take any number."""
        loop, taken = asyncio.get_running_loop(), set[asyncio.Task[object]]()
        while True:
            await room.place(taken)
            try:
                connection, _ = await loop.sock_accept(listening)
            except OSError:  # no file is left, or the caller has gone
                await asyncio.sleep(_WITHOUT_FILES)
                continue
            made = partial(Connection, room, server.config, server.server_state)
            task = asyncio.create_task(_connect(made, connection))
            taken.add(task)
            task.add_done_callback(taken.discard)
            if len(taken) >= _AT_ONCE:
                await asyncio.wait(taken)


async def _connect(made: Callable[[], Connection], connection: socket.socket) -> None:
    with contextlib.suppress(OSError):  # the caller has gone
        await asyncio.get_running_loop().connect_accepted_socket(made, connection)


class _Server(uvicorn.Server):
    def __init__(self, config: uvicorn.Config) -> None:
        super().__init__(config)
        self.up = asyncio.Event()

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Start, and say when that is done."""
        try:
            await super().startup(sockets)
        finally:
            self.up.set()

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Take over no signal: ending is the program's own business."""
        yield


def _config(room: Room) -> uvicorn.Config:
    """Give what suits a few short questions, also from strangers who ask them badly."""
    logging.getLogger("uvicorn.error").setLevel(logging.ERROR)  # a warning for each broken request is a flood
    return uvicorn.Config(
        room,
        http="h11",
        ws="none",
        lifespan="off",
        log_config=None,
        access_log=False,
        server_header=False,
        proxy_headers=False,
        timeout_keep_alive=5,
        timeout_graceful_shutdown=_GRACE,
        h11_max_incomplete_event_size=16 * 1024,
    )
