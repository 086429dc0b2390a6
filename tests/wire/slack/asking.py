"""Asks the server as an app does, with the real client, for its own tests."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from functools import wraps
from typing import Any, ParamSpec

from aiohttp import ClientSession
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient

from tests.wire.slack.refusal import Json
from tests.wire.slack.server import SlackServer

P = ParamSpec("P")

BUTTON: Json = {
    "type": "button", "text": {"type": "plain_text", "text": "はい"}, "value": "y", "action_id": "pick:y"
}  # fmt: skip
PROMPT: list[Json] = [
    {"type": "section", "text": {"type": "mrkdwn", "text": "*Did it work?*"}},
    {"type": "actions", "elements": [BUTTON]},
]


def awaited(story: Callable[P, Awaitable[None]]) -> Callable[P, None]:
    """Make a test of a coroutine."""

    @wraps(story)
    def test(*args: P.args, **kwargs: P.kwargs) -> None:
        async def run() -> None:
            async with asyncio.timeout(30):
                await story(*args, **kwargs)

        asyncio.run(run())

    return test


@dataclass(frozen=True, slots=True)
class Asker:
    """An app that only calls."""

    slack: SlackServer
    client: AsyncWebClient
    session: ClientSession

    async def why_not(self, method: str, **given: object) -> str:
        """Call a method that has to be refused, and give Slack's word for it."""
        return str((await self.refusal(method, **given)).get("error"))

    async def refusal(self, method: str, **given: object) -> Json:
        """Call a method that has to be refused, and give the whole answer."""
        try:
            await self.client.api_call(method, json=given)
        except SlackApiError as error:
            return dict(error.response.data)
        raise AssertionError(f"{method} was not refused")

    async def post(self, path: str, **options: Any) -> Json:  # noqa: ANN401  whatever aiohttp takes
        """Post without the client, and give the JSON of the answer."""
        async with self.session.post(f"{self.slack.url}{path}", **options) as answer:
            return dict(await answer.json())


def client_of(slack: SlackServer, session: ClientSession | None = None) -> AsyncWebClient:
    """Give the real client, without its own second tries."""
    return AsyncWebClient(slack.bot_token, slack.api_url, session=session, retry_handlers=[])


@asynccontextmanager
async def asking(slack: SlackServer | None = None) -> AsyncIterator[Asker]:
    """Give a running Slack, and an app that calls it."""
    async with slack or SlackServer() as server, ClientSession() as session:
        yield Asker(server, client_of(server, session), session)
