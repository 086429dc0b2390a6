"""The worker's side of a platform of the field: its adapter as it is, with failpoints round it."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta

from bot.events import Event
from bot.model import Address, Reply
from bot.ports import Channel, Receive, WayIn
from bot.replace import replace
from tests.chaos.failpoints import Failpoints
from tests.chaos.sign import Sign


@dataclass(frozen=True)
class PointedWayIn:
    """An adapter's way in. `ack.after` is a point that only the platform can see."""

    way_in: WayIn
    points: Failpoints
    bug: Callable[[Receive], Receive] = lambda receive: receive
    """Stands round the door in, where one is planted there."""

    async def run(self, receive: Receive, stop: asyncio.Event) -> None:
        """Bring in events as the adapter does."""

        async def take(address: Address, event: Event) -> None:
            await self.points.at("ingress.received")
            await receive(address, event)
            await self.points.at("ack.before")

        await self.way_in.run(self.bug(take), stop)

    @property
    def is_ready(self) -> bool:
        """Whether events can reach us now."""
        return self.way_in.is_ready


@dataclass(frozen=True)
class SigningChannel:
    """An adapter's channel, whose replies say whose they are, and with shorter pauses than the platform's.

    `send.after_bytes` is a point that only the platform can see.
    """

    channel: Channel
    points: Failpoints
    chat_pause: timedelta
    bot_pause: timedelta

    def pause(self, address: Address) -> timedelta:
        """Give the same pause for every chat."""
        del address
        return self.chat_pause

    async def send(self, address: Address, reply: Reply, *, key: str, attempt: int) -> None:
        """Show the reply as the adapter does."""
        sign = Sign(address.person, key, attempt, reply.prompt)
        await self.points.at("send.before")
        signed = replace(reply, text=sign.over(reply.text))
        await self.channel.send(address, signed, key=key, attempt=attempt)
        await self.points.at("send.after")
