"""`/api/<method>`: reads a call as Slack does, and answers it, or lets what befalls it befall it."""

import json
from collections import defaultdict, deque
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

from aiohttp import web

from tests.wire.slack.contract import broken_blocks, broken_call
from tests.wire.slack.faults import Faults
from tests.wire.slack.methods import METHODS, Method, permit
from tests.wire.slack.refusal import Json, Refusal
from tests.wire.slack.workspace import Workspace

_STRUCTURED = ("blocks", "attachments", "metadata", "view", "prompts", "loading_messages")
TOO_MANY = 429
_FORM = ("application/x-www-form-urlencoded", "multipart/form-data")


@dataclass(eq=False, slots=True)
class Call:
    """A call as it came. `answer` is what the method itself gave: nothing if a fault kept it from acting."""

    method: str
    arguments: Json
    at: float
    verb: str
    answer: Json = field(default_factory=dict)

    @property
    def took_effect(self) -> bool:
        return bool(self.answer.get("ok"))

    @property
    def error(self) -> str:
        return str(self.answer.get("error", ""))


@dataclass(eq=False, slots=True)
class WebApi:
    """All calls in order, and the violations of the published contract among them."""

    slack: Workspace
    changed: Callable[[], None]
    faults: Faults = field(default_factory=Faults)
    calls: list[Call] = field(default_factory=list)
    keeps_calls: bool = True
    violations: list[str] = field(default_factory=list)
    limits: bool = False
    """Whether Slack's rate limits hold, on the clock that tests move."""
    _recent: defaultdict[tuple[str, ...], deque[float]] = field(default_factory=lambda: defaultdict(deque))

    async def answer(self, request: web.Request) -> web.StreamResponse:
        """Serve one call."""
        name = request.match_info["method"]
        call = Call(name, {}, self.slack.clock.now(), request.method)
        if self.keeps_calls:
            self.calls.append(call)
        try:
            call.arguments, token = await self._read(request, METHODS.get(name))
        except Refusal as refusal:
            return self._refused(call, refusal)

        async def process() -> web.Response:
            return self._process(call, token)

        try:
            return await self.faults.take(name)(request, process)
        finally:
            self.changed()

    def _process(self, call: Call, token: str) -> web.Response:
        try:
            call.answer = {"ok": True, **self._run(call, token)}
        except Refusal as refusal:
            return self._refused(call, refusal)
        finally:
            self.changed()
        app = self.slack.app
        headers = {"X-OAuth-Scopes": ",".join(sorted(app.scopes))} if token == app.bot_token else {}
        return web.json_response(call.answer, headers=headers)

    def _refused(self, call: Call, refusal: Refusal) -> web.Response:
        call.answer = refusal.body()
        headers = {"Retry-After": str(refusal.beside["retry_after"])} if refusal.status == TOO_MANY else {}
        return web.json_response(call.answer, status=refusal.status, headers=headers)

    def _run(self, call: Call, token: str) -> Json:
        method, given = METHODS.get(call.method), call.arguments
        if method is None:
            self.violations.append(f"{call.method}: unknown to the local Slack")
            raise Refusal("unknown_method", req_method=call.method)
        permit(self.slack, method, token)
        self._limit(call.method, method, given)
        problems = [*broken_call(call.method, given), *_broken_blocks(given)]
        self.violations += problems
        if _lacks(call.method, given):
            raise Refusal("invalid_arguments", *problems)
        return method.run(self.slack, given)

    async def _read(self, request: web.Request, method: Method | None) -> tuple[Json, str]:
        """Give the arguments and the token, from wherever Slack looks for them."""
        given: Json = dict(request.query)
        if "token" in given:
            self.violations.append("a token in the address, where servers log it")
            raise Refusal("invalid_auth")
        if request.content_type == "application/json":
            if method is None or method.json:
                given |= _parsed(await request.text())
            elif await request.text():
                self.violations.append(f"{request.match_info['method']} reads no JSON")
            given.pop("token", None)
        elif request.content_type in _FORM:
            given |= {name: value for name, value in (await request.post()).items() if isinstance(value, str)}
        elif request.can_read_body:
            raise Refusal("invalid_post_type")
        kind, _, token = request.headers.get("Authorization", "").partition(" ")
        in_body = given.pop("token", "")
        return _structured(given), token if kind == "Bearer" else in_body

    def _limit(self, name: str, method: Method, given: Json) -> None:
        """Count a call; posting has a limit for each channel beside that for all."""
        if not self.limits:
            return
        checks: list[tuple[tuple[str, ...], int, float]] = [((name,), method.per_minute, 60.0)]
        if name in ("chat.postMessage", "chat.postEphemeral"):
            checks.append(((name, str(given.get("channel"))), 1, 1.0))
        for key, most, seconds in checks:
            recent, now = self._recent[key], self.slack.clock.now()
            while recent and recent[0] <= now - seconds:
                recent.popleft()
            if len(recent) >= most:
                wait = max(1, round(recent[0] + seconds - now))
                raise Refusal("ratelimited", status=TOO_MANY, retry_after=wait)
        for key, _, _ in checks:
            self._recent[key].append(self.slack.clock.now())


def _parsed(text: str) -> Json:
    try:
        parsed = json.loads(text or "{}")
    except ValueError:
        raise Refusal("invalid_json") from None
    if not isinstance(parsed, dict):
        raise Refusal("json_not_object")
    return parsed


def _structured(given: Json) -> Json:
    """Read what is JSON inside of a form."""
    for name in _STRUCTURED:
        if isinstance(given.get(name), str):
            try:
                given[name] = json.loads(given[name])
            except ValueError:
                raise Refusal("invalid_blocks_format" if name == "blocks" else "invalid_arguments") from None
    return given


_NEEDED = {
    "chat.postMessage": ("channel",), "chat.postEphemeral": ("channel", "user"),
    "chat.update": ("channel", "ts"),
    "chat.delete": ("channel", "ts"), "chat.getPermalink": ("channel", "message_ts"),
    "reactions.add": ("channel", "name", "timestamp"), "conversations.history": ("channel",),
    "conversations.replies": ("channel", "ts"), "conversations.info": ("channel",), "users.info": ("user",),
    "files.info": ("file",), "views.publish": ("user_id", "view"), "views.open": ("view",),
    "assistant.threads.setStatus": ("channel_id", "thread_ts", "status"),
    "assistant.threads.setSuggestedPrompts": ("channel_id", "prompts"),
    "assistant.threads.setTitle": ("channel_id", "thread_ts", "title"),
}  # fmt: skip


def _lacks(method: str, given: Json) -> bool:
    return any(given.get(name) is None for name in _NEEDED.get(method, ()))


def _broken_blocks(given: Json) -> Iterator[str]:
    view = given.get("view")
    for blocks in (given.get("blocks"), view.get("blocks") if isinstance(view, dict) else None):
        if isinstance(blocks, list) and all(isinstance(each, dict) for each in blocks):
            yield from broken_blocks(blocks)
