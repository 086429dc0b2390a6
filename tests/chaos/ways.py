"""The worker's side of the tests' platform: its way in, and its channel outward."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import timedelta

from msgspec import MsgspecError

from bot.model import Address, Reply
from bot.ports import Glance, Gone, Receive, Refused, StoreUnusable, TryLater, Unsure
from bot.runtime.receive import TooManyConflicts
from tests.chaos.failpoints import Failpoints
from tests.chaos.wire import (
    LONGEST_LINE,
    Ack,
    Hello,
    Push,
    Send,
    address_of,
    event_of,
    line,
    read_answer,
    read_push,
)

AGAIN_AFTER = 0.05
"""Seconds before another try to reach the platform."""


@dataclass
class ChaosWayIn:
    """Brings in what the platform pushes, and acknowledges each event once it is taken in."""

    place: str
    worker: str
    points: Failpoints
    glance: Glance
    bug: Callable[[Receive], Receive] = lambda receive: receive
    """Stands round the door in, where one is planted there."""
    is_ready: bool = False
    _tasks: set[asyncio.Task[None]] = field(default_factory=set)

    async def run(self, receive: Receive, stop: asyncio.Event) -> None:
        """Listen to the platform until `stop`, then finish what came by then."""
        receive = self.bug(receive)
        stopped = asyncio.create_task(stop.wait())
        while not stop.is_set():
            try:
                reader, writer = await asyncio.open_unix_connection(self.place, limit=LONGEST_LINE)
            except OSError:
                await asyncio.wait([stopped], timeout=AGAIN_AFTER)
                continue
            self.is_ready = True
            try:
                writer.write(line(Hello(self.worker)))
                await self._listen(reader, writer, receive, stopped)
            finally:
                self.is_ready = False
                writer.close()

    async def _listen(
        self,
        reader: asyncio.StreamReader,
        writer: asyncio.StreamWriter,
        receive: Receive,
        stopped: asyncio.Task[bool],
    ) -> None:
        while True:
            reading = asyncio.create_task(read_push(reader))
            await asyncio.wait([reading, stopped], return_when=asyncio.FIRST_COMPLETED)
            push = reading.result() if reading.done() else None
            reading.cancel()
            if push is None:
                break
            task = asyncio.create_task(self._take(push, writer, receive))
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)
        while self._tasks:
            await asyncio.wait(self._tasks)

    async def _take(self, push: Push, writer: asyncio.StreamWriter, receive: Receive) -> None:
        try:
            if push.what == "look":
                await self.glance(address_of(push), push.language)
                return
            await self.points.at("ingress.received")
            await receive(address_of(push), event_of(push))
            await self.points.at("ack.before")
            writer.write(line(Ack(push.id)))
            await self.points.at("ack.after")
        except (StoreUnusable, TooManyConflicts):
            return  # without an acknowledgement: the platform brings it again


@dataclass(frozen=True)
class ChaosChannel:
    """Shows replies on the platform, each over a connection of its own, as platforms are spoken with."""

    place: str
    worker: str
    points: Failpoints
    chat_pause: timedelta = timedelta()
    bot_pause: timedelta = timedelta()

    def pause(self, address: Address) -> timedelta:
        """Give the same pause for every chat."""
        del address
        return self.chat_pause

    async def send(self, address: Address, reply: Reply, *, key: str, attempt: int) -> None:
        """Show the reply, and translate what the platform says of it."""
        await self.points.at("send.before")
        try:
            reader, writer = await asyncio.open_unix_connection(self.place, limit=LONGEST_LINE)
        except OSError as error:
            raise TryLater from error
        try:
            writer.write(line(self._message(address, reply, key, attempt)))
            await writer.drain()
            await self.points.at("send.after_bytes")
            await _outcome(reader)
        finally:
            writer.close()
        await self.points.at("send.after")

    def _message(self, address: Address, reply: Reply, key: str, attempt: int) -> Send:
        choices = tuple(choice.id for choice in reply.choices)
        where = (address.platform, address.chat, address.person)
        return Send(self.worker, key, attempt, where, reply.text, choices, reply.prompt)


async def _outcome(reader: asyncio.StreamReader) -> None:
    try:
        answer = await read_answer(reader)
    except MsgspecError as error:
        raise Unsure from error
    match answer:
        case None:
            raise Unsure
        case _ if answer.kind == "later":
            raise TryLater(timedelta(seconds=answer.after))
        case _ if answer.kind == "refused":
            raise Refused("blocked")
        case _ if answer.kind == "gone":
            raise Gone("left")
