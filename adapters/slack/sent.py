"""Finds out what of a reply has been shown already: each message carries the reply's key as metadata."""

from collections import OrderedDict
from collections.abc import AsyncIterator, Callable, Iterator
from typing import Any, Final

from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient

from adapters.slack.faults import code_of
from adapters.slack.origin import read_origin

EVENT_TYPE: Final = "imessage_support_reply"

BEFORE: Final = 5.0
"""Seconds before the event from which on its reply is looked for, and more where there was no event."""
LONG_BEFORE: Final = 25 * 3600.0
PAGES: Final = 5
MOST: Final = 5_000
"""People whose direct messages are remembered."""

_BLIND: Final = frozenset({
    "missing_scope", "not_in_channel", "channel_not_found", "thread_not_found", "no_permission",
    "method_not_supported_for_channel_type", "channel_is_limited_access", "not_allowed_token_type",
})  # fmt: skip
"""We may not look there: then the reply is sent once more."""


class Reader:
    """Reads back what we said."""

    def __init__(self, client: AsyncWebClient, now: Callable[[], float]) -> None:
        self._client, self._now = client, now
        self._directs: OrderedDict[str, str] = OrderedDict()

    async def shown(self, channel: str, thread: str, key: str, origin: str) -> frozenset[int]:
        """Give the parts of that reply that are there. Raises what a call raises."""
        try:
            if channel.startswith(("U", "W")):
                channel = await self.direct(channel, needed=True)
            return frozenset([part async for part in self._parts(channel, thread, key, self._oldest(origin))])
        except SlackApiError as error:
            if code_of(error) in _BLIND:
                return frozenset()
            raise

    async def direct(self, person: str, *, needed: bool) -> str:
        """Give the direct message with a person: its id if that is known or `needed`, else the person's."""
        if known := self._directs.get(person):
            return known
        if not needed:
            return person
        answer = await self._client.api_call("conversations.open", json={"users": person})
        channel = answer.get("channel")
        self.remember(person, channel.get("id") if isinstance(channel, dict) else None)
        return self._directs.get(person, person)

    def remember(self, person: str, channel: object) -> None:
        """Remember the direct message with a person."""
        if isinstance(channel, str) and channel.startswith("D"):
            self._directs[person] = channel
            while len(self._directs) > MOST:
                self._directs.popitem(last=False)

    def _oldest(self, origin: str) -> str:
        since = read_origin(origin).since
        try:
            return f"{float(since) - BEFORE:.6f}"
        except ValueError:
            return f"{self._now() - LONG_BEFORE:.6f}"

    async def _parts(self, channel: str, thread: str, key: str, oldest: str) -> AsyncIterator[int]:
        params: dict[str, Any] = {
            "channel": channel, "oldest": oldest, "include_all_metadata": True, "limit": 200
        }  # fmt: skip
        method = "conversations.replies" if thread else "conversations.history"
        if thread:
            params["ts"] = thread
        for _ in range(PAGES):
            answer = await self._client.api_call(method, http_verb="GET", params=params)
            for part in _marked(answer.get("messages"), key):
                yield part
            more = answer.get("response_metadata")
            cursor = more.get("next_cursor") if isinstance(more, dict) else None
            if not cursor:
                return
            params["cursor"] = cursor


def _marked(messages: object, key: str) -> Iterator[int]:
    for message in messages if isinstance(messages, list) else ():
        metadata = message.get("metadata") if isinstance(message, dict) else None
        if not isinstance(metadata, dict) or metadata.get("event_type") != EVENT_TYPE:
            continue
        payload = metadata.get("event_payload")
        if isinstance(payload, dict) and payload.get("key") == key:
            part = payload.get("part")
            yield part if isinstance(part, int) else 0
