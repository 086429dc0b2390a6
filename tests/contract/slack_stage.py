"""The local Slack as the stage on which the Slack channel keeps the contract."""

from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass

from slack_sdk.web.async_client import AsyncWebClient

from adapters.slack.channel import SlackChannel
from adapters.slack.client import close_client, open_client
from adapters.slack.inbound import read_payload
from adapters.slack.incoming import Heard, Me
from adapters.slack.place import direct
from bot.model import Address
from bot.ports import Channel
from tests.adapters.slack_payloads import words
from tests.contract.channel import Stage, Trouble
from tests.wire.slack import Person, Post, SlackServer, faults
from tests.wire.slack.blocks import texts
from tests.wire.slack.workspace import TEAM

_FAULTS: Mapping[Trouble, faults.Fault] = {
    "too_many": faults.limit(7),
    "lost": faults.reset_after,
    "broken": faults.error_before(502),
    "refused": faults.refuse("restricted_action"),
    "gone": faults.refuse("user_disabled"),
}


@dataclass(slots=True)
class SlackStage:
    """The direct message of one person."""

    server: SlackServer
    client: AsyncWebClient
    person: Person
    channel: Channel
    address: Address

    @property
    def read(self) -> Sequence[str]:
        """What stands in the blocks that are no buttons, whose text Slack shows as it is."""
        return [_read(post) for post in self.person.sees() if not post.only_for]

    @property
    def buttons(self) -> Sequence[str]:
        """The labels."""
        return self._newest.buttons

    @property
    def toasts(self) -> Sequence[str]:
        """The ephemeral messages."""
        return [_read(post) for post in self.person.sees() if post.only_for]

    async def press(self) -> str:
        """Press, and read the payload as the adapter does."""
        press = self.person.presses(self._newest.buttons[0], self._newest)
        heard = read_payload(press.payload, Me(TEAM, self.server.app.user, app=self.server.app.id))
        assert isinstance(heard, Heard)
        return str(getattr(heard.event, "origin", ""))

    def plan(self, trouble: Trouble) -> None:
        """Plan a fault."""
        self.server.api.faults.next("chat.postMessage", _FAULTS[trouble])

    @asynccontextmanager
    async def unreachable(self) -> AsyncIterator[Channel]:
        """Connect to a port on which nobody listens."""
        client = await open_client(self.server.bot_token, "http://127.0.0.1:1/api/")
        try:
            yield SlackChannel(client, words)
        finally:
            await close_client(client)

    @property
    def _newest(self) -> Post:
        return [post for post in self.person.sees() if not post.only_for][-1]


def _read(post: Post) -> str:
    return "\n".join(texts([block for block in post.blocks if block["type"] != "actions"]))


@asynccontextmanager
async def slack_stage() -> AsyncIterator[Stage]:
    """Set the stage."""
    async with SlackServer() as server:
        client = await open_client(server.bot_token, server.api_url)
        person = server.person()
        channel = SlackChannel(client, words, now=server.clock.now)
        try:
            yield SlackStage(server, client, person, channel, direct(TEAM, person.id))
        finally:
            await close_client(client)
