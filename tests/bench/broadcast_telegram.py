"""Telegram for the broadcast benchmark: it enforces its limits, and notes what it showed to whom and when."""

import asyncio
import random
from collections import Counter
from dataclasses import dataclass, field

from aiohttp import web

from tests.wire.telegram.people import Person
from tests.wire.telegram.server import Call, TelegramServer

PERMITTED = 30
"""Messages that a bot may send in a second."""

TOO_MANY = 429

THINKS = (1.2, 2.8)
"""Seconds that somebody takes to answer. A private chat gets one message a second."""

GIVES_UP = 20.0
"""Seconds after which somebody who gets no reply is counted as having waited so long, and begins anew."""


@dataclass(frozen=True, slots=True)
class Shown:
    """A message: when it was shown, in seconds of the server's clock, and to whom."""

    at: float
    chat: int


class Telegram(TelegramServer):
    """The server with its limits. Each worker speaks with a folder of its own, as `/one/bot…`."""

    def __init__(self) -> None:
        super().__init__(keeps_calls=False, checked=False)
        self.keep_limits()
        self.shown: list[Shown] = []
        self.refusals = 0
        """How often it was asked for too much."""
        self.sends_by_folder: Counter[str] = Counter()
        self.awaited: dict[int, asyncio.Future[None]] = {}

    async def _route(self, request: web.Request) -> web.StreamResponse:
        if request.path.endswith("/sendMessage"):
            self.sends_by_folder[request.path.split("/")[1]] += 1
        return await super()._route(request)

    async def _process(self, call: Call) -> web.Response:
        answer = await super()._process(call)
        self.refusals += call.code == TOO_MANY
        if call.method == "sendMessage" and answer.status == web.HTTPOk.status_code:
            chat = int(call.arguments["chat_id"])
            self.shown.append(Shown(self.clock.now(), chat))
            if (waiting := self.awaited.get(chat)) and not waiting.done():
                waiting.set_result(None)
        return answer


@dataclass(eq=False)
class Crowd:
    """People who talk all the while; `waits` is when each got a reply, and after how many seconds."""

    telegram: Telegram
    people: int
    first: int
    """The number of the first of them."""
    seed: int = 1
    thinks: tuple[float, float] = THINKS
    """Seconds that somebody takes to answer."""
    waits: list[tuple[float, float]] = field(default_factory=list)

    async def talk(self) -> None:
        """Talk until cancelled."""
        async with asyncio.TaskGroup() as group:
            for number in range(self.people):
                group.create_task(self._live(self.telegram.person(self.first + number), number))

    async def _live(self, person: Person, number: int) -> None:
        lots = random.Random(f"{self.seed} {number}")  # noqa: S311  no secret
        await asyncio.sleep(lots.random() * self.thinks[1])
        while True:
            await self._ask(person)
            await asyncio.sleep(lots.uniform(*self.thinks))

    async def _ask(self, person: Person) -> None:
        telegram, chat = self.telegram, person.chat.id
        begun = telegram.clock.now()
        telegram.awaited[chat] = asyncio.get_running_loop().create_future()
        answers = person.last.labels if person.sees else []
        if answers:
            person.presses(answers[0])
        else:
            person.says("start over" if person.sees else "iPhone")
        try:
            async with asyncio.timeout(GIVES_UP):
                await telegram.awaited[chat]
        except TimeoutError:
            person.chat.messages.clear()
        now = telegram.clock.now()
        self.waits.append((now, now - begun))
