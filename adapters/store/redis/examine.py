"""Examines a Redis before anybody relies on it: what it is, what it keeps, and what it allows us."""

from collections.abc import Awaitable, Callable, Iterable, Sequence
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from typing import Any, TypeAlias

from redis.asyncio.cluster import RedisCluster
from redis.exceptions import AuthenticationError, BusyLoadingError, NoPermissionError, ResponseError

from adapters.store.redis.clients import Client, client_for, let_go
from adapters.store.redis.faults import FOREIGN
from adapters.store.redis.judge import Info, judge, judge_clock, judge_partitions, judge_rights
from adapters.store.redis.keys import SETTINGS, Partition
from bot.ports import Finding, Grade
from bot.ports.redis_address import read_address

Ask: TypeAlias = Callable[..., Awaitable[Any]]

_WORST: Sequence[Grade] = ("fault", "warning", "ok")


async def examine_redis(url: str, *, replicas: int, clock: Callable[[], datetime]) -> tuple[Finding, ...]:
    """Examine the Redis at an address; see `examine`."""
    try:
        client = client_for(read_address(url))
    except ValueError as error:
        return (Finding("server", "fault", f"REDIS_URL: {error}", "Correct it."),)
    try:
        return await examine(client, replicas=replicas, clock=clock)
    finally:
        with suppress(*FOREIGN):
            await let_go(client)


async def examine(client: Client, *, replicas: int, clock: Callable[[], datetime]) -> tuple[Finding, ...]:
    """Give what there is to say, one finding a check. Writes nothing but a key that is gone at once.

    `clock` is this machine's (UTC), `replicas` how many must have a turn before it is acknowledged. In a
    cluster every primary is looked at, and of each check the worst is told. What a server does not let us ask
    is said, and the rest is examined all the same.
    """
    try:
        found: list[Finding] = []
        for ask in await _servers(client):
            found += [*await _server(ask, replicas), await _clock(ask, clock)]
        return (*_worst(found), await _partitions(client), await _rights(client, replicas))
    except FOREIGN as error:
        return (unanswered(error),)


def has_answered(findings: Iterable[Finding]) -> bool:
    """Say whether there was a server to examine at all."""
    return any(finding.check != "server" for finding in findings)


def unsafe(findings: Iterable[Finding]) -> tuple[Finding, ...]:
    """Give those by which data could be lost that was acknowledged."""
    return tuple(finding for finding in findings if finding.loses_data)


def unanswered(error: BaseException) -> Finding:
    """Say why nothing could be asked."""
    if isinstance(error, AuthenticationError):
        says, remedy = "It refuses the user or the password", "Correct them in REDIS_URL."
    elif isinstance(error, BusyLoadingError):
        says, remedy = "It is still reading its data from the disk", "Try again in a moment."
    else:
        says = f"It does not answer ({type(error).__name__})"
        remedy = "Start it, or correct the address in REDIS_URL."
    return Finding("server", "fault", says, remedy, loses_data=True)  # for all that we can know


async def _servers(client: Client) -> list[Ask]:
    """Give a way to ask each server that takes writes."""
    if isinstance(client, RedisCluster):
        await client.initialize()
        return [node.execute_command for node in client.get_primaries()]
    return [client.execute_command]


async def _server(ask: Ask, replicas: int) -> Iterable[Finding]:
    try:
        info: Info = await ask("INFO")
    except ResponseError as error:
        if _means_nothing_else(error):
            raise
        return (_hidden(error),)
    return judge(info, fsync=await _fsync(ask), replicas=replicas)


async def _fsync(ask: Ask) -> str | None:
    """Ask how often the append-only file is written through; managed servers do not tell."""
    try:
        told = await ask("CONFIG GET", "appendfsync")
    except (NoPermissionError, ResponseError):
        return None
    return {_text(name): _text(value) for name, value in told.items()}.get("appendfsync")


def _hidden(error: ResponseError) -> Finding:
    """Say that `INFO` is kept from us, as managed servers may."""
    why = "It does not allow us to look at it" if _says_denied(error) else "It has no INFO for us"
    return Finding(
        "server",
        "fault",
        f"{why}: its version, role, persistence, eviction, memory and replicas could not be examined",
        "Allow it: `ACL SETUSER <name> +info`. Or see to it yourself that it keeps what it is given, and set "
        "ACCEPT_DATA_LOSS=yes.",
        loses_data=True,  # for all that we can know
    )


def _means_nothing_else(error: ResponseError) -> bool:
    """Say whether every other question would be answered alike."""
    return isinstance(error, AuthenticationError | BusyLoadingError)


async def _clock(ask: Ask, clock: Callable[[], datetime]) -> Finding:
    before = clock()
    try:
        seconds, microseconds = await ask("TIME")
    except ResponseError as error:
        if _means_nothing_else(error):
            raise
        remedy = "Allow it: `ACL SETUSER <name> +time`. All workers go by this clock."
        grade: Grade = "fault" if _says_denied(error) else "warning"
        return Finding("clock", grade, "It could not be examined: TIME is denied to us", remedy)
    after = clock()
    theirs = datetime.fromtimestamp(int(seconds), UTC) + timedelta(microseconds=int(microseconds))
    return judge_clock(theirs - (before + (after - before) / 2), (after - before) / 2)


def _worst(found: Sequence[Finding]) -> list[Finding]:
    """Keep the worst of each check, in the order of the checks."""
    checks = dict.fromkeys(finding.check for finding in found)
    ranked = sorted(found, key=lambda finding: _WORST.index(finding.grade))
    return [next(finding for finding in ranked if finding.check == check) for check in checks]


async def _partitions(client: Client) -> Finding:
    try:
        recorded = await client.execute_command("HGET", SETTINGS, "partitions")
    except ResponseError as error:
        if _means_nothing_else(error):
            raise
        return _keys_denied("partitions") if _says_denied(error) else judge_partitions("")
    return judge_partitions(None if recorded is None else _text(recorded))


# --- rights -----------------------------------------------------------------------------------------------

NEEDED = {
    "DEL": "",
    "GET": "",
    "HDEL": "x",
    "HGET": "x",
    "HGETALL": "",
    "HINCRBY": "x 1",
    "HKEYS": "",
    "HLEN": "",
    "HSET": "x x",
    "HSETNX": "x x",
    "LINDEX": "0",
    "LLEN": "",
    "LPOP": "",
    "LSET": "0 x",
    "PEXPIRE": "1000",
    "PFADD": "x",
    "PFCOUNT": "",
    "RPUSH": "x",
    "SADD": "x",
    "SCARD": "",
    "SET": "x",
    "ZADD": "0 x",
    "SMEMBERS": "",
    "ZCARD": "",
    "ZCOUNT": "0 0",
    "ZRANGEBYLEX": "- +",
    "ZRANGEBYSCORE": "0 0",
    "ZREM": "x",
    "ZSCORE": "x",
}
"""The commands that our scripts call on keys, and what makes each complete behind the key."""

_TRY = """
local denied = {}
redis.pcall('SET', KEYS[1], 'x', 'PX', 60000)
for _, line in ipairs(ARGV) do
  local words = {}
  for word in string.gmatch(line, '%S+') do words[#words + 1] = word end
  table.insert(words, 2, KEYS[1])
  local answer = redis.pcall(unpack(words))
  local said = type(answer) == 'table' and answer.err or ''
  if string.find(said, 'NOPERM') or string.find(said, "can't run") or string.find(said, 'no permissions') then
    denied[#denied + 1] = words[1]
  end
end
redis.pcall('DEL', KEYS[1])
return denied
"""
"""Call each command on a key that holds a text: most then fail, as nothing is allowed on the wrong type of
key, but whether they are allowed to us is looked at first. It all happens at one instant, and leaves nothing.
"""

_DENIED = ("NOPERM", "can't run", "can't access", "no permissions")


async def _rights(client: Client, replicas: int) -> Finding:
    """Try everything that the store calls, on a key of the store's kind."""
    key = Partition(0).key("doctor")
    calls: list[tuple[str | int, ...]] = [("PING",), ("EVALSHA", "0" * 40, 1, key)]
    if replicas:
        calls.append(("WAIT", 0, 1))
    try:
        missing = [str(call[0]) for call in calls if await _is_denied(client, call)]
        lines = [f"{name} {words}" for name, words in NEEDED.items()]
        denied = await client.execute_command("EVAL", _TRY, 1, key, *lines)
    except ResponseError as error:
        return _untried(error)
    return judge_rights([*missing, *map(_text, denied)])


async def _is_denied(client: Client, call: Sequence[str | int]) -> bool:
    try:
        await client.execute_command(*call)
    except ResponseError as error:
        return _says_denied(error)
    return False


def _untried(error: ResponseError) -> Finding:
    """Say why the script of trials could not be called at all."""
    if not _says_denied(error):
        says = f"It cannot be tried what is allowed ({type(error).__name__})"
        return Finding("rights", "warning", says, "First mend what else is told here.")
    if "eval" in str(error).lower():
        return judge_rights(["EVAL"])
    return _keys_denied("rights")


def _keys_denied(check: str) -> Finding:
    remedy = f"Allow them: `ACL SETUSER <name> ~{SETTINGS} ~{{p*}}:* ~{{bot:*}}`."
    return Finding(check, "fault", "Our keys are denied to us", remedy)


def _says_denied(error: ResponseError) -> bool:
    return isinstance(error, NoPermissionError) or any(word in str(error) for word in _DENIED)


def _text(value: object) -> str:
    return value.decode(errors="replace") if isinstance(value, bytes) else str(value)
