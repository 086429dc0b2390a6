"""A server is demoted behind an address that stays: the address is asked again, and nobody stays behind."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager, suppress
from datetime import timedelta

import pytest

from adapters.store.redis.store import RedisStore
from bot.model import Address
from bot.ports import Committed, Duplicate, Record, StoreUnusable
from tests.contract.shorthand import ANN, NOW, offer, take
from tests.contract.test_redis_faults import opened, unhurried
from tests.redis_proxy import RedisProxy
from tests.redis_server import RedisServer

DAY = timedelta(days=1)
TRIES = 50
READERS = 12
"""More than the store has trips under way at once, so that each of its connections is used."""


@contextmanager
def pair() -> Iterator[tuple[RedisServer, RedisServer]]:
    """Run a primary with its replica."""
    with RedisServer("--repl-diskless-sync-delay", "0") as primary, RedisServer() as replica:
        replica.follow(primary)
        yield primary, replica


def catch_up(primary: RedisServer) -> None:
    """Wait until its replica has all that was written so far."""
    with primary.admin() as redis:
        redis.set("last", "words")
        assert redis.wait(1, 30_000) == 1


def promote(replica: RedisServer, primary: RedisServer) -> None:
    """Let them change places, but the old primary misses whatever is written from now on."""
    catch_up(primary)
    with replica.admin() as new, primary.admin() as old:
        new.replicaof("NO", "ONE")
        old.config_set("replica-serve-stale-data", "yes")
        old.replicaof("127.0.0.1", 1)


async def read_at_once(store: RedisStore) -> list[Record]:
    """Read the same over as many connections as the store takes."""
    return await asyncio.gather(*(store.pinned("board", now=NOW) for _ in range(READERS)))


async def spread(proxy: RedisProxy, store: RedisStore) -> None:
    """Have several idle connections in the store's pool."""
    proxy.delay = 0.05
    for _ in range(3):
        await asyncio.gather(
            *(store.pinned(f"pin {n}", now=NOW) for n in range(READERS)), read_in_turn(store)
        )
    proxy.delay = 0


async def read_in_turn(store: RedisStore) -> None:
    for _ in range(3):
        await store.pinned("board", now=NOW)
        await asyncio.sleep(0.01)


async def in_the_end(store: RedisStore) -> object:
    """Offer the second turn until it has its replica: a busy machine may miss the 100 ms for that."""
    for _ in range(TRIES):
        with suppress(StoreUnusable):
            return await offer(store, "e2", on=1, body=b"two")
    return None


@asynccontextmanager
async def behind(server: RedisServer) -> AsyncIterator[tuple[RedisProxy, RedisStore]]:
    async with RedisProxy(server.port) as proxy, opened(proxy.url) as store:
        yield proxy, store


def test_a_turn_finds_the_new_primary_behind_the_same_address() -> None:
    async def run(primary: RedisServer, replica: RedisServer) -> None:
        async with behind(primary) as (proxy, store):
            await take(store, "e1", body=b"one")
            promote(replica, primary)
            proxy.port = replica.port
            assert isinstance(await offer(store, "e2", on=1, body=b"two"), Committed)
            async with opened(replica.url) as other:
                assert await other.load(ANN, now=NOW) == Record(2, b"two")

    with pair() as servers, unhurried():
        asyncio.run(run(*servers))


def test_connections_that_were_idle_or_only_read_leave_the_old_primary_too() -> None:
    async def run(primary: RedisServer, replica: RedisServer) -> None:
        async with behind(primary) as (proxy, store):
            await take(store, "e1", body=b"one")
            await spread(proxy, store)
            promote(replica, primary)
            proxy.port = replica.port
            assert isinstance(await offer(store, "e2", on=1, body=b"two"), Committed)
            assert await store.pin("board", b"new", expected=0, now=NOW, keep=DAY)
            assert await read_at_once(store) == [Record(1, b"new")] * READERS

    with pair() as servers, unhurried():
        asyncio.run(run(*servers))


def test_while_the_address_still_leads_to_the_old_one_that_is_said_and_then_it_goes_on() -> None:
    async def run(primary: RedisServer, replica: RedisServer) -> None:
        async with behind(primary) as (proxy, store):
            await take(store, "e1", body=b"one")
            promote(replica, primary)
            with pytest.raises(StoreUnusable, match="read_only"):
                await offer(store, "e2", on=1, body=b"two")
            proxy.port = replica.port
            with unhurried():
                assert isinstance(await offer(store, "e2", on=1, body=b"two"), Committed)

    with pair() as servers:
        asyncio.run(run(*servers))


def test_a_replica_that_lost_its_primary_is_left_as_soon_as_the_address_leads_elsewhere() -> None:
    """It answers MASTERDOWN to everything, reading included."""

    async def run(primary: RedisServer, replica: RedisServer) -> None:
        async with behind(primary) as (proxy, store):
            await take(store, "e1", body=b"one")
            promote(replica, primary)
            with primary.admin() as old:
                old.config_set("replica-serve-stale-data", "no")
            proxy.port = replica.port
            assert isinstance(await offer(store, "e2", on=1, body=b"two"), Committed)

    with pair() as servers, unhurried():
        asyncio.run(run(*servers))


def test_a_primary_that_was_cut_off_from_its_replicas_is_left_for_the_one_behind_the_address() -> None:
    """It still takes writes, which nobody has: only WAIT, or NOREPLICAS, tells."""

    async def run(primary: RedisServer, replica: RedisServer, other: RedisServer, refuses: bool) -> None:  # noqa: FBT001
        async with RedisProxy(primary.port) as proxy:
            store = await RedisStore.open(proxy.url, replicas=1)
            with unhurried():
                await take(store, "e1", body=b"one")
            with replica.admin() as new:
                new.replicaof("NO", "ONE")
            other.follow(replica)
            if refuses:
                with primary.admin() as old:
                    old.config_set("min-replicas-to-write", 1)
            proxy.port = replica.port
            with pytest.raises(StoreUnusable, match="not_replicated"):
                await offer(store, "e2", on=1, body=b"two")
            assert isinstance(await in_the_end(store), Committed | Duplicate)
            async with opened(replica.url) as new:
                assert await new.load(ANN, now=NOW) == Record(2, b"two")
            await store.close()

    for refuses in (False, True):
        with pair() as (primary, replica), RedisServer("--repl-diskless-sync-delay", "0") as other:
            asyncio.run(run(primary, replica, other, refuses))


def test_a_silent_old_primary_costs_its_callers_their_time_once() -> None:
    """Its machine is gone without a word, and every idle connection to it would be waited for in vain."""

    async def run(primary: RedisServer, replica: RedisServer) -> None:
        async with behind(primary) as (proxy, store), RedisProxy(replica.port) as spare:
            await take(store, "e1", body=b"one")
            await spread(proxy, store)
            catch_up(primary)
            with replica.admin() as new:
                new.replicaof("NO", "ONE")
            proxy.strand(spare.port)
            with pytest.raises(StoreUnusable, match="unreachable"):
                await store.load(Address("console", "elsewhere", "ann"), now=NOW)
            assert isinstance(await offer(store, "e2", on=1, body=b"two"), Committed)
            assert await store.pin("board", b"new", expected=0, now=NOW, keep=DAY)
            assert await read_at_once(store) == [Record(1, b"new")] * READERS

    with pair() as servers:
        asyncio.run(run(*servers))
