"""The composition root: settings → store, status and book, put together. What is made here is closed here."""

from datetime import UTC, datetime, timedelta, timezone, tzinfo
from pathlib import Path
from warnings import catch_warnings

from msgspec import Struct

from adapters.apple.client import APPLE_STATUS_URL, AppleStatus
from adapters.store.memory.store import MemoryStore
from bot.dialogue.book import Book
from bot.dialogue.turn import DEFAULT_LANGUAGE
from bot.events import Event, Opened
from bot.model import Address, Conversation
from bot.ports import Finding, StatusSource, Store
from bot.runtime.poller import Poller
from bot.runtime.receive import Received, receive, stored
from bot.settings import Settings, SettingsInvalid


class App(Struct, frozen=True):
    """Everything that outlives a single event."""

    book: Book
    store: Store
    poller: Poller
    zone: tzinfo

    async def receive(self, address: Address, event: Event, *, now: datetime) -> Received:
        """Look at Apple's board and commit the turn. Raises as `receive` does."""
        conversation = await self.conversation(address, now=now)
        greeting = conversation is None and isinstance(event, Opened)
        if not greeting:
            language = conversation.language if conversation else DEFAULT_LANGUAGE
            await self.poller.refresh(language, now=now)
        world = self.poller.bulletin.world(now, self.zone)
        return await receive(self.store, self.book, address, event, world)

    async def conversation(self, address: Address, *, now: datetime) -> Conversation | None:
        """Give the stored conversation, or None if there is none. Raises as `receive` does."""
        return stored(await self.store.load(address, now=now), address)

    async def close(self) -> None:
        """Let go of the store and of Apple's status."""
        await self.poller.close()
        await self.store.close()


def open_app(book: Book, settings: Settings, store: Path | None) -> App:
    """Put the program together; a `store` of None is the memory. Raises `StoreUnusable`."""
    opened = MemoryStore() if store is None else _open_file(store, settings)
    poller = Poller(opened, apple_status(settings), every=settings.apple_status_every)
    return App(book, opened, poller, local_zone())


async def open_store(settings: Settings) -> Store:
    """Open the store that the settings name. Raises `StoreUnusable`, or `SettingsInvalid`."""
    if settings.redis_url is None:
        return _open_file(settings.store_path, settings)
    from adapters.store.redis.store import RedisStore  # noqa: PLC0415  slow to import, needless without Redis

    kept, replicas = settings.retention, settings.redis_replicas
    try:
        return await RedisStore.open(settings.redis_url, retention=kept, replicas=replicas)
    except ValueError as error:  # replicas of a cluster
        raise SettingsInvalid((f"REDIS_REPLICAS: {error}",)) from error


async def dangers(settings: Settings) -> tuple[Finding, ...]:
    """Give what could lose turns that were acknowledged: nothing of an SQLite file could.

    Raises `StoreUnusable` where there is nobody to ask.
    """
    if settings.redis_url is None:
        return ()
    from adapters.store.redis.examine import examine_redis, unsafe  # noqa: PLC0415
    from adapters.store.redis.store import RedisStore  # noqa: PLC0415

    await RedisStore.reach(settings.redis_url)
    found = await examine_redis(
        settings.redis_url, replicas=settings.redis_replicas, clock=lambda: datetime.now(UTC)
    )
    return unsafe(found)


def apple_status(settings: Settings) -> StatusSource:
    """Give Apple's feed, at the address that the settings name."""
    return AppleStatus(settings.apple_status_url or APPLE_STATUS_URL)


def local_zone() -> tzinfo:
    """Give the time zone of this machine, or its offset of this moment where the zone has no name.

    Such are `TZ=JST-9` and a machine that knows of no zone at all, which is at UTC.
    """
    from tzlocal import get_localzone  # noqa: PLC0415  needless for most commands

    try:
        with catch_warnings(action="ignore"):  # of a machine that has no zone: UTC is what is promised then
            return get_localzone()
    except (LookupError, OSError, ValueError):
        return timezone(datetime.now().astimezone().utcoffset() or timedelta())


def _open_file(path: Path, settings: Settings) -> Store:
    from adapters.store.sqlite.store import SqliteStore  # noqa: PLC0415  needless for the memory store

    return SqliteStore(path, retention=settings.retention)
