"""Fetches a file that somebody shared with us."""

import asyncio

import aiohttp
from slack_sdk.web.async_client import AsyncWebClient

from adapters.attachment import FILE_LIMIT, decoded
from adapters.slack.hosts import is_file
from adapters.slack.incoming import Fetch
from bot.events import Sent, Shared

WITHIN = 1.5
"""Seconds for a file to come: the event that it is for is acknowledged within three."""

_CHUNK = 64 * 1024


async def fetch(client: AsyncWebClient, file: Fetch) -> Shared | Sent:
    """Give the event that the file is, read or unreadable; raises nothing.

    The bot's token goes to Slack's file host only, and redirects are not followed: they lead to a login page.
    """
    if not is_file(file.url, client.base_url) or client.session is None:
        return file.unread("unavailable_file")
    try:
        async with asyncio.timeout(WITHIN):
            content = await _content(client, client.session, file.url)
    except (TimeoutError, aiohttp.ClientError, ValueError, OSError):
        return file.unread("unavailable_file")
    if content is None:
        return file.unread("unavailable_file")
    if len(content) > FILE_LIMIT:
        return file.unread("large_file")
    text = await decoded(content)
    return file.unread("other_file") if text is None else file.shared(text)


async def _content(client: AsyncWebClient, session: aiohttp.ClientSession, url: str) -> bytes | None:
    """Read no more than tells that it is too much; None if the file is not given to us."""
    headers = {"Authorization": f"Bearer {client.token}"}
    async with session.get(url, headers=headers, allow_redirects=False) as answer:
        if answer.status != 200:  # noqa: PLR2004  OK
            return None
        content = bytearray()
        async for chunk in answer.content.iter_chunked(_CHUNK):
            content += chunk
            if len(content) > FILE_LIMIT:
                break
        return bytes(content)
