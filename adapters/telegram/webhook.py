"""The webhook: Telegram calls us with each update, and again until it gets a 200.

Whoever does not know the secret learns nothing and costs nothing: no body is read and no store is asked.
"""

import asyncio
import hashlib
import hmac
import json
from collections.abc import Callable, Sequence
from urllib.parse import urlsplit

import structlog
import telegram
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route
from telegram.error import TelegramError

from adapters.body import read_body
from adapters.outage import Outage, rest
from adapters.telegram.intake import Intake, Words
from adapters.telegram.outage import Pace, setback
from adapters.telegram.polling import KINDS
from adapters.telegram.profile import introduce, register
from adapters.telegram.taking import Raw
from bot.ports import Hears, Receive

MOST_BYTES = 256 * 1024
"""Of a body; an update with a message of full length has about 30,000."""

BODY_WITHIN = 10.0
"""Seconds for a body to arrive."""

CONNECTIONS = 40
"""Calls that Telegram makes at once: as many as it makes by itself. A turn is stored within milliseconds, so
more of them would only wait for the store."""

PACE = Pace()

_log = structlog.get_logger()


class TelegramWebhook:
    """The way in by calls of Telegram. Path and secret come from the token, so all workers have the same."""

    def __init__(
        self,
        bot: telegram.Bot,
        words: Words,
        url: str,
        *,
        random: Callable[[], float],
        hears: Hears = lambda _: True,
        pace: Pace = PACE,
    ) -> None:
        """Have Telegram call below `url`; `random` gives numbers from 0 to 1."""
        self._hears = hears
        self._bot, self._words, self._random, self._pace = bot, words, random, pace
        self._secret = _derived(bot.token, "secret")
        self._path = f"/telegram/{_derived(bot.token, 'path')}"
        self._url = url.rstrip("/")
        self._outage = Outage("telegram", pace, random)
        self._intake: Intake | None = None
        self._receive: Receive | None = None
        self._is_registered = False
        self._under_way: set[asyncio.Task[object]] = set()

    @property
    def routes(self) -> Sequence[Route]:
        """What the public listener serves: a proxy may take the path of the public address off, or not."""
        paths = {self._path, f"{urlsplit(self._url).path}{self._path}"}
        return [Route(path, self._answer, methods=["POST"]) for path in sorted(paths)]

    @property
    def is_ready(self) -> bool:
        """Whether Telegram knows where to call us, and calls are answered."""
        return self._is_registered and self._receive is not None

    async def run(self, receive: Receive, stop: asyncio.Event) -> None:
        """Take calls and have Telegram make them, until the stop; those that have begun are finished."""
        me = await introduce(self._bot, stop, pace=self._pace, random=self._random)
        if me is None:
            return
        self._intake, self._receive = Intake(self._bot, me, self._words, hears=self._hears), receive
        try:
            await self._register(stop)
            await stop.wait()
        finally:
            self._receive = None
        if self._under_way:
            await asyncio.wait(self._under_way, timeout=self._pace.grace)

    async def _register(self, stop: asyncio.Event) -> None:
        """Tell Telegram where to call, again and again until it takes that."""
        while not stop.is_set() and not self._is_registered:
            try:
                await self._bot.set_webhook(
                    f"{self._url}{self._path}",
                    secret_token=self._secret,
                    allowed_updates=KINDS,
                    max_connections=CONNECTIONS,
                    drop_pending_updates=False,
                )
            except TelegramError as error:
                await rest(stop, self._outage.failed(setback(error)))
            else:
                self._is_registered = True
                self._outage.worked()
                await register(self._bot, self._words)

    async def _answer(self, request: Request) -> Response:
        """Answer 200 once the update's turn is stored, and anything else if it should come again."""
        refusal = self._refusal(request)
        if refusal:
            return _refused(refusal)
        task = asyncio.current_task()
        if task is not None:
            self._under_way.add(task)
            task.add_done_callback(self._under_way.discard)
        body = await read_body(request, most=MOST_BYTES, within=BODY_WITHIN)
        return _refused(body) if isinstance(body, int) else await self._take(body)

    def _refusal(self, request: Request) -> int:
        """Give the status for a request that is not looked into any further, 0 for one that is."""
        given = request.headers.getlist("x-telegram-bot-api-secret-token")
        told = given[0].encode("latin-1", "replace") if len(given) == 1 else b""
        if not hmac.compare_digest(told, self._secret.encode()):
            return 403
        if request.headers.get("content-type", "").partition(";")[0].strip().lower() != "application/json":
            return 415
        return 503 if self._receive is None else 0

    async def _take(self, body: bytes) -> Response:
        update = _update(body)
        if update is None:
            _log.error("malformed call of telegram", bytes=len(body))
            return Response()  # it would be no better the next time
        if self._intake is None or self._receive is None:  # told to stop while the body came
            return _refused(503)
        try:
            await self._intake.take(update, self._receive)
        except Exception as error:  # noqa: BLE001  whatever it is, Telegram has to bring the update again
            _log.warning("update comes again", update=update["update_id"], kind=type(error).__name__)
            return _refused(503)
        return Response()


def _derived(token: str, purpose: str) -> str:
    """Give 64 characters that nobody can guess who does not know the token."""
    return hmac.digest(token.encode(), f"imessage-support telegram {purpose}".encode(), hashlib.sha256).hex()


def _refused(status: int) -> Response:
    return Response(status_code=status, headers={"connection": "close"})


def _update(body: bytes) -> Raw | None:
    try:
        update = json.loads(body)
    except (ValueError, RecursionError):
        return None
    is_one = isinstance(update, dict) and type(update.get("update_id")) is int
    return update if is_one else None
