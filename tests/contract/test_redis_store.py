"""What only the store in Redis promises: its keys, their ends and sizes, and how often it asks."""

import asyncio
import random
import re
from collections.abc import Callable, Coroutine
from datetime import timedelta
from itertools import product
from typing import TypeAlias, cast

import pytest
from redis import Redis

from adapters.store.redis.store import RedisStore
from bot.model import Address, EventId
from bot.ports import Damaged, Duplicate, Farewell, Owed, Record, StoreUnusable
from tests.contract.shorthand import (
    ANN,
    BEN,
    LATER,
    LEASE,
    NOW,
    SECOND,
    claim,
    forget,
    offer,
    say,
    settle,
    take,
    wake,
)
from tests.contract.store_values import ADDRESSES
from tests.redis_proxy import RedisProxy
from tests.redis_server import shared_server

Trial: TypeAlias = Callable[[RedisStore, Redis], Coroutine[None, None, None]]

PERSON = Address("telegram", "1234567890", "1234567890")
BODY_OF_A_FLOW = bytes(range(75)) * 5
"""As long as a conversation in the middle of a flow."""


def on_redis(trial: Trial) -> Callable[[], None]:
    """Make a test of a coroutine that gets an empty store, and a client to look at what it has stored."""

    def test() -> None:
        asyncio.run(_try(trial))

    return test


async def _try(trial: Trial) -> None:
    server = shared_server()
    store = await RedisStore.open(server.url)
    try:
        with server.admin() as redis:
            await trial(store, redis)
    finally:
        await store.close()


def keys(redis: Redis, pattern: str = "*") -> list[bytes]:
    """Give the names of all that is stored."""
    return sorted(redis.scan_iter(pattern, count=1000))


def everything(redis: Redis) -> dict[bytes, bytes]:
    """Give all that is stored."""
    return {key: cast("bytes", redis.dump(key)) for key in keys(redis)}


# --- the ends of keys -------------------------------------------------------------------------------------


@on_redis
async def test_no_key_is_without_an_end_but_counters_and_what_is_owed(
    store: RedisStore, redis: Redis
) -> None:
    await _live(store, turns=300)
    endless = {key for key in keys(redis) if redis.ttl(key) == -1}
    owed = {key for key in endless if re.search(rb":(due$|[lw]:)", key)}
    assert {re.sub(rb"^\{p\d\d\}", b"", key) for key in endless - owed} == {b":stats", b"imessage-support"}

    much_later = NOW + timedelta(days=400)
    while jobs := await claim(store, much_later):
        for job in jobs:
            following: Owed | None = job
            while following:
                following = (await settle(store, following, much_later)).next
            much_later += timedelta(days=1)
    assert not [key for key in keys(redis) if key in owed]
    assert (await store.backlog(now=NOW)).waiting == 0


async def _live(store: RedisStore, turns: int) -> None:
    """Take turns of a few people, and do with what is owed whatever may be done."""
    chance = random.Random(7)  # noqa: S311  not a secret
    people = [Address("console", f"chat {n % 4}", f"person {n}") for n in range(9)]
    for n in range(turns):
        who = chance.choice(people)
        version = (await store.load(who, now=NOW)).version
        jobs = [
            say(b"1", pause=SECOND),
            say(b"2", LATER, pause=SECOND),
            wake(b"3", chance.choice([NOW, LATER])),
        ]
        owed = await take(
            store, f"e{n}", on=version, jobs=jobs[: n % 4], who=who, topics=["status"] * (n % 2)
        )
        for job in owed:
            what = chance.randrange(5)
            if what == 0:
                await store.bury(job, "refused", now=NOW, lease=LEASE)
            elif what == 1:
                await store.postpone(job, LATER, attempted=True, whole_chat=True)
            elif what == 2:
                await settle(store, job)
    await store.reserve("bot", 3, SECOND, now=NOW)
    await store.lead("apple", "one", now=NOW, lease=LEASE)
    await store.pin("board", b"one", expected=0, now=NOW, keep=LEASE)
    await store.tally("iphone", "ann", now=NOW, keep=LEASE)
    await forget(store, people[0])
    for parked in (await store.parked(now=NOW, limit=100))[::2]:
        assert await store.unpark(parked.id, now=NOW)


@on_redis
async def test_what_was_forgotten_is_nowhere(store: RedisStore, redis: Redis) -> None:
    secret = Address("console", "home", "mallory")
    jobs = [say(b"mallory"), say(b"mallory"), wake(b"mallory"), wake(b"mallory", LATER)]
    owed = await take(store, "mallory 1", jobs=jobs, who=secret, body=b"mallory", topics=["status"])
    await store.bury(owed[0], "mallory", now=NOW, lease=LEASE)
    await take(store, "ann", topics=["other"])
    await take(store, "mallory 2", on=1, who=secret, body=b"mallory", topics=["other"])
    await forget(store, secret)
    assert not [key for key, value in everything(redis).items() if b"mallory" in key + value]


# --- sizes ------------------------------------------------------------------------------------------------


@on_redis
async def test_a_conversation_takes_no_more_than_700_bytes_and_an_event_160(
    store: RedisStore, redis: Redis
) -> None:
    for n in range(20):
        await take(store, f"123456789:{n}", on=n, who=PERSON, body=BODY_OF_A_FLOW)
    sizes = {key[6:7]: redis.memory_usage(key) or 0 for key in keys(redis, "{p*")}
    assert sizes[b"c"] <= 700
    assert sizes[b"e"] <= 160


# --- round trips ------------------------------------------------------------------------------------------


def test_a_warm_turn_asks_once_a_cold_one_twice_and_a_claim_of_nothing_once() -> None:
    async def run() -> None:
        async with RedisProxy(shared_server().port) as proxy:
            store = await RedisStore.open(proxy.url)
            await _turn(store, "e0")
            (job,) = await claim(store, LATER)
            await settle(store, job)
            await forget(store, PERSON)
            await store.clock()  # now the server knows the scripts
            assert await _count(proxy, _turn(store, "e1")) == 2
            assert await _count(proxy, _turn(store, "e2")) == 1
            assert await _count(proxy, claim(store, NOW)) == 1
            assert await _count(proxy, store.backlog(now=NOW)) == 1
            assert await _count(proxy, store.clock()) == 1
            (job,) = await claim(store, LATER)
            assert await _count(proxy, settle(store, job)) == 1
            await store.close()

    asyncio.run(run())


async def _turn(store: RedisStore, event: str) -> None:
    before = store.recall(PERSON, now=NOW) or await store.load(PERSON, now=NOW)
    await take(store, event, on=before.version, who=PERSON, body=BODY_OF_A_FLOW, jobs=[say(b"reply")])


async def _count(proxy: RedisProxy, doing: Coroutine[None, None, object]) -> int:
    before = proxy.round_trips
    await doing
    return proxy.round_trips - before


# --- names ------------------------------------------------------------------------------------------------


@on_redis
async def test_no_address_gets_out_of_its_partition(store: RedisStore, redis: Redis) -> None:
    evil = [Address("}", "{p00}:due", "\n"), Address("{p01}", "\x00", "}:stats"), Address("\r\n", " ", "*")]
    for who in [*ADDRESSES, *evil]:
        await take(
            store, "}\n\x00", who=who, jobs=[say(b"1"), wake(b"2", LATER)], topics=["}", "+", "", "\n "]
        )
    name = re.compile(rb"\{p\d\d\}:(due|stats|park|parked|topics|[celwrt]:[\w:%./~-]*)|imessage-support")
    assert all(name.fullmatch(key) for key in keys(redis))
    follows = await store.followers("", limit=1000, now=NOW)
    assert set(follows.addresses) == {*ADDRESSES, *evil}
    for who in [*ADDRESSES, *evil]:
        forgotten = await forget(store, who)
        assert forgotten
        assert forgotten.topics == 4
    left = {re.sub(rb"^\{p\d\d\}:", b"", key)[:2] for key in keys(redis)}
    assert left == {b"e:", b"st", b"to", b"im"}


@on_redis
async def test_the_first_who_comes_decides_the_number_of_partitions(store: RedisStore, redis: Redis) -> None:
    await take(store, "e1", body=b"one")
    other = await RedisStore.open(shared_server_url(redis), partitions=3)
    assert other.partitions == store.partitions == 16
    assert await other.load(ANN, now=NOW) == Record(1, b"one")
    await other.close()


@on_redis
async def test_with_another_number_of_partitions_everything_is_found_too(
    store: RedisStore, redis: Redis
) -> None:
    await store.close()
    redis.flushall()
    stores = [await RedisStore.open(shared_server_url(redis), partitions=1) for _ in range(2)]
    people = [Address("console", f"chat {n}", "ann") for n in range(9)]
    for who in people:
        await take(stores[0], "e1", who=who, jobs=[say(b"reply")], topics=["status"])
    assert {job.address for job in await claim(stores[1])} == set(people)
    assert len((await stores[1].followers("status", limit=9, now=NOW)).addresses) == 9
    assert {re.sub(rb"(\{p\d\d\}).*", rb"\1", key) for key in keys(redis)} == {b"{p00}", b"imessage-support"}
    for each in stores:
        await each.close()


def shared_server_url(redis: Redis) -> str:
    """Give the address of the server that the client speaks with."""
    return f"redis://127.0.0.1:{redis.connection_pool.connection_kwargs['port']}"


# --- what others did to the keys --------------------------------------------------------------------------


@on_redis
async def test_scripts_that_the_server_has_forgotten_are_sent_again(store: RedisStore, redis: Redis) -> None:
    owed = await take(store, "e1", jobs=[say(b"1"), say(b"2")])
    redis.script_flush()
    assert isinstance(await offer(store, "e1", on=0), Duplicate)
    redis.script_flush()
    assert len(await claim(store, LATER)) == 1
    redis.script_flush()
    assert (await settle(store, owed[0])).next


@on_redis
async def test_a_damaged_conversation_is_reported_and_never_overwritten(
    store: RedisStore, redis: Redis
) -> None:
    await take(store, "e1")
    await take(store, "e1", who=BEN)
    (key,) = keys(redis, "*:c:console/home/ann")
    for damage in (b"", b"garbage", b"1", b"1 2", b"1  3 4", b'{"version": 1}', b"\xff" * 1000):
        redis.set(key, damage)
        fresh = await RedisStore.open(shared_server_url(redis))
        for doing in (fresh.load(ANN, now=NOW), offer(store, "e2", on=1), offer(store, "e1", on=1)):
            with pytest.raises(Damaged):
                await doing
        assert redis.get(key) == damage
        await fresh.close()
    assert await store.load(BEN, now=NOW) == Record(1, b"")


@on_redis
async def test_a_key_of_another_type_stops_a_turn_before_it_writes(store: RedisStore, redis: Redis) -> None:
    """Except for the chat's timetable, which is written anew: nothing is lost with it but a pause."""
    jobs = [say(b"1", pause=SECOND), say(b"2", pause=SECOND), wake(b"3"), wake(b"4", LATER)]
    await take(store, "e1", jobs=jobs, topics=["status"])
    ours = keys(redis, "{p*")
    assert len(ours) == 9
    for key in (key for key in ours if b":r:" not in key):
        kept = cast("bytes", redis.dump(key))
        redis.delete(key)
        redis.xadd(key, {"a": "b"})  # none of ours is a stream
        before = everything(redis)
        with pytest.raises(Damaged):
            await offer(store, "e1" if b":e:" in key else "e2", on=1, jobs=jobs, topics=["status"])
        assert everything(redis) == before
        redis.delete(key)
        redis.restore(key, 0, kept)


@on_redis
async def test_keys_that_somebody_has_deleted_break_nothing(store: RedisStore, redis: Redis) -> None:
    (job,) = await take(store, "e1", jobs=[say(b"1")])
    redis.flushall()
    assert await claim(store) == ()
    assert not (await settle(store, job)).struck
    assert not await store.postpone(job, LATER, attempted=True)
    assert (await store.backlog(now=NOW)).waiting == 0
    await offer(store, "e2", on=1)
    assert await store.load(ANN, now=NOW) == Record(0, b"")
    await take(store, "e2", on=0)


@on_redis
async def test_a_full_server_refuses_a_turn_before_it_writes_and_lets_settle(
    store: RedisStore, redis: Redis
) -> None:
    (job,) = await take(store, "e1", jobs=[say(b"1")])
    redis.config_set("maxmemory-policy", "noeviction")
    before = everything(redis)
    redis.config_set("maxmemory", 1)
    try:
        with pytest.raises(StoreUnusable, match="full"):
            await offer(store, "e2", on=1, jobs=[say(b"2"), wake(b"3")], topics=["status"])
        assert everything(redis) == before
        assert (await settle(store, job)).struck
    finally:
        redis.config_set("maxmemory", 0)
    assert await take(store, "e2", on=1) == ()


@on_redis
async def test_whoever_has_damaged_keys_can_be_forgotten_and_nobody_else_loses_anything(
    store: RedisStore, redis: Redis
) -> None:
    jobs = [say(b"1", pause=SECOND), say(b"2", pause=SECOND), wake(b"3"), wake(b"4", LATER)]
    farewell = Farewell(done=say(b"done"), nothing=say(b"nothing"))
    stranger = Address("console", "elsewhere", "ben")
    await take(store, "other", who=stranger, jobs=jobs, topics=["status"])
    kinds = (":c:", ":e:", ":l:", ":w:", ":r:")
    damages = (
        lambda key: redis.xadd(key, {"a": "b"}),
        lambda key: redis.set(key, b"garbage"),
        lambda key: redis.rpush(key, b"garbage"),
        lambda key: redis.hset(key, "garbage", "garbage"),
    )
    for number, (kind, damage) in enumerate(product(kinds, damages)):
        await take(store, f"e{number}", jobs=jobs, topics=["status"])
        (key,) = keys(redis, f"*{kind}console/home*") if kind != ":e:" else [_event_key(store, f"f{number}")]
        redis.delete(key)
        damage(key)
        forgotten = await forget(store, event=f"f{number}", farewell=farewell)
        assert forgotten
        assert [job.body for job in forgotten.owed] == [b"done"]
        assert (await settle(store, forgotten.owed[0])).struck
        left = [key for key in keys(redis) if b"console/home" in key and b":r:" not in key]
        assert left == [], (kind, number)
        for due in keys(redis, "*:due"):
            assert not [each for each in redis.zrange(due, 0, -1) if b"console/home" in each]
        assert await forget(store, event=f"f{number}", farewell=farewell) is None
    assert (await store.load(stranger, now=NOW)).version == 1
    assert len(await claim(store, LATER)) == 3


def _event_key(store: RedisStore, event: str) -> bytes:
    return store._site.keys(ANN).event(EventId(event)).encode()


@on_redis
async def test_a_full_server_lets_people_be_forgotten_and_told(store: RedisStore, redis: Redis) -> None:
    await take(store, "e1", jobs=[say(b"1")])
    redis.config_set("maxmemory-policy", "noeviction")
    redis.config_set("maxmemory", 1)
    try:
        forgotten = await forget(store, farewell=Farewell(done=say(b"done"), nothing=say(b"nothing")))
        assert forgotten
        assert (await settle(store, forgotten.owed[0])).struck
    finally:
        redis.config_set("maxmemory", 0)


@on_redis
async def test_what_is_everybodys_stops_a_wish_before_it_writes_where_it_is_damaged(
    store: RedisStore, redis: Redis
) -> None:
    await take(store, "e1", jobs=[say(b"1", pause=SECOND), wake(b"2")], topics=["status"])
    for kind in ("due", "stats", "topics", "t:status"):
        (key,) = keys(redis, f"*:{kind}")
        kept = cast("bytes", redis.dump(key))
        redis.delete(key)
        redis.xadd(key, {"a": "b"})
        before = everything(redis)
        with pytest.raises(Damaged):
            await forget(store)
        assert everything(redis) == before
        redis.delete(key)
        redis.restore(key, 0, kept)
    assert await forget(store)
