"""The watch of the status card, whose news come into the direct message: a "stop" there ends it, too."""

from collections.abc import Callable

from adapters.slack.incoming import Heard
from adapters.slack.origin import Origin, read_origin, write_origin
from adapters.slack.place import card, spot
from bot.events import Event, Invoked
from bot.model import Address, EventId
from bot.ports import Glance


class CardWatch:
    """Knows who follows Apple's services on the card."""

    def __init__(self, team: str, glance: Glance, asks_to_stop: Callable[[Event], bool]) -> None:
        """`asks_to_stop` says of an event whether somebody wants no more news."""
        self._team, self._glance, self._asks_to_stop = team, glance, asks_to_stop

    async def ended_by(self, heard: Heard) -> Heard | None:
        """Give what ends it, if that is asked for in the direct message. Raises what looking raises.

        Whoever follows there, too, is told once: by the conversation in which they asked.
        """
        place = spot(heard.address)
        if place.channel or place.is_card or not self._asks_to_stop(heard.event):
            return None
        there = card(self._team, heard.address.person)
        if not await self._follows(there):
            return None
        channel = read_origin(getattr(heard.event, "origin", "")).channel
        origin = write_origin(Origin(channel=channel, silent=await self._follows(heard.address)))
        return Heard(there, Invoked(EventId(f"{heard.event.id}:card"), "unwatch", origin=origin))

    async def _follows(self, address: Address) -> bool:
        return any(choice.id == "unwatch" for choice in (await self._glance(address, None)).choices)
