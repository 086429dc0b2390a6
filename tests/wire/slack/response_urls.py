"""`response_url`: answers to one press or command without a token, five times within half an hour."""

import json
import secrets
from collections.abc import Callable
from dataclasses import dataclass, field

from aiohttp import web

from tests.wire.slack import chat
from tests.wire.slack.blocks import check_blocks
from tests.wire.slack.contract import broken_blocks
from tests.wire.slack.faults import Faults
from tests.wire.slack.posts import Post
from tests.wire.slack.refusal import Json, Refusal
from tests.wire.slack.workspace import Workspace

MOST_USES = 5
SECONDS = 30 * 60.0
KNOWN = frozenset({
    "text", "blocks", "attachments", "response_type", "replace_original", "delete_original",
    "unfurl_links", "unfurl_media", "metadata", "thread_ts"
})  # fmt: skip


@dataclass(slots=True)
class _Ticket:
    user: str
    channel: str
    post: str
    given_out: float
    uses: int = 0


@dataclass(slots=True)
class ResponseUrls:
    """All addresses that were given out, and every use of them."""

    slack: Workspace
    address: Callable[[], str]
    faults: Faults
    changed: Callable[[], None]
    uses: list[Json] = field(default_factory=list)
    violations: list[str] = field(default_factory=list)
    _tickets: dict[str, _Ticket] = field(default_factory=dict)

    def new(self, user: str, channel: str, post: str = "") -> str:
        """Make an address that answers this person, about this message if there is one."""
        name = secrets.token_urlsafe(12)
        self._tickets[name] = _Ticket(user, channel, post, self.slack.clock.now())
        return f"{self.address()}/actions/{name}"

    async def answer(self, request: web.Request) -> web.StreamResponse:
        """Serve one use; wrong ones get an error in plain text or JSON, as from Slack."""
        text = await request.text()

        async def process() -> web.Response:
            try:
                self._use(request.match_info["name"], text)
            except Refusal as refusal:
                return web.json_response(refusal.body(), status=refusal.status)
            finally:
                self.changed()
            return web.Response(text="ok")

        return await self.faults.take("response_url")(request, process)

    def say(self, user: str, channel: str, given: Json) -> None:
        """Post what came with an acknowledgement instead of by the address."""
        self._apply(_Ticket(user, channel, "", 0.0), given)

    def _use(self, name: str, text: str) -> None:
        ticket = self._tickets.get(name)
        if ticket is None or self.slack.clock.now() - ticket.given_out > SECONDS:
            raise Refusal("expired_url", status=404)
        if ticket.uses >= MOST_USES:
            raise Refusal("used_url", status=404)
        given = self._read(text)
        try:
            self._apply(ticket, given)
        except Refusal as refusal:
            refusal.status = 400
            raise
        ticket.uses += 1

    def _read(self, text: str) -> Json:
        try:
            given = json.loads(text)
        except ValueError:
            raise Refusal("invalid_payload", status=400) from None
        if not isinstance(given, dict):
            raise Refusal("invalid_payload", status=400)
        self.uses.append(given)
        return given

    def _apply(self, ticket: _Ticket, given: Json) -> None:
        self.violations += [f"response_url: no field {name!r}" for name in given if name not in KNOWN]
        channel = self.slack.channels[ticket.channel]
        original = next((each for each in channel.posts if each.ts == ticket.post and each.is_there), None)
        if given.get("delete_original") and original:
            original.is_there = False
            return
        blocks = given.get("blocks") or []
        if isinstance(blocks, list) and all(isinstance(each, dict) for each in blocks):
            self.violations += broken_blocks(blocks)
        blocks = check_blocks(blocks)
        text = given.get("text") or ""
        if not text.strip() and not blocks:
            raise Refusal("no_text")
        if given.get("replace_original") and original:
            self._replace(original, text, blocks)
            return
        private = given.get("response_type", "ephemeral") != "in_channel"
        self._post(ticket, Post(
            channel.id, self.slack.new_ts(), self.slack.app.user, text, blocks, given.get("thread_ts") or "",
            only_for=ticket.user if private else "", by_app=True,
        ))  # fmt: skip

    def _replace(self, original: Post, text: str, blocks: list[Json]) -> None:
        slack, channel = self.slack, self.slack.channels[original.channel]
        before = original.as_json(slack.app, slack.accounts[original.user].team)
        original.text, original.blocks = text, blocks
        if not original.only_for:
            slack.announce(chat.changed(slack, channel, original, before), channel)

    def _post(self, ticket: _Ticket, post: Post) -> None:
        channel = self.slack.channels[ticket.channel]
        channel.posts.append(post)
        if not post.only_for:
            self.slack.announce(chat.said(self.slack, channel, post), channel)
