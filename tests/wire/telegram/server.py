"""The server: one bot's token, its chats and people, its updates, and every call with how it was answered."""

import asyncio
import re
import time
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from itertools import count
from types import TracebackType
from typing import Self

from aiohttp import web

from tests.wire.telegram.arguments import read_arguments
from tests.wire.telegram.chats import Chat, Shown
from tests.wire.telegram.faults import CLOSING, Faults
from tests.wire.telegram.files import Files
from tests.wire.telegram.limits import Clock, Limits
from tests.wire.telegram.messages import Messages
from tests.wire.telegram.people import Person, Press
from tests.wire.telegram.profile import Profile
from tests.wire.telegram.refusals import (
    WEBHOOK_ACTIVE,
    WEBHOOK_SET,
    Payload,
    Refusal,
    conflict,
    not_found,
    unauthorized,
)
from tests.wire.telegram.rules import find_entities
from tests.wire.telegram.schema import violation
from tests.wire.telegram.updates import Updates
from tests.wire.telegram.webhook import Webhook

TOKEN = "7000000001:AAE-local_server_token_of_no_value0"  # noqa: S105  of a bot that nobody has
METHOD_PATH = re.compile(r"(?:/[\w-]+)?/bot(?P<token>[^/]+)/(?P<method>[^/]+)")
"""In a folder too, as a server of one's own can stand behind a proxy: so a test tells apart who calls."""
FILE_PATH = re.compile(r"(?:/[\w-]+)?/file/bot(?P<token>[^/]+)/(?P<path>.+)")
PATIENCE = 15.0
"""Seconds after which `until` gives up."""

_GLANCE = 0.05


@dataclass(eq=False, slots=True)
class Call:
    """A call as it came. `code` is what the method itself answered, 0 if a fault kept it from being done."""

    method: str
    arguments: Payload
    code: int = 0
    description: str = ""


class TelegramServer:
    """A running server. `checked=False` lets calls pass to Telegram's own refusals that break the schema."""

    def __init__(
        self, *, token: str = TOKEN, port: int = 0, checked: bool = True, keeps_calls: bool = True
    ) -> None:
        self.token = token
        self.url = ""
        self.clock = Clock()
        self.me: Payload = {
            "id": int(token.partition(":")[0]),
            "is_bot": True,
            "first_name": "iMessage Helper",
            "username": "imessage_helper_bot",
        }
        self.reads_all_of_groups = False
        """Off as with BotFather's default: in a group the bot gets what concerns it only."""
        self.calls: list[Call] = []
        self.counts: dict[str, int] = {}
        self.violations: list[str] = []
        self._changed = asyncio.Event()
        self.faults, self.files, self.profile = Faults(), Files(), Profile()
        self.updates = Updates(self.clock, self._changed.set)
        self.webhook = Webhook(self.updates)
        self.messages = Messages(self.clock, self.me)
        self._port, self._checked, self._keeps_calls = port, checked, keeps_calls
        self._ids, self._private_ids = count(1), count(1)
        self._methods = self._all_methods()

    # --- its life -----------------------------------------------------------------------------------------

    async def __aenter__(self) -> Self:
        app = web.Application(client_max_size=50 * 1024 * 1024)
        app[CLOSING] = asyncio.Event()
        app.router.add_route("*", "/{path:.*}", self._route)  # aiohttp 3.10.0 finds no `/bot{token}`
        self._runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.2)
        await self._runner.setup()
        site = web.TCPSite(self._runner, "127.0.0.1", self._port)
        await site.start()
        self.url = f"http://127.0.0.1:{self._runner.addresses[0][1]}"
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.webhook.close()
        self._runner.app[CLOSING].set()
        self.updates.end_poll(Refusal(500, "Internal Server Error"))
        await self._runner.cleanup()
        if kind is None:
            self.check()

    def check(self) -> None:
        """Fail if a call broke the Bot API's schema."""
        assert not self._checked or not self.violations, self.violations

    # --- the people ---------------------------------------------------------------------------------------

    def person(self, number: int, language_code: str | None = "en", *, name: str = "Ann") -> Person:
        """Give somebody, in their private chat with the bot."""
        user: Payload = {"id": number, "is_bot": False, "first_name": name}
        if language_code:
            user["language_code"] = language_code
        payload = {"id": number, "type": "private", "first_name": name}
        chat = self.messages.chats.setdefault(number, Chat(payload, self._private_ids))
        return Person(self, user, chat)

    def group(self, number: int = -1_001_276_785_818, *, topics: tuple[int, ...] = ()) -> Chat:
        """Give a supergroup with the bot in it; with topics, it is a forum."""
        payload: Payload = {"id": number, "type": "supergroup", "title": "Friends"}
        if topics:
            payload["is_forum"] = True
        return self.messages.chats.setdefault(number, Chat(payload, topics=set(topics)))

    def push(self, kind: str, content: Payload) -> int | None:
        """Queue an update of that kind, as it stands; give its number, None if the bot wants no such kind."""
        number = self.updates.add(kind, content)
        self._notify()
        return number

    def press(self, press: Press) -> None:
        """Wait for an answer to that press."""
        self.messages.presses[press.id] = press

    def next_id(self) -> str:
        """Give the id of a press."""
        return f"43{next(self._ids):016}"

    def reads(self, shown: Shown, chat: Chat) -> bool:
        """Say whether Telegram shows a person's message to the bot."""
        if chat.is_private or self.reads_all_of_groups:
            return True
        replied = shown.payload.get("reply_to_message", {}).get("from", {})
        name = f"@{self.me['username']}"
        marked = find_entities(shown.text, [name])
        return replied.get("id") == self.me["id"] or any(
            each["type"] == "mention" or "@" not in shown.text or name in shown.text for each in marked
        )

    def keep_limits(self) -> Limits:
        """Refuse what comes too often from now on, as Telegram does."""
        self.messages.limits = Limits(self.clock)
        return self.messages.limits

    # --- what happened ------------------------------------------------------------------------------------

    async def until(self, holds: Callable[[], object], *, within: float = PATIENCE) -> None:
        """Wait until that holds, whether of us or of others; fail with what was called when it does not."""
        end = time.monotonic() + within
        while not holds():
            self.check()
            if time.monotonic() > end:
                raise AssertionError(self._all_that_happened(f"not within {within:g} s"))
            self._changed.clear()
            with suppress(TimeoutError):
                async with asyncio.timeout(_GLANCE):
                    await self._changed.wait()

    def _all_that_happened(self, instead: str) -> str:
        shown = {chat.id: [each.text for each in chat.messages] for chat in self.messages.chats.values()}
        last = [(call.method, call.code, call.description) for call in self.calls[-12:]]
        return f"{instead}; calls: {last}; shown: {shown}"

    def called(self, method: str) -> list[Call]:
        """Give the calls of a method, oldest first."""
        return [call for call in self.calls if call.method == method]

    @property
    def refused(self) -> list[tuple[str, str]]:
        """What was refused, as pairs of a method and Telegram's words."""
        return [(call.method, call.description) for call in self.calls if call.description]

    def _notify(self) -> None:
        self._changed.set()

    # --- the wire -----------------------------------------------------------------------------------------

    async def _route(self, request: web.Request) -> web.StreamResponse:
        if found := FILE_PATH.fullmatch(request.path):
            return await self._download(request, **found.groupdict())
        if found := METHOD_PATH.fullmatch(request.path):
            return await self._answer(request, **found.groupdict())
        return _refused(not_found())

    async def _answer(self, request: web.Request, token: str, method: str) -> web.StreamResponse:
        name = next((each for each in self._methods if each.lower() == method.lower()), None)
        if token != self.token or name is None:
            malformed = ":" not in token or token == self.token
            return _refused(not_found() if malformed else unauthorized())
        try:
            arguments = await read_arguments(request)
        except Refusal as refusal:
            return _refused(refusal)
        call = self._note(name, arguments)

        async def process() -> web.Response:
            return await self._process(call)

        try:
            return await self.faults.take(name)(request, process)
        finally:
            self._notify()

    def _note(self, method: str, arguments: Payload) -> Call:
        call = Call(method, arguments)
        self.counts[method] = self.counts.get(method, 0) + 1
        if self._keeps_calls:
            self.calls.append(call)
        if self._checked and (found := violation(f"method:{method}", arguments)):
            self.violations.append(found)
        return call

    async def _process(self, call: Call) -> web.Response:
        try:
            result = self._methods[call.method](call.arguments)
            if asyncio.iscoroutine(result):
                result = await result
        except Refusal as refusal:
            call.code, call.description = refusal.code, refusal.description
            return _refused(refusal)
        finally:
            self._notify()
        call.code = 200
        return web.json_response({"ok": True, "result": result})

    async def _download(self, request: web.Request, token: str, path: str) -> web.StreamResponse:
        content = self.files.content(path)
        if token != self.token or content is None:
            return _refused(not_found())

        async def process() -> web.Response:
            return web.Response(body=content, content_type="application/octet-stream")

        return await self.faults.take("download")(request, process)

    # --- the methods --------------------------------------------------------------------------------------

    def _all_methods(self) -> Mapping[str, Callable[[Payload], object]]:
        messages, profile = self.messages, self.profile
        return {
            "getMe": self._get_me,
            "getUpdates": self._get_updates,
            "setWebhook": self._set_webhook,
            "deleteWebhook": self._delete_webhook,
            "getWebhookInfo": lambda _: self.webhook.info(),
            "sendMessage": messages.send,
            "editMessageText": messages.edit_text,
            "editMessageReplyMarkup": messages.edit_markup,
            "answerCallbackQuery": messages.answer_press,
            "sendChatAction": messages.show_action,
            "getFile": lambda arguments: self.files.get(arguments.get("file_id")),
            "setMyCommands": profile.set_commands,
            "getMyCommands": profile.get_commands,
            "setMyDescription": profile.set_description,
            "getMyDescription": profile.get_description,
            "setMyShortDescription": profile.set_short_description,
            "getMyShortDescription": profile.get_short_description,
        }

    def _get_me(self, _: Payload) -> Payload:
        abilities = {
            "can_join_groups": True,
            "can_read_all_group_messages": self.reads_all_of_groups,
            "supports_inline_queries": False,
        }
        return self.me | abilities

    async def _get_updates(self, arguments: Payload) -> list[Payload]:
        if self.webhook.url:
            raise conflict(WEBHOOK_ACTIVE)
        if "allowed_updates" in arguments:
            self.updates.allowed = arguments["allowed_updates"]
        offset, limit = arguments.get("offset", 0), arguments.get("limit", 100)
        return await self.updates.poll(offset, limit, arguments.get("timeout", 0))

    def _set_webhook(self, arguments: Payload) -> bool:
        self.webhook.register(arguments)
        if "allowed_updates" in arguments:
            self.updates.allowed = arguments["allowed_updates"]
        self.updates.end_poll(conflict(WEBHOOK_SET))
        return self._drop(arguments)

    def _delete_webhook(self, arguments: Payload) -> bool:
        self.webhook.register({})
        return self._drop(arguments)

    def _drop(self, arguments: Payload) -> bool:
        if arguments.get("drop_pending_updates"):
            self.updates.waiting.clear()
        return True


def _refused(refusal: Refusal) -> web.Response:
    return web.json_response(refusal.body, status=refusal.code)
