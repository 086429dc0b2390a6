"""Slack's Web API, as slack-sdk's client speaks with it, which here sends nothing twice by itself."""

import logging
from typing import Final

import aiohttp
from slack_sdk.web.async_client import AsyncWebClient
from slack_sdk.webhook.async_client import AsyncWebhookClient

API_URL: Final = "https://slack.com/api/"
PATIENCE: Final = aiohttp.ClientTimeout(total=8, sock_connect=3)
"""Seconds for one call; less than `bot.runtime.deliver.SEND_DEADLINE`."""


async def open_client(token: str, api_url: str = API_URL) -> AsyncWebClient:
    """Make the client; `close_client` closes it. It uses the environment's proxy, with its exceptions."""
    session = aiohttp.ClientSession(timeout=PATIENCE, trust_env=True)
    client = AsyncWebClient(
        token, base_url=api_url, session=session, retry_handlers=[], timeout=8, logger=_quiet()
    )
    client.proxy = None  # it would go through HTTP_PROXY to whatever NO_PROXY names
    return client


async def close_client(client: AsyncWebClient) -> None:
    """Close its connections; closing twice is harmless."""
    if client.session is not None:
        await client.session.close()


def response_client(client: AsyncWebClient, url: str) -> AsyncWebhookClient:
    """Make what answers at a `response_url`, over the connections of `client`."""
    webhook = AsyncWebhookClient(url, session=client.session, retry_handlers=[], timeout=8, logger=_quiet())
    webhook.proxy = None
    return webhook


def _quiet() -> logging.Logger:
    """Give a logger that never writes what people say, which the library does at DEBUG."""
    logger = logging.getLogger("slack_sdk.calls")
    logger.setLevel(logging.INFO)
    return logger
