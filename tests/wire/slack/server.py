"""A Slack of one's own on 127.0.0.1: the server, and what a test asks it to do."""

import asyncio
import time
from collections.abc import Callable
from contextlib import suppress
from types import TracebackType
from typing import Self, TypeVar

import aiohttp
from aiohttp import web

from tests.wire.slack import envelopes
from tests.wire.slack.app import App, Pane
from tests.wire.slack.clock import Clock
from tests.wire.slack.deliveries import Delivery, Kind, Post
from tests.wire.slack.faults import CLOSING, Faults
from tests.wire.slack.files import FileHost
from tests.wire.slack.http_way import HttpWay
from tests.wire.slack.people import Person
from tests.wire.slack.refusal import Json, Refusal
from tests.wire.slack.response_urls import ResponseUrls
from tests.wire.slack.sockets import Connection, Sockets
from tests.wire.slack.web_api import Call, WebApi
from tests.wire.slack.workspace import TEAM, Account, Channel, ChannelKind, Workspace

_T = TypeVar("_T")
PATIENCE = 15.0
"""Seconds after which `until` gives up."""
_GLANCE = 0.05
"""Seconds after which `until` looks again though nothing arrived, for what only the app under test knows."""


class SlackServer:
    """One workspace with one app, on a port of its own while the context lasts.

    At its end it raises AssertionError where a call broke the published contract, unless not `checked` or
    the test has taken the `violations` away. `clock` stands still unless it is told otherwise.
    """

    def __init__(
        self, clock: Clock | None = None, *, pane: Pane = "agent", port: int = 0, checked: bool = True,
        keeps_calls: bool = True, limits: bool = False,
    ) -> None:  # fmt: skip
        self.clock, self.port, self._checked = clock or Clock(), port, checked
        self._changed = asyncio.Event()
        notify = self._changed.set
        self.workspace = Workspace(self.clock, App(pane=pane), announce=self.announce)
        self.faults = Faults()
        self.api = WebApi(self.workspace, notify, self.faults, keeps_calls=keeps_calls, limits=limits)
        self.files = FileHost(self.workspace, self.faults, notify)
        self.response_urls = ResponseUrls(self.workspace, lambda: self.url, self.faults, notify)
        self.sockets = Sockets(self.clock, self.app.id, lambda: self.port, notify)
        self.workspace.new_socket = self.sockets.new_url
        self.http = HttpWay(self.clock, self.app.signing_secret)
        self.post = Post(self.clock, self.sockets, self._ended, notify)

    async def __aenter__(self) -> Self:
        site = web.Application(client_max_size=2**24)
        site[CLOSING] = asyncio.Event()
        site.router.add_route("*", "/api/{method}", self.api.answer)
        site.router.add_get("/link/", self.sockets.accept)
        site.router.add_post("/actions/{name}", self.response_urls.answer)
        site.router.add_get("/files-pri/{file}/{name:.*}", self.files.serve)
        site.router.add_get("/", self.files.login)
        self._runner = web.AppRunner(site, shutdown_timeout=0.2, access_log=None)
        await self._runner.setup()
        await web.TCPSite(self._runner, "127.0.0.1", self.port).start()
        self.port = self._runner.addresses[0][1]
        self.http.session = aiohttp.ClientSession()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._runner.app[CLOSING].set()
        await self.post.close()
        await self.sockets.close()
        if self.http.session:
            await self.http.session.close()
        await self._runner.cleanup()
        if kind is None:
            self.check()

    def check(self) -> None:
        """Fail if a call broke the published contract."""
        assert not self._checked or not self.violations, self.violations

    # --- what the app is told -----------------------------------------------------------------------------

    @property
    def app(self) -> App:
        return self.workspace.app

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def api_url(self) -> str:
        return f"{self.url}/api/"

    @property
    def bot_token(self) -> str:
        return self.app.bot_token

    @property
    def app_token(self) -> str:
        return self.app.app_token

    @property
    def signing_secret(self) -> str:
        return self.app.signing_secret

    def installs(self, manifest: Json) -> None:
        """Give the app the scopes, events, commands and pane of a manifest, and nothing else."""
        features, settings = manifest["features"], manifest["settings"]
        self.app.scopes = set(manifest["oauth_config"]["scopes"]["bot"])
        self.app.events = set(settings["event_subscriptions"]["bot_events"])
        self.app.commands = {each["command"] for each in features.get("slash_commands", ())}
        panes: list[Pane] = [each for each in ("agent", "assistant") if f"{each}_view" in features]
        self.app.pane = panes[0] if panes else "none"

    # --- who is there -------------------------------------------------------------------------------------

    def person(
        self, name: str = "U0ANN", *, locale: str = "en-US", team: str = TEAM, bot: bool = False
    ) -> Person:
        """Add a member; one of another `team` is there through Slack Connect, a `bot` is another app's."""
        self.workspace.accounts[name] = Account(name, locale, team, bot)
        return Person(self, name)

    def channel(
        self, name: str = "general", *people: Person, kind: ChannelKind = "channel", with_app: bool = True,
        archived: bool = False, shared: bool = False,
    ) -> Channel:  # fmt: skip
        """Add a channel with these people in it."""
        members = {each.id for each in people} | ({self.app.user} if with_app else set())
        identity = self.workspace.new_id("C")
        channel = Channel(identity, kind, name, members, archived, shared)
        self.workspace.channels[identity] = channel
        return channel

    @property
    def channels(self) -> dict[str, Channel]:
        return self.workspace.channels

    # --- what arrived -------------------------------------------------------------------------------------

    @property
    def calls(self) -> list[Call]:
        return self.api.calls

    def called(self, *methods: str) -> list[Call]:
        """Give the calls of these methods, oldest first; `took_effect` says which were done."""
        return [each for each in self.api.calls if each.method in methods]

    @property
    def violations(self) -> list[str]:
        return [*self.api.violations, *self.sockets.violations, *self.response_urls.violations]

    def forgive(self) -> list[str]:
        """Take the violations away, for a test that meant them."""
        found = self.violations
        for each in (self.api.violations, self.sockets.violations, self.response_urls.violations):
            each.clear()
        return found

    @property
    def deliveries(self) -> list[Delivery]:
        return self.post.deliveries

    @property
    def connections(self) -> list[Connection]:
        return self.sockets.open

    async def until(self, holds: Callable[[], _T], *, within: float = PATIENCE) -> _T:
        """Wait until that holds, and give what it gave; one that finds nothing (LookupError) does not hold.

        Raises:
            AssertionError: it did not within so many seconds of real time, with what was called.

        """
        end = time.monotonic() + within
        while time.monotonic() < end:
            self.check()
            with suppress(LookupError):
                if found := holds():
                    return found
            self._changed.clear()
            with suppress(TimeoutError):
                await asyncio.wait_for(self._changed.wait(), _GLANCE)
        calls = [(each.method, each.error) for each in self.calls[-12:]]
        sent = [(each.kind, each.event.get("type"), each.acked) for each in self.deliveries[-12:]]
        raise AssertionError(f"not within {within:g} s; calls: {calls}; sent: {sent}")

    # --- what Slack does ----------------------------------------------------------------------------------

    def sends_to(self, url: str, *, signs_at: Callable[[], float] = time.time) -> None:
        """Use HTTP from now on: this address for events, presses and commands."""
        self.http.url, self.http.signs_at = url, signs_at
        self.post.way = self.http

    async def verifies(self, url: str) -> bool:
        """Try an address with `url_verification`."""
        self.http.url = url
        return await self.http.verify(self.workspace.new_id("challenge"))

    def announce(self, event: Json, channel: Channel | None) -> None:
        """Let an event happen; the app gets it if it is subscribed, may, and is there."""
        if envelopes.is_sent(self.workspace, event, channel):
            self.send("events_api", envelopes.callback(self.workspace, event, channel))

    def send(self, kind: Kind, payload: Json) -> Delivery:
        """Bring any payload to the app, well-formed or not."""
        return self.post.send(kind, payload)

    def revokes_tokens(self) -> None:
        """Take the bot's token away."""
        self.announce({"type": "tokens_revoked", "tokens": {"oauth": [], "bot": [self.app.user]}}, None)
        self.app.state = "token_revoked"

    def uninstalls(self) -> None:
        """Remove the app from the workspace."""
        self.announce({"type": "app_uninstalled"}, None)
        self.revokes_tokens()
        self.app.state = "account_inactive"

    def _ended(self, delivery: Delivery) -> None:
        """Show a person what an acknowledgement says, or that none came."""
        if not self.api.keeps_calls:
            self.post.deliveries.remove(delivery)
        payload = delivery.payload
        if delivery.kind == "events_api":
            return
        user = payload.get("user_id") or payload["user"]["id"]
        answer: Json = next((each.answer for each in delivery.attempts if each.good), {})
        if not delivery.acked:
            self.workspace.notify(user, f"{payload.get('command', 'This app')} failed: operation_timeout")
        elif delivery.kind == "slash_commands" and answer:
            try:
                self.response_urls.say(user, payload["channel_id"], answer)
            except Refusal as refusal:
                self.workspace.notify(user, f"{payload['command']} failed: {refusal.error}")
