"""What another client did to one key costs whoever it belongs to, and nobody else."""

from collections.abc import Callable
from typing import TypeAlias

import pytest
from redis import Redis

from adapters.store.redis.store import RedisStore
from bot.model import Address, EventId
from bot.ports import Backlog, Damaged, Owed, StoreUnusable
from tests.contract.shorthand import (
    ANN,
    BEN,
    LATER,
    LEASE,
    NOW,
    SECOND,
    bury,
    claim,
    forget,
    offer,
    say,
    settle,
    take,
    wake,
)
from tests.contract.test_redis_store import keys, on_redis, shared_server_url

Damage: TypeAlias = Callable[[Redis, bytes], object]


def as_a_stream(redis: Redis, key: bytes) -> None:
    """Make it what none of ours is."""
    redis.delete(key)
    redis.xadd(key, {"a": "b"})


def garbage_in_the_list(redis: Redis, key: bytes) -> None:
    redis.lset(key, 0, "é\x00 garbage")


def garbage_before_the_list(redis: Redis, key: bytes) -> None:
    redis.lpush(key, "garbage")


def a_number_too_far(redis: Redis, key: bytes) -> None:
    redis.lset(key, 0, "1 " + "9" * 30 + " 1 2 0 body")


def garbage_in_the_hash(redis: Redis, key: bytes) -> None:
    for field in redis.hkeys(key):
        redis.hset(key, field, b"\xff garbage")


LANES = (as_a_stream, garbage_in_the_list, garbage_before_the_list, a_number_too_far)
WAKES = (as_a_stream, garbage_in_the_hash)


async def two_people(store: RedisStore) -> None:
    """Owe Ann and Ben, who share a partition, a reply and a reminder each."""
    for who in (ANN, BEN):
        await take(store, "e1", who=who, jobs=[say(b"reply"), wake(b"reminder")])


async def served(store: RedisStore) -> set[tuple[Address, str, bytes]]:
    """Do all that is due as a worker does, and give what that was: what cannot be read is buried."""
    done: set[tuple[Address, str, bytes]] = set()
    at = LATER
    for _ in range(4):
        for job in await claim(store, at):
            if job.body in {b"reply", b"reminder"}:
                done.add((job.address, job.kind, job.body))
                await _end(store, job, settled=True)
            else:
                await _end(store, job, settled=False)
        at += LEASE + SECOND
    return done


async def _end(store: RedisStore, job: Owed, *, settled: bool) -> None:
    try:
        await (settle(store, job, LATER) if settled else bury(store, job, "unreadable", LATER))
    except Damaged:
        assert job.address == ANN


BENS = {(BEN, "say", b"reply"), (BEN, "wake", b"reminder")}


@pytest.mark.parametrize(
    ("kind", "damage"),
    [*(("l", each) for each in LANES), *(("w", each) for each in WAKES)],
    ids=lambda each: each if isinstance(each, str) else each.__name__,
)
def test_a_damaged_lane_or_reminder_stops_no_claim_and_is_parked(kind: str, damage: Damage) -> None:
    @on_redis
    async def trial(store: RedisStore, redis: Redis) -> None:
        await two_people(store)
        (key,) = keys(redis, f"*:{kind}:console/home/ann")
        damage(redis, key)
        done = await served(store)
        assert done >= BENS
        assert (ANN, *{"l": ("wake", b"reminder"), "w": ("say", b"reply")}[kind]) in done
        (parked,) = await store.parked(now=LATER, limit=9)
        assert (parked.address, parked.why) == (ANN, "unreadable")
        assert await claim(store, LATER + 9 * LEASE) == ()

    trial()


@on_redis
async def test_what_is_due_for_an_address_of_no_text_stops_no_claim(store: RedisStore, redis: Redis) -> None:
    await two_people(store)
    (due,) = keys(redis, "*:due")
    for strange in (b"console/%ff/ann", b"console/%80/\xff", b"\xff", b"a/b/c/d"):
        for kind in (b"s", b"w"):
            redis.zadd(due, {b"%014d" % 1 + kind + strange: 1})
    assert await served(store) >= BENS


@on_redis
async def test_many_damaged_lanes_at_the_front_do_not_hide_what_is_behind(
    store: RedisStore, redis: Redis
) -> None:
    for n in range(50):
        await take(store, "e1", who=Address("console", "home", f"damaged {n}"), jobs=[say(b"1")])
    for key in keys(redis, "*:l:console/home/damaged*"):
        as_a_stream(redis, key)
    await take(store, "e1", who=BEN, jobs=[say(b"reply", NOW + SECOND)])
    claimed: list[Owed] = []
    for _ in range(4):
        claimed += await claim(store, LATER, limit=20)
    assert b"reply" in [job.body for job in claimed]


@on_redis
async def test_a_damaged_reply_behind_another_does_not_have_that_sent_again(
    store: RedisStore, redis: Redis
) -> None:
    (first,) = await take(store, "e1", jobs=[say(b"reply"), say(b"2"), say(b"reply")])
    (key,) = keys(redis, "*:l:*")
    redis.lset(key, 1, "garbage")
    assert (await settle(store, first)).struck
    (torn,) = await claim(store, NOW)
    assert torn.body == b"garbage"
    after = await bury(store, torn, "unreadable", NOW)
    assert after.next is not None
    assert after.next.body == b"reply"


@on_redis
async def test_members_that_nobody_wrote_leave_the_set_of_due_jobs(store: RedisStore, redis: Redis) -> None:
    await two_people(store)
    (key,) = keys(redis, "*:due")
    for strange in (b"", b"garbage", b"\xff\xfe", b"1s", b"00000000000001sno-address", b"9" * 40 + b"sa/b/c"):
        redis.zadd(key, {strange: 0})
    redis.zadd(key, {b"00000000009999sconsole/home/ann": 0})
    assert await served(store) == BENS | {(ANN, "say", b"reply"), (ANN, "wake", b"reminder")}
    assert not redis.exists(key)


@on_redis
async def test_a_reply_whose_due_number_is_wrong_is_found_all_the_same(
    store: RedisStore, redis: Redis
) -> None:
    await take(store, "e1", jobs=[say(b"reply")])
    (key,) = keys(redis, "*:due")
    redis.delete(key)
    redis.zadd(key, {b"00000000009999sconsole/home/ann": 0})
    assert await served(store) == {(ANN, "say", b"reply")}


@on_redis
async def test_a_damaged_partition_holds_up_no_other(store: RedisStore, redis: Redis) -> None:
    people = [Address("console", f"chat {n}", "ann") for n in range(99)]
    for who in people:
        await take(store, "e1", who=who, jobs=[say(b"reply")], topics=["status"])
    (lost, *_) = keys(redis, "*:due")
    prefix = lost.split(b":")[0].decode()
    for name in ("due", "stats", "park", "parked", "t:status", "topics"):
        as_a_stream(redis, f"{prefix}:{name}".encode())
    behind = [who for who in people if store._site.keys(who).partition.key("") != f"{prefix}:"]
    assert 80 < len(behind) < 99
    assert {job.address for job in await claim(store)} == set(behind)
    assert set((await store.followers("status", limit=99, now=NOW)).addresses) == set(behind)
    assert await store.parked(now=NOW, limit=9) == ()
    assert await store.backlog(now=NOW) == Backlog(0, len(behind), 0, unreadable=1)
    await store.probe(now=NOW)


@on_redis
async def test_a_damaged_timetable_of_a_chat_is_written_anew(store: RedisStore, redis: Redis) -> None:
    await take(store, "e1", jobs=[say(b"1", pause=SECOND)])
    (key,) = keys(redis, "*:r:*")
    for n, damage in enumerate((b"garbage", b"", b"9" * 40 + b" 1", b"1"), start=1):
        redis.set(key, damage)
        await take(store, f"e1{n}", on=n, jobs=[say(b"1", pause=SECOND)])
        (job,) = (each for each in await claim(store, LATER + n * 9 * LEASE) if each.body == b"1")
        assert (await settle(store, job, LATER + n * 9 * LEASE)).struck
        while (jobs := await claim(store, LATER + n * 9 * LEASE)) and (await settle(store, jobs[0])).struck:
            pass


@on_redis
async def test_a_damaged_role_or_timetable_is_free(store: RedisStore, redis: Redis) -> None:
    """One such key kept every worker from polling, another every reply from being sent."""
    for damage in ("garbage", "9" * 40 + " other"):
        redis.set("{p00}:lead:telegram", damage)
        assert await store.lead("telegram", "one", now=NOW, lease=LEASE)
        assert not await store.lead("telegram", "two", now=NOW, lease=LEASE)
    redis.set("{bot:telegram}", "garbage")
    assert await store.reserve("telegram", 1, SECOND, now=NOW) == NOW
    assert await store.reserve("telegram", 1, SECOND, now=NOW) == NOW + SECOND
    for key in ("{p00}:lead:telegram", "{bot:telegram}"):
        as_a_stream(redis, key.encode())
    assert await store.lead("telegram", "one", now=NOW, lease=LEASE)
    assert await store.reserve("telegram", 1, SECOND, now=NOW) == NOW


@on_redis
async def test_a_damaged_follower_is_listed_and_what_is_no_address_is_not(
    store: RedisStore, redis: Redis
) -> None:
    for who in (ANN, BEN):
        await take(store, "e1", who=who, topics=["status"])
    (listed,) = keys(redis, "*:t:*")
    for strange in (b"", b"\xff", b"garbage", b"a/b/c/d", b"~", b"console/%ff/ann", b"a/%80/\xff"):
        redis.zadd(listed, {strange: 0})
    for damage in (b"garbage", b"\xff"):
        redis.set(f"{listed.split(b':')[0].decode()}:c:console/home/ann", damage)
        page = await store.followers("status", limit=1, now=NOW)
        rest = await store.followers("status", after=page.after, limit=1, now=NOW)
        assert (page.addresses, rest.addresses, rest.after) == ((ANN,), (BEN,), None)


@on_redis
async def test_what_is_parked_is_listed_although_some_is_damaged(store: RedisStore, redis: Redis) -> None:
    for n, who in enumerate((ANN, BEN)):
        (job,) = await take(store, "e1", who=who, jobs=[say(b"%d" % n)])
        await bury(store, job)
    (parked,) = keys(redis, "*:parked")
    (park,) = keys(redis, "*:park")
    redis.hset(parked, "1", b"\xff garbage")
    redis.zadd(park, {b"garbage": NOW.timestamp() * 1_000_000})
    listed = await store.parked(now=NOW, limit=9)
    assert [(each.why, each.body) for each in listed] == [("unreadable", b"\xff garbage"), ("refused", b"1")]
    assert not await store.unpark(listed[0].id, now=NOW)
    assert await store.unpark(listed[1].id, now=NOW)


@on_redis
async def test_whatever_is_damaged_of_somebody_can_be_forgotten_and_they_begin_anew(
    store: RedisStore, redis: Redis
) -> None:
    jobs = [say(b"1", pause=SECOND), say(b"2"), wake(b"3", LATER)]
    await take(store, "e1", jobs=jobs, topics=["status"])
    ours = [key for key in keys(redis, "{p*") if b"console/home/ann" in key]
    assert len(ours) == 3
    for key in ours:
        as_a_stream(redis, key)
    with pytest.raises(Damaged):
        await offer(store, "e2", on=1, jobs=jobs)
    await forget(store, ANN)
    await take(store, "e3", jobs=jobs, topics=["status"])


@on_redis
async def test_an_event_is_set_aside_whatever_is_damaged_of_its_conversation(
    store: RedisStore, redis: Redis
) -> None:
    await take(store, "e1", jobs=[say(b"1", pause=SECOND), wake(b"2", LATER)])
    for key in keys(redis, "{p*"):
        if not key.endswith((b":due", b":stats")):
            as_a_stream(redis, key)
    for _ in range(2):
        await store.set_aside(ANN, EventId("e2"), b"event", "damaged", now=NOW)
    (parked,) = await store.parked(now=NOW, limit=9)
    assert (parked.address, parked.kind, parked.body, parked.why) == (ANN, "wake", b"event", "damaged")


@on_redis
async def test_a_probe_meets_what_turns_would_and_leaves_nothing(store: RedisStore, redis: Redis) -> None:
    before = keys(redis)
    await store.probe(now=NOW)
    assert keys(redis) == before
    redis.config_set("maxmemory-policy", "noeviction")
    redis.config_set("maxmemory", 1)
    try:
        with pytest.raises(StoreUnusable, match="full"):
            await store.probe(now=NOW)
    finally:
        redis.config_set("maxmemory", 0)
    redis.acl_setuser("default", enabled=True, nopass=True, commands=["+@all", "-zadd"])
    other = await RedisStore.open(shared_server_url(redis))
    try:
        with pytest.raises(StoreUnusable, match="denied"):
            await other.probe(now=NOW)
    finally:
        redis.acl_setuser("default", enabled=True, nopass=True, commands=["+@all"])
        await other.close()
