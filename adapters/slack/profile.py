"""Who we are on Slack."""

import asyncio
from collections.abc import Callable
from typing import Final

import structlog
from slack_sdk.web.async_client import AsyncWebClient

from adapters.outage import Outage, rest
from adapters.slack.faults import code_of
from adapters.slack.incoming import Me
from adapters.slack.outage import TOKEN_ERRORS, Pace, setback
from bot.ports import TokenRefused

METHODS: Final = ("auth.test", "bots.info")
"""What is called here; the scopes for it are in the manifest."""

SETTING: Final = "SLACK_BOT_TOKEN"

_log = structlog.get_logger()


async def introduce(
    client: AsyncWebClient, stop: asyncio.Event, *, connect: bool, pace: Pace, random: Callable[[], float]
) -> Me | None:
    """Ask Slack who we are, again and again through an outage; None if the stop came first.

    `connect` says whether people of other workspaces are helped too. Raises `TokenRefused`.
    """
    outage = Outage("slack", pace, random)
    while not stop.is_set():
        try:
            me = await _ask(client, connect=connect)
        except Exception as error:  # noqa: BLE001  the library lets much through, and none of it is for ever
            if code_of(error) in TOKEN_ERRORS:
                raise TokenRefused(SETTING) from None
            wait = outage.failed(setback(error, SETTING))
            _log.info("waiting for slack", seconds=round(wait, 1))
            await rest(stop, wait)
        else:
            outage.worked()
            return me
    return None


async def _ask(client: AsyncWebClient, *, connect: bool) -> Me:
    answer = await client.api_call("auth.test")
    team, user, bot = (str(answer.get(name) or "") for name in ("team_id", "user_id", "bot_id"))
    if not team or not user:
        raise ValueError("auth.test says nothing of the workspace")
    return Me(team, user, bot, await _app_id(client, bot), connect)


async def _app_id(client: AsyncWebClient, bot: str) -> str:
    """Find out our app's id. Without it, what is brought to us counts as ours: it is signed in any case."""
    try:
        answer = await client.api_call("bots.info", http_verb="GET", params={"bot": bot})
    except Exception as error:  # noqa: BLE001  whatever it is, we can do without
        _log.info("the app's own id is not known", kind=code_of(error) or type(error).__name__)
        return ""
    found = answer.get("bot")
    app = found.get("app_id") if isinstance(found, dict) else None
    return app if isinstance(app, str) else ""
