"""One worker as a process: its store, its platforms, its health server, and the signals that end it."""

import asyncio
import random
import signal
import time
from collections.abc import Sequence

import structlog

from adapters.health.server import HealthServer
from bot.app import apple_status, dangers, local_zone, open_store
from bot.dialogue.book import Book
from bot.ports import Finding, Store
from bot.runtime.journal import start_journal
from bot.runtime.metrics import Metrics
from bot.runtime.status import StatusWatch
from bot.runtime.worker import Platform, Worker
from bot.settings import Settings

_log = structlog.get_logger()


class MayLose(Exception):
    """The store may lose what was acknowledged; `findings` say how and what to do."""

    def __init__(self, findings: tuple[Finding, ...]) -> None:
        super().__init__("; ".join(finding.says for finding in findings))
        self.findings = findings


class CannotListen(Exception):
    """The health server cannot have its address; the text says which and why."""


async def serve(settings: Settings, book: Book) -> None:
    """Work until SIGTERM or SIGINT. Raises `StoreUnusable`, `MayLose` and `CannotListen`."""
    stop = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    with start_journal(settings.log_level, settings.log_key):
        await _refuse_to_lose(settings)
        store = await open_store(settings)
        try:
            await _work(settings, book, store, stop)
        finally:
            await store.close()


async def _refuse_to_lose(settings: Settings) -> None:
    found = await dangers(settings)
    if found and not settings.accept_data_loss:
        raise MayLose(found)
    for finding in found:
        _log.warning("data may be lost", why=finding.says)


async def _work(settings: Settings, book: Book, store: Store, stop: asyncio.Event) -> None:
    status, metrics, platforms = StatusWatch(apple_status(settings)), Metrics(), _platforms(settings)
    worker = Worker(
        *(book, store, status, local_zone()),
        platforms=platforms,
        metrics=metrics,
        stop=stop,
        monotonic=time.monotonic,
        random=random.random,
    )
    health = HealthServer(settings.health_host, settings.health_port, worker.ready, metrics.text)
    try:
        port = await health.start()
    except OSError as error:
        where = f"{settings.health_host}:{settings.health_port}"
        raise CannotListen(
            f"HEALTH_HOST and HEALTH_PORT: cannot listen on {where}: {error.strerror}"
        ) from error
    _log.info("started", platforms=[platform.name for platform in platforms], health_port=port)
    try:
        await worker.run()
    finally:
        await health.stop()
        await status.close()
    _log.info("stopped")


def _platforms(settings: Settings) -> Sequence[Platform]:
    """Give the platforms whose tokens are set: none as yet, so a worker only does what is due."""
    del settings
    _log.warning("no chat platform is set up")
    return ()
