"""What the health server answers: whether the program lives, whether it is ready, and its figures."""

from collections.abc import Awaitable, Callable, Mapping
from typing import TypeAlias

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


def health_application(ready: Ready, metrics: Metrics) -> Starlette:
    """Give the application that answers at `/healthz`, `/readyz` and `/metrics`."""

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
