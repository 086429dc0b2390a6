"""The health server: whether the program lives, whether it is ready, and its figures for Prometheus."""

import asyncio
import contextlib
import logging
import socket
from collections.abc import Awaitable, Callable, Iterator, Mapping
from typing import TypeAlias

import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response
from starlette.routing import Route

Ready: TypeAlias = Callable[[], Mapping[str, bool]]
"""Gives the named checks; the program is ready if all of them hold."""

Metrics: TypeAlias = Callable[[], bytes]
"""Gives the figures in Prometheus's text format."""

_METRICS_TYPE = "text/plain; version=0.0.4; charset=utf-8"
_NOT_KEPT = {"cache-control": "no-store"}
_BACKLOG = 64


class HealthServer:
    """Serves `/healthz`, `/readyz` and `/metrics` from the running event loop, and leaves signals alone."""

    def __init__(self, host: str, port: int, ready: Ready, metrics: Metrics) -> None:
        """Take the address; a port of 0 is any free one. Nothing is opened yet."""
        self._host, self._port = host, port
        self._app = _application(ready, metrics)
        self._server: _Server | None = None
        self._serving: asyncio.Task[None] | None = None

    async def start(self) -> int:
        """Begin to serve, and give the port. Raises `OSError` if the address cannot be had."""
        loop = asyncio.get_running_loop()
        found = await loop.getaddrinfo(
            self._host, self._port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE
        )
        family, _, _, _, address = found[0]
        listening = socket.create_server((str(address[0]), self._port), family=family, backlog=_BACKLOG)
        listening.setblocking(False)  # noqa: FBT003  the socket's own way
        port: int = listening.getsockname()[1]
        self._server = _Server(_config(self._app))
        self._serving = asyncio.create_task(self._server.serve(sockets=[listening]), name="health")
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


def _config(app: Starlette) -> uvicorn.Config:
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
        limit_concurrency=_BACKLOG,
        timeout_keep_alive=5,
        timeout_graceful_shutdown=1,
        h11_max_incomplete_event_size=16 * 1024,
    )


def _application(ready: Ready, metrics: Metrics) -> Starlette:
    async def is_alive(_: Request) -> Response:
        return PlainTextResponse("ok\n", headers=_NOT_KEPT)

    async def is_ready(_: Request) -> Response:
        checks = dict(ready())
        fine = all(checks.values())
        return JSONResponse({"ready": fine, "checks": checks}, 200 if fine else 503, headers=_NOT_KEPT)

    async def figures(_: Request) -> Response:
        return Response(metrics(), media_type=_METRICS_TYPE, headers=_NOT_KEPT)

    asked: dict[str, Callable[[Request], Awaitable[Response]]] = {
        "/healthz": is_alive, "/readyz": is_ready, "/metrics": figures,
    }  # fmt: skip
    app = Starlette(routes=[Route(path, answer, methods=["GET"]) for path, answer in asked.items()])
    app.router.redirect_slashes = False
    return app
