"""One worker as a process: its store, its platforms, its servers, and the signals that end it."""

import asyncio
import random
import secrets
import signal
import time
from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import AsyncExitStack
from datetime import UTC, datetime
from typing import TypeVar

import structlog
from starlette.applications import Starlette
from starlette.routing import BaseRoute

from adapters.health.application import health_application
from adapters.web.room import Limits
from adapters.web.server import WebServer
from bot.app import apple_status, dangers, local_zone, open_store
from bot.dialogue.book import Book
from bot.platforms import connect
from bot.ports import Finding, Lead, Store, StoreFault, StoreUnusable, TokenRefused
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

PUBLIC_LIMITS = Limits(connections=768)
"""Of the public listener. Each platform keeps some dozens of connections open, and most systems let a process
have 1,024 files: the others are for the store and the platforms."""

WAITED_FOR: Collection[StoreFault] = ("unreachable", "read_only")
"""What is wrong with a Redis that is about to start or to take over. A wrong password, a right that is
missing, or an address where there is none, does not mend itself.
"""

LONGEST_PAUSE = 5.0
"""Seconds between two attempts to reach a store at the start."""

_T = TypeVar("_T")

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

    A Redis that is away is waited for, at the start as later. Raises `StoreUnusable` where waiting mends
    nothing, `MayLose`, `CannotListen` and `TokenRefused`.
    """
    stop = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    with start_journal(settings.log_level, settings.log_key):
        async with AsyncExitStack() as end:
            health = _Health()
            await _open_health(settings, health, end)
            store = await _wait_for_store(settings, stop, health)
            if store is not None:
                end.push_async_callback(store.close)
                await _work(settings, book, store, stop, only, health)
        _log.info("stopped")


class _Health:
    """What the health server tells: that the store is not there, until there is a worker to ask."""

    def __init__(self) -> None:
        self.metrics = Metrics()
        self.worker: Worker | None = None
        self.ports: dict[str, int] = {}

    def ready(self) -> Mapping[str, bool]:
        return {"store": False} if self.worker is None else self.worker.ready()


async def _wait_for_store(settings: Settings, stop: asyncio.Event, health: _Health) -> Store | None:
    """Open the store, once it is there; None if the stop came first. It is said when that takes time."""
    is_told = False
    for pause in _pauses():
        opening = asyncio.create_task(_open_safe_store(settings))
        if not await _comes_before(stop, opening):
            return None
        try:
            store = opening.result()
        except StoreUnusable as error:
            if settings.redis_url is None or error.fault not in WAITED_FOR:
                raise
            if not is_told:
                _log.warning("waiting for the store", where=error.where, why=error.fault, **health.ports)
            is_told = True
            await _comes_before(stop, asyncio.create_task(asyncio.sleep(pause)))
        else:
            if is_told:
                _log.info("store is there")
            return store
    raise AssertionError  # the pauses never end


async def _comes_before(stop: asyncio.Event, work: "asyncio.Task[_T]") -> bool:
    """Wait for it to end, or for the stop, which cancels it."""
    stopping = asyncio.create_task(stop.wait())
    await asyncio.wait((work, stopping), return_when=asyncio.FIRST_COMPLETED)
    for each in (work, stopping):
        each.cancel()
    return not stop.is_set()


def _pauses() -> Iterator[float]:
    """Give seconds to wait for the store before the next attempt."""
    pause = 0.5
    while True:
        yield pause * (0.5 + 0.5 * random.random())  # noqa: S311  so that workers do not march in step
        pause = min(2 * pause, LONGEST_PAUSE)


async def _open_safe_store(settings: Settings) -> Store:
    found = await dangers(settings)
    if found and not settings.accept_data_loss:
        raise MayLose(found)
    store = await open_store(settings)
    for finding in found:
        _log.warning("data may be lost", why=finding.says)
    return store


async def _work(  # noqa: PLR0917  all of it is made before
    settings: Settings, book: Book, store: Store, stop: asyncio.Event, only: str | None, health: _Health
) -> None:
    zone, who = local_zone(), secrets.token_hex(8)
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
            metrics=health.metrics,
            stop=stop,
            monotonic=time.monotonic,
            random=random.random,
            attention=attention,
            reader=reader,
        )
        health.worker = worker
        if routes := [route for each in connected for route in each.routes]:
            health.ports["listen_port"] = await _open_public(settings, routes, end)
        _log.info("started", platforms=[platform.name for platform in platforms], **health.ports)
        if not platforms:
            _log.warning("no chat platform is set up")
        garbage.seldom()
        await _live(worker)


def _poller(settings: Settings, store: Store, lead: Lead, who: str) -> Poller:
    source, every = apple_status(settings), settings.apple_status_every
    return Poller(store, source, who=who, lead=lead, random=random.random, every=every)


async def _open_health(settings: Settings, health: _Health, end: AsyncExitStack) -> None:
    place = (settings.health_host, settings.health_port)
    application = health_application(health.ready, health.metrics.text)
    health.ports["health_port"] = await _open(WebServer(application, *place), "HEALTH", place, end)


async def _open_public(settings: Settings, routes: Sequence[BaseRoute], end: AsyncExitStack) -> int:
    """Open the listener that a platform calls us at."""
    public, place = Starlette(routes=routes), (settings.listen_host, settings.listen_port)
    public.router.redirect_slashes = False
    return await _open(WebServer(public, *place, limits=PUBLIC_LIMITS), "LISTEN", place, end)


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
