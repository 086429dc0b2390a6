"""One round trip: commands go out over one connection, and their answers come back in the same order.

It does what a pipeline of redis-py does, on its connections, without the task and the timers that redis-py
starts for its writes and reads.
"""

import asyncio
import math
from collections.abc import Sequence
from typing import Any, TypeAlias

from redis.asyncio.connection import AbstractConnection, ConnectionPool
from redis.exceptions import ResponseError

from adapters.store.redis.clients import ANSWERS_WITHIN
from adapters.store.redis.scripts import Word

Words: TypeAlias = Sequence[Word]


async def exchange(pool: ConnectionPool, commands: Sequence[Words]) -> list[Any]:
    """Give the answers, errors of Redis among them. Raises what redis-py raises, and `TimeoutError`.

    The connections are without timers of their own: see `untimed`.
    """
    connection: AbstractConnection = await pool.get_connection()  # type: ignore[no-untyped-call]
    try:
        async with asyncio.timeout(ANSWERS_WITHIN):
            await connection.send_packed_command(packed(commands))
            return [await _answer(connection) for _ in commands]
    except BaseException:
        await connection.disconnect(nowait=True)  # its answers may still come, and are nobody's
        raise
    finally:
        await pool.release(connection)


async def _answer(connection: AbstractConnection) -> Any:  # noqa: ANN401  each command has its own form
    try:
        return await connection.read_response(timeout=math.inf)
    except ResponseError as error:
        return error


def packed(commands: Sequence[Words]) -> bytes:
    """Write commands as they travel, as https://redis.io/docs/latest/develop/reference/protocol-spec/ says.

    redis-py copies all that it has written of a command once more for each word of it.
    """
    return b"".join([_written(words) for words in commands])


def _written(words: Words) -> bytes:
    """Write one command."""
    texts = [word if isinstance(word, bytes) else str(word).encode() for word in words]
    return b"*%d\r\n" % len(texts) + b"".join([b"$%d\r\n%b\r\n" % (len(text), text) for text in texts])
