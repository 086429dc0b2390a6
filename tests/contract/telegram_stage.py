"""The local Bot API server as the stage on which the Telegram channel keeps the contract."""

from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

import telegram

from adapters.telegram.bot import open_bot
from adapters.telegram.channel import TelegramChannel
from adapters.telegram.inbound import Heard, Me, read_update
from bot.model import Address
from bot.ports import Channel
from tests.contract.channel import Stage, Trouble
from tests.wire.telegram import TelegramServer, faults
from tests.wire.telegram.people import Person
from tests.wire.telegram.refusals import bad, forbidden

_FAULTS: Mapping[Trouble, faults.Fault] = {
    "too_many": faults.limit(7),
    "lost": faults.reset_after,
    "broken": faults.error_before(502),
    "refused": faults.refuse(bad("message is too long")),
    "gone": faults.refuse(forbidden("bot was blocked by the user")),
}


@dataclass(slots=True)
class TelegramStage:
    """A private chat."""

    server: TelegramServer
    bot: telegram.Bot
    person: Person
    channel: Channel
    address: Address = field(default_factory=lambda: Address("telegram", "5", "5"))

    @property
    def read(self) -> Sequence[str]:
        """What stands there; text that Telegram took for markup would have lost its signs."""
        return self.person.texts

    @property
    def buttons(self) -> Sequence[str]:
        """The labels."""
        return self.person.last.labels

    @property
    def toasts(self) -> Sequence[str]:
        """The toasts."""
        return self.person.toasts

    async def press(self) -> str:
        """Press, and read the update as the adapter does."""
        self.person.presses(self.person.last.labels[0])
        update = telegram.Update.de_json(dict(self.server.updates.pending()[-1]), self.bot)
        heard = read_update(update, Me(int(self.server.me["id"]), str(self.server.me["username"])))
        assert isinstance(heard, Heard)
        return str(getattr(heard.event, "origin", ""))

    def plan(self, trouble: Trouble) -> None:
        """Plan a fault."""
        self.server.faults.next("sendMessage", _FAULTS[trouble])

    @asynccontextmanager
    async def unreachable(self) -> AsyncIterator[Channel]:
        """Connect to a port on which nobody listens."""
        bot = open_bot(self.server.token, "http://127.0.0.1:1")
        try:
            yield TelegramChannel(bot)
        finally:
            await bot.shutdown()


@asynccontextmanager
async def telegram_stage() -> AsyncIterator[Stage]:
    """Set the stage."""
    async with TelegramServer() as server:
        bot = open_bot(server.token, server.url)
        try:
            yield TelegramStage(server, bot, server.person(5), TelegramChannel(bot))
        finally:
            await bot.shutdown()
