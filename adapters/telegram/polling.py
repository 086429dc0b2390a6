"""Long polling: asks Telegram for updates, and confirms those whose turn is stored.

One of all workers polls at a time, because Telegram ends a poll when another one begins. Nothing but quiet
rests on that: what two poll is stored once all the same, and only what is stored is ever confirmed.
"""

import asyncio
from collections.abc import Callable, Mapping
from contextlib import suppress

import telegram
from telegram.error import Conflict, TelegramError

from adapters.outage import Outage, rest
from adapters.telegram.intake import Intake, Words
from adapters.telegram.outage import Pace, setback
from adapters.telegram.profile import introduce, register
from adapters.telegram.taking import Taking
from bot.ports import Hears, Lead, Receive

KINDS = ("message", "callback_query", "my_chat_member")
"""The kinds of update that `inbound` reads."""

SLACK = 10.0
"""Seconds for the answer itself."""

PACE = Pace()

_GET_UPDATES = "getUpdates_"
"""The library makes `getUpdates` of this. By its plain name it would warn that it has a method of its own,
which reads all updates of an answer or none."""


class TelegramPolling:
    """The way in by long polling."""

    def __init__(
        self,
        bot: telegram.Bot,
        words: Words,
        lead: Lead,
        *,
        random: Callable[[], float],
        hears: Hears = lambda _: True,
        pace: Pace = PACE,
    ) -> None:
        """Poll while `lead` says so; `random` gives numbers from 0 to 1."""
        self._hears = hears
        self._bot, self._words, self._lead, self._random, self._pace = bot, words, lead, random, pace
        self._outage = Outage("telegram", pace, random)
        self._is_known = False
        self._leads = False
        self._is_polling = False
        self._is_contested = False

    @property
    def is_ready(self) -> bool:
        """Whether Telegram answers.

        While another worker leads that is for it to say: this one is as ready as can be, since it delivers
        and takes over. Otherwise all but one would be taken out of service.
        """
        return self._is_known and (not self._leads or (self._is_polling and not self._outage.is_on))

    async def run(self, receive: Receive, stop: asyncio.Event) -> None:
        """Poll until the stop, which ends a poll at once; then confirm what was taken."""
        me = await introduce(self._bot, stop, pace=self._pace, random=self._random)
        if me is None:
            return
        self._is_known = True
        intake = Intake(self._bot, me, self._words, hears=self._hears)
        taking = Taking(lambda update: intake.take(update, receive), stop, self._random)
        registering = asyncio.create_task(register(self._bot, self._words))
        try:
            await self._poll_until(stop, taking)
            await taking.finish(self._pace.grace)
            await self._confirm(taking)
        finally:
            registering.cancel()
            with suppress(asyncio.CancelledError):
                await registering

    async def _poll_until(self, stop: asyncio.Event, taking: Taking) -> None:
        has_webhook = True  # for all that we know
        while not stop.is_set():
            self._leads = await self._still_leads(stop)
            if not self._leads:
                self._is_polling = False
                await rest(stop, self._pace.look)
                continue
            try:
                if has_webhook:
                    await self._bot.delete_webhook(drop_pending_updates=False)
                    has_webhook = False
                await self._poll(stop, taking)
            except TelegramError as error:
                self._is_polling = False
                self._is_contested = isinstance(error, Conflict)
                await rest(stop, self._outage.failed(setback(error)))

    async def _poll(self, stop: asyncio.Event, taking: Taking) -> None:
        """Get updates once and begin with them; nothing if the stop came first, or another leads now."""
        offset = taking.offset
        is_idle = self._is_polling and not taking.is_busy  # the first poll only shows that polling works
        waits = self._pace.poll if is_idle else 0
        call = asyncio.create_task(self._get(offset, waits))
        try:
            await self._until_answered(call, stop)
        finally:
            call.cancel()  # which loses nothing: what is not confirmed comes again
            await asyncio.wait([call])
        if call.cancelled():
            return
        batch = call.result()
        if waits or not self._is_contested:  # an answer at once gives others no time to end the poll
            self._is_contested = False
            self._outage.worked()
        self._is_polling = True
        taking.confirmed(offset)
        taking.begin(batch)
        await taking.settle(self._pace.glance)

    async def _until_answered(self, call: "asyncio.Task[object]", stop: asyncio.Event) -> None:
        stopped = asyncio.create_task(stop.wait())
        try:
            while not call.done() and not stop.is_set():
                await asyncio.wait(
                    (call, stopped), timeout=self._pace.look, return_when=asyncio.FIRST_COMPLETED
                )
                if not call.done() and not stop.is_set():
                    self._leads = await self._still_leads(stop)
                    if not self._leads:
                        return
        finally:
            stopped.cancel()

    async def _still_leads(self, stop: asyncio.Event) -> bool:
        """Ask whether we lead. The stop ends that, because a store that is away takes its time to say so."""
        asking, stopped = asyncio.ensure_future(self._lead()), asyncio.create_task(stop.wait())
        try:
            await asyncio.wait((asking, stopped), return_when=asyncio.FIRST_COMPLETED)
            return asking.result() if asking.done() else self._leads
        finally:
            asking.cancel()
            stopped.cancel()

    async def _get(self, offset: int | None, waits: int, limit: int = 100) -> object:
        asked: Mapping[str, object] = {"timeout": waits, "limit": limit, "allowed_updates": list(KINDS)}
        if offset is not None:
            asked = {**asked, "offset": offset}
        got: object = await self._bot.do_api_request(
            _GET_UPDATES, api_kwargs=dict(asked), read_timeout=waits + SLACK
        )
        return got

    async def _confirm(self, taking: Taking) -> None:
        """Tell Telegram at the end what was taken; what it gives for that is not begun."""
        if self._leads and taking.offset is not None:
            with suppress(TelegramError, TimeoutError):
                async with asyncio.timeout(self._pace.look):
                    await self._get(taking.offset, 0, limit=1)
