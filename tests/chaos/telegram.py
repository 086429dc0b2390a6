"""Telegram as a platform of the chaos: the local Bot API server, where people talk, and how it misbehaves."""

import asyncio
import json
import random
import time
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from types import TracebackType
from typing import Self, TypeAlias

from aiohttp import web

from adapters.telegram.buttons import Button, read_button
from bot.model import Address
from tests.chaos.moves import until
from tests.chaos.plan import PUBLIC
from tests.chaos.record import Answered, Happened, Record, Shown
from tests.chaos.sign import read_sign
from tests.chaos.wire import Push, Send, address_of
from tests.wire.telegram import TelegramServer, faults
from tests.wire.telegram.arguments import read_arguments
from tests.wire.telegram.chats import Shown as Message
from tests.wire.telegram.people import Person
from tests.wire.telegram.refusals import Payload, bad, forbidden

PLAYED: Mapping[Answered, faults.Fault] = {
    "ok": faults.ok,
    "later": faults.limit(1),
    "refused": faults.refuse(bad("message is too long")),
    "gone": faults.refuse(forbidden("bot was blocked by the user")),
    "reset_before": faults.reset_before,
    "reset_after": faults.reset_after,
    "error_before": faults.error_before(502),
    "error_after": faults.error_after(500),
    "garbage": faults.html_after,
    "truncated": faults.truncated_after,
    "hang": faults.hang_after,
}
SPOILT = ("getUpdates", "setWebhook", "deleteWebhook", "getMe", "answerCallbackQuery", "editMessageText")
"""The methods that are answered badly too, besides `sendMessage`."""

MEDDLING = 0.05
"""The chance that somebody in a group presses a button that is not for them."""

Answering: TypeAlias = Awaitable[web.StreamResponse]

PLATFORM = "telegram"


@dataclass(eq=False)
class TelegramPlatform:
    """Serves while it is entered; what it records is what a person would see, and what Telegram forgets.

    `latency` is the most seconds that a call takes.
    """

    lots: random.Random
    judge: Callable[[Send], Answered] = lambda _: "ok"
    latency: float = 0.0
    patience: float = 3.0
    """Seconds for which the answer of a webhook is waited for."""
    record: Record = field(default_factory=Record)
    watchers: list[Callable[[Shown, Send], None]] = field(default_factory=list)
    ack_watchers: list[Callable[[], None]] = field(default_factory=list)
    moved: asyncio.Event = field(default_factory=asyncio.Event)
    workers: set[str] = field(default_factory=set)
    """Those that have asked who they are."""
    server: TelegramServer = field(default_factory=lambda: TelegramServer(keeps_calls=False))
    _doors: Callable[[], Sequence[int]] = tuple
    _open: dict[int, Happened] = field(default_factory=dict)
    _counted: int = 0
    _buttons: dict[tuple[Address, int], tuple[Message, Mapping[str, str]]] = field(default_factory=dict)

    async def __aenter__(self) -> Self:
        self.server.faults = _Meeting(self._meet)
        self.server.updates.on_change = self._look_at_updates
        self.server.webhook.patience = self.patience
        await self.server.__aenter__()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.server.__aexit__(kind, error, trace)

    @property
    def address(self) -> str:
        return self.server.url

    async def until(self, condition: Callable[[], bool], within: float) -> bool:
        """Wait for something to become true that is told by acknowledgements and replies."""
        return await until(self.moved, condition, within)

    def calm(self) -> None:
        """Answer well from now on."""
        self.judge = lambda _: "ok"

    def find_workers(self, doors: Callable[[], Sequence[int]]) -> None:
        """Call any of these ports, as a proxy at the public address does."""
        self._doors = doors

    # --- in ---

    def bring(self, push: Push) -> None:
        """Let somebody type that or press that button, in their chat or in the group."""
        address = address_of(push)
        person = self._person(address, push.language or "en")
        alone = person.chat.is_private
        match push.what:
            case "look":
                return  # Telegram has no overview
            case "pressed":
                message, data = self._buttons[address, push.prompt]
                person.sends_data(data[push.choice], message)
            case "left" if alone:
                person.blocks()
            case "left":
                return  # whoever leaves a group tells us nothing
            case "forget":
                person.says("/forget" if alone else f"/forget@{self.server.me['username']}")
            case _:
                person.says(push.text if alone else f"@{self.server.me['username']} {push.text}")
        number = next(reversed(self.server.updates.waiting))
        if push.what == "left":
            person.unblocks()
        id_ = f"telegram:{self.server.me['id']}:{number}"
        event = Happened(id_, address, time.monotonic())
        self._open[number] = self.record.events[id_] = event
        if not person.chat.is_private and self.lots.random() < MEDDLING:
            self._meddle(address, person)

    def _meddle(self, address: Address, person: Person) -> None:
        """Have them press another person's button in the group: that is no event, and changes nothing."""
        for (whose, _), (message, data) in reversed(self._buttons.items()):
            if whose.chat == address.chat and whose.person != address.person and data:
                person.sends_data(next(iter(data.values())), message)
                return

    def _person(self, address: Address, language: str) -> Person:
        number = int(address.person)
        person = self.server.person(number, language, name=name_of(number))
        alone = address.chat == address.person
        return person if alone else person.within(self.server.group(int(address.chat)))

    def _look_at_updates(self) -> None:
        """Note what Telegram has forgotten since: it was confirmed by an offset, or answered with 200."""
        delivered = self.server.webhook.deliveries
        self._count([number for number, _ in delivered[self._counted :]])
        self._counted = len(delivered)
        for number in [each for each in self._open if each in self.server.updates.confirmed]:
            self._open.pop(number).acked_at = time.monotonic()
            for watcher in self.ack_watchers:
                watcher()
        if ports := self._doors():
            self.server.webhook.proxies[PUBLIC] = f"http://127.0.0.1:{self.lots.choice(ports)}"
        self.moved.set()

    def _count(self, numbers: Sequence[int]) -> None:
        for number in numbers:
            if event := self._open.get(number):
                event.pushes += 1

    # --- out ---

    async def _meet(self, method: str, request: web.Request, process: faults.Process) -> web.StreamResponse:
        """Answer a call, well or not, and note what it showed."""
        came_at, worker = time.monotonic(), request.path.split("/")[1]
        self.workers.add(worker)
        self.moved.set()
        arguments = await read_arguments(request)
        seen = _Seen(came_at, worker, method, arguments, self._send(method, worker, arguments))
        answer = self._judge(method, seen.send)

        async def delayed() -> web.Response:
            await asyncio.sleep(self.latency * self.lots.random())
            response, at = await process(), time.monotonic()
            await asyncio.sleep(self.latency * self.lots.random())
            waits = request.transport is not None and not request.transport.is_closing()
            self._note(seen, response, at, answer if waits else "hang")
            return response

        return await PLAYED[answer](request, delayed)

    def _judge(self, method: str, send: Send | None) -> Answered:
        if send and method == "sendMessage":
            answer = self.judge(send)
            self.record.answers[answer] += 1
            return answer
        answer = self.judge(_NOTHING) if method in SPOILT else "ok"
        if answer in ("refused", "gone") or (answer == "hang" and send is None):
            return "ok"
        self.record.answers[answer] += answer != "ok"
        return answer

    def _send(self, method: str, worker: str, arguments: Payload) -> Send | None:
        """Read what a call shows somebody: a message, or a word at a button."""
        sign, text = read_sign(str(arguments.get("text", "")))
        if sign is None or method == "editMessageText":
            return None
        buttons = _buttons(arguments)
        owner = next((str(each.owner) for each in buttons), sign.person)
        where = (PLATFORM, self._chat(arguments), owner)
        choices = tuple(each.choice for each in buttons)
        return Send(worker, sign.key, sign.attempt, where, text, choices, sign.prompt)

    def _chat(self, arguments: Payload) -> str:
        if "chat_id" in arguments:
            return str(arguments["chat_id"])
        press = self.server.messages.presses.get(str(arguments["callback_query_id"]))
        return str(press.person.chat.id) if press else ""

    def _note(self, seen: "_Seen", response: web.Response, at: float, answer: Answered) -> None:
        """Note what the call did; one whose answer nobody waits for any more is as one that hangs."""
        body = json.loads(response.body) if isinstance(response.body, bytes) else {}
        if response.status != 200:
            if seen.send and seen.method == "answerCallbackQuery":
                self.record.spent.add(seen.send.key)
        elif seen.method == "getUpdates":
            self._count([update["update_id"] for update in body["result"]])
        elif seen.method == "editMessageText":
            self._check_edit(seen.arguments, body["result"])
        elif seen.send is not None:
            self._offer(seen, seen.send, body["result"])
            self._show(seen, seen.send, at, answer)
        self.moved.set()

    def _show(self, seen: "_Seen", send: Send, at: float, answer: Answered) -> None:
        shown = Shown(
            *(seen.came_at, at, seen.worker, send.key, send.attempt),
            *(address_of(send), send.text, send.prompt, answer),
        )
        self.record.shown.append(shown)
        for watcher in self.watchers:
            watcher(shown, send)

    def _offer(self, seen: "_Seen", send: Send, result: object) -> None:
        """Remember the buttons of a message, so that they can be pressed."""
        if isinstance(result, dict):
            address = address_of(send)
            message = self.server.messages.chats[int(address.chat)][result["message_id"]]
            assert message
            data = {each.choice: str(each) for each in _buttons(seen.arguments)}
            self._buttons[address, send.prompt] = message, data

    def _check_edit(self, arguments: Payload, result: Payload) -> None:
        """See that a closed prompt still says what it said: it bears the sign of the message that it was."""
        sign, words = read_sign(str(arguments["text"]))
        chat = str(result["chat"]["id"])
        known = sign and (Address(PLATFORM, chat, sign.person), sign.prompt) in self._buttons
        if not known or "canary" in words:
            self.record.leaks.append(f"edited in {chat}: {arguments['text']}")


_NOTHING = Send("", "", 1, ("", "", ""), "", (), 0)


@dataclass(frozen=True)
class _Seen:
    """A call as it came."""

    came_at: float
    worker: str
    method: str
    arguments: Payload
    send: Send | None


class _Meeting(faults.Faults):
    """Has every call go through `meet`."""

    def __init__(self, meet: Callable[[str, web.Request, faults.Process], Answering]) -> None:
        super().__init__()
        self.meet = meet

    def take(self, method: str) -> faults.Fault:
        """Give what is played now."""
        return lambda request, process: self.meet(method, request, process)


def name_of(number: int) -> str:
    """Give the word that somebody is called, which occurs nowhere else."""
    return f"canary{number:012x}"


def _buttons(arguments: Payload) -> Sequence[Button]:
    rows = arguments.get("reply_markup", {}).get("inline_keyboard", [])
    read = (read_button(button["callback_data"]) for row in rows for button in row)
    return [each for each in read if each]
