"""One worker as a process: its store, its platforms, its servers, and the signals that end it."""

import asyncio
import random
import secrets
import signal
import time
from collections.abc import Mapping, Sequence
from contextlib import AsyncExitStack
from datetime import UTC, datetime

import structlog
from starlette.applications import Starlette
from starlette.routing import BaseRoute

from adapters.health.application import health_application
from adapters.web.server import WebServer
from bot.app import apple_status, dangers, local_zone, open_store
from bot.dialogue.book import Book
from bot.platforms import connect
from bot.ports import Finding, Lead, Store, TokenRefused
from bot.runtime import garbage
from bot.runtime.attention import Attention
from bot.runtime.home import glance
from bot.runtime.journal import start_journal
from bot.runtime.lead import Roles
from bot.runtime.metrics import Metrics
from bot.runtime.poller import Poller
from bot.runtime.reader import Reader
from bot.runtime.worker import Worker
from bot.settings import Settings

PUBLIC_CONNECTIONS = 512
"""At once on the public listener. Each platform keeps some dozens open."""

_log = structlog.get_logger()


class MayLose(Exception):
    """The store may lose what was acknowledged; `findings` say how and what to do."""

    def __init__(self, findings: tuple[Finding, ...]) -> None:
        super().__init__("; ".join(finding.says for finding in findings))
        self.findings = findings


class CannotListen(Exception):
    """A server cannot have its address; the text says which and why."""


async def serve(settings: Settings, book: Book, *, only: str | None = None) -> None:
    """Work until SIGTERM or SIGINT, for all platforms that are set up or `only` one.

    Raises `StoreUnusable`, `MayLose`, `CannotListen` and `TokenRefused`.
    """
    stop = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    with start_journal(settings.log_level, settings.log_key):
        await _refuse_to_lose(settings)
        store = await open_store(settings)
        try:
            await _work(settings, book, store, stop, only)
        finally:
            await store.close()


async def _refuse_to_lose(settings: Settings) -> None:
    found = await dangers(settings)
    if found and not settings.accept_data_loss:
        raise MayLose(found)
    for finding in found:
        _log.warning("data may be lost", why=finding.says)


async def _work(settings: Settings, book: Book, store: Store, stop: asyncio.Event, only: str | None) -> None:
    metrics, zone, who = Metrics(), local_zone(), secrets.token_hex(8)
    roles = Roles(store, who, monotonic=time.monotonic)
    poller = _poller(settings, store, roles.lead("apple"), who)
    async with AsyncExitStack() as end:
        end.push_async_callback(poller.close)
        end.push_async_callback(roles.give_up)
        look = glance(book, store, poller, zone, lambda: datetime.now(UTC))
        attention, reader = Attention(settings.messages_per_minute, time.monotonic), Reader()
        end.push_async_callback(reader.close)
        connected = await connect(
            *(settings, book, roles.lead, look), random=random.random, hears=attention.hears, only=only
        )
        for each in connected:
            end.push_async_callback(each.close)
        platforms = [each.platform for each in connected]
        worker = Worker(
            *(book, store, poller, zone),
            platforms=platforms,
            metrics=metrics,
            stop=stop,
            monotonic=time.monotonic,
            random=random.random,
            attention=attention,
            reader=reader,
        )
        health = health_application(worker.ready, metrics.text)
        routes = [route for each in connected for route in each.routes]
        ports = await _listen(settings, health, routes, end)
        _log.info("started", platforms=[platform.name for platform in platforms], **ports)
        if not platforms:
            _log.warning("no chat platform is set up")
        garbage.seldom()
        await _live(worker)
    _log.info("stopped")


def _poller(settings: Settings, store: Store, lead: Lead, who: str) -> Poller:
    source, every = apple_status(settings), settings.apple_status_every
    return Poller(store, source, who=who, lead=lead, random=random.random, every=every)


async def _listen(
    settings: Settings, health: Starlette, routes: Sequence[BaseRoute], end: AsyncExitStack
) -> Mapping[str, int]:
    """Open the health server, and the public listener if a platform calls us; give their ports."""
    place = (settings.health_host, settings.health_port)
    ports = {"health_port": await _open(WebServer(health, *place), "HEALTH", place, end)}
    if routes:
        public, place = Starlette(routes=routes), (settings.listen_host, settings.listen_port)
        public.router.redirect_slashes = False
        server = WebServer(public, *place, most=PUBLIC_CONNECTIONS)
        ports["listen_port"] = await _open(server, "LISTEN", place, end)
    return ports


async def _open(server: WebServer, setting: str, place: tuple[str, int], end: AsyncExitStack) -> int:
    try:
        port = await server.start()
    except OSError as error:
        names, where = f"{setting}_HOST and {setting}_PORT", f"{place[0]}:{place[1]}"
        raise CannotListen(f"{names}: cannot listen on {where}: {error.strerror}") from error
    end.push_async_callback(server.stop)
    return port


async def _live(worker: Worker) -> None:
    try:
        await worker.run()
    except ExceptionGroup as group:
        refused = group.subgroup(TokenRefused)
        if refused is None:
            raise
        raise refused.exceptions[0] from None
