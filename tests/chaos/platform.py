"""A chat platform: brings events until they are acknowledged, shows replies, and misbehaves."""

import asyncio
import random
import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType
from typing import Self

from msgspec import MsgspecError

from tests.chaos.moves import until
from tests.chaos.record import SHOWING, Answered, Happened, Record, Shown
from tests.chaos.wire import LONGEST_LINE, Ack, Answer, Hello, Push, Send, address_of, line, read_from_worker

Judge = Callable[[Send], Answered]
"""Decides how a reply is answered."""


@dataclass(eq=False)
class Line:
    """A worker's way in, and the events that were pushed over it and are not acknowledged."""

    worker: str
    writer: asyncio.StreamWriter
    open: dict[str, Push] = field(default_factory=dict)


@dataclass(eq=False)
class ChaosPlatform:
    """Listens on `place` while it is entered.

    An event is pushed to some worker, again after about `again_after` seconds without an acknowledgement, and
    at once where the line breaks. `echo` is the chance that it is pushed to two workers, or once more after
    its acknowledgement. `latency` is the most seconds that a send takes.
    """

    place: Path
    lots: random.Random
    judge: Judge = lambda _: "ok"
    again_after: float = 1.0
    echo: float = 0.0
    latency: float = 0.0
    later: float = 0.3
    record: Record = field(default_factory=Record)
    watchers: list[Callable[[Shown, Send], None]] = field(default_factory=list)
    ack_watchers: list[Callable[[], None]] = field(default_factory=list)
    moved: asyncio.Event = field(default_factory=asyncio.Event)
    """Set whenever something was acknowledged or shown."""
    _lines: list[Line] = field(default_factory=list)
    _waiting: dict[str, Push] = field(default_factory=dict)
    _timers: dict[str, asyncio.TimerHandle] = field(default_factory=dict)
    _tasks: set[asyncio.Task[None]] = field(default_factory=set)
    _server: asyncio.Server | None = None

    async def __aenter__(self) -> Self:
        self._server = await asyncio.start_unix_server(self._serve, self.place, limit=LONGEST_LINE)
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        assert self._server
        self._server.close()
        for timer in self._timers.values():
            timer.cancel()
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    @property
    def address(self) -> str:
        return str(self.place)

    @property
    def workers(self) -> set[str]:
        """The workers that have a way in now."""
        return {each.worker for each in self._lines}

    def calm(self) -> None:
        """Answer well from now on, and bring nothing needlessly."""
        self.judge, self.echo = lambda _: "ok", 0.0

    def find_workers(self, doors: Callable[[], Sequence[int]]) -> None:
        """Do nothing: workers come to this platform."""

    def bring(self, push: Push) -> None:
        """Let this happen, and bring it to workers until one acknowledges it."""
        if push.what == "look":
            if self._lines:
                self.lots.choice(self._lines).writer.write(line(push))
            return
        now = time.monotonic()
        self.record.events[push.id] = Happened(push.id, address_of(push), now)
        self._waiting[push.id] = push
        self._push(push, among=self._lines)
        if self.lots.random() < self.echo:
            self._push(push, among=self._lines)

    # --- in ---

    def _push(self, push: Push, *, among: Iterable[Line]) -> None:
        """Push an event to one of the workers that has not got it open, if there is one."""
        self._rearm(push)
        fresh = [each for each in among if push.id not in each.open and not each.writer.is_closing()]
        if not fresh:
            return
        chosen = self.lots.choice(fresh)
        chosen.open[push.id] = push
        chosen.writer.write(line(push))
        self.record.events[push.id].pushes += 1

    def _rearm(self, push: Push) -> None:
        if timer := self._timers.pop(push.id, None):
            timer.cancel()
        loop = asyncio.get_running_loop()
        wait = self.again_after * (1 + self.lots.random())
        self._timers[push.id] = loop.call_later(wait, self._again, push)

    def _again(self, push: Push) -> None:
        """Bring an event again; who has it open and does not answer may get it once more as well."""
        if push.id not in self._waiting:
            return
        for each in self._lines:
            if self.lots.random() < 0.5:
                each.open.pop(push.id, None)
        self._push(push, among=self._lines)

    def _acknowledge(self, whose: Line, id_: str) -> None:
        push = whose.open.pop(id_, None) or self._waiting.get(id_)
        event = self.record.events[id_]
        if event.acked_at is None:
            event.acked_at = time.monotonic()
        self._waiting.pop(id_, None)
        if timer := self._timers.pop(id_, None):
            timer.cancel()
        for watcher in self.ack_watchers:
            watcher()
        self._move()
        if push and self.lots.random() < self.echo / 2:
            asyncio.get_running_loop().call_later(0.2, self._push_once, push)

    def _push_once(self, push: Push) -> None:
        if self._lines:
            chosen = self.lots.choice(self._lines)
            chosen.writer.write(line(push))
            self.record.events[push.id].pushes += 1

    # --- lines ---

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task
        self._tasks.add(task)
        try:
            match await read_from_worker(reader):
                case Hello(worker=name):
                    await self._listen(Line(name, writer), reader)
                case Send() as send:
                    await self._show(send, writer)
                case _:
                    pass
        except (OSError, MsgspecError):
            pass  # a worker died in the middle of a line
        except asyncio.CancelledError:
            pass  # the platform closes; asyncio's streams complain about a task that ends as cancelled
        finally:
            writer.transport.abort()
            self._tasks.discard(task)

    async def _listen(self, whose: Line, reader: asyncio.StreamReader) -> None:
        self._lines.append(whose)
        try:
            for push in [each for each in self._waiting.values() if not self._is_open(each)]:
                self._push(push, among=[whose])
            while (message := await read_from_worker(reader)) is not None:
                if isinstance(message, Ack):
                    self._acknowledge(whose, message.id)
        finally:
            self._lines.remove(whose)
            for push in [each for each in whose.open.values() if each.id in self._waiting]:
                self._push(push, among=self._lines)

    def _is_open(self, push: Push) -> bool:
        return any(push.id in each.open for each in self._lines)

    # --- out ---

    async def _show(self, send: Send, writer: asyncio.StreamWriter) -> None:
        came_at = time.monotonic()
        answer = self.judge(send)
        self.record.answers[answer] += 1
        await asyncio.sleep(self.latency * self.lots.random())
        if answer in SHOWING:
            where = address_of(send)
            shown = Shown(
                *(came_at, time.monotonic(), send.worker, send.key, send.attempt),
                *(where, send.text, send.prompt, answer),
            )
            self.record.shown.append(shown)
            for watcher in self.watchers:
                watcher(shown, send)
            self._move()
        await asyncio.sleep(self.latency * self.lots.random())
        await self._answer(answer, writer)

    async def _answer(self, answer: Answered, writer: asyncio.StreamWriter) -> None:
        match answer:
            case "ok" | "refused" | "gone":
                writer.write(line(Answer(answer)))
            case "later":
                writer.write(line(Answer("later", self.later * self.lots.random())))
            case "garbage":
                writer.write(b"<html>502 Bad Gateway</html>\n")
            case "hang":
                await asyncio.sleep(3600)
            case _:
                return
        await writer.drain()

    # --- waiting ---

    async def until(self, condition: Callable[[], bool], within: float) -> bool:
        """Wait for something to become true that is told by acknowledgements and replies."""
        return await until(self.moved, condition, within)

    def _move(self) -> None:
        self.moved.set()
