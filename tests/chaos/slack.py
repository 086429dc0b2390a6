"""Slack as a platform of the chaos: the local Slack, where people talk, and how it misbehaves."""

import asyncio
import random
import time
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from types import TracebackType
from typing import Self

import yaml
from aiohttp import web

from adapters.slack.buttons import HOME
from adapters.slack.examine import MANIFEST
from bot.model import Address
from tests.chaos.moves import until
from tests.chaos.record import Answered, Happened, Record, Shown
from tests.chaos.sign import read_sign
from tests.chaos.slack_calls import arguments, body, choice_of, is_card, presses, said
from tests.chaos.slack_doors import Doors, SocketTrouble
from tests.chaos.slack_names import (
    APP_TOKEN,
    BOT_TOKEN,
    PLATFORM,
    SIGNING_SECRET,
    WORKER,
    card_of,
    direct,
    thread_of,
)
from tests.chaos.wire import Push, Send, address_of
from tests.wire.slack import Clock, Person, Post, SlackServer, envelopes, faults
from tests.wire.slack.deliveries import Delivery
from tests.wire.slack.refusal import Json
from tests.wire.slack.workspace import TEAM, Channel

PLAYED: Mapping[Answered, faults.Fault] = {
    "ok": faults.ok,
    "later": faults.limit(1),
    "refused": faults.refuse("restricted_action"),
    "gone": faults.refuse("user_not_found"),
    "reset_before": faults.reset_before,
    "reset_after": faults.reset_after,
    "error_before": faults.error_before(503),
    "error_after": faults.refuse_after("internal_error"),
    "garbage": faults.html_after,
    "truncated": faults.truncated_after,
    "hang": faults.hang_after,
}
BLIND = faults.refuse("missing_scope")
SENDS, LOOKS = ("chat.postMessage", "chat.postEphemeral"), ("conversations.replies", "conversations.history")
SPOILT = (
    *SENDS,
    *LOOKS,
    "chat.update",
    "conversations.open",
    "apps.connections.open",
    "auth.test",
    "users.info",
)
"""The methods that are answered badly, besides those of the adapter that only polite words need."""

MEDDLING = 0.05
"""The chance that somebody in a channel presses a button that is not for them."""

AGAIN = 0.05
"""The chance that Slack brings something twice although it need not."""


@dataclass(eq=False)
class SlackPlatform:
    """Serves while it is entered; what it records is what a person would see, and what Slack need not bring.

    `latency` is the most seconds that a call takes.
    """

    lots: random.Random
    judge: Callable[[Send], Answered] = lambda _: "ok"
    latency: float = 0.0
    retries: tuple[float, ...] = (0.0, 1.0, 5.0)
    """Seconds before each further attempt to bring something; Slack's own are sixty times as long."""
    by_http: bool = False
    record: Record = field(default_factory=Record)
    watchers: list[Callable[[Shown, Send], None]] = field(default_factory=list)
    ack_watchers: list[Callable[[], None]] = field(default_factory=list)
    moved: asyncio.Event = field(default_factory=asyncio.Event)
    workers: set[str] = field(default_factory=set)
    """Those that can be reached."""
    server: SlackServer = field(default_factory=lambda: SlackServer(Clock(running=True), keeps_calls=False))
    _open: dict[Delivery, Happened] = field(default_factory=dict)
    _buttons: dict[tuple[Address, int], Post] = field(default_factory=dict)
    _looked: dict[tuple[str, str, str], float | None] = field(default_factory=dict)
    """When each worker looked last at what is shown in a place; None if it was not let."""

    def __post_init__(self) -> None:
        app, server = self.server.app, self.server
        app.bot_token, app.app_token, app.signing_secret = BOT_TOKEN, APP_TOKEN, SIGNING_SECRET
        server.http.secret = SIGNING_SECRET
        server.installs(yaml.safe_load(MANIFEST.read_text(encoding="utf-8")))
        server.api.faults = _Meeting(self._meet)
        server.post.retries = self.retries
        self._ended, server.post.on_end = server.post.on_end, self._note_end
        self._doors = Doors(server, self.lots)
        self._sockets = SocketTrouble(server, self.lots, self.workers, self.moved)
        if self.by_http:
            server.post.way = self._doors

    async def __aenter__(self) -> Self:
        await self.server.__aenter__()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._sockets.close()
        await self.server.__aexit__(kind, error, trace)

    @property
    def address(self) -> str:
        return self.server.api_url

    async def until(self, condition: Callable[[], bool], within: float) -> bool:
        """Wait for something to become true that is told by acknowledgements and replies."""
        return await until(self.moved, condition, within)

    def calm(self) -> None:
        """Answer well from now on, and keep the connections."""
        self.judge = lambda _: "ok"
        self._sockets.is_calm = True

    def find_workers(self, doors: Callable[[], Sequence[int]]) -> None:
        """Call any of these ports, as a proxy at the public address does."""
        self._doors.ports = doors

    # --- in ---

    def bring(self, push: Push) -> None:
        """Let somebody type that or press that button, in their direct messages or in a thread."""
        address = address_of(push)
        person = self._person(address.person, push.language or "en")
        match push.what:
            case "look" | "left":  # nobody can leave us here; who cannot be reached is told by Slack
                person.opens_home()
                return
            case "watch" | "forget":
                found = self._press_at_home(person, push.what)
                if found is None:
                    return
                id_, address, delivery = found
            case "pressed":
                id_, delivery = self._press(person, self._buttons[address, push.prompt], push.choice)
            case what:
                id_, delivery = self._write(person, address, push.text, addressed=what == "said")
        self._open[delivery] = self.record.events[id_] = Happened(id_, address, time.monotonic())
        if self.lots.random() < AGAIN:
            self.server.post.again(delivery)
        if not self.by_http:
            self._sockets.maybe()
        if thread_of(address) and self.lots.random() < MEDDLING:
            self._meddle(address, person)

    def _write(self, person: Person, address: Address, text: str, *, addressed: bool) -> tuple[str, Delivery]:
        if place := thread_of(address):
            channel = self._channel(*place, person)
            write = person.mentions if addressed else person.writes
            post = write(channel, text, thread=channel.posts[0])
        else:
            post = person.writes_dm(text)
        return f"slack:{TEAM}:{post.channel}:{post.ts}", self.server.deliveries[-1]

    def _press_at_home(self, person: Person, what: str) -> tuple[str, Address, Delivery] | None:
        """Press a button of App Home, if it is shown there; it is about the direct message or the card."""
        actions = (f"{HOME}{what}", f"{HOME}un{what}")
        shown = [each for _, each in person.home.controls()] if person.home else []
        button = next((each for each in shown if each["action_id"] in actions), None)
        if button is None:
            person.opens_home()
            return None
        delivery = person.presses_at_home(button["text"]["text"])
        payload, is_card = delivery.payload, what == "watch" and not button.get("value")
        id_ = f"slack:{payload['trigger_id']}:{payload['actions'][0]['action_ts']}"
        return id_, Address(PLATFORM, (card_of if is_card else direct)(person.id), person.id), delivery

    def _press(self, person: Person, post: Post, choice: str) -> tuple[str, Delivery]:
        """Press the button of that choice, as the message looked when it was shown."""
        block, element = next(
            (block, element) for block, element in post.controls() if choice_of(element) == choice
        )
        slack, channel = self.server.workspace, self.server.channels[post.channel]
        action = envelopes.action_of(block, element, slack.new_ts())
        url = self.server.response_urls.new(person.id, channel.id, post.ts)
        payload = envelopes.press(slack, person.id, channel, post, action=action, url=url)
        delivery = self.server.send("interactive", payload)
        return f"slack:{payload['trigger_id']}:{action['action_ts']}", delivery

    def _meddle(self, address: Address, person: Person) -> None:
        """Have them press another person's button in the thread: that is no event, and changes nothing."""
        for (whose, _), post in reversed(self._buttons.items()):
            choices = [*filter(None, (choice_of(element) for _, element in post.controls()))]
            if whose.chat == address.chat and whose.person != address.person and choices:
                self._press(person, post, choices[0])
                return

    def _person(self, name: str, language: str) -> Person:
        if name not in self.server.workspace.accounts:
            self.server.person(name, locale="ja-JP" if language == "ja" else "en-US")
        return Person(self.server, name)

    def _channel(self, name: str, root: str, person: Person) -> Channel:
        """Give a channel in which we began a thread once, so that we hear all that is said in it."""
        channel = self.server.channels.get(name)
        if channel is None:
            channel = Channel(name, "channel", name, {self.server.app.user})
            channel.posts.append(Post(name, root, self.server.app.user, "Here you are helped."))
            self.server.channels[name] = channel
        channel.members.add(person.id)
        return channel

    def _note_end(self, delivery: Delivery) -> None:
        """Note that Slack need not bring it any more, or does not."""
        self._ended(delivery)
        event = self._open.pop(delivery, None)
        if event is None:
            return
        event.pushes += len(delivery.attempts)
        if delivery.acked:
            event.acked_at = time.monotonic()
            for watcher in self.ack_watchers:
                watcher()
        else:
            event.given_up = True
        self.moved.set()

    # --- out ---

    async def _meet(self, method: str, request: web.Request, process: faults.Process) -> web.StreamResponse:
        """Answer a call, well or not, and note what it showed."""
        came_at, worker = time.monotonic(), request.headers.get(WORKER, "")
        given = await arguments(request)
        seen = _Seen(came_at, worker, method, given, self._send(method, worker, given))
        answer = self._judge(method, seen.send)

        async def delayed() -> web.Response:
            await asyncio.sleep(self.latency * self.lots.random())
            response, at = await process(), time.monotonic()
            await asyncio.sleep(self.latency * self.lots.random())
            waits = request.transport is not None and not request.transport.is_closing()
            self._note(seen, response, at, answer if waits else "hang")
            return response

        if method in LOOKS and answer == "refused":
            self._looked[worker, *self._place(given)] = None
            return await BLIND(request, delayed)
        return await PLAYED[answer](request, delayed)

    def _judge(self, method: str, send: Send | None) -> Answered:
        answer = self.judge(send or _NOTHING) if method in SPOILT else "ok"
        may_refuse = method == "chat.postMessage" or (method in LOOKS and answer == "refused")
        if answer in ("refused", "gone") and not may_refuse:
            return "ok"
        if answer == "hang" and method not in SENDS:
            return "ok"
        self.record.answers[answer] += send is not None or answer != "ok"
        return answer

    def _send(self, method: str, worker: str, given: Json) -> Send | None:
        """Read what a call shows somebody: a message, or a short word."""
        sign, text = read_sign(said(given))
        if sign is None or method not in SENDS:
            return None
        offered = presses(given)
        owner = next((each.owner for each in offered), sign.person)
        channel, thread = self._place(given)
        alone = card_of(owner) if is_card(given) else direct(owner)
        where = (PLATFORM, f"{TEAM}/{channel}/{thread}" if thread else alone, owner)
        return Send(
            worker, sign.key, sign.attempt, where, text, tuple(e.choice for e in offered), sign.prompt
        )

    def _place(self, given: Json) -> tuple[str, str]:
        """Give the channel and the thread of a call."""
        channel = str(given.get("channel", ""))
        if channel.startswith("U"):
            channel = self.server.workspace.direct(channel).id
        return channel, str(given.get("thread_ts") or given.get("ts") or "")

    def _note(self, seen: "_Seen", response: web.Response, at: float, answer: Answered) -> None:
        """Note what the call did; one whose answer nobody waits for any more is as one that hangs."""
        answered = body(response)
        if not answered.get("ok"):
            if seen.send:
                self.record.leaks.append(f"Slack refuses {seen.method}: {answered}")
        elif seen.method == "apps.connections.open":
            self._sockets.asking.add(seen.worker)
        elif seen.method == "auth.test" and self.by_http:
            self.workers.add(seen.worker)
        elif seen.method in LOOKS and not seen.given.get("cursor"):
            self._looked[seen.worker, *self._place(seen.given)] = at
        elif seen.method == "chat.update":
            self._check_edit(seen.given)
        elif seen.send is not None:
            self._show(seen, seen.send, answered, at, answer)
        self.moved.set()

    def _show(self, seen: "_Seen", send: Send, body: Json, at: float, answer: Answered) -> None:
        knew: float | None = None
        if seen.method == "chat.postMessage":
            channel, thread = self._place(seen.given)
            never = 0.0 if send.attempt == 1 else float("inf")
            knew = never if send.attempt == 1 else self._looked.get((seen.worker, channel, thread), never)
            post = self.server.channels[body["channel"]].find(body["ts"])
            assert post
            self._buttons[address_of(send), send.prompt] = post.snapshot()
        shown = Shown(
            *(seen.came_at, at, seen.worker, send.key, send.attempt),
            *(address_of(send), send.text, send.prompt, answer, knew),
        )
        self.record.shown.append(shown)
        for watcher in self.watchers:
            watcher(shown, send)

    def _check_edit(self, given: Json) -> None:
        """See that a closed prompt still says what it said: it bears the sign of the message that it was."""
        sign, words = read_sign(said(given))
        channel = self.server.channels[given["channel"]]
        post = channel.find(given["ts"])
        chat = (
            direct(sign.person)
            if sign and channel.kind == "im"
            else f"{TEAM}/{channel.id}/{post and post.root}"
        )
        known = sign and (Address(PLATFORM, chat, sign.person), sign.prompt) in self._buttons
        if not known or "canary" in words:
            self.record.leaks.append(f"edited in {chat}: {words}")


_NOTHING = Send("", "", 1, ("", "", ""), "", (), 0)


@dataclass(frozen=True)
class _Seen:
    """A call as it came."""

    came_at: float
    worker: str
    method: str
    given: Json
    send: Send | None


class _Meeting(faults.Faults):
    """Has every call go through `meet`."""

    def __init__(
        self, meet: Callable[[str, web.Request, faults.Process], Awaitable[web.StreamResponse]]
    ) -> None:
        super().__init__()
        self._meet = meet

    def take(self, method: str) -> faults.Fault:
        """Give what is played now."""
        return lambda request, process: self._meet(method, request, process)
