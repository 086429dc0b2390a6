"""The way in by calls of Slack: events, presses and commands come to one address, each signed.

Whoever cannot sign costs nothing but the reading of a body that is not too large, and that only if the time
beside the signature is now: nothing in it is parsed, and no store is asked.
"""

import asyncio
import hashlib
import hmac
import math
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

MOST_BYTES: Final = 256 * 1024
"""Of a body. Slack names no limit. People write 12,000 characters at most: twice, in six bytes each."""

BODY_WITHIN: Final = 2.5
"""Seconds for a body to arrive: Slack waits for three."""

OLD: Final = 300
"""Seconds after which a request is refused that somebody may have kept (docs.slack.dev: five minutes)."""

TELL_AGAIN: Final = 60
"""Seconds before it is told again that calls are refused for their time: strangers can make any number."""

_TIME = re.compile(r"[0-9]{1,12}")
_SIGNATURE = re.compile(r"v0=[0-9a-f]{64}")
_log = structlog.get_logger()


class SlackHttp:
    """Takes calls of Slack while it runs."""

    def __init__(self, app: SlackApp, *signing_secrets: str, now: Callable[[], float]) -> None:
        """Take what is signed with any of the secrets: while one is changed there are two.

        `now` gives seconds since 1970, as right as Slack's own.
        """
        self._app, self._now = app, now
        self._secrets = [secret.encode() for secret in signing_secrets]
        self._told_at = -math.inf

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
        if not self._is_recent(int(told[0])):
            return _refused(401)
        body = await read_body(request, most=MOST_BYTES, within=BODY_WITHIN)
        if isinstance(body, int):
            return _refused(body)
        if not self._is_signed(body, *told):
            return _refused(401)
        return await self._take(body, request.headers.get("content-type", ""))

    def _is_recent(self, at: int) -> bool:
        """Return whether a call was signed just now. If not, it may be Slack's, or a stranger's lie."""
        now = self._now()
        apart = abs(now - at)
        if apart > OLD and not 0 <= now - self._told_at < TELL_AGAIN:
            self._told_at = now
            _log.error(
                "calls are refused: they are old, or this machine's clock is wrong", seconds=round(apart)
            )
        return apart <= OLD

    def _is_signed(self, body: bytes, at: str, signature: str) -> bool:
        """Return whether Slack signed it (docs.slack.dev/authentication/verifying-requests-from-slack).

        slack_sdk's own verifier would decode the body first, and fail on what is not UTF-8.
        """
        text = b":".join((b"v0", at.encode(), body))
        right = [f"v0={hmac.new(secret, text, hashlib.sha256).hexdigest()}" for secret in self._secrets]
        return any(hmac.compare_digest(signature, each) for each in right)

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
