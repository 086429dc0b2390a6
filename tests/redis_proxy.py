"""A line to a server with faults in it: cut, frozen, slow, or with an answer that never arrives."""

import asyncio
from dataclasses import dataclass, field
from types import TracebackType
from typing import Self


@dataclass(eq=False)
class RedisProxy:
    """Listens on a port of its own and passes everything on to the server at `port`, until told otherwise.

    `round_trips` counts what clients have sent, in pieces as they arrived; `delay` is seconds for each piece
    from the client.
    """

    port: int
    delay: float = 0
    round_trips: int = 0
    own_port: int = 0
    lost: asyncio.Event = field(default_factory=asyncio.Event)
    """Set when an answer has been lost."""
    _losing: bytes | None = None
    _then_freeze: bool = False
    _open: asyncio.Event = field(default_factory=asyncio.Event)
    _listener: asyncio.Server | None = None
    _lines: set[asyncio.StreamWriter] = field(default_factory=set)
    _stranded: set[asyncio.StreamWriter] = field(default_factory=set)
    _tasks: set[asyncio.Task[None]] = field(default_factory=set)

    async def __aenter__(self) -> Self:
        self._open.set()
        self._listener = await asyncio.start_server(self._serve, "127.0.0.1", 0)
        self.own_port = self._listener.sockets[0].getsockname()[1]
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        assert self._listener
        self._listener.close()
        self.thaw()
        self.cut()
        await asyncio.gather(*self._tasks)

    @property
    def url(self) -> str:
        return f"redis://127.0.0.1:{self.own_port}/0"

    def lose_answer_to(self, words: bytes, *, then_freeze: bool = False) -> None:
        """Let the next command with these bytes through, and cut the line instead of passing its answer."""
        self._losing, self._then_freeze = words, then_freeze
        self.lost.clear()

    def freeze(self) -> None:
        """Pass nothing on, and keep all lines."""
        self._open.clear()

    def thaw(self) -> None:
        """Pass on what was held back, and what comes."""
        self._open.set()

    def strand(self, port: int) -> None:
        """Lead to another server from now on; whoever is connected hears nothing more, and is not told."""
        self.port = port
        self._stranded |= self._lines

    def cut(self) -> None:
        """Cut all lines; new ones may be made."""
        for line in self._lines:
            line.transport.abort()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task
        self._tasks.add(task)
        try:
            await self._connect(reader, writer)
        except OSError:
            pass  # either end has gone
        finally:
            writer.transport.abort()
            self._lines.discard(writer)
            self._tasks.discard(task)

    async def _connect(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        beyond, server = await asyncio.open_connection("127.0.0.1", self.port)
        self._lines |= {writer, server}
        loses = asyncio.Event()
        try:
            async with asyncio.TaskGroup() as group:
                group.create_task(self._pass_commands(reader, server, loses))
                group.create_task(self._pass_answers(beyond, writer, loses))
        except* OSError:
            pass
        finally:
            server.transport.abort()
            self._lines.discard(server)

    async def _pass_commands(
        self, reader: asyncio.StreamReader, server: asyncio.StreamWriter, loses: asyncio.Event
    ) -> None:
        while piece := await reader.read(65536):
            self.round_trips += 1
            if server in self._stranded:
                continue
            await asyncio.sleep(self.delay)
            await self._open.wait()
            if self._losing is not None and self._losing in piece:
                self._losing = None
                loses.set()
            server.write(piece)
            await server.drain()
        raise ConnectionResetError  # ends the other direction too

    async def _pass_answers(
        self, beyond: asyncio.StreamReader, writer: asyncio.StreamWriter, loses: asyncio.Event
    ) -> None:
        while piece := await beyond.read(65536):
            await self._open.wait()
            if loses.is_set():
                if self._then_freeze:
                    self.freeze()
                self.lost.set()
                raise ConnectionResetError
            writer.write(piece)
            await writer.drain()
        raise ConnectionResetError
