"""The examination of a Redis, against real servers."""

import asyncio
import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from adapters.store.redis.examine import NEEDED, examine_redis, unsafe
from adapters.store.redis.keys import SETTINGS
from bot.ports import Finding
from tests.ports import free_port
from tests.redis_server import RedisServer

GOOD = ("--appendonly", "yes", "--appendfsync", "everysec", "--maxmemory-policy", "noeviction")
SCRIPTS = Path(__file__).parents[2] / "adapters" / "store" / "redis"


@pytest.fixture(scope="module")
def server() -> Iterator[RedisServer]:
    with RedisServer(*GOOD) as running:
        yield running


def examined(url: str, replicas: int = 0, ahead: float = 0) -> dict[str, Finding]:
    """Examine, with our clock behind by so many seconds."""

    def clock() -> datetime:
        return datetime.now(UTC) - timedelta(seconds=ahead)

    return {each.check: each for each in asyncio.run(examine_redis(url, replicas=replicas, clock=clock))}


def faults(found: dict[str, Finding]) -> set[str]:
    return {finding.check for finding in found.values() if finding.grade == "fault"}


def command(server: RedisServer, *words: str | int) -> object:
    with server.admin() as admin:
        answer: object = admin.execute_command(*words)  # type: ignore[no-untyped-call]
        return answer


def as_user(server: RedisServer, name: str, *rules: str) -> str:
    """Make a user with those rights, and give the address with it."""
    command(server, "ACL", "SETUSER", name, "reset", "on", ">s3cret", *rules)
    return server.url.replace("redis://", f"redis://{name}:s3cret@")


def wait_for_replica(server: RedisServer) -> None:
    """Wait until the replica has the whole of the data."""
    with server.admin() as admin:
        admin.set("something", "x")
        while admin.wait(1, 1000) < 1:
            pass
        admin.delete("something")


def test_a_good_server_is_found_good_and_left_as_it_was(server: RedisServer) -> None:
    found = examined(server.url)
    assert {finding.grade for finding in found.values()} == {"ok"}
    assert list(found) == [
        "version", "role", "persistence", "eviction", "memory", "replicas", "clock", "partitions", "rights"
    ]  # fmt: skip
    assert unsafe(found.values()) == ()
    with server.admin() as admin:
        assert admin.keys() == []


def test_by_the_socket_too(server: RedisServer) -> None:
    assert not faults(examined(f"unix://{server.socket}"))


def test_without_an_append_only_file_or_with_eviction_data_could_be_lost() -> None:
    with RedisServer("--maxmemory-policy", "allkeys-lru") as server:
        found = examined(server.url)
    assert faults(found) == {"persistence", "eviction"}
    assert {finding.check for finding in unsafe(found.values())} == {"persistence", "eviction"}


def test_a_replica_is_a_fault_and_the_primary_has_one(server: RedisServer) -> None:
    with RedisServer(*GOOD, "--replicaof", "127.0.0.1", str(server.port)) as replica:
        wait_for_replica(server)
        assert faults(examined(replica.url)) == {"role"}
        assert examined(server.url)["replicas"].grade == "warning"
        assert not faults(examined(server.url, replicas=1))
        assert faults(examined(server.url, replicas=2)) == {"replicas"}


def test_a_clock_that_is_off_is_told(server: RedisServer) -> None:
    assert examined(server.url, ahead=30)["clock"].grade == "warning"
    assert examined(server.url, ahead=-3600)["clock"].grade == "fault"


def test_a_server_that_is_down_does_not_answer() -> None:
    found = examined(f"redis://:s3cret@127.0.0.1:{free_port()}")
    assert (list(found), faults(found)) == (["server"], {"server"})
    assert "s3cret" not in repr(found)


def test_a_wrong_password_is_told_and_not_repeated(server: RedisServer) -> None:
    found = examined(as_user(server, "bot", "+@all", "~*").replace("s3cret", "hunter2"))
    assert found["server"].says == "It refuses the user or the password"
    assert "hunter2" not in repr(found)


def test_a_missing_right_is_named(server: RedisServer) -> None:
    found = examined(as_user(server, "bot", "~*", "+@all", "-zadd", "-hincrby", "-ping"))
    assert found["rights"].says == "Not allowed: PING, HINCRBY, ZADD"
    assert examined(as_user(server, "bot", "~*", "+@all", "-eval"))["rights"].says == "Not allowed: EVAL"


def test_keys_that_are_denied_are_told(server: RedisServer) -> None:
    found = examined(as_user(server, "bot", "+@all", "~others:*"))
    assert faults(found) == {"partitions", "rights"}
    assert "~{p*}:*" in found["rights"].remedy


def test_the_rights_that_the_remedy_gives_are_enough(server: RedisServer) -> None:
    keys = (f"~{SETTINGS}", "~{p*}:*", "~{bot:*}")
    rights = examined(as_user(server, "bot", *keys, "+info", "+time", "+hget", "+eval", "+evalsha"))["rights"]
    given = re.findall(r"\+\w+", rights.remedy)
    url = as_user(server, "bot", *keys, "+info", "+time", "+hget", "+eval", "+evalsha", *given)
    assert not faults(examined(url))


def test_where_nothing_may_be_looked_at_nothing_is_taken_for_safe(server: RedisServer) -> None:
    found = examined(as_user(server, "bot", "~*", "+@all", "-info"))
    assert faults(found) == {"server"}
    assert unsafe(found.values())


def test_a_managed_server_that_hides_its_configuration_is_judged_by_the_rest(server: RedisServer) -> None:
    found = examined(as_user(server, "bot", "~*", "+@all", "-config"))
    assert not faults(found)
    assert found["persistence"].says == "The append-only file is on"


def test_an_address_that_cannot_be_read_is_a_fault() -> None:
    assert faults(examined("redis://localhost/first")) == {"server"}


def test_every_command_of_the_store_is_tried() -> None:
    scripts = "".join(path.read_text() for path in SCRIPTS.glob("*.lua"))
    plain = "".join(path.read_text() for path in SCRIPTS.glob("*.py"))
    called = {*re.findall(r"call[(,]\s*'([A-Z]+)'", scripts), *re.findall(r'Ask\(\(\s*"([A-Z]+)"', plain)}
    assert called - {"TIME", "PING"} == set(NEEDED)


@pytest.mark.parametrize(
    ("denied", "named"),
    [
        ("-info", {"server"}),
        ("-time", {"clock"}),
        ("-config", set()),
        ("-client", set()),
        ("-wait", set()),
        ("-@dangerous", {"server"}),
        ("-@admin", set()),
    ],
)
def test_what_is_denied_is_said_and_the_rest_is_examined_all_the_same(
    server: RedisServer, denied: str, named: set[str]
) -> None:
    found = examined(as_user(server, "bot", "~*", "+@all", denied))
    assert faults(found) == named
    assert {"clock", "partitions", "rights"} <= set(found)
    assert all("not answer" not in finding.says for finding in found.values())


def test_a_waiting_that_is_denied_matters_only_where_replicas_must_have_each_turn(
    server: RedisServer,
) -> None:
    found = examined(as_user(server, "bot", "~*", "+@all", "-wait"), replicas=1)
    assert found["rights"].says == "Not allowed: WAIT"


def test_a_server_that_has_no_info_at_all_is_said_to_have_none() -> None:
    with RedisServer(*GOOD, "--rename-command", "INFO", "") as without:
        found = examined(without.url)
        assert faults(found) == {"server"}
        assert "no INFO for us" in found["server"].says
        assert found["rights"].grade == "ok"
