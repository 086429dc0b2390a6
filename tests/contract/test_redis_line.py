"""What travels together on the line to Redis has nothing else in common."""

import asyncio
import signal
from datetime import timedelta

import pytest
from redis.asyncio.connection import Connection
from redis.exceptions import TimeoutError  # noqa: A004  as redis-py raises it

from adapters.store.redis.store import RedisStore
from bot.model import Address
from bot.ports import Committed, Conflict, Damaged, Record, StoreUnusable
from tests.contract.shorthand import ANN, BEN, LATER, NOW, claim, forget, offer, postpone, say, take
from tests.contract.test_redis_faults import unhurried
from tests.redis_server import RedisServer, shared_server

CAT = Address("console", "home", "cat")


def test_a_turn_without_its_replica_is_not_acknowledged_whatever_travels_beside_it() -> None:
    async def story(server: RedisServer, replica: RedisServer) -> None:
        replica.follow(server)
        store = await RedisStore.open(server.url, replicas=1)
        with unhurried():
            await take(store, "e1", who=BEN)
        with server.admin() as admin, replica.admin() as other:
            (damaged,) = admin.scan_iter("*:c:console/home/ben")
            admin.set(damaged, b"garbage")
            other.replicaof("NO", "ONE")
        turns = (
            offer(store, "e2", on=0, who=CAT),
            offer(store, "e2", on=1, who=BEN),
            offer(store, "e2", on=0),
        )
        results = await asyncio.gather(*turns, store.load(ANN, now=NOW), return_exceptions=True)
        faults = [getattr(each, "fault", type(each)) for each in results[:3]]
        assert faults == ["not_replicated", Damaged, "not_replicated"]
        assert isinstance(results[3], Record), "reading waits for no replica"
        await store.close()

    with RedisServer("--repl-diskless-sync-delay", "0") as server, RedisServer() as replica:
        asyncio.run(story(server, replica))


@pytest.mark.parametrize("falls_silent", [False, True])
def test_a_server_that_has_become_a_replica_is_told_as_such(falls_silent: bool) -> None:  # noqa: FBT001
    async def story(server: RedisServer) -> None:
        store = await RedisStore.open(server.url, replicas=1)
        with server.admin() as admin:
            admin.config_set("replica-serve-stale-data", "yes")
            admin.replicaof("127.0.0.1", 1)
        if falls_silent:
            asyncio.get_running_loop().call_later(0.5, server.signal, signal.SIGSTOP)
        with pytest.raises(StoreUnusable, match="read_only"):
            await offer(store, "e1", on=0)
        server.signal(signal.SIGCONT)
        await store.close()

    with RedisServer() as server:
        asyncio.run(story(server))


def test_a_connection_that_cannot_be_closed_in_time_is_no_fault(monkeypatch: pytest.MonkeyPatch) -> None:
    async def too_slow(connection: Connection, **_: object) -> None:
        raise TimeoutError(f"Timed out closing {connection.host}")

    async def story() -> None:
        store = await RedisStore.open(shared_server().url)
        await take(store, "e1")
        with monkeypatch.context() as patch:
            patch.setattr(Connection, "disconnect", too_slow)
            await store.close()
        await store.close()

    asyncio.run(story())


def test_a_conversation_that_began_anew_is_not_taken_for_the_one_that_was_forgotten() -> None:
    async def story() -> None:
        url = shared_server().url
        one, two = await RedisStore.open(url), await RedisStore.open(url)
        await take(one, "e1", body=b"old")
        await forget(two, ANN)
        await take(two, "e2", body=b"new", at=LATER)
        assert one.recall(ANN, now=LATER) == Record(1, b"old")
        assert await offer(one, "e3", on=1, body=b"old and more", at=LATER) == Conflict(Record(1, b"new"))
        assert isinstance(await offer(one, "e3", on=1, at=LATER), Committed)
        await one.close()
        await two.close()

    asyncio.run(story())


def test_a_clock_that_goes_back_breaks_no_claim() -> None:
    async def story() -> None:
        store = await RedisStore.open(shared_server().url)
        (job,) = await take(store, "e1", jobs=[say(b"1")])
        await postpone(store, job, NOW - timedelta(minutes=2), attempted=True)
        assert await claim(store, NOW - timedelta(minutes=1)) == ()
        assert len(await claim(store, LATER)) == 1
        await store.close()

    asyncio.run(story())
