"""The terminal as a screen on which the console's channel keeps what any channel keeps."""

import re
from collections.abc import Sequence
from datetime import UTC, datetime

from adapters.console.outbound import rendered
from bot.app import open_app
from bot.console_session import ConsoleSession
from bot.flowfiles import load_book
from bot.model import Address, Reply
from bot.ports import Channel
from bot.replace import replace
from bot.settings import Settings

WIDE = 10**6
"""Columns: so that a line is never wrapped."""


class ConsoleScreen:
    """Somebody's terminal, with everything that was put on it."""

    channel: Channel

    def __init__(self) -> None:
        app = open_app(load_book(), Settings(), None)
        self._session = ConsoleSession(app, "ann", "en", lambda: datetime.now(UTC), insists=False)
        self.channel = self._session
        self.address = Address("console", "ann", "ann")

    @property
    def read(self) -> Sequence[str]:
        """The texts, as they are drawn."""
        return [_drawn(replace(reply, choices=())).strip() for reply in self._session.shown]

    @property
    def buttons(self) -> Sequence[str]:
        """The numbered labels below the newest text."""
        newest = self._session.shown[-1]
        return re.findall(r"^ *\d+ (.+)$", _drawn(newest).removeprefix(newest.text), re.MULTILINE)


def _drawn(reply: Reply) -> str:
    return rendered(reply, WIDE).plain
