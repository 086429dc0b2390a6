"""Looks at the port of the health server from outside: is it free, or who is there?"""

import asyncio
import errno
import socket
from contextlib import closing
from enum import Enum, auto

SECONDS = 2.0


class Port(Enum):
    """How an address looks to somebody who wants to serve there."""

    FREE = auto()
    OURS = auto()
    TAKEN = auto()
    IMPOSSIBLE = auto()


async def look_at_port(host: str, port: int) -> Port:
    """Try to listen there for an instant; where somebody does already, ask whether that is a bot of ours."""
    try:
        found = await asyncio.get_running_loop().getaddrinfo(host, port, type=socket.SOCK_STREAM)
        family, _, _, _, address = found[0]
        socket.create_server((str(address[0]), port), family=family).close()
    except OSError as error:
        if error.errno != errno.EADDRINUSE:
            return Port.IMPOSSIBLE
        return Port.OURS if await _is_ours(host, port) else Port.TAKEN
    return Port.FREE


async def _is_ours(host: str, port: int) -> bool:
    try:
        async with asyncio.timeout(SECONDS):
            reader, writer = await asyncio.open_connection(host, port)
            with closing(writer):
                writer.write(b"GET /readyz HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n")
                await reader.readuntil(b'"checks":{')
    except (OSError, TimeoutError, asyncio.IncompleteReadError, asyncio.LimitOverrunError):
        return False
    return True
