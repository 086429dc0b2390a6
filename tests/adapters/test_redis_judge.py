"""What the answers of a Redis mean: each answer that matters, one by one."""

from datetime import timedelta
from typing import Any

import pytest

from adapters.store.redis.judge import judge, judge_clock, judge_partitions, judge_rights
from bot.ports import Finding

GOOD: dict[str, Any] = {
    "redis_version": "7.0.15",
    "role": "master",
    "loading": 0,
    "aof_enabled": 1,
    "aof_last_write_status": "ok",
    "aof_last_bgrewrite_status": "ok",
    "maxmemory_policy": "noeviction",
    "maxmemory": 0,
    "used_memory": 1024,
    "connected_slaves": 0,
}
REPLICA = {"ip": "10.0.0.2", "port": 6379, "state": "online", "offset": 1, "lag": 0}


def judged(check: str, fsync: str | None = "everysec", replicas: int = 0, **changes: object) -> Finding:
    found = {finding.check: finding for finding in judge({**GOOD, **changes}, fsync=fsync, replicas=replicas)}
    return found[check]


def test_a_good_server_has_no_fault_and_no_warning() -> None:
    assert {finding.grade for finding in judge(GOOD, fsync="everysec", replicas=0)} == {"ok"}


def test_of_a_server_that_tells_nothing_nothing_is_taken_for_safe() -> None:
    assert {finding.check for finding in judge({}, fsync=None, replicas=0) if finding.loses_data} == {
        "persistence",
        "eviction",
    }


@pytest.mark.parametrize(
    ("check", "changes", "grade"),
    [
        ("version", {"redis_version": "6.2.0"}, "ok"),
        ("version", {"redis_version": "6.0.16"}, "fault"),
        ("version", {"redis_version": "10.0.0"}, "ok"),
        ("version", {"redis_version": "255.255.255"}, "ok"),
        ("version", {"redis_version": "7.2.4", "server_name": "valkey", "valkey_version": "8.0.1"}, "ok"),
        ("version", {"redis_version": "?"}, "fault"),
        ("role", {"role": "slave"}, "fault"),
        ("role", {"loading": 1}, "fault"),
        ("persistence", {"aof_enabled": 0}, "fault"),
        ("persistence", {"aof_last_write_status": "err"}, "fault"),
        ("persistence", {"aof_last_bgrewrite_status": "err"}, "warning"),
        ("persistence", {"fsync": "no"}, "warning"),
        ("persistence", {"fsync": "always"}, "ok"),
        ("persistence", {"fsync": None}, "ok"),
        ("eviction", {"maxmemory_policy": "allkeys-lru"}, "fault"),
        ("eviction", {"maxmemory_policy": "volatile-ttl"}, "fault"),
        ("eviction", {"maxmemory_policy": None}, "fault"),
        ("memory", {"maxmemory": 2048}, "ok"),
        ("memory", {"maxmemory": 1100}, "warning"),
        ("memory", {"maxmemory": 1024}, "fault"),
        ("replicas", {"slave0": REPLICA}, "warning"),
        ("replicas", {"slave0": REPLICA, "replicas": 1}, "ok"),
        ("replicas", {"slave0": {**REPLICA, "state": "wait_bgsave"}, "replicas": 1}, "fault"),
        ("replicas", {"replicas": 1}, "fault"),
    ],
)
def test_each_answer_has_its_grade(check: str, changes: dict[str, Any], grade: str) -> None:
    finding = judged(check, **changes)
    assert finding.grade == grade
    assert bool(finding.remedy) == (grade != "ok")


def test_valkey_is_named() -> None:
    assert judged("version", redis_version="7.2.4", valkey_version="8.0.1").says == "Valkey 8.0.1"


def test_what_loses_data_is_marked_and_nothing_else() -> None:
    worst = {**GOOD, "aof_enabled": 0, "maxmemory_policy": "allkeys-lru", "role": "slave", "maxmemory": 1}
    losing = {finding.check for finding in judge(worst, fsync=None, replicas=1) if finding.loses_data}
    assert losing == {"persistence", "eviction"}


@pytest.mark.parametrize(
    ("ahead", "uncertain", "grade"),
    [
        (0, 0, "ok"),
        (2, 0, "ok"),
        (-2.5, 0, "warning"),
        (2.5, 1, "ok"),
        (61, 0, "fault"),
        (-7200, 0.1, "fault"),
    ],
)
def test_clocks_may_differ_a_little(ahead: float, uncertain: float, grade: str) -> None:
    assert judge_clock(timedelta(seconds=ahead), timedelta(seconds=uncertain)).grade == grade


@pytest.mark.parametrize(("recorded", "grade"), [(None, "ok"), ("16", "ok"), ("", "fault"), ("0", "fault")])
def test_the_number_of_partitions_must_be_one(recorded: str | None, grade: str) -> None:
    assert judge_partitions(recorded).grade == grade


def test_a_missing_right_is_named_with_how_to_give_it() -> None:
    finding = judge_rights(["EVAL", "ZADD"])
    assert (finding.grade, finding.says) == ("fault", "Not allowed: EVAL, ZADD")
    assert "+eval +zadd" in finding.remedy
