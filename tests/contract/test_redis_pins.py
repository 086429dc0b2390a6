"""What only the store in Redis promises of pins and tallies: lost answers, ends, damage, and large crowds."""

import asyncio
import re
from datetime import timedelta

import pytest
from redis import Redis

from adapters.store.redis.store import RedisStore
from bot.ports import Damaged, Record, StoreUnusable
from tests.contract.shorthand import LATER, NOW, SECOND
from tests.contract.store_pins import KEEP, put
from tests.contract.store_tallies import HOUR, MINUTE, come, counted
from tests.contract.store_values import NASTY
from tests.contract.test_redis_faults import behind_a_proxy, opened, unhurried
from tests.contract.test_redis_store import everything, keys, on_redis
from tests.redis_server import RedisServer

# --- lost answers -----------------------------------------------------------------------------------------


def test_a_pin_whose_answer_was_lost_is_put_up_once_and_told_so() -> None:
    async def run() -> None:
        async with behind_a_proxy() as (proxy, store, other):
            for version, body in enumerate((b"one", b"two")):
                proxy.lose_answer_to(b"EVALSHA")
                assert await put(store, body, on=version)
                assert await other.pinned("board", now=NOW) == Record(version + 1, body)
            proxy.lose_answer_to(b"EVALSHA")
            assert not await put(store, b"late", on=1)

    asyncio.run(run())


def test_a_pin_whose_answer_was_lost_does_not_come_back_over_a_newer_one() -> None:
    async def run() -> None:
        async with behind_a_proxy() as (proxy, store, other):
            await put(store, b"one")
            proxy.lose_answer_to(b"EVALSHA", then_freeze=True)
            pin = asyncio.create_task(put(store, b"two", on=1))
            await proxy.lost.wait()
            assert await put(other, b"three", on=2)
            proxy.thaw()
            assert not await pin
            assert await other.pinned("board", now=NOW) == Record(3, b"three")

    asyncio.run(run())


def test_whoever_is_counted_and_not_told_so_counts_once() -> None:
    async def run() -> None:
        async with behind_a_proxy() as (proxy, store, other):
            await come(store, "ann")
            proxy.lose_answer_to(b"EVALSHA")
            await come(store, "ben")
            assert await counted(other) == 2

    asyncio.run(run())


# --- the server -------------------------------------------------------------------------------------------


def test_a_server_that_is_killed_and_started_again_has_pins_and_tallies() -> None:
    async def run(server: RedisServer) -> None:
        async with opened(server.url) as store:
            await put(store, b"one")
            await come(store, "ann", "ben")
            server.kill()
            starting = asyncio.create_task(asyncio.to_thread(server.start))
            assert await put(store, b"two", on=1)
            await starting
            await come(store, "ann")
            assert await store.pinned("board", now=NOW) == Record(2, b"two")
            assert await counted(store) == 2

    with RedisServer("--appendonly", "yes", "--appendfsync", "always") as server, unhurried():
        asyncio.run(run(server))


def test_a_pin_that_has_not_reached_the_replicas_is_not_acknowledged_and_then_known_again() -> None:
    async def run(server: RedisServer, replica: RedisServer) -> None:
        replica.follow(server)
        async with opened(server.url, replicas=1) as store:
            with unhurried():
                assert await put(store, b"one")
            with replica.admin() as redis:
                redis.replicaof("NO", "ONE")
            for _ in range(2):
                with pytest.raises(StoreUnusable, match="not_replicated"):
                    await put(store, b"two", on=1)
            await come(store, "ann")
            replica.follow(server)
            with unhurried():
                assert await put(store, b"two", on=1)
            assert await store.pinned("board", now=NOW) == Record(2, b"two")

    with RedisServer("--repl-diskless-sync-delay", "0") as server, RedisServer() as replica:
        asyncio.run(run(server, replica))


@on_redis
async def test_a_full_server_refuses_pins_and_tallies_and_lets_read(store: RedisStore, redis: Redis) -> None:
    await put(store, b"one")
    await come(store, "ann")
    redis.config_set("maxmemory-policy", "noeviction")
    before = everything(redis)
    redis.config_set("maxmemory", 1)
    try:
        for doing in (put(store, b"two", on=1), come(store, "ben"), come(store, "ben", at=LATER)):
            with pytest.raises(StoreUnusable, match="full"):
                await doing
        assert everything(redis) == before
        assert await store.pinned("board", now=NOW) == Record(1, b"one")
    finally:
        redis.config_set("maxmemory", 0)


# --- keys -------------------------------------------------------------------------------------------------


@on_redis
async def test_keys_end_soon_after_what_they_keep(store: RedisStore, redis: Redis) -> None:
    assert await put(store, b"one", keep=2 * KEEP)
    assert await put(store, b"one", keep=KEEP)
    assert await put(store, b"over", keep=-KEEP, name="over")
    await come(store, "ann")
    ends = {key: timedelta(milliseconds=redis.pttl(key)) for key in keys(redis, "{p*")}
    kept = {b"{p00}:pin:board": 2 * KEEP, b"{p00}:pin:over": timedelta()}
    assert len(ends) == 3
    for key, end in ends.items():
        assert kept.get(key, HOUR) <= end <= kept.get(key, HOUR) + MINUTE


@on_redis
async def test_no_name_gets_out_of_its_partition(store: RedisStore, redis: Redis) -> None:
    for name in (*NASTY, "{p01}:due", "}"):
        await put(store, b"one", name=name)
        await store.tally(name, name, now=NOW, keep=HOUR)
    ours = re.compile(rb"\{p\d\d\}:(pin:[\w:%./~-]*|m:[\w:%./~-]*:\d+)|imessage-support")
    assert all(ours.fullmatch(key) for key in keys(redis))


@on_redis
async def test_a_damaged_pin_is_none_and_written_anew(store: RedisStore, redis: Redis) -> None:
    """All workers read it and none owns it: left as it is it would keep Apple's news from everybody."""
    await put(store, b"one")
    (key,) = keys(redis, "*:pin:*")
    for damage in (
        b"",
        b"garbage",
        b"1",
        b"1 2",
        b"1  3",
        b'{"version": 1}',
        b"\xff" * 1000,
        b"9" * 40 + b" 1 ",
    ):
        redis.set(key, damage)
        assert await store.pinned("board", now=NOW) == Record(0, b"")
        assert not await put(store, b"two", on=1)
        assert await put(store, b"two")
        assert await store.pinned("board", now=NOW) == Record(1, b"two")


@on_redis
async def test_a_pin_of_another_type_is_none_and_written_anew(store: RedisStore, redis: Redis) -> None:
    redis.lpush("{p00}:pin:board", "x")
    assert await store.pinned("board", now=NOW) == Record(0, b"")
    assert await put(store, b"one")
    assert await store.pinned("board", now=NOW) == Record(1, b"one")


@on_redis
async def test_a_tally_of_another_type_is_left_as_it_was(store: RedisStore, redis: Redis) -> None:
    await come(store, "ann")
    for key in keys(redis, "{p*"):
        redis.delete(key)
        redis.xadd(key, {"a": "b"})  # none of ours is a stream
    before = everything(redis)
    for doing in (come(store, "ann"), counted(store)):
        with pytest.raises(Damaged):
            await doing
    assert everything(redis) == before


# --- crowds -----------------------------------------------------------------------------------------------


@on_redis
async def test_a_crowd_is_estimated_within_three_percent(store: RedisStore, redis: Redis) -> None:
    for minute in range(5):
        people = (f"person {number}" for number in range(500 * minute, 500 * minute + 1_000))
        at = NOW + minute * MINUTE + SECOND
        await asyncio.gather(*(store.tally("iphone", who, now=at, keep=HOUR) for who in people))
    assert await counted(store, NOW, NOW + 5 * MINUTE) == pytest.approx(3_000, rel=0.03)
    assert await counted(store) == pytest.approx(1_000, rel=0.03)
    assert sum(redis.memory_usage(key) or 0 for key in keys(redis, "*:m:*")) < 5 * 16_000
