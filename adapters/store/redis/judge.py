"""What the answers of a Redis server mean for those who rely on it. Pure."""

from collections.abc import Collection, Iterator, Mapping
from datetime import timedelta
from typing import Any, TypeAlias

from bot.ports import Finding, Grade

Info: TypeAlias = Mapping[str, Any]
"""What `INFO` says, as redis-py reads it."""

OLDEST = (6, 2)
NEARLY_FULL = 0.9
SKEW_WARNING = timedelta(seconds=2)
SKEW_FAULT = timedelta(seconds=60)

_FSYNC = {
    "always": "what is acknowledged is on the disk",
    "everysec": "a power cut may take the last second or two",
}


def judge(info: Info, *, fsync: str | None, replicas: int) -> Iterator[Finding]:
    """Judge one server by its `INFO`. `fsync` is its `appendfsync`, None where that is not told."""
    yield _version(info)
    yield _role(info)
    yield _persistence(info, fsync)
    yield _eviction(info)
    yield _memory(info)
    yield _replicas(info, replicas)


def _version(info: Info) -> Finding:
    name = "Valkey" if "valkey_version" in info or info.get("server_name") == "valkey" else "Redis"
    shown = str(info.get("valkey_version") or info.get("redis_version", "?"))
    if version_of(info) >= OLDEST:
        return Finding("version", "ok", f"{name} {shown}")
    return Finding(
        "version", "fault", f"{name} {shown} is too old", "Use Redis 6.2 or later, or any version of Valkey."
    )


def version_of(info: Info) -> tuple[int, ...]:
    """Give the version of Redis that the server has or, as Valkey does, keeps compatible with."""
    parts = str(info.get("redis_version", "")).split(".")
    return tuple(int(part) for part in parts[:2] if part.isdecimal())


def _role(info: Info) -> Finding:
    if info.get("loading"):
        return Finding(
            "role", "fault", "It is still reading its data from the disk", "Try again in a moment."
        )
    if info.get("role") == "master":
        return Finding("role", "ok", "A primary, which takes writes")
    return Finding(
        "role",
        "fault",
        "A replica, which takes no writes",
        "Let REDIS_URL name the primary, or use the form redis+sentinel://, which finds it.",
    )


def _persistence(info: Info, fsync: str | None) -> Finding:
    if not info.get("aof_enabled"):
        return Finding(
            "persistence",
            "fault",
            "The append-only file is off: a restart loses what was acknowledged",
            "Set `appendonly yes` in redis.conf, and at once with `redis-cli CONFIG SET appendonly yes`.",
            loses_data=True,
        )
    if info.get("aof_last_write_status", "ok") != "ok":
        says = "The last write to the append-only file failed"
        return Finding("persistence", "fault", says, "Look whether its disk is full or broken.")
    if info.get("aof_last_bgrewrite_status", "ok") != "ok":
        says = "The append-only file could not be made smaller"
        return Finding("persistence", "warning", says, "Look whether its disk has room for a second copy.")
    if fsync == "no":
        return Finding(
            "persistence",
            "warning",
            "The append-only file is on, but a power cut may take half a minute",
            "Set `appendfsync everysec` or `always`.",
        )
    meaning = f", {fsync}: {_FSYNC[fsync]}" if fsync in _FSYNC else ""
    return Finding("persistence", "ok", f"The append-only file is on{meaning}")


def _eviction(info: Info) -> Finding:
    policy = info.get("maxmemory_policy")
    if policy == "noeviction":
        return Finding("eviction", "ok", "Nothing is thrown away when the memory is full (noeviction)")
    return Finding(
        "eviction",
        "fault",
        f"Conversations may be thrown away when the memory is full ({policy or 'the policy is not told'})",
        "Set `maxmemory-policy noeviction`, and use a Redis that is not a cache for others.",
        loses_data=True,
    )


def _memory(info: Info) -> Finding:
    used, limit = int(info.get("used_memory", 0)), int(info.get("maxmemory", 0))
    if not limit:
        return Finding("memory", "ok", f"{_megabytes(used)} in use, without a limit")
    shown = f"{_megabytes(used)} of {_megabytes(limit)} in use"
    if used < NEARLY_FULL * limit:
        return Finding("memory", "ok", shown)
    remedy = "Raise `maxmemory`, or keep conversations for fewer days (KEEP_CONVERSATIONS_DAYS)."
    if used < limit:
        return Finding("memory", "warning", f"Nearly full: {shown}", remedy)
    return Finding("memory", "fault", f"Full, so no turn can be stored: {shown}", remedy)


def _megabytes(size: int) -> str:
    return f"{size / 2**20:,.1f} MB"


def _replicas(info: Info, wanted: int) -> Finding:
    named = [each for name, each in info.items() if name.startswith("slave") and isinstance(each, Mapping)]
    online = sum(each.get("state") == "online" for each in named)
    if online < wanted:
        return Finding(
            "replicas",
            "fault",
            f"{online} of the {wanted} replicas that must have each turn are there, so none is acknowledged",
            "Start replicas, or lower REDIS_REPLICAS.",
        )
    if online and not wanted:
        return Finding(
            "replicas",
            "warning",
            f"{online} connected, but no turn waits for them: a failover may lose the last ones",
            "Set REDIS_REPLICAS=1.",
        )
    return Finding("replicas", "ok", f"{online} connected, {wanted} must have each turn")


def judge_clock(ahead: timedelta, uncertain: timedelta) -> Finding:
    """Judge how far the server's clock is ahead of ours, known up to `uncertain`."""
    off = abs(ahead) - uncertain
    if off <= SKEW_WARNING:
        return Finding("clock", "ok", "It agrees with this machine's")
    grade: Grade = "warning" if off <= SKEW_FAULT else "fault"
    where = "ahead of" if ahead > timedelta() else "behind"
    says = f"{abs(ahead).total_seconds():.1f} s {where} this machine's"
    return Finding("clock", grade, says, "Have both set by NTP.")


def judge_rights(missing: Collection[str]) -> Finding:
    """Judge which of the commands that we need are denied to us."""
    if not missing:
        return Finding("rights", "ok", "Everything that is needed is allowed")
    rules = " ".join(f"+{name.lower()}" for name in missing)
    return Finding(
        "rights",
        "fault",
        f"Not allowed: {', '.join(missing)}",
        f"Allow them: `ACL SETUSER <name> {rules}`.",
    )


def judge_partitions(recorded: str | None) -> Finding:
    """Judge the number of partitions that was written down at the first start."""
    if recorded is None:
        return Finding("partitions", "ok", "None yet: the first start makes them")
    if recorded.isdecimal() and int(recorded):
        return Finding("partitions", "ok", recorded)
    return Finding(
        "partitions",
        "fault",
        "What is written down about them cannot be read",
        "Look whether REDIS_URL names the right database.",
    )
