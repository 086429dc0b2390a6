"""What befalls the line to Redis and the server: nothing is lost or done twice, and the errors are ours."""

import asyncio
import random
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import asynccontextmanager, contextmanager

import pytest

from adapters.store.redis.link import BUDGET
from adapters.store.redis.store import RedisStore
from bot.model import Address
from bot.ports import (
    Committed,
    Conflict,
    Duplicate,
    Farewell,
    Forgotten,
    Owed,
    Record,
    Settled,
    StoreFault,
    StoreUnusable,
)
from bot.replace import replace
from tests.awake import awake
from tests.contract.shorthand import (
    ANN,
    BEN,
    LATER,
    NOW,
    bodies,
    claim,
    forget,
    offer,
    say,
    settle,
    take,
    wake,
)
from tests.redis_proxy import RedisProxy
from tests.redis_server import RedisServer, shared_server

FAREWELL = Farewell(done=say(b"done"), nothing=say(b"nothing"))
REPLIES = [say(b"1"), say(b"2"), wake(b"now"), wake(b"later", LATER)]


@asynccontextmanager
async def opened(url: str, *, replicas: int = 0) -> AsyncIterator[RedisStore]:
    store = await RedisStore.open(url, replicas=replicas)
    try:
        yield store
    finally:
        await store.close()


@contextmanager
def unhurried() -> Iterator[None]:
    """Let whatever has to work take its time, replicas included: the machine may stand still for a moment."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("adapters.store.redis.link.BUDGET", 30)
        patch.setattr("adapters.store.redis.line._REPLICATED_WITHIN", 15_000)
        yield


@asynccontextmanager
async def behind_a_proxy() -> AsyncIterator[tuple[RedisProxy, RedisStore, RedisStore]]:
    """Give a store behind a proxy, and another one that has a good line."""
    server = shared_server()
    async with RedisProxy(server.port) as proxy, opened(proxy.url) as store, opened(server.url) as other:
        yield proxy, store, other


async def fault_of_opening(url: str) -> StoreUnusable:
    with pytest.raises(StoreUnusable) as caught:
        await RedisStore.open(url)
    return caught.value


# --- lost answers -----------------------------------------------------------------------------------------


def test_a_turn_whose_answer_was_lost_is_stored_once_and_owes_the_same() -> None:
    async def run() -> None:
        async with behind_a_proxy() as (proxy, store, other):
            await take(store, "e0", body=b"zero")
            proxy.lose_answer_to(b"EVALSHA")
            owed = await take(store, "e1", on=1, body=b"one", jobs=REPLIES)
            assert bodies(owed) == [b"1", b"now"]
            assert [job.attempt for job in owed] == [1, 1]
            assert await claim(other, NOW) == ()
            assert await other.load(ANN, now=NOW) == Record(2, b"one")
            assert await other.backlog(now=NOW) == await store.backlog(now=NOW)
            assert (await settle(other, owed[0])).next == Owed(ANN, owed[0].number + 1, "say", b"2", NOW)

    asyncio.run(run())


def test_a_lost_answer_does_not_hand_out_what_another_has_got_since() -> None:
    """The line is down until the other has taken over the first reply, and got the second."""

    async def run() -> None:
        async with behind_a_proxy() as (proxy, store, other):
            await take(store, "e0")
            proxy.lose_answer_to(b"EVALSHA", then_freeze=True)
            turn = asyncio.create_task(take(store, "e1", on=1, jobs=REPLIES))
            await proxy.lost.wait()
            first, *_ = await claim(other, LATER)
            second = (await settle(other, first, LATER)).next
            assert (first.body, second and second.body) == (b"1", b"2")
            proxy.thaw()
            assert await turn == ()

    asyncio.run(run())


def test_a_wish_whose_answer_was_lost_is_granted_once_and_counts_and_owes_the_same() -> None:
    async def run() -> None:
        async with behind_a_proxy() as (proxy, store, other):
            await take(store, "e1", jobs=REPLIES, topics=["a", "b"])
            await forget(other, BEN)  # now the server knows the script
            proxy.lose_answer_to(b"EVALSHA")
            forgotten = await forget(store, farewell=FAREWELL)
            assert forgotten
            assert replace(forgotten, owed=()) == Forgotten(1, 4, 2, 0)
            assert [(job.body, job.attempt) for job in forgotten.owed] == [(b"done", 1)]
            assert (await other.backlog(now=NOW)).waiting == 1
            assert await claim(other, NOW) == ()
            assert await settle(other, forgotten.owed[0]) == Settled(struck=True)

    asyncio.run(run())


def test_a_lost_answer_to_a_wish_does_not_hand_out_what_another_has_got_since() -> None:
    async def run() -> None:
        async with behind_a_proxy() as (proxy, store, other):
            await take(store, "e1")
            await forget(other, BEN)
            proxy.lose_answer_to(b"EVALSHA", then_freeze=True)
            wish = asyncio.create_task(forget(store, farewell=FAREWELL))
            await proxy.lost.wait()
            assert bodies(await claim(other, LATER)) == [b"done"]
            proxy.thaw()
            assert await wish == Forgotten(1, 0, 0, 0)

    asyncio.run(run())


def test_a_lost_answer_to_a_duplicate_or_a_conflict_changes_nothing() -> None:
    async def run() -> None:
        async with behind_a_proxy() as (proxy, store, _):
            await take(store, "e1", body=b"one")
            proxy.lose_answer_to(b"EVALSHA")
            assert await offer(store, "e1", on=0) == Duplicate(Record(1, b"one"))
            proxy.lose_answer_to(b"EVALSHA")
            assert await offer(store, "e2", on=0) == Conflict(Record(1, b"one"))

    asyncio.run(run())


def test_a_job_whose_settling_was_not_heard_of_is_gone_and_the_next_is_free_after_a_lease() -> None:
    async def run() -> None:
        async with behind_a_proxy() as (proxy, store, other):
            (first,) = await take(store, "e1", jobs=[say(b"0"), say(b"1"), say(b"2")])
            second = (await settle(store, first)).next  # from now on the server knows that script
            assert second
            proxy.lose_answer_to(b"EVALSHA")
            assert not (await settle(store, second)).struck
            assert bodies(await claim(other, LATER)) == [b"2"]

    asyncio.run(run())


# --- cancelled callers ------------------------------------------------------------------------------------


def test_callers_that_are_cancelled_at_any_moment_never_get_each_others_answers() -> None:
    """A client once left an unread answer in a line, and the next user got it (ChatGPT, 20 March 2023)."""

    async def run() -> None:
        chance = random.Random(11)  # noqa: S311  not a secret
        async with behind_a_proxy() as (proxy, store, other):
            people = [Address("console", f"home {n}", f"person {n}") for n in range(20)]
            for who in people:
                await take(other, "e", who=who, body=who.person.encode())
            proxy.delay = 0.001
            for _ in range(40):
                tasks = [asyncio.create_task(_ask(store, who, chance.random())) for who in people]
                for task in chance.sample(tasks, 10):
                    await asyncio.sleep(chance.random() / 500)
                    task.cancel()
                answers = await asyncio.gather(*tasks, return_exceptions=True)
                for who, answer in zip(people, answers, strict=True):
                    if isinstance(answer, BaseException):
                        assert isinstance(answer, asyncio.CancelledError)
                    else:
                        assert answer == Record(1, who.person.encode())

    asyncio.run(run())


async def _ask(store: RedisStore, who: Address, chance: float) -> Record:
    """Ask for a conversation in one of three ways."""
    if chance < 1 / 3:
        await store.clock()
    if chance > 2 / 3:
        store._cache.drop(f"console/{who.chat.replace(' ', '%20')}/{who.person.replace(' ', '%20')}")
        return await store.load(who, now=NOW)
    result = await offer(store, "e", on=0, who=who)
    assert isinstance(result, Duplicate)
    return result.record


# --- the server goes and comes ----------------------------------------------------------------------------


def test_a_server_that_is_killed_and_started_again_has_lost_nothing() -> None:
    async def run(server: RedisServer) -> None:
        async with opened(server.url) as store:
            for n in range(5):
                who = Address("console", f"home {n}", "ann")
                owed: Sequence[Owed] = await take(store, "e1", who=who, body=b"one", jobs=REPLIES)
                server.kill()
                starting = asyncio.create_task(asyncio.to_thread(server.start))
                result = await offer(store, "e2", on=1, who=who, body=b"two", jobs=[say(b"3")])
                await starting
                assert result == Committed(())
                assert (await settle(store, owed[0])).struck
                assert await store.load(who, now=NOW) == Record(2, b"two")

    with RedisServer("--appendonly", "yes", "--appendfsync", "always") as server, unhurried():
        asyncio.run(run(server))


def test_a_server_that_is_gone_is_unreachable_within_the_time_of_an_acknowledgement() -> None:
    async def run(server: RedisServer) -> None:
        async with opened(server.url) as store:
            server.kill()
            async with awake() as passed:
                with pytest.raises(StoreUnusable, match="unreachable"):
                    await store.load(ANN, now=NOW)
            assert passed.seconds < BUDGET + 1
        assert (await fault_of_opening(server.url)).fault == "unreachable"

    with RedisServer() as server:
        asyncio.run(run(server))


def test_a_server_that_answers_no_more_is_unreachable_within_that_time_and_then_used_again() -> None:
    async def run() -> None:
        async with behind_a_proxy() as (proxy, store, _):
            proxy.freeze()
            calls = (take(store, "e1", who=Address("console", f"{n}", "")) for n in range(100))
            async with awake() as passed:
                results = await asyncio.gather(*calls, return_exceptions=True)
            assert passed.seconds < BUDGET + 1
            assert all(isinstance(each, StoreUnusable) for each in results)
            proxy.thaw()
            assert isinstance(await offer(store, "new", on=0), Committed)

    asyncio.run(run())


def test_a_conversation_is_read_again_after_a_turn_that_may_have_been_stored() -> None:
    async def run() -> None:
        async with behind_a_proxy() as (proxy, store, other):
            await take(store, "e1", body=b"one")
            proxy.freeze()
            with pytest.raises(StoreUnusable):
                await offer(store, "e2", on=1, body=b"two")
            proxy.thaw()
            await take(other, "e3", on=(await other.load(ANN, now=NOW)).version, body=b"three")
            assert (await store.load(ANN, now=NOW)).body == b"three"

    asyncio.run(run())


# --- what servers refuse ----------------------------------------------------------------------------------


def test_a_replica_is_read_only_and_one_that_misses_its_replicas_says_so() -> None:
    async def run(server: RedisServer) -> None:
        async with opened(server.url) as store:
            with server.admin() as redis:
                redis.config_set("min-replicas-to-write", 1)
                await _refuses(store, "not_replicated")
                redis.config_set("min-replicas-to-write", 0)
                redis.config_set("replica-serve-stale-data", "yes")
                redis.replicaof("127.0.0.1", 1)
                await _refuses(store, "read_only")
                redis.replicaof("NO", "ONE")
            await take(store, "e1")

    with RedisServer() as server:
        asyncio.run(run(server))


async def _refuses(store: RedisStore, fault: StoreFault) -> None:
    with pytest.raises(StoreUnusable) as caught:
        await take(store, "e1", jobs=REPLIES)
    assert caught.value.fault == fault


def test_a_turn_that_has_not_reached_the_replicas_is_not_acknowledged_nor_its_repetition() -> None:
    async def run(server: RedisServer, replica: RedisServer) -> None:
        with replica.admin() as redis:
            replica.follow(server)
            async with opened(server.url, replicas=1) as store:
                with unhurried():
                    (job,) = await take(store, "e1", jobs=[say(b"1")])
                redis.replicaof("NO", "ONE")
                for _ in range(2):
                    await _refuses_to_acknowledge(store, "e2")
                with pytest.raises(StoreUnusable, match="not_replicated"):
                    await settle(store, job)
                replica.follow(server)
                with unhurried():
                    assert isinstance(await offer(store, "e2", on=1), Duplicate)
                    assert not (await settle(store, job)).struck

    with RedisServer("--repl-diskless-sync-delay", "0") as server, RedisServer() as replica:
        asyncio.run(run(server, replica))


async def _refuses_to_acknowledge(store: RedisStore, event: str) -> None:
    with pytest.raises(StoreUnusable, match="not_replicated"):
        await offer(store, event, on=1)


def test_a_cluster_cannot_be_waited_for() -> None:
    with pytest.raises(ValueError, match="Sentinel"):
        asyncio.run(RedisStore.open("redis+cluster://127.0.0.1:1", replicas=1))
