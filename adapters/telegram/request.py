"""The library's HTTP, on aiohttp: knows what was certainly not sent, survives cancelling, shows no token.

The token is part of every address. aiohttp's errors quote the address here and there, so none of them is
passed on, not even as a cause: only its name and the system's words are.
"""

import asyncio
import json
import math
from functools import cache
from http import HTTPStatus
from typing import Any, Final
from urllib.parse import urlsplit
from urllib.request import getproxies, proxy_bypass

import aiohttp
import msgspec
from telegram.error import BadRequest, NetworkError, TelegramError, TimedOut
from telegram.request import BaseRequest, RequestData

from adapters.attachment import FILE_LIMIT
from adapters.retry_after import wait_of

CONNECT_TIMEOUT: Final = 5.0
"""Seconds for a connection, the wait for a free one included."""

READ_TIMEOUT: Final = 10.0
"""Seconds for the answer, then. The library's own 5 would leave more sends in doubt than need be."""

IDLE: Final = 15.0
"""Seconds that an unused connection is kept. Telegram closes them after about 40, and what is sent on one
that is just being closed is in doubt."""

_ANSWER_LIMIT: Final = 64 * 1024 * 1024
_CERTAINLY_NOT_SENT: Final = (
    aiohttp.ClientConnectorError,
    aiohttp.ConnectionTimeoutError,
    aiohttp.ClientHttpProxyError,
    aiohttp.InvalidURL,
    aiohttp.NonHttpUrlClientError,
)


class NotSent(NetworkError):
    """No connection came about: Telegram has certainly not seen the request."""


class TooLarge(TelegramError):
    """The answer has more bytes than are read of one."""


class AiohttpRequest(BaseRequest):
    """One pool of connections. No call is ever sent twice, and no redirect is followed."""

    __slots__ = ("_connections", "_read_timeout", "_session")

    def __init__(self, *, connections: int = 256, read_timeout: float = READ_TIMEOUT) -> None:
        self._connections = connections
        self._read_timeout = read_timeout
        self._session: aiohttp.ClientSession | None = None

    @property
    def read_timeout(self) -> float | None:
        """Seconds for an answer where a call does not say otherwise."""
        return self._read_timeout

    async def initialize(self) -> None:
        """Do nothing: the first request opens what it needs in the loop that it runs in."""

    async def shutdown(self) -> None:
        """Close the connections; shutting down twice is harmless, and a later request opens new ones."""
        session, self._session = self._session, None
        if session is not None:
            await session.close()

    async def do_request(  # noqa: PLR0917  the library's order
        self,
        url: str,
        method: str,
        request_data: RequestData | None = None,
        read_timeout: Any = BaseRequest.DEFAULT_NONE,  # noqa: ANN401  the library's mark has no public type
        write_timeout: object = BaseRequest.DEFAULT_NONE,  # noqa: ARG002  `total` covers writing too
        connect_timeout: Any = BaseRequest.DEFAULT_NONE,  # noqa: ANN401
        pool_timeout: object = BaseRequest.DEFAULT_NONE,  # noqa: ARG002  the connect timeout covers it
    ) -> tuple[int, bytes]:
        """Give the status and the body. Raises `NotSent`, `TimedOut`, `NetworkError` or `TooLarge`."""
        timeout = _timeout(
            CONNECT_TIMEOUT if connect_timeout is BaseRequest.DEFAULT_NONE else connect_timeout,
            self._read_timeout if read_timeout is BaseRequest.DEFAULT_NONE else read_timeout,
        )
        options = {"proxy": _proxy(url), "timeout": timeout, **_body(request_data)}
        limit = FILE_LIMIT if method == "GET" else _ANSWER_LIMIT
        try:
            async with self._open().request(method, url, allow_redirects=False, **options) as response:
                return _answer(response.status, await _read(response, limit))
        except (aiohttp.ClientError, OSError, ValueError) as error:
            failure = _translated(error)
        raise failure  # out here, where the error with the address is no longer its context

    def _open(self) -> aiohttp.ClientSession:
        if self._session is None:
            self._session = aiohttp.ClientSession(
                connector=aiohttp.TCPConnector(limit=self._connections, keepalive_timeout=IDLE),
                cookie_jar=aiohttp.DummyCookieJar(),
                headers={"User-Agent": self.USER_AGENT},
            )
        return self._session

    @staticmethod
    def parse_json_payload(payload: bytes) -> dict[str, Any]:
        """Read an answer. The library's own would write one that is no JSON to the log, as it is."""
        try:
            answer = _decoded(payload)
        except (ValueError, RecursionError):
            answer = None
        if not isinstance(answer, dict) or (answer.get("ok") is True and "result" not in answer):
            raise TelegramError("Invalid server response")
        _tame_wait(answer.get("parameters"))
        return answer


def _tame_wait(parameters: object) -> None:
    """Put a wait in bounds before the library, which fails at what is not a number of days, reads it."""
    if isinstance(parameters, dict) and "retry_after" in parameters:
        parameters["retry_after"] = math.ceil(wait_of(parameters["retry_after"]).total_seconds())


@cache
def _timeout(connect: float | None, read: float | None) -> aiohttp.ClientTimeout:
    """Limit the whole too: an answer that comes byte by byte would never end."""
    total = None if connect is None or read is None else connect + read
    return aiohttp.ClientTimeout(total=total, connect=connect, sock_read=read)


def _proxy(url: str) -> str | None:
    try:
        parts = urlsplit(url)
    except ValueError:  # it will be refused in a moment
        return None
    return _proxy_to(parts.scheme, parts.netloc)


@cache
def _proxy_to(scheme: str, host: str) -> str | None:
    """Find the proxy in the environment. aiohttp's own look takes a thread for each request."""
    proxies = getproxies()
    proxy = proxies.get(scheme) or proxies.get("all")
    return None if proxy is None or proxy_bypass(host) else proxy


def _body(data: RequestData | None) -> dict[str, Any]:
    if data is None:
        return {}
    if data.contains_files:
        return {"data": _form(data)}
    try:
        body = msgspec.json.encode(data.parameters)
    except (TypeError, ValueError):
        body = None
    if body is None:
        raise BadRequest("The request cannot be written as JSON")
    return {"data": body, "headers": {"Content-Type": "application/json"}}


def _form(data: RequestData) -> aiohttp.FormData:
    form = aiohttp.FormData()
    for name, value in data.json_parameters.items():
        form.add_field(name, value)
    for name, (filename, content, kind) in data.multipart_data.items():
        form.add_field(name, content, filename=filename, content_type=kind)
    return form


async def _read(response: aiohttp.ClientResponse, limit: int) -> bytes:
    """Read the body up to the limit, whatever its header says."""
    body = bytearray()
    async for chunk in response.content.iter_any():
        body += chunk
        if len(body) > limit:
            raise TooLarge(f"More than {limit} bytes")
    return bytes(body)


def _answer(status: int, body: bytes) -> tuple[int, bytes]:
    """Tell what Telegram says from what a gateway before it says.

    A refusal that came with a status of success is an error. A page of a gateway tells nothing of the person
    or the token, whatever its status, and may quote the address.
    """
    if status < HTTPStatus.MULTIPLE_CHOICES:
        refused = body[:16].replace(b" ", b"").startswith(b'{"ok":false')
        return (HTTPStatus.INTERNAL_SERVER_ERROR if refused else status), body
    if _is_refusal(body):
        return status, body
    if status == HTTPStatus.TOO_MANY_REQUESTS:
        return status, b'{"ok":false,"description":"Too Many Requests"}'
    return HTTPStatus.BAD_GATEWAY, b'{"ok":false,"description":"A gateway answered with %d"}' % status


def _is_refusal(body: bytes) -> bool:
    try:
        answer = _decoded(body)
    except (ValueError, RecursionError):
        return False
    return isinstance(answer, dict) and answer.get("ok") is False


def _decoded(payload: bytes) -> object:
    try:
        return msgspec.json.decode(payload)
    except (msgspec.DecodeError, UnicodeDecodeError):
        return json.loads(payload.decode(errors="replace"))  # takes half a surrogate pair too


def _translated(error: Exception) -> NetworkError:
    words = f"{type(error).__name__} {(isinstance(error, OSError) and error.strerror) or ''}".rstrip()
    if isinstance(error, _CERTAINLY_NOT_SENT):
        return NotSent(words)
    if isinstance(error, asyncio.TimeoutError):
        return TimedOut(words)
    return NetworkError(words)
