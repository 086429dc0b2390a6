"""Downloads one small document over HTTP, distrusting everything about the other side. Home of httpx."""

import asyncio
import functools
import ssl
import zlib
from collections.abc import Callable, Mapping
from typing import Final

import httpx
from msgspec import Struct

from bot.ports import StatusUnreadable

SIZE_LIMIT: Final = 2 * 1024 * 1024
"""Bytes after unpacking. The largest capture of the feed has 46 thousand."""

REDIRECTS: Final = 2
"""How often Apple may send us on, to a path on the same host only."""


class Answer(Struct, frozen=True):
    """A document, and the request headers with which to ask later whether it has changed."""

    document: bytes
    validators: Mapping[str, str]


async def download(url: str, validators: Mapping[str, str], *, seconds: float) -> Answer | None:
    """Download `url`; None if it has not changed since `validators`. Raises `StatusUnreadable`.

    The deadline covers everything and cancels httpx in mid-flight. In a shared pool that can lose a slot
    for good (PoolTimeout ever after), so each download has a pool of its own that goes with it. Nothing is
    lost: downloads are half a minute apart at least.
    """
    try:
        async with asyncio.timeout(seconds), _client(seconds) as client:
            return await _follow(client, url, validators)
    except (TimeoutError, httpx.TimeoutException) as error:
        why = f"Apple's System Status did not answer within {seconds:g} seconds"
        raise StatusUnreadable(why, "slow") from error
    except (httpx.TransportError, httpx.InvalidURL, OSError, ImportError) as error:
        raise StatusUnreadable(_reason(error), "no_connection") from error
    except (httpx.HTTPError, zlib.error, ValueError) as error:
        raise StatusUnreadable(_reason(error)) from error


def _reason(error: Exception) -> str:
    """Say what happened without the library's own words: they may quote an address with a password."""
    match error:
        case httpx.UnsupportedProtocol() | httpx.InvalidURL():
            return "Apple's System Status has no valid web address here; look at APPLE_STATUS_URL"
        case httpx.ProxyError():
            return "Apple's System Status could not be reached through the proxy"
        case httpx.ConnectError():
            return "Apple's System Status could not be reached: no connection"
        case httpx.HTTPError() | zlib.error():
            return "Apple's System Status broke off or sent something that is not HTTP"
        case _:  # from proxy variables, certificate files or missing SOCKS support
            return "Apple's System Status cannot be asked with the network settings of this machine"


def _client(seconds: float) -> httpx.AsyncClient:
    headers = {"Accept": "*/*", "Accept-Encoding": "gzip", "User-Agent": "imessage-support"}
    return httpx.AsyncClient(timeout=seconds, follow_redirects=False, verify=_tls(), headers=headers)


@functools.cache
def _tls() -> ssl.SSLContext:
    """Load the certificates once a process: it takes 60 ms or more, every time."""
    return httpx.create_ssl_context()


async def _follow(client: httpx.AsyncClient, url: str, validators: Mapping[str, str]) -> Answer | None:
    target = httpx.URL(url)
    for _ in range(REDIRECTS + 1):
        async with client.stream("GET", target, headers=validators) as response:
            if response.next_request is None:
                return await _answer(response)
            if _origin(response.next_request.url) != _origin(target):
                raise StatusUnreadable("Apple's System Status redirects to another host; it was not followed")
            target = response.next_request.url
    raise StatusUnreadable("Apple's System Status redirects too often")


def _origin(url: httpx.URL) -> tuple[str, str, int | None]:
    return url.scheme, url.host, url.port


async def _answer(response: httpx.Response) -> Answer | None:
    match response.status_code:
        case httpx.codes.OK:
            return Answer(await _document(response), _validators(response.headers))
        case httpx.codes.NOT_MODIFIED:
            return None
        case code:
            raise StatusUnreadable(f"Apple's System Status answered with HTTP {code}")


async def _document(response: httpx.Response) -> bytes:
    """Read the body up to the limit. httpx would unpack a chunk whole, and 64 KB of gzip can hold 64 MB."""
    unpack = _unpacker(response.headers.get("Content-Encoding", "identity"))
    document = bytearray()
    async for chunk in response.aiter_raw():
        document += unpack(chunk, SIZE_LIMIT + 1 - len(document))
        if len(document) > SIZE_LIMIT:
            limit = SIZE_LIMIT // 1024**2
            raise StatusUnreadable(f"Apple's System Status is larger than {limit} MiB; it was not read")
    return bytes(document)


def _unpacker(encoding: str) -> Callable[[bytes, int], bytes]:
    """Give what turns a chunk into at most so many bytes."""
    match encoding.strip().lower():
        case "gzip" | "x-gzip":
            return zlib.decompressobj(wbits=zlib.MAX_WBITS | 16).decompress
        case "identity" | "":
            return lambda chunk, limit: chunk[:limit]
        case _:
            raise StatusUnreadable("Apple's System Status came packed in a way that nobody asked for")


_VALIDATORS: Final = (("ETag", "If-None-Match"), ("Last-Modified", "If-Modified-Since"))


def _validators(headers: httpx.Headers) -> Mapping[str, str]:
    """Turn the answer's marks into the next question's; a mark that could not be sent back is dropped."""
    marks = ((question, headers.get(mark, "")) for mark, question in _VALIDATORS)
    return {question: value for question, value in marks if value and value.isascii()}
