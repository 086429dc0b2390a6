"""Clients of redis-py for each kind of address: short timeouts, and never a retry that we do not know of."""

import asyncio
import contextlib
from collections.abc import Mapping
from typing import Any, TypeAlias

from redis.asyncio import Redis, SSLConnection, UnixDomainSocketConnection
from redis.asyncio.cluster import ClusterNode, RedisCluster
from redis.asyncio.connection import AbstractConnection, Connection, ConnectionPool
from redis.asyncio.retry import Retry
from redis.asyncio.sentinel import Sentinel, SentinelConnectionPool
from redis.backoff import NoBackoff
from redis.exceptions import TimeoutError as TooSlow

from adapters.store.redis.faults import FOREIGN
from bot.ports.redis_address import RedisAddress

Client: TypeAlias = "Redis | RedisCluster"

ANSWERS_WITHIN = 2.5
"""Seconds that a server may take for one round trip, or for a connection. Slower ones count as away."""

SENTINEL_CONNECTS_WITHIN = 1.0
"""Seconds. Where a sentinel's machine is gone, the next one is asked in good time."""

_SPARING: Mapping[str, Any] = {
    "socket_timeout": ANSWERS_WITHIN,
    "socket_connect_timeout": ANSWERS_WITHIN,
    "retry": Retry(NoBackoff(), 0),
    "protocol": 2,
    "driver_info": None,
}
"""Times are seconds. redis-py would repeat a command ten times, also where it was done and only its answer
was lost. With protocol 2 and no driver's name a new connection says no more than AUTH and SELECT. Nor is a
connection that was idle tried with a PING first: that would double the time of a slow trip, and tells no more
than the command itself.
"""


def client_for(address: RedisAddress) -> Client:
    """Make a client, which connects when it is used first."""
    match address.kind:
        case "server" | "socket":
            return Redis.from_pool(ConnectionPool(**_place(address), **_settings(address)))
        case "sentinel":
            asked = {**_SPARING, "socket_connect_timeout": SENTINEL_CONNECTS_WITHIN, **_tls(address)}
            sentinel = Sentinel(address.hosts, sentinel_kwargs=asked)  # type: ignore[no-untyped-call]
            settings = {**_settings(address), **_tls(address)}
            master: Redis = sentinel.master_for(address.service, db=address.db, **settings)
            return master
        case "cluster":
            nodes = [ClusterNode(host, port) for host, port in address.hosts]
            return RedisCluster(startup_nodes=nodes, **{**_settings(address), **_tls(address)})


def untimed(client: Client) -> Client:
    """Have no timers round each single write and read: whoever uses the client has one round them all.

    Only the greeting of a new connection keeps its own. In a cluster redis-py does the writing and reading.
    """
    if not isinstance(client, RedisCluster):
        client.connection_pool.connection_kwargs |= {"socket_timeout": None, "redis_connect_func": _greet}
    return client


async def _greet(connection: AbstractConnection) -> None:
    try:
        async with asyncio.timeout(ANSWERS_WITHIN):
            await connection.on_connect()
    except TimeoutError as error:
        await connection.disconnect(nowait=True)
        raise TooSlow("no greeting in time") from error


async def let_go(client: Client) -> None:
    """Close a client with all its connections, those to the sentinels too, which redis-py leaves open.

    Nothing is under way, so what cannot be closed in time is only dropped.
    """
    pool = None if isinstance(client, RedisCluster) else client.connection_pool
    sentinels = pool.sentinel_manager.sentinels if isinstance(pool, SentinelConnectionPool) else ()
    for each in (client, *sentinels):
        with contextlib.suppress(*FOREIGN):
            await each.aclose()


def _place(address: RedisAddress) -> dict[str, Any]:
    if address.kind == "socket":
        return {"connection_class": UnixDomainSocketConnection, "path": address.path, "db": address.db}
    ((host, port),) = address.hosts
    kind = {"connection_class": Connection if address.tls is None else SSLConnection}
    return {**kind, "host": host, "port": port, "db": address.db, **(address.tls or {})}


def _settings(address: RedisAddress) -> dict[str, Any]:
    login = {"username": address.username, "password": address.password}
    return {**_SPARING, **login, "health_check_interval": 0}


def _tls(address: RedisAddress) -> dict[str, Any]:
    return {} if address.tls is None else {"ssl": True, **address.tls}
