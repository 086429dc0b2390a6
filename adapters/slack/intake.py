"""One payload in: read, fetched where it is a file, handed on, and answered where Slack wants an answer."""

import asyncio
import contextlib
import logging
from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine, Iterator, Mapping
from typing import Final, TypeAlias

from slack_sdk.web.async_client import AsyncWebClient

from adapters.attachment import Desk
from adapters.slack.blocks import button, fallback, rich_text, rows
from adapters.slack.buttons import DIRECT_MESSAGE
from adapters.slack.card_watch import CardWatch
from adapters.slack.faults import code_of
from adapters.slack.files import fetch
from adapters.slack.inbound import read_payload
from adapters.slack.incoming import (
    Fetch,
    Heard,
    HomeOpened,
    HomePressed,
    Incoming,
    Malformed,
    Me,
    NotYours,
    PaneOpened,
    Told,
    Uninstalled,
)
from adapters.slack.locale import Locales
from adapters.slack.origin import read_origin
from adapters.slack.outbound import Respond, whispered
from adapters.slack.place import card, direct, spot
from adapters.slack.respond import respond
from adapters.slack.words import PROMPTS, Words
from bot.events import Event, ForgetMe, Invoked, Opened, Said, Sent, Shared
from bot.model import Address, Language
from bot.ports import Hears, Receive
from bot.replace import replace

METHODS: Final = (
    "assistant.threads.setStatus", "assistant.threads.setSuggestedPrompts", "chat.postEphemeral",
    "users.info",
)  # fmt: skip
"""What is called here; the scopes for it are in the manifest."""

PATIENCE: Final = 1.0
"""Seconds for a word beside the conversation."""

HOME_WITHIN: Final = 10.0
"""Seconds for App Home, which nothing waits for. A read of the store may take 2.5."""

MOMENT: Final = 0.7
"""Seconds after which one says that one is working on it."""

Home: TypeAlias = Callable[[str, Language | None], Awaitable[None]]
"""Shows App Home to a person (a user id) as it is now."""

Speaks: TypeAlias = Callable[[Address, Language | None], Awaitable[Language]]
"""Gives the language of a conversation; where there is none yet, the one that is given, if any."""

_log = logging.getLogger(__name__)


class Intake:
    """Takes payloads of the Events API, interactions and slash commands; as many at once as one likes."""

    def __init__(
        self,
        client: AsyncWebClient,
        me: Me,
        words: Words,
        *,
        home: Home,
        speaks: Speaks,
        card_watch: CardWatch,
        hears: Hears = lambda _: True,
    ) -> None:
        """`home` and `speaks` may raise whatever they like.

        App Home is then shown when it is opened next, and what is said is in the language of their Slack.
        """
        self._client, self._me, self._words, self._home, self._speaks = client, me, words, home, speaks
        self._hears, self._desk = hears, Desk()
        self._card_watch, self._locales = card_watch, Locales(client)
        self._courtesies: set[asyncio.Task[None]] = set()
        self.removed = asyncio.Event()
        """Set when the workspace has removed us: nothing more will come or go."""

    async def take(self, payload: Mapping[str, object], receive: Receive) -> None:
        """Hand on what the payload means, if anything; then it may be acknowledged.

        A word beside the conversation may still be under way then, so that it makes nobody wait.

        Raises only what `receive` raises, and `StoreUnusable`. A payload that cannot be read is logged by its
        event's id and passed over, so that it holds up nobody.
        """
        match read_payload(payload, self._me):
            case Heard() as heard:
                if ended := await self._card_watch.ended_by(heard):
                    await self._hear(ended, receive)
                await self._hear(heard, receive)
            case Fetch() as file if self._desk.is_full or not self._hears(file.address):
                await receive(file.address, file.unread("unavailable_file"))
            case Fetch() as file:
                async with self._working(file.address, file.origin), self._desk.place():
                    await self._receive(file.address, await fetch(self._client, file), receive)
            case HomePressed() as pressed:
                for heard in pressed.heard:
                    await self._hear(heard, receive)
                self._later(self._show_home(pressed.person))
            case incoming:
                self._answer(incoming)

    async def settle(self, seconds: float) -> None:
        """Wait so long for the words beside the conversation that are still under way, and drop the rest."""
        if under_way := {*self._courtesies}:
            _, late = await asyncio.wait(under_way, timeout=seconds)
            for task in late:
                task.cancel()
            await asyncio.gather(*late, return_exceptions=True)

    def _answer(self, incoming: Incoming | None) -> None:
        """Do what concerns no conversation."""
        match incoming:
            case Told():
                self._later(self._tell(incoming))
            case NotYours():
                self._later(self._offer(incoming))
            case HomeOpened(person=person):
                self._later(self._show_home(person))
            case PaneOpened():
                self._later(self._suggest(incoming))
            case Uninstalled(why=why):
                _log.error("The workspace has removed us (%s): nothing comes or goes any more.", why)
                self.removed.set()
            case Malformed(id=named):
                _log.error("A payload cannot be read and is passed over: %s", named)
            case _:
                pass

    async def _hear(self, heard: Heard, receive: Receive) -> None:
        async with self._working(heard.address, getattr(heard.event, "origin", "")):
            await self._receive(heard.address, heard.event, receive, by=heard.by)
        if heard.told:
            self._later(self._tell(heard.told))

    async def _receive(self, address: Address, event: Event, receive: Receive, *, by: str = "") -> None:
        """Hand the event on, with the language and zone of whoever it may be the first of that we hear."""
        overheard = isinstance(event, Said | Shared | Sent) and not event.addressed
        if isinstance(event, ForgetMe):
            event = replace(event, language=(await self._locales.of(address.person)).language)
        elif isinstance(event, Opened | Said | Invoked | Shared | Sent) and not overheard:
            language, zone = await self._locales.of(by or address.person)
            if by:
                language = await self._language(card(self._me.team, by))
            event = replace(event, language=language, zone=zone)
        await receive(address, event)

    # --- beside the conversation ---

    def _later(self, courtesy: Coroutine[None, None, None]) -> None:
        """Do it while the payload is acknowledged already."""
        task = asyncio.create_task(courtesy)
        self._courtesies.add(task)
        task.add_done_callback(self._courtesies.discard)

    async def _tell(self, told: Told) -> None:
        where = card if told.phrase == "usage" else direct
        language = await self._language(where(self._me.team, told.person))
        text = self._words(f"slack.{told.phrase}", language)
        with self._courtesy():
            async with asyncio.timeout(PATIENCE):
                await respond(self._client, Respond(whispered(text), told.url))

    async def _offer(self, pressed: NotYours) -> None:
        language = await self._language(direct(self._me.team, pressed.person))
        text = self._words("slack.not_yours_offer", language)
        label = self._words("slack.help_in_dm", language)
        offer = button(label, DIRECT_MESSAGE, style="primary")
        body = {"channel": pressed.channel, "user": pressed.person, "text": fallback(text)}
        if pressed.thread:
            body["thread_ts"] = pressed.thread
        await self._call("chat.postEphemeral", {**body, "blocks": [rich_text(text), *rows([offer])]})

    async def _suggest(self, pane: PaneOpened) -> None:
        language = await self._language(direct(self._me.team, pane.person, pane.thread))
        title = self._words("slack.prompts_title", language)
        texts = [self._words(prompt, language) for prompt in PROMPTS]
        body: dict[str, object] = {
            "channel_id": pane.channel,
            "title": title,
            "prompts": [{"title": text, "message": text} for text in texts],
        }
        thread = {"thread_ts": pane.thread} if pane.thread else {}
        await self._call("assistant.threads.setSuggestedPrompts", body | thread)

    async def _show_home(self, person: str) -> None:
        with self._courtesy():
            async with asyncio.timeout(HOME_WITHIN):
                await self._home(person, (await self._locales.of(person)).language)

    @contextlib.asynccontextmanager
    async def _working(self, address: Address, origin: str) -> AsyncIterator[None]:
        """Say in the agent's pane that we are at it, if it takes longer than a moment."""
        thread, channel = spot(address).thread, read_origin(origin).channel
        if not thread or not channel.startswith("D"):
            yield
            return
        saying = asyncio.create_task(self._say_working(channel, thread, address))
        try:
            yield
        finally:
            saying.cancel()
            await asyncio.gather(saying, return_exceptions=True)

    async def _say_working(self, channel: str, thread: str, address: Address) -> None:
        await asyncio.sleep(MOMENT)
        status = self._words("slack.working", await self._language(address))
        body = {"channel_id": channel, "thread_ts": thread, "status": status}
        await self._call("assistant.threads.setStatus", body)

    async def _language(self, address: Address) -> Language:
        """Give the language that a person chose there, or else that of their Slack."""
        language = (await self._locales.of(address.person)).language
        try:
            return await self._speaks(address, language)
        except Exception as error:  # noqa: BLE001  the word is said all the same
            _log.info("A chosen language is not known: %s", type(error).__name__)
            return language or "en"

    async def _call(self, method: str, body: Mapping[str, object]) -> None:
        with self._courtesy():
            async with asyncio.timeout(PATIENCE):
                await self._client.api_call(method, json=dict(body))

    @contextlib.contextmanager
    def _courtesy(self) -> Iterator[None]:
        """Let what is not needed fail."""
        try:
            yield
        except Exception as error:  # noqa: BLE001  whatever it is, the event itself is stored
            _log.info("A courtesy of Slack's failed: %s", code_of(error) or type(error).__name__)
