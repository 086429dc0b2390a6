"""Who may use a Redis: users, passwords, rights, and the ways to it."""

import asyncio

import pytest

from bot.ports import Farewell, Record, StoreUnusable
from tests.contract.shorthand import ANN, BEN, LATER, NOW, SECOND, claim, forget, offer, say, take
from tests.contract.test_redis_faults import fault_of_opening, opened
from tests.redis_server import RedisServer, shared_server

RIGHT, OTHERS = "right", "other"

NEEDED = (
    "~{p*}:* ~{bot:*} ~imessage-support resetchannels -@all +evalsha +eval +get +set +del +pexpire +hget "
    "+hset +hsetnx +hdel +hkeys +hlen +hgetall +hincrby +lindex +lset +llen +lpop +rpush +zadd +zrem +zcard "
    "+zcount +zscore +zrangebyscore +zrangebylex +sadd +scard +smembers +pfadd +pfcount +time +wait +ping "
    "+select +auth"
)


def test_a_user_with_few_rights_is_enough_and_one_with_fewer_is_denied() -> None:
    async def run(server: RedisServer) -> None:
        place = f"127.0.0.1:{server.port}"
        server.tell("ACL", "SETUSER", "bot", "on", ">s3cret", *NEEDED.split())
        async with opened(f"redis://bot:s3cret@{place}") as store:
            (job,) = await take(store, "e1", jobs=[say(b"1", pause=SECOND)], topics=["status"])
            await store.bury(job, "refused", now=NOW, lease=SECOND)
            (parked,) = await store.parked(now=NOW, limit=1)
            await store.unpark(parked.id, now=NOW)
            (job,) = await claim(store, NOW)
            assert await store.postpone(job, LATER, attempted=False, whole_chat=True)
            await store.reserve("bot", 1, SECOND, now=NOW)
            await store.backlog(now=NOW)
            await store.lead("apple", "one", now=NOW, lease=SECOND)
            await store.pin("board", b"one", expected=0, now=NOW, keep=SECOND)
            await store.pinned("board", now=NOW)
            await store.tally("iphone", "ann", now=NOW, keep=SECOND)
            await store.tallied("iphone", since=NOW, until=LATER)
            await store.followers("status", limit=1, now=NOW)
            server.tell("SET", store._site.keys(BEN).lane, "damaged")
            farewell = Farewell(done=say(b"done"), nothing=say(b"nothing"))
            for who in (ANN, BEN):
                assert await forget(store, who, farewell=farewell)
            server.tell("ACL", "SETUSER", "bot", "-set")
            with pytest.raises(StoreUnusable, match="denied"):
                await forget(store, event="again", farewell=farewell)
            with pytest.raises(StoreUnusable, match="denied"):
                await offer(store, "e2", on=0)
            server.tell("ACL", "SETUSER", "bot", "+set", "-llen")
            with pytest.raises(StoreUnusable, match="denied"):
                await forget(store, event="again")
            server.tell("ACL", "SETUSER", "bot", "+llen")
            server.tell("ACL", "SETUSER", "bot", "+set", "resetkeys")
            with pytest.raises(StoreUnusable, match="denied"):
                await store.load(BEN, now=NOW)

    with RedisServer() as server:
        asyncio.run(run(server))


def test_no_error_shows_the_password() -> None:
    async def run(server: RedisServer) -> None:
        for url in (
            f"redis://bot:s3cret@127.0.0.1:{server.port}/0",
            f"redis://:s3cret@127.0.0.1:{server.port}",
            "redis://bot:s3cret@127.0.0.1:1",
            f"redis+sentinel://bot:s3cret@127.0.0.1:{server.port}/main",
        ):
            error = await fault_of_opening(url)
            chain: BaseException | None = error
            while chain:
                assert "s3cret" not in f"{chain!r} {chain}"
                chain = chain.__cause__ or chain.__context__
            assert "s3cret" not in error.where

    with RedisServer(password=OTHERS) as server:
        asyncio.run(run(server))


def test_a_wrong_password_is_denied_and_a_missing_one_too() -> None:
    async def run(server: RedisServer) -> None:
        for login in ("", "bot:wrong@", ":wrong@"):
            assert (await fault_of_opening(f"redis://{login}127.0.0.1:{server.port}")).fault == "denied"
        async with opened(f"redis://:{RIGHT}@127.0.0.1:{server.port}/3") as store:
            await take(store, "e1")

    with RedisServer(password=RIGHT) as server:
        asyncio.run(run(server))


def test_a_socket_is_used_like_a_port() -> None:
    async def run() -> None:
        server = shared_server()
        async with opened(f"unix://{server.socket}?db=2") as store, opened(f"{server.url[:-1]}2") as other:
            await take(store, "e1", body=b"one")
            assert await other.load(ANN, now=NOW) == Record(1, b"one")

    asyncio.run(run())
