"""Each form of `REDIS_URL` is read, and one that cannot be read is explained without its password."""

import pytest

from bot.ports.redis_address import RedisAddress, read_address

SERVER = RedisAddress("server", "redis://box:6379", (("box", 6379),))


@pytest.mark.parametrize(
    ("url", "address"),
    [
        ("redis://box:6379", SERVER),
        (" redis://box:6379\n", SERVER),
        ("redis://box", RedisAddress("server", "redis://box", (("box", 6379),))),
        ("redis://[::1]:7/2", RedisAddress("server", "redis://[::1]:7/2", (("::1", 7),), db=2)),
        (
            "redis://bot:s3%40cret@box:7/2",
            RedisAddress("server", "redis://box:7/2", (("box", 7),), "", "", 2, "bot", "s3@cret"),
        ),
        (
            "rediss://:pw@box/0?ssl_ca_certs=/ca.pem",
            RedisAddress(
                *("server", "rediss://box/0", (("box", 6379),)),
                password="pw",  # noqa: S106  nobody's
                tls={"ssl_ca_certs": "/ca.pem"},
            ),
        ),
        ("unix:///run/redis.sock", RedisAddress("socket", "unix:///run/redis.sock", path="/run/redis.sock")),
        (
            "unix://bot:pw@/run/redis.sock?db=3",
            RedisAddress("socket", "unix:///run/redis.sock", (), "/run/redis.sock", "", 3, "bot", "pw"),
        ),
        (
            "redis+sentinel://a,b:7/main/1",
            RedisAddress(
                *("sentinel", "redis+sentinel://a,b:7/main/1", (("a", 26379), ("b", 7))),
                service="main",
                db=1,
            ),
        ),
        (
            "rediss+sentinel://u:p@a/main",
            RedisAddress(
                *("sentinel", "rediss+sentinel://a/main", (("a", 26379),), "", "main", 0, "u", "p", {})
            ),
        ),
        (
            "redis+cluster://a:1,b:2",
            RedisAddress("cluster", "redis+cluster://a:1,b:2", (("a", 1), ("b", 2))),
        ),
    ],
)
def test_the_address_is_read(url: str, address: RedisAddress) -> None:
    assert read_address(url) == address


@pytest.mark.parametrize(
    ("url", "why"),
    [
        ("", "does not begin with a scheme"),
        ("localhost:6379", "localhost:// is not known"),
        ("http://bot:s3cret@box", "http:// is not known"),
        ("redis://", "a host is missing"),
        ("redis://bot:s3cret@", "a host is missing"),
        ("redis://bot:s3cret@box:port", "a port is a number"),
        ("redis://bot:s3cret@box:0", "a port is a number"),
        ("redis://bot:s3cret@box:65536", "a port is a number"),
        ("redis://bot:s3cret@box/one", "a database is a number"),
        ("redis://bot:s3cret@box/1/2", "its path is too long"),
        ("redis://bot:s3cret@a,b", "it names several hosts"),
        ("redis://bot:s3cret@[::1", "a host is written wrongly"),
        ("redis://bot:s3cret@box?password=s3cret", "an option behind the ? is not known"),
        ("redis://bot:s3cret@bo\u2100x", "a host is written wrongly"),
        ("redis://bot:x?s3cret@box", "an option behind the ? is not known"),
        ("redis://bot:x/s3cret@box", "a port is a number"),
        ("redis://bot:x#s3cret@box", "in a password is written %23"),
        ("redis+sentinel://bot:s3cret@a", "the name of the service is missing"),
        ("redis+cluster://bot:s3cret@a/1", "a cluster has no databases"),
        ("unix://", "the path of the socket is missing"),
        ("unix://run/redis.sock", "a path that begins with /"),
    ],
)
def test_what_cannot_be_read_is_explained(url: str, why: str) -> None:
    with pytest.raises(ValueError, match="expected redis://") as caught:
        read_address(url)
    assert why in str(caught.value)
    assert "s3cret" not in str(caught.value)
    assert caught.value.__cause__ is None


def test_the_password_is_not_shown() -> None:
    address = read_address("redis://bot:s3cret@box")
    assert "s3cret" not in repr(address) + address.where
