"""A Redis whose disk lets it down: what a power cut takes is noticed, and a full disk takes no turn."""

import asyncio
import os
import time

import pytest

from adapters.store.redis.store import RedisStore
from bot.dialogue.book import Book
from bot.events import Said
from bot.model import EventId
from bot.ports import Record, StoreUnusable
from bot.runtime.receive import receive
from tests.contract.shorthand import ANN, NOW, take
from tests.outside import world
from tests.redis_server import RedisServer

TURNS = 20


def test_turns_that_a_power_cut_took_are_noticed(book: Book) -> None:
    """The end of the append-only file was not on the disk yet. Whoever knows a newer version says so."""

    async def story(server: RedisServer) -> None:
        store = await RedisStore.open(server.url)
        for number in range(TURNS):
            await receive(store, book, ANN, Said(EventId(str(number)), "iPhone"), world("clear"))
        cut_power(server)
        received = await receive(store, book, ANN, Said(EventId("after"), "iPhone"), world("clear"))
        assert (received.outcome, received.went_back) == ("committed", True)
        await store.close()

    with RedisServer("--appendonly", "yes", "--appendfsync", "everysec") as server:
        asyncio.run(story(server))


def cut_power(server: RedisServer) -> None:
    """Kill the server and take the last third of its append-only file away; the rest is read."""
    server.kill()
    written = max(server.folder.rglob("*.aof"), key=lambda path: path.stat().st_size)
    os.truncate(written, written.stat().st_size * 2 // 3)
    server.start()


def test_a_server_that_cannot_write_to_its_disk_is_full_and_stores_nothing() -> None:
    async def story(server: RedisServer) -> None:
        store = await RedisStore.open(server.url)
        await take(store, "e1", body=b"one")
        stop_saving(server)
        with pytest.raises(StoreUnusable) as refused:
            await take(store, "e2", on=1, body=b"two")
        assert refused.value.fault == "full"
        assert await store.load(ANN, now=NOW) == Record(1, b"one")
        await store.close()

    with RedisServer() as server:
        asyncio.run(story(server))


def stop_saving(server: RedisServer) -> None:
    """Let saving fail, which stops writes by default: a folder lies where its file should be."""
    (server.folder / "dump.rdb").mkdir()
    (server.folder / "dump.rdb" / "in the way").touch()
    with server.admin() as admin:
        admin.config_set("save", "3600 1")
        admin.bgsave()
        end = time.monotonic() + 10
        while admin.info("persistence")["rdb_last_bgsave_status"] == "ok":
            assert time.monotonic() < end
