"""A relay to a server that counts round trips: each burst of requests that comes from a client is one."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass

MOST_AT_ONCE = 2**20


@dataclass
class Relay:
    """How often was asked, and on which port to ask."""

    port: int = 0
    asked: int = 0

    @property
    def url(self) -> str:
        return f"redis://127.0.0.1:{self.port}/0"


@asynccontextmanager
async def relay_to(port: int) -> AsyncIterator[Relay]:
    """Listen on a free port and pass everything on to that one."""
    relay = Relay()

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        there_reader, there_writer = await asyncio.open_connection("127.0.0.1", port, limit=MOST_AT_ONCE)
        back = asyncio.create_task(_pass_on(there_reader, writer))
        while request := await reader.read(MOST_AT_ONCE):
            relay.asked += 1
            there_writer.write(request)
            await there_writer.drain()
        there_writer.close()
        await back

    server = await asyncio.start_server(serve, "127.0.0.1", 0, limit=MOST_AT_ONCE)
    async with server:
        relay.port = server.sockets[0].getsockname()[1]
        yield relay


async def _pass_on(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    while answer := await reader.read(MOST_AT_ONCE):
        writer.write(answer)
        await writer.drain()
    writer.close()
