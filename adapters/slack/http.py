"""The way in by calls of Slack: events, presses and commands come to one address, each signed.

Whoever cannot sign costs nothing but the reading of a body that is not too large: nothing in it is parsed,
and no store is asked.
"""

import asyncio
import hashlib
import hmac
import re
from collections.abc import Callable, Sequence
from typing import Final

import structlog
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from adapters.body import read_body
from adapters.slack.app import AGAIN, SlackApp
from bot.ports import Receive

PATH: Final = "/slack/events"

MOST_BYTES: Final = 1024 * 1024
"""Of a body. Slack names no limit; a message of full length has 40,000 characters."""

BODY_WITHIN: Final = 2.5
"""Seconds for a body to arrive: Slack waits for three."""

OLD: Final = 300
"""Seconds after which a request is refused that somebody may have kept (docs.slack.dev: five minutes)."""

_TIME = re.compile(r"[0-9]{1,12}")
_SIGNATURE = re.compile(r"v0=[0-9a-f]{64}")
_log = structlog.get_logger()


class SlackHttp:
    """Takes calls of Slack while it runs."""

    def __init__(self, app: SlackApp, signing_secret: str, *, now: Callable[[], float]) -> None:
        """`now` gives seconds since 1970, as right as Slack's own."""
        self._app, self._secret, self._now = app, signing_secret.encode(), now

    @property
    def routes(self) -> Sequence[Route]:
        """What the public listener serves."""
        return [Route(PATH, self._answer, methods=["POST"])]

    @property
    def is_ready(self) -> bool:
        """Whether calls should come."""
        return self._app.is_ready

    async def run(self, receive: Receive, stop: asyncio.Event) -> None:
        """Take calls until the stop, or until the workspace removes us; what has begun is finished."""
        if await self._app.start(receive, stop):
            await self._app.until_over(stop)
        await self._app.close()
        await self._app.settle()

    async def _answer(self, request: Request) -> Response:
        """Answer 200 once nothing of it can be lost, and anything else if it should come again."""
        if not self._app.is_open:
            return _refused(AGAIN)
        told = _one(request, "x-slack-request-timestamp"), _one(request, "x-slack-signature")
        if not (_TIME.fullmatch(told[0]) and _SIGNATURE.fullmatch(told[1])):
            return _refused(401)
        body = await read_body(request, most=MOST_BYTES, within=BODY_WITHIN)
        if isinstance(body, int):
            return _refused(body)
        if not self._is_signed(body, *told) or not self._is_recent(int(told[0])):
            return _refused(401)
        return await self._take(body, request.headers.get("content-type", ""))

    def _is_signed(self, body: bytes, at: str, signature: str) -> bool:
        """Say whether Slack signed it (docs.slack.dev/authentication/verifying-requests-from-slack)."""
        right = hmac.new(self._secret, b":".join((b"v0", at.encode(), body)), hashlib.sha256).hexdigest()
        return hmac.compare_digest(signature.encode(), f"v0={right}".encode())

    def _is_recent(self, at: int) -> bool:
        """Say whether Slack signed it just now; that it did, but not now, is worth a word."""
        apart = abs(self._now() - at)
        if apart > OLD:
            _log.error("slack's call is old, or this machine's clock is wrong", seconds=round(apart))
        return apart <= OLD

    async def _take(self, body: bytes, content_type: str) -> Response:
        answer = await self._app.take(body.decode("utf-8", "replace"), content_type)
        if answer.status >= AGAIN:
            return _refused(answer.status)
        return Response(answer.body, answer.status, media_type=answer.first_headers().get("content-type"))


def _one(request: Request, header: str) -> str:
    """Give a header that is there once; one that is there twice is as good as none."""
    given = request.headers.getlist(header)
    return given[0] if len(given) == 1 else ""


def _refused(status: int) -> Response:
    return Response(status_code=status, headers={"connection": "close"})
