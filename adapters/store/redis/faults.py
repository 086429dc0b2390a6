"""What redis-py raises and what servers answer, as the faults of the port."""

import socket
from collections.abc import Iterable, Iterator

from redis.exceptions import (
    AuthenticationError,
    AuthorizationError,
    BusyLoadingError,
    ClusterDownError,
    InvalidResponse,
    MasterDownError,
    NoPermissionError,
    OutOfMemoryError,
    ReadOnlyError,
    RedisClusterException,
    RedisError,
    ResponseError,
    TryAgainError,
)

from bot.ports import StoreFault


class NotReplicated(RedisError):
    """Too few replicas had what was written in time."""


FOREIGN = (RedisError, RedisClusterException, OSError, UnicodeError)
"""All that a call of redis-py may raise about the server: `TimeoutError` is an `OSError`, and `UnicodeError`
is about the name of a host."""

_RAISED: tuple[tuple[type[Exception] | tuple[type[Exception], ...], StoreFault], ...] = (
    ((AuthenticationError, AuthorizationError, NoPermissionError), "denied"),
    ((BusyLoadingError, ClusterDownError, TryAgainError), "unreachable"),
    (OutOfMemoryError, "full"),
    (ReadOnlyError, "read_only"),
    (NotReplicated, "not_replicated"),
)
_SAID: tuple[tuple[tuple[str, ...], StoreFault], ...] = (
    (("NOAUTH", "WRONGPASS", "NOPERM", "can't run this command", "can't access"), "denied"),
    (("-OOM ", "MISCONF"), "full"),
    (("-READONLY",), "read_only"),
    (("NOREPLICAS",), "not_replicated"),
    (("-LOADING", "-MASTERDOWN", "-CLUSTERDOWN", "BUSY ", "UNBLOCKED"), "unreachable"),
)
"""Words in answers that redis-py has no class for. Redis 6.2 puts into a message of its own what a command of
a script was answered."""

_WRONG_SERVER = (ReadOnlyError, MasterDownError, BusyLoadingError, AuthenticationError)
_SAID_BY_WRONG_SERVER = ("-READONLY", "-MASTERDOWN", "NOREPLICAS", "UNBLOCKED")
"""After these the address may lead to another server: the one that answers was demoted or cut off, has begun
anew, or does not know our login any more. `BUSY`, `OOM`, `MISCONF` and `NOPERM` would be no different there.
"""


def fault_of(error: BaseException) -> StoreFault:
    """Name the fault behind an error."""
    for kinds, fault in _RAISED:
        if isinstance(error, kinds):
            return fault
    if not isinstance(error, ResponseError):
        return "wrong_address" if _is_wrong_address(error) else "unreachable"
    said = str(error)
    return next((fault for words, fault in _SAID if any(word in said for word in words)), "not_a_database")


def _is_wrong_address(error: BaseException) -> bool:
    """Say whether there is no such host, or something there that is no Redis, or none of the kind named.

    A name that cannot be looked up just now is no such case.
    """
    if isinstance(error, RedisClusterException) and "Cluster mode is not enabled" in str(error):
        return True
    return any(
        isinstance(each, InvalidResponse | UnicodeError)
        or (isinstance(each, socket.gaierror) and each.errno == socket.EAI_NONAME)
        for each in _chain(error)
    )


def _chain(error: BaseException | None) -> Iterator[BaseException]:
    """Go from an error to what it came of."""
    while error is not None:
        yield error
        error = error.__cause__ or error.__context__


def is_wrong_server(answer: object) -> bool:
    """Say whether an answer or an error means that we should look again where the address leads."""
    if isinstance(answer, _WRONG_SERVER):
        return True
    return isinstance(answer, ResponseError) and any(word in str(answer) for word in _SAID_BY_WRONG_SERVER)


def went_wrong(answers: Iterable[object]) -> bool:
    """Say whether an error is among the answers."""
    return any(isinstance(answer, FOREIGN) for answer in answers)


def passes(fault: StoreFault) -> bool:
    """Say whether it may be over in a moment: after a restart, a failover, or a cut of the line."""
    return fault in ("unreachable", "wrong_address", "read_only")
