"""A server for small applications within the running event loop."""

import asyncio
import contextlib
import logging
import socket
from collections.abc import Iterator

import uvicorn
from starlette.applications import Starlette

_GRACE = 1
"""Seconds for what was asked before the stop."""


class WebServer:
    """Serves an application from the running event loop, and leaves signals alone."""

    def __init__(self, app: Starlette, host: str, port: int, *, most: int = 64) -> None:
        """Take the address; a port of 0 is any free one. Nothing is opened yet.

        `most` connections at once are served, and others told to come again: strangers may be among them.
        """
        self._app, self._host, self._port, self._most = app, host, port, most
        self._server: _Server | None = None
        self._serving: asyncio.Task[None] | None = None

    async def start(self) -> int:
        """Begin to serve, and give the port. Raises `OSError` if the address cannot be had."""
        loop = asyncio.get_running_loop()
        found = await loop.getaddrinfo(
            self._host, self._port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE
        )
        family, _, _, _, address = found[0]
        listening = socket.create_server((str(address[0]), self._port), family=family, backlog=self._most)
        listening.setblocking(False)  # noqa: FBT003  the socket's own way
        port: int = listening.getsockname()[1]
        self._server = _Server(_config(self._app, self._most))
        self._serving = asyncio.create_task(self._server.serve(sockets=[listening]), name="web")
        await self._server.up.wait()  # told to stop before that, it would leave its socket open
        return port

    async def stop(self) -> None:
        """Answer what was asked, then serve no more; stopping twice is harmless."""
        if self._server is not None and self._serving is not None:
            self._server.should_exit = True
            await self._serving
            self._server = self._serving = None


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


def _config(app: Starlette, most: int) -> uvicorn.Config:
    """Give what suits a few short questions, also from strangers who ask them badly."""
    logging.getLogger("uvicorn.error").setLevel(logging.ERROR)  # a warning for each broken request is a flood
    return uvicorn.Config(
        app,
        http="h11",
        ws="none",
        lifespan="off",
        log_config=None,
        access_log=False,
        server_header=False,
        limit_concurrency=most,
        timeout_keep_alive=5,
        timeout_graceful_shutdown=_GRACE,
        h11_max_incomplete_event_size=16 * 1024,
    )
