"""Socket Mode: WebSockets that the app opens, over which Slack sends envelopes."""

import json
import secrets
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Literal, TypeAlias

from aiohttp import WSMessage, WSMsgType, web

from tests.wire.slack.clock import Clock
from tests.wire.slack.deliveries import Attempt, Delivery
from tests.wire.slack.refusal import Json

Reason: TypeAlias = Literal["warning", "refresh_requested", "link_disabled", "too_many_websockets"]

MOST_CONNECTIONS = 10
TICKET_SECONDS = 30.0
CONNECTION_SECONDS = 18_060


@dataclass(eq=False, slots=True)
class Connection:
    """One WebSocket, as Slack's side has it."""

    name: str
    line: web.WebSocketResponse
    opened_at: float
    half_open: bool = False
    """Nothing arrives on either side any more, and neither has noticed."""
    sent: list[Json] = field(default_factory=list)
    heard: list[Json] = field(default_factory=list)
    pings: int = 0

    @property
    def open(self) -> bool:
        return not self.line.closed

    async def send(self, message: Json) -> None:
        self.sent.append(message)
        if not self.half_open and self.open:
            await self.line.send_str(json.dumps(message))


@dataclass(eq=False, slots=True)
class Sockets:
    """All connections, and the envelopes that wait for their acknowledgement."""

    clock: Clock
    app_id: str
    port: Callable[[], int]
    changed: Callable[[], None]
    connections: list[Connection] = field(default_factory=list)
    """Open and closed, in the order in which they came."""
    violations: list[str] = field(default_factory=list)
    timeout_word: str = "timeout"
    _tickets: dict[str, float] = field(default_factory=dict)
    _waiting: dict[str, Attempt] = field(default_factory=dict)
    _takes_payload: set[str] = field(default_factory=set)
    _turn: int = 0

    @property
    def open(self) -> list[Connection]:
        return [each for each in self.connections if each.open]

    def new_url(self) -> str:
        """Give an address that opens one connection, soon."""
        ticket = secrets.token_urlsafe(16)
        self._tickets[ticket] = self.clock.now()
        return f"ws://127.0.0.1:{self.port()}/link/?ticket={ticket}&app_id={self.app_id}"

    async def accept(self, request: web.Request) -> web.StreamResponse:
        """Serve one connection until it ends."""
        given_out = self._tickets.pop(request.query.get("ticket", ""), None)
        if given_out is None or self.clock.now() - given_out > TICKET_SECONDS:
            return web.Response(status=403, text="invalid ticket")
        line = web.WebSocketResponse(autoping=False)
        await line.prepare(request)
        connection = Connection(f"applink-{len(self.connections)}", line, self.clock.now())
        if len(self.open) >= MOST_CONNECTIONS:
            await connection.send(self._goodbye(connection, "too_many_websockets"))
            await line.close()
            return line
        self.connections.append(connection)
        await connection.send(self._hello(connection))
        self.changed()
        async for message in line:
            await self._hear(connection, message)
            self.changed()
        self.changed()
        return line

    async def carry(self, delivery: Delivery, attempt: Attempt) -> None:
        connection = self._next()
        if connection is None:
            attempt.failed = "no_connection"
            attempt.arrived.set()
            return
        attempt.over = connection.name
        name = f"{secrets.token_hex(4)}-{secrets.token_hex(6)}"
        self._waiting[name] = attempt
        answers = delivery.kind != "events_api"
        if answers:
            self._takes_payload.add(name)
        envelope: Json = {"envelope_id": name, "payload": delivery.payload, "type": delivery.kind}
        envelope["accepts_response_payload"] = answers
        if not answers:
            envelope |= {"retry_attempt": attempt.number, "retry_reason": attempt.reason}
        await connection.send(envelope)
        await attempt.arrived.wait()

    async def disconnect(
        self, reason: Reason, connection: Connection | None = None, *, close: bool = False
    ) -> None:
        """Tell one connection, or all, that it will end; Slack closes it some seconds after, or with this."""
        for each in [connection] if connection else self.open:
            await each.send(self._goodbye(each, reason))
            if close or reason == "link_disabled":
                await each.line.close()

    async def drop(self, connection: Connection) -> None:
        """End a connection without a word before."""
        await connection.line.close()

    async def close(self) -> None:
        for each in self.open:
            await each.line.close()

    def _next(self) -> Connection | None:
        """Give the connection whose turn it is: Slack spreads, and does not know which are half-open."""
        self._turn += 1
        return self.open[self._turn % len(self.open)] if self.open else None

    async def _hear(self, connection: Connection, message: WSMessage) -> None:
        if connection.half_open:
            return
        if message.type == WSMsgType.PING:
            connection.pings += 1
            await connection.line.pong(message.data)
        elif message.type == WSMsgType.TEXT:
            self._acknowledge(connection, message.data)

    def _acknowledge(self, connection: Connection, text: str) -> None:
        try:
            heard = json.loads(text)
            name = heard["envelope_id"]
        except (ValueError, TypeError, KeyError):
            self.violations.append(f"socket: not an acknowledgement: {text[:100]}")
            return
        connection.heard.append(heard)
        attempt = self._waiting.get(name)
        if attempt is None:
            self.violations.append(f"socket: acknowledges an unknown envelope {name!r}")
            return
        if heard.get("payload") and name not in self._takes_payload:
            self.violations.append("socket: a payload for an envelope that accepts none")
        if attempt.acked_at is None:
            attempt.acked_at, attempt.answer = self.clock.now(), heard.get("payload") or {}
            attempt.arrived.set()

    def _hello(self, connection: Connection) -> Json:
        debug = {
            "host": connection.name,
            "build_number": 1,
            "approximate_connection_time": CONNECTION_SECONDS,
        }
        about = {"num_connections": len(self.open), "connection_info": {"app_id": self.app_id}}
        return {"type": "hello", **about, "debug_info": debug}

    def _goodbye(self, connection: Connection, reason: Reason) -> Json:
        about = {"num_connections": len(self.open), "connection_info": {"app_id": self.app_id}}
        return {"type": "disconnect", "reason": reason, **about, "debug_info": {"host": connection.name}}
