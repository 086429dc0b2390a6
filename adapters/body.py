"""The body of a request from a stranger: no more of it than is sensible, and not for longer."""

import asyncio

from starlette.requests import ClientDisconnect, Request

LONGEST_NUMBER = 10
"""Digits of a length that are read."""


async def read_body(request: Request, *, most: int, within: float) -> bytes | int:
    """Read up to `most` bytes, whatever the header says of the length, within so many seconds.

    Gives the status that refuses it instead: 413 for one that is too long, 408 for one that does not come,
    400 for one that is broken off.
    """
    declared = request.headers.get("content-length", "0")
    is_number = declared.isascii() and declared.isdecimal() and len(declared) <= LONGEST_NUMBER
    if not is_number or int(declared) > most:
        return 413
    body = bytearray()
    try:
        async with asyncio.timeout(within):
            async for chunk in request.stream():
                body += chunk
                if len(body) > most:
                    return 413
    except TimeoutError:
        return 408
    except ClientDisconnect:
        return 400
    return bytes(body)
