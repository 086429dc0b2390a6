"""One raw update in: read, fetched where it is a file, and handed on."""

from collections.abc import Callable, Mapping
from typing import TypeAlias, assert_never

import structlog
import telegram
from msgspec import Struct, field

from adapters.attachment import Desk
from adapters.telegram.files import fetched
from adapters.telegram.inbound import Fetch, Heard, Incoming, Me, Meaningless, NotYours, read_update
from adapters.telegram.typing_sign import MOMENT, typing_sign
from bot.model import Language
from bot.ports import Hears, Receive

Words: TypeAlias = Callable[[str, Language], str]
"""Gives a phrase of `flows/phrases.yaml` by its name, in that language."""

_log = structlog.get_logger()


class Intake(Struct, frozen=True):
    """Takes updates; as many at once as one likes."""

    bot: telegram.Bot
    me: Me
    words: Words
    moment: float = MOMENT
    """Seconds after which the person sees that somebody is typing."""
    hears: Hears = lambda _: True
    desk: Desk = field(default_factory=Desk)

    async def take(self, raw: Mapping[str, object], receive: Receive) -> None:
        """Hand on what the update means, if anything. Raises only what `receive` raises.

        An update that cannot be read is logged by its number and passed over, so that it holds up nobody.
        """
        incoming = self._read(raw)
        match incoming:
            case Fetch(address=address) if self.desk.is_full or not self.hears(address):
                await receive(address, incoming.unread("unavailable_file"))
            case Fetch(address=address):
                async with typing_sign(self.bot, address, after=self.moment), self.desk.place():
                    await receive(address, await fetched(self.bot, incoming))
            case Heard(address=address, event=event):
                async with typing_sign(self.bot, address, after=self.moment):
                    await receive(address, event)
            case NotYours(query=query, language=language):
                await self._answer(query, self.words("button.not_yours", language))
            case Meaningless(query=query):
                await self._answer(query)
            case None:
                pass
            case _:
                assert_never(incoming)

    def _read(self, raw: Mapping[str, object]) -> Incoming | None:
        try:
            return read_update(telegram.Update.de_json(dict(raw), self.bot), self.me)
        except Exception as error:  # noqa: BLE001  the library checks no types: anything can come of a wrong one
            _log.warning("update not understood", update=_number(raw), why=type(error).__name__)
            return None

    async def _answer(self, query: str, toast: str | None = None) -> None:
        try:
            await self.bot.answer_callback_query(query, toast)
        except Exception as error:  # noqa: BLE001  it stops spinning by itself
            _log.info("press not answered", why=type(error).__name__)


def _number(raw: object) -> int | None:
    number = raw.get("update_id") if isinstance(raw, Mapping) else None
    return number if isinstance(number, int) else None
