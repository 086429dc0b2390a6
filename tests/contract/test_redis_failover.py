"""A server dies behind Sentinel, and in a Cluster: another takes over with all that was stored."""

import asyncio
import subprocess
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager, suppress
from datetime import timedelta

from adapters.store.redis.store import RedisStore
from bot.model import Address
from bot.ports import Conflict, Record, StoreUnusable
from tests.contract.shorthand import LATER, LEASE, NOW, claim, offer, say, settle, take
from tests.contract.test_redis_faults import opened
from tests.redis_server import RedisSentinel, RedisServer

TAKEN_OVER_WITHIN = 30
"""Seconds. It takes three, or more where other tests need the processors."""

PLAYS = 3
"""How often the story behind Sentinel is told at most. A sentinel that did not run for two seconds trusts its
own clock no more and does nothing for 30 (its TILT mode): then that nobody took over proves nothing."""

PEOPLE = [Address("console", f"home {n}", "ann") for n in range(24)]


# --- sentinel ---------------------------------------------------------------------------------------------


def test_behind_sentinel_a_replica_takes_over_what_was_acknowledged() -> None:
    assert any(_takes_over_behind_sentinel() for _ in range(PLAYS))


def _takes_over_behind_sentinel() -> bool:
    """Tell the story; False says that the sentinel lost its clock, and any other failure is one."""
    with RedisServer() as master, RedisServer() as replica:
        replica.follow(master)
        with RedisSentinel(master) as sentinel:
            try:
                wait_until(lambda: knows_a_replica(sentinel))
                asyncio.run(_fail_over_behind(sentinel, master))
            except (AssertionError, StoreUnusable):
                if "+tilt" not in (sentinel.folder / "log").read_text():
                    raise
                return False
    return True


async def _fail_over_behind(sentinel: RedisServer, master: RedisServer) -> None:
    async with opened(f"redis+sentinel://127.0.0.1:{sentinel.port}/main") as store:
        await take_everybody(store)
        wait_until(lambda: has_given_everything(master))
        master.kill()
        await go_on(store)


def knows_a_replica(sentinel: RedisServer) -> bool:
    return bool(sentinel.tell("SENTINEL", "REPLICAS", "main"))


# --- cluster ----------------------------------------------------------------------------------------------


def test_in_a_cluster_a_replica_takes_over_what_was_stored() -> None:
    with cluster() as nodes:
        asyncio.run(_fail_over_in(nodes))


async def _fail_over_in(nodes: Sequence[RedisServer]) -> None:
    places = ",".join(f"127.0.0.1:{node.port}" for node in nodes[:3])
    store = await RedisStore.open(f"redis+cluster://{places}")
    await take_everybody(store)
    assert len((await store.followers("status", limit=100, now=NOW)).addresses) == len(PEOPLE)
    wait_until(lambda: all(has_given_everything(node) for node in nodes[:3]))
    nodes[0].kill()
    await go_on(store)
    await store.close()


@contextmanager
def cluster() -> Iterator[Sequence[RedisServer]]:
    """Run six nodes, of which the first three are masters, and each of the others has all that one has."""
    options = (
        "--cluster-enabled",
        "yes",
        "--cluster-node-timeout",
        "1000",
        "--repl-diskless-sync-delay",
        "0",
    )
    with ExitStack() as stack:
        nodes = [stack.enter_context(RedisServer(*options)) for _ in range(6)]
        places = [f"127.0.0.1:{node.port}" for node in nodes]
        create = ["--cluster", "create", *places, "--cluster-replicas", "1", "--cluster-yes"]
        subprocess.run([str(nodes[0].cli), *create], check=True, stdout=subprocess.DEVNULL, timeout=60)
        wait_until(lambda: all(is_ready(node) for node in nodes))
        yield nodes


def is_ready(node: RedisServer) -> bool:
    with node.admin() as client:
        about = client.info("replication")
    complete = "ok" in str(node.tell("CLUSTER", "INFO"))
    return complete and (about.get("master_link_status") == "up" or about["connected_slaves"] == 1)


# --- both -------------------------------------------------------------------------------------------------


async def take_everybody(store: RedisStore) -> None:
    for who in PEOPLE:
        jobs = [say(b"1"), say(b"2")]
        (first,) = await take(store, "e1", who=who, body=b"one", jobs=jobs, topics=["status"])
        await settle(store, first)
    assert await store.pin("board", b"one", expected=0, now=NOW, keep=timedelta(days=1))
    for number, who in enumerate(PEOPLE):
        await store.tally("iphone", who.chat, now=NOW + number * LEASE, keep=timedelta(days=1))


async def go_on(store: RedisStore) -> None:
    """Have everybody's next turn stored as soon as that is possible; see that nothing has been lost."""
    end = time.monotonic() + TAKEN_OVER_WITHIN
    for who in PEOPLE:
        stored = False
        while not stored:
            assert time.monotonic() < end
            with suppress(StoreUnusable):
                stored = not isinstance(await offer(store, "e2", on=1, who=who, body=b"two"), Conflict)
        assert await store.load(who, now=NOW) == Record(2, b"two")
    assert {job.address for job in await claim(store, LATER)} == set(PEOPLE)
    assert await store.pin("board", b"two", expected=1, now=NOW, keep=LEASE)
    assert await store.tallied("iphone", since=NOW, until=NOW + len(PEOPLE) * LEASE) == len(PEOPLE)


def has_given_everything(master: RedisServer) -> bool:
    """Say whether a replica has got all that was written."""
    with master.admin() as client:
        about = client.info("replication")
    return bool(about["slave0"]["offset"] == about["master_repl_offset"])


def wait_until(condition: Callable[[], bool]) -> None:
    end = time.monotonic() + TAKEN_OVER_WITHIN
    while not condition():
        assert time.monotonic() < end
        time.sleep(0.05)
