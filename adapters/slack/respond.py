"""Answers at a `response_url`: without a token, for half an hour, five times."""

from typing import Any

from slack_sdk.web.async_client import AsyncWebClient

from adapters.slack.client import response_client
from adapters.slack.faults import fault, wait_of
from adapters.slack.hosts import is_response_url
from adapters.slack.outbound import Respond
from bot.ports import TryLater, Unsure


class UsedUp(Exception):
    """Nothing can be said there any more."""


async def respond(client: AsyncWebClient, call: Respond) -> None:
    """Say it, or raise `UsedUp`, `TryLater` or `Unsure`."""
    if not is_response_url(call.url, client.base_url):
        raise UsedUp
    body: dict[str, Any] = {
        "text": call.message.text,
        "response_type": "in_channel" if call.how == "public" else "ephemeral",
        "replace_original": call.how == "replace",
        "unfurl_links": False,
        "unfurl_media": False,
    }
    if call.message.blocks:
        body["blocks"] = [*call.message.blocks]
    if call.thread:
        body["thread_ts"] = call.thread
    try:
        answer = await response_client(client, call.url).send_dict(body)
    except Exception as error:
        raise fault(error) from error
    match answer.status_code:
        case 200:
            return
        case 429:
            raise TryLater(wait_of(answer.headers))
        case status if status >= 500:  # noqa: PLR2004  Slack's own trouble
            raise Unsure(f"status {status}")
        case _:
            raise UsedUp
