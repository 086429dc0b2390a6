"""The way in by Socket Mode: two connections of ours, over which Slack brings events, presses and commands.

Each connection is one client of Slack's library, which here does not judge its own health nor connect again:
for that it compares times of the wall clock, and can be stuck for ever. Another client takes its place, and
the old one goes when what it brought is acknowledged.
"""

import asyncio
from collections.abc import Callable
from typing import Final

import structlog
from slack_sdk.socket_mode.async_client import AsyncBaseSocketModeClient
from slack_sdk.socket_mode.request import SocketModeRequest
from slack_sdk.socket_mode.response import SocketModeResponse
from slack_sdk.web.async_client import AsyncWebClient

from adapters.outage import Outage, rest
from adapters.slack.app import STORED, SlackApp
from adapters.slack.faults import code_of
from adapters.slack.line import Line
from adapters.slack.outage import TOKEN_ERRORS, Pace, setback
from bot.ports import Receive, TokenRefused

LINES: Final = 2
"""Connections at once: Slack spreads what it brings over all, and closes each now and then."""

SETTING: Final = "SLACK_APP_TOKEN"

_log = structlog.get_logger()


class SlackSocket:
    """Keeps the connections, and acknowledges what came over them once it is stored."""

    def __init__(
        self,
        app: SlackApp,
        client: AsyncWebClient,
        app_token: str,
        *,
        monotonic: Callable[[], float],
        random: Callable[[], float],
        pace: Pace,
    ) -> None:
        """`monotonic` gives seconds, `random` numbers from 0 to 1."""
        self._app, self._client, self._token = app, client, app_token
        self._monotonic, self._pace = monotonic, pace
        self._outage = Outage("slack", pace, random)
        self._lines: set[Line] = set()
        self._leaving: set[asyncio.Task[None]] = set()
        self._was_connected = False

    @property
    def is_ready(self) -> bool:
        """Whether Slack can reach us over at least one connection."""
        return self._app.is_ready and any(line.is_open for line in self._lines)

    async def run(self, receive: Receive, stop: asyncio.Event) -> None:
        """Stay connected until the stop, or until the workspace removes us.

        What came before that is finished and acknowledged.
        """
        if not await self._app.start(receive, stop):
            return
        try:
            async with asyncio.TaskGroup() as group:
                keeping = [group.create_task(self._keep()) for _ in range(LINES)]
                await self._app.until_over(stop)
                for task in keeping:
                    task.cancel()  # the connections stay until what came over them is acknowledged
        except ExceptionGroup as failed:
            refused = failed.subgroup(TokenRefused)
            if refused is None:
                raise
            raise TokenRefused(SETTING) from None
        finally:
            await self._app.close()
            await asyncio.gather(*(line.leave() for line in self._lines), *self._leaving)
            self._lines.clear()
            await self._app.settle()

    async def _keep(self) -> None:
        """Have a connection, and another one when it is over."""
        line: Line | None = None
        while True:
            before, line = line, await self._connected()
            if before is not None:
                self._see_off(before)
            if line is not None:
                await self._watch(line)

    async def _connected(self) -> Line | None:
        """Connect; None if that failed, after the wait before the next try. May raise `TokenRefused`."""
        line: Line | None = None
        try:
            async with asyncio.timeout(self._pace.connect):
                url = (await self._client.apps_connections_open(app_token=self._token))["url"]
                line = Line(self._client, self._token, str(url), ping=self._pace.ping, take=self._take)
                self._lines.add(line)
                await line.open()
        except Exception as error:  # noqa: BLE001  the library lets much through, and none of it is for ever
            if line is not None:
                self._see_off(line)
            await self._wait_out(error)
            return None
        self._outage.worked()
        self._was_connected = True
        return line

    async def _wait_out(self, error: Exception) -> None:
        if not self._was_connected and code_of(error) in TOKEN_ERRORS:
            raise TokenRefused(SETTING) from None
        wait = self._outage.failed(setback(error, SETTING))
        _log.info("waiting for slack", seconds=round(wait, 1))
        await asyncio.sleep(wait)

    async def _watch(self, line: Line) -> None:
        """Wait until it is over: Slack says so, it is closed, or nothing was seen for too long."""
        signs, seen = line.signs, self._monotonic()
        while line.is_open and not line.over.is_set():
            await rest(line.over, self._pace.look)
            if line.signs != signs:
                signs, seen = line.signs, self._monotonic()
            elif self._monotonic() - seen > self._pace.unseen:
                _log.warning("a connection to slack is dead", seconds=round(self._monotonic() - seen))
                return
        if line.why:
            _log.info("slack ends a connection", why=line.why)

    def _see_off(self, line: Line) -> None:
        """Close a connection that another one has replaced, once what came over it is acknowledged."""
        self._lines.discard(line)
        leaving = asyncio.create_task(self._finish(line))
        self._leaving.add(leaving)
        leaving.add_done_callback(self._leaving.discard)

    async def _finish(self, line: Line) -> None:
        await line.finish(self._pace.grace)
        await line.leave()

    async def _take(self, line: AsyncBaseSocketModeClient, request: SocketModeRequest) -> None:
        """Acknowledge once nothing of it can be lost. Otherwise Slack brings it again."""
        answer = await self._app.take(request.payload)
        if answer.status != STORED:
            return
        try:
            await line.send_socket_mode_response(SocketModeResponse(request.envelope_id))
        except Exception as error:  # noqa: BLE001  Slack brings it again, and it counts once
            _log.info("not acknowledged", kind=type(error).__name__)
