"""Where a Redis is: the forms of `REDIS_URL`, read with messages that never show a password."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal, TypeAlias
from urllib.parse import SplitResult, parse_qsl, unquote, urlsplit

Kind: TypeAlias = Literal["server", "socket", "sentinel", "cluster"]

EXPECTED = (
    "expected redis://[user:password@]host[:port][/db], rediss://… (TLS), unix:///path/to/redis.sock[?db=n], "
    "redis+sentinel://[user:password@]host[:port],host[:port]/service[/db] "
    "or redis+cluster://[user:password@]host[:port],host[:port]"
)
_KINDS: Mapping[str, Kind] = {
    "redis": "server",
    "rediss": "server",
    "unix": "socket",
    "redis+sentinel": "sentinel",
    "rediss+sentinel": "sentinel",
    "redis+cluster": "cluster",
    "rediss+cluster": "cluster",
}
_TLS_OPTIONS = ("ssl_ca_certs", "ssl_certfile", "ssl_keyfile")
_PORTS: Mapping[Kind, int] = {"server": 6379, "socket": 0, "sentinel": 26379, "cluster": 6379}


@dataclass(frozen=True, slots=True)
class RedisAddress:
    """One Redis. `where` names it without user and password; `tls` is None for a plain connection."""

    kind: Kind
    where: str
    hosts: tuple[tuple[str, int], ...] = ()
    path: str = ""
    service: str = ""
    db: int = 0
    username: str | None = None
    password: str | None = field(default=None, repr=False)
    tls: Mapping[str, str] | None = None


def read_address(url: str) -> RedisAddress:
    """Read a `REDIS_URL`; `ValueError` says what is wrong with it and what was expected."""
    try:
        parts = _split(url)
        kind = _kind(parts.scheme)
        options = _options(parts, kind)
        login, _, place = parts.netloc.rpartition("@")
        service, db = _names(parts.path, kind)
        hosts = _hosts(place, kind)
        db = options.pop("db", db)
        tls = options if parts.scheme.startswith("rediss") else None
        path = unquote(parts.path) if kind == "socket" else ""
        where = f"{parts.scheme}://{place}{parts.path}"
        return RedisAddress(kind, where, hosts, path, service, _number(db), *_login(login), tls)
    except ValueError as error:
        raise ValueError(f"{error}; {EXPECTED}") from None


def _split(url: str) -> SplitResult:
    url = url.strip()
    if not url.isprintable() or " " in url:  # which `urlsplit` would leave out in silence
        raise ValueError("there is a space or a line end in it")
    try:
        return urlsplit(url)
    except ValueError:  # its message may show the password
        raise ValueError("a host is written wrongly") from None


def _kind(scheme: str) -> Kind:
    if scheme not in _KINDS:
        raise ValueError(f"{scheme}:// is not known" if scheme else "it does not begin with a scheme")
    return _KINDS[scheme]


def _options(parts: SplitResult, kind: Kind) -> dict[str, str]:
    """Read what follows the question mark."""
    known = _TLS_OPTIONS if parts.scheme.startswith("rediss") else ("db",) if kind == "socket" else ()
    options = dict(parse_qsl(parts.query, keep_blank_values=True))
    for name in options:
        if name not in known:
            raise ValueError("an option behind the ? is not known (and a ? in a password is written %3F)")
    if parts.fragment:
        raise ValueError("it has a # (which in a password is written %23)")
    return options


def _login(login: str) -> tuple[str | None, str | None]:
    """Read user and password, each of which may be missing."""
    username, _, password = login.partition(":")
    return unquote(username) or None, unquote(password) or None


def _hosts(place: str, kind: Kind) -> tuple[tuple[str, int], ...]:
    if kind == "socket":
        if place:
            raise ValueError("unix:// is followed by a path that begins with /")
        return ()
    hosts = tuple(_host(each, kind) for each in place.split(","))
    if kind == "server" and len(hosts) > 1:
        raise ValueError("it names several hosts")
    return hosts


def _host(text: str, kind: Kind) -> tuple[str, int]:
    """Read one host with or without a port; an IPv6 address stands in brackets."""
    if text.startswith("["):
        host, closed, port = text[1:].partition("]")
        if not closed or (port and not port.startswith(":")):
            raise ValueError("an IPv6 address stands in brackets")
        port = port[1:]
    else:
        host, _, port = text.partition(":")
    if not host:
        raise ValueError("a host is missing")
    if port and not (port.isdecimal() and 0 < int(port) < 65536):  # noqa: PLR2004  the highest port
        raise ValueError("a port is a number up to 65535")
    return host, int(port) if port else _PORTS[kind]


def _names(path: str, kind: Kind) -> tuple[str, str]:
    """Read the service of a sentinel, and the database."""
    names = [unquote(name) for name in path.strip("/").split("/")] if path.strip("/") else []
    if kind == "socket":
        if not names:
            raise ValueError("the path of the socket is missing")
        return "", "0"
    service = ""
    if kind == "sentinel":
        if not names:
            raise ValueError("the name of the service is missing")
        service, *names = names
    if kind == "cluster" and names:
        raise ValueError("a cluster has no databases")
    if len(names) > 1:
        raise ValueError("its path is too long")
    return service, names[0] if names else "0"


def _number(db: str) -> int:
    if not db.isdecimal():
        raise ValueError("a database is a number")
    return int(db)
