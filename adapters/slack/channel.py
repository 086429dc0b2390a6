"""Slack, outward: shows replies, and looks before it shows one a second time."""

import asyncio
import contextlib
import logging
from collections.abc import Callable
from datetime import timedelta
from time import time
from typing import Any, Final

from slack_sdk.web.async_client import AsyncWebClient

from adapters.slack.faults import TOO_MUCH, code_of, fault
from adapters.slack.origin import read_origin
from adapters.slack.outbound import Call, Close, Post, Respond, Whisper, calls, in_plain_words, whispered
from adapters.slack.place import spot
from adapters.slack.respond import UsedUp, respond
from adapters.slack.sent import EVENT_TYPE, Reader
from adapters.slack.words import Words, language_of
from bot.model import Address, Reply
from bot.ports import Gone, Refused, TryLater, Unsure

METHODS: Final = (
    "chat.postMessage", "chat.postEphemeral", "chat.update", "conversations.history", "conversations.open",
    "conversations.replies",
)  # fmt: skip
"""What this channel calls; the scopes for it are in the manifest."""

PAUSE: Final = timedelta(seconds=1)
"""Slack takes about one message a second in a conversation."""

CLOSING: Final = 3.0
"""Seconds that closing a pressed prompt may take: the next step matters more."""

_QUIET: Final = {"link_names": False, "parse": "none"}
_log = logging.getLogger(__name__)


class SlackChannel:
    """A workspace, outward. Several sends may run at once."""

    def __init__(self, client: AsyncWebClient, words: Words, *, now: Callable[[], float] = time) -> None:
        """`now` gives seconds since 1970."""
        self._client, self._words = client, words
        self._reader = Reader(client, now)

    async def send(self, address: Address, reply: Reply, *, key: str, attempt: int) -> None:
        """Show the reply, as `bot.ports.Channel` says."""
        sending = _Sending(self._client, self._reader, address, reply, key=key, attempt=attempt)
        for call in calls(address, reply, self._words):
            try:
                await sending.do(call)
            except Exception as error:
                found = _for_all(address, fault(error))
                if isinstance(found, Gone):
                    await self._say_why_not(address, reply)
                raise found from error

    async def _say_why_not(self, address: Address, reply: Reply) -> None:
        """Tell whoever asked for others, or for their channel, if we may not write in it."""
        origin, for_all = read_origin(reply.origin), spot(address).is_everybodys
        if origin.url and (origin.mention or for_all):
            phrase = "slack.not_in_channel" if for_all else "slack.not_here"
            text = self._words(phrase, language_of(reply))
            with contextlib.suppress(Exception):
                await respond(self._client, Respond(whispered(text), origin.url))

    def pause(self, _: Address) -> timedelta:
        """Give the time between two replies in one place."""
        return PAUSE

    @property
    def bot_pause(self) -> timedelta:
        """Slack limits each place by itself."""
        return timedelta()


def _for_all(address: Address, found: TryLater | Unsure | Refused) -> TryLater | Unsure | Refused:
    """Say what it means for a whole channel: where we may not write, nothing may be promised."""
    match found:
        case Refused(why=why) if spot(address).is_everybodys and why.startswith("restricted_action"):
            return Gone(why)
        case _:
            return found


class _Sending:
    """One attempt at one reply."""

    def __init__(
        self,
        client: AsyncWebClient,
        reader: Reader,
        address: Address,
        reply: Reply,
        *,
        key: str,
        attempt: int,
    ) -> None:
        self._client, self._reader, self._person = client, reader, address.person
        self._origin, self._key = reply.origin, key
        self._shown: frozenset[int] | None = frozenset() if attempt < 2 else None  # noqa: PLR2004  a second try
        """The parts that were shown before; None while that is not known."""

    async def do(self, call: Call) -> None:
        match call:
            case Close():
                await self._close(call)
            case Post():
                await self._post(call)
            case Whisper():
                await self._whisper(call)
            case Respond():
                await self._respond(call)

    async def _close(self, call: Close) -> None:
        """Take the buttons away. Whatever becomes of it, the next step comes, unless Slack wants a rest."""
        body = {"channel": call.channel, "ts": call.ts, "text": call.message.text, **_QUIET}
        try:
            async with asyncio.timeout(CLOSING):
                await self._client.api_call("chat.update", json={**body, "blocks": [*call.message.blocks]})
        except Exception as error:
            found = fault(error)
            if isinstance(found, TryLater) and found.after:
                raise found from error
            _log.info("A pressed prompt stays open: %s", code_of(error) or type(error).__name__)

    async def _post(self, call: Post) -> None:
        channel = call.channel or await self._reader.direct(self._person, needed=bool(call.thread))
        if self._shown is None:
            self._shown = await self._reader.shown(channel, call.thread, self._key, self._origin)
        if call.part in self._shown:
            return
        body: dict[str, Any] = {"channel": channel, "text": call.message.text, "mrkdwn": False, **_QUIET}
        body |= {"unfurl_links": False, "unfurl_media": False}
        if call.thread:
            body["thread_ts"] = call.thread
        mark = {"event_type": EVENT_TYPE, "event_payload": {"key": self._key, "part": call.part}}
        try:
            await self._post_once({**body, "blocks": [*call.message.blocks], "metadata": mark}, call)
        except Exception as error:
            if code_of(error) not in TOO_MUCH:
                raise
            _log.warning("Slack takes the words only: %s", code_of(error))
            await self._post_once(body | {"text": in_plain_words(call.message)}, call)

    async def _post_once(self, body: dict[str, Any], call: Post) -> None:
        answer = await self._client.api_call("chat.postMessage", json=body)
        if not call.channel:
            self._reader.remember(self._person, answer.get("channel"))

    async def _whisper(self, call: Whisper) -> None:
        """Say a short word; where it cannot be said, nothing is lost."""
        body = {"channel": call.channel, "user": self._person, "text": call.message.text, **_QUIET}
        if call.thread:
            body["thread_ts"] = call.thread
        try:
            await self._client.api_call("chat.postEphemeral", json={**body, "blocks": [*call.message.blocks]})
        except Exception as error:
            found = fault(error)
            if not isinstance(found, Refused):
                raise found from error
            _log.info("A short word is not said: %s", found.why)

    async def _respond(self, call: Respond) -> None:
        try:
            await respond(self._client, call)
        except UsedUp:
            await self._post(Post(call.message, part=call.part))
