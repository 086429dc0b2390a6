"""Deliveries over HTTP: signed requests to the app's address."""

import hashlib
import hmac
import json
import time
from collections.abc import Callable
from dataclasses import dataclass
from urllib.parse import urlencode

import aiohttp

from tests.wire.slack.clock import Clock
from tests.wire.slack.deliveries import Attempt, Delivery, Kind
from tests.wire.slack.refusal import Json

_HTTP_OK = range(200, 300)


def signature(secret: str, timestamp: str, body: bytes) -> str:
    """Sign a body as Slack does: v0, over the raw bytes."""
    signed = b":".join([b"v0", timestamp.encode(), body])
    return f"v0={hmac.new(secret.encode(), signed, hashlib.sha256).hexdigest()}"


def encoded(kind: Kind, payload: Json) -> tuple[bytes, str]:
    """Give the body and its type: events are JSON, presses JSON within a form, commands a form."""
    if kind == "events_api":
        return json.dumps(payload).encode(), "application/json"
    form = {"payload": json.dumps(payload)} if kind == "interactive" else payload
    return urlencode(form).encode(), "application/x-www-form-urlencoded"


@dataclass(eq=False, slots=True)
class HttpWay:
    """Posts to `url`. `signs_at` gives the time in signatures, for the receiver compares it with its own."""

    clock: Clock
    secret: str
    url: str = ""
    session: aiohttp.ClientSession | None = None
    signs_at: Callable[[], float] = time.time
    timeout_word: str = "http_timeout"

    def headers(self, body: bytes, kind: str, *, at: float | None = None) -> dict[str, str]:
        """Give the headers of a request that Slack could have sent at that time."""
        timestamp = str(int(self.signs_at() if at is None else at))
        return {
            "Content-Type": kind,
            "User-Agent": "Slackbot 1.0 (+https://api.slack.com/robots)",
            "X-Slack-Request-Timestamp": timestamp,
            "X-Slack-Signature": signature(self.secret, timestamp, body),
        }

    async def carry(self, delivery: Delivery, attempt: Attempt) -> None:
        assert self.session
        attempt.over = self.url
        body, kind = encoded(delivery.kind, delivery.payload)
        headers = self.headers(body, kind)
        if attempt.number:
            headers |= {"X-Slack-Retry-Num": str(attempt.number), "X-Slack-Retry-Reason": attempt.reason}
        try:
            async with self.session.post(
                self.url, data=body, headers=headers, allow_redirects=False
            ) as answer:
                text = await answer.text()
        except aiohttp.ClientError:
            attempt.failed = "connection_failed"
        else:
            self._judge(attempt, answer, text)
        attempt.arrived.set()

    def _judge(self, attempt: Attempt, answer: aiohttp.ClientResponse, text: str) -> None:
        attempt.status = answer.status
        if answer.status not in _HTTP_OK:
            attempt.failed = "http_error"
            attempt.no_retry = answer.headers.get("X-Slack-No-Retry") == "1"
            return
        attempt.acked_at = self.clock.now()
        attempt.answer = _read(text)

    async def verify(self, challenge: str) -> bool:
        """Ask the address whether it is the app's, as on saving it in the app's settings."""
        assert self.session
        body = json.dumps(
            {"token": "deprecated", "challenge": challenge, "type": "url_verification"}
        ).encode()
        headers = self.headers(body, "application/json")
        async with self.session.post(self.url, data=body, headers=headers) as answer:
            return answer.status == 200 and challenge in await answer.text()


def _read(text: str) -> Json:
    """Read what an app answers: JSON, or what a command's person is told as it stands."""
    try:
        parsed = json.loads(text or "{}")
    except ValueError:
        parsed = text
    return parsed if isinstance(parsed, dict) else {"text": text}
