"""Slack's Bolt between the ways in and the intake: whatever comes, and however, goes through here.

Bolt reads requests and answers those of Slack that are about the address itself. Three of its habits are
switched off: to acknowledge before the turn is stored, to ask Slack who we are when the first event comes
(and to lose it where Slack does not answer), and to judge signatures after it has read the body.
"""

import asyncio
import logging
import re
from collections.abc import Awaitable, Callable, Mapping
from typing import Any, Final, TypeAlias

import structlog
from slack_bolt.app.async_app import AsyncApp
from slack_bolt.authorization import AuthorizeResult
from slack_bolt.request.async_request import AsyncBoltRequest
from slack_bolt.response import BoltResponse
from slack_sdk.web.async_client import AsyncWebClient

from adapters.slack.card_watch import CardWatch
from adapters.slack.home import Home
from adapters.slack.incoming import Me
from adapters.slack.intake import Intake
from adapters.slack.outage import Pace
from adapters.slack.profile import introduce
from adapters.slack.words import Words, language_of
from bot.events import Event
from bot.model import Address, Language
from bot.ports import Glance, Hears, Receive

STORED: Final = 200
AGAIN: Final = 503
"""The answer to what could not be stored: Slack brings it again.

Any other answer of Bolt's is about what it does not know or cannot read, which would be no better then.
"""

LINGER: Final = 2.0
"""Seconds at the end in which what comes is still taken, if something always is."""

QUIET: Final = logging.getLogger("slack_sdk.quiet")
"""For the libraries, which write down what people say; what an operator needs to know is in our own log."""
QUIET.setLevel(logging.CRITICAL + 1)

_Take: TypeAlias = Callable[[Mapping[str, object]], Awaitable[None]]
_ANY: Final = re.compile("")
_log = structlog.get_logger()


class SlackApp:
    """Takes what Slack brings, and says whether it may be acknowledged."""

    def __init__(
        self,
        client: AsyncWebClient,
        words: Words,
        glance: Glance,
        *,
        random: Callable[[], float],
        pace: Pace,
        asks_to_stop: Callable[[Event], bool],
        connect: bool = False,
        hears: Hears = lambda _: True,
    ) -> None:
        """`random` gives numbers from 0 to 1; `connect`: people of other workspaces are helped too.

        `asks_to_stop` says of an event whether somebody wants no more news.
        """
        self._hears = hears
        self._client, self._words, self._glance, self._connect = client, words, glance, connect
        self._random, self._pace, self._asks_to_stop = random, pace, asks_to_stop
        self._bolt: AsyncApp | None = None
        self._intake: Intake | None = None
        self._under_way: set[asyncio.Task[object]] = set()
        self._ends = False

    async def start(self, receive: Receive, stop: asyncio.Event) -> bool:
        """Find out who we are, and begin; False if the stop came first. Raises `TokenRefused`."""
        me = await introduce(self._client, stop, connect=self._connect, pace=self._pace, random=self._random)
        if me is None:
            return False
        home = Home(self._client, me.team, self._glance, self._words)
        intake = Intake(
            *(self._client, me, self._words),
            home=home.show,
            speaks=self._speaks,
            card_watch=CardWatch(me.team, self._glance, self._asks_to_stop),
            hears=self._hears,
        )
        self._intake = intake
        self._bolt = _bolt(self._client, me, lambda payload: intake.take(payload, receive))
        return True

    @property
    def is_open(self) -> bool:
        """Whether anything is taken now."""
        return self._bolt is not None

    @property
    def is_ready(self) -> bool:
        """Whether anything should be brought to us."""
        return self.is_open and not self._ends

    async def until_over(self, stop: asyncio.Event) -> None:
        """Wait for the stop, or until the workspace has removed us."""
        ends = [stop.wait(), *([self._intake.removed.wait()] if self._intake else [])]
        waiting = [asyncio.create_task(each) for each in ends]
        try:
            await asyncio.wait(waiting, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for each in waiting:
                each.cancel()

    async def close(self) -> None:
        """Finish what has begun, for a while, and take nothing more.

        What comes until then is taken, too: Slack brings a press or a command only once.
        """
        self._ends = True
        await self._finish(min(LINGER, self._pace.grace))
        self._bolt = None
        await self._finish(self._pace.grace)

    async def settle(self) -> None:
        """Let what is said beside the conversations come to its end, for a while."""
        if self._intake:
            await self._intake.settle(self._pace.grace)

    async def _finish(self, seconds: float) -> None:
        """Wait until nothing is under way, for so many seconds at most."""
        clock = asyncio.get_running_loop().time
        end = clock() + seconds
        while self._under_way and (left := end - clock()) > 0:
            await asyncio.wait(self._under_way, timeout=left, return_when=asyncio.FIRST_COMPLETED)

    async def take(self, body: str | Mapping[str, object], content_type: str = "") -> BoltResponse:
        """Give the answer to a payload: of status `STORED` once nothing of it can be lost, never raised.

        `body` is the payload itself, or the text of a request with its type. The task that calls this is
        waited for at the end, so what it does with the answer is done, too.
        """
        task = asyncio.current_task()
        if task is not None:
            self._under_way.add(task)
            task.add_done_callback(self._under_way.discard)
        if self._bolt is None:
            return BoltResponse(status=AGAIN)
        try:
            answer = await self._bolt.async_dispatch(_request(body, content_type))
        except Exception as error:  # noqa: BLE001  Bolt reads on as if everything were well-formed
            _log.error("malformed payload of slack", kind=type(error).__name__)
            return BoltResponse(status=STORED)
        return answer if answer.status in (STORED, AGAIN) else BoltResponse(status=STORED)

    async def _speaks(self, address: Address, language: Language | None) -> Language:
        return language_of(await self._glance(address, language))


def _request(body: str | Mapping[str, object], content_type: str) -> AsyncBoltRequest:
    if isinstance(body, str):
        return AsyncBoltRequest(body=body, headers={"content-type": content_type}, mode="http")
    return AsyncBoltRequest(body=dict(body), mode="socket_mode")


def _bolt(client: AsyncWebClient, me: Me, take: _Take) -> AsyncApp:
    """Make the app, with one listener for everything of a kind."""
    authorized = AuthorizeResult(
        enterprise_id=None, team_id=me.team, bot_id=me.bot, bot_user_id=me.user, bot_token=client.token
    )

    async def authorize(**_: object) -> AuthorizeResult:
        return authorized

    async def listen(body: dict[str, Any]) -> BoltResponse:
        try:
            await take(body)
        except Exception as error:  # noqa: BLE001  whatever it is, Slack has to bring it again
            _log.warning("payload comes again", kind=type(error).__name__)
            return BoltResponse(status=AGAIN)
        return BoltResponse(status=STORED)

    app = AsyncApp(
        logger=QUIET,
        name="imessage-support",
        process_before_response=True,
        signing_secret="",
        client=client,
        authorize=authorize,
        request_verification_enabled=False,
        ignoring_self_events_enabled=False,
    )
    for kind in (app.event, app.action, app.command, app.shortcut):
        kind(_ANY)(listen)
    return app
