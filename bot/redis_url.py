"""How the address of a Redis is written, and how it is shown: without what is secret in it."""

import re

REDIS_URL_FORMS = (
    "redis://host:6379/0, rediss://host:6379/0, unix:///run/redis.sock, "
    "redis+sentinel://host1:26379,host2:26379/service/0 or redis+cluster://host1:6379,host2:6379"
)
"""Each takes `user:password@`. `rediss` in place of `redis` is TLS, with `?ssl_ca_certs=…` and its like."""

_USER = r"(?:[^@/?#\s]*@)?"
_HOST = r"(?:\[[0-9A-Fa-f:.]+\]|[A-Za-z0-9._-]+)"
_PORT = r"(?::[1-9][0-9]{0,4})?"
_NODES = f"{_HOST}{_PORT}(?:,{_HOST}{_PORT})*"
_TLS = r"(?:\?(?:&?ssl_(?:ca_certs|certfile|keyfile)=[^&#\s]+)+)?"
_URL = rf"""
         redis://{_USER}{_HOST}{_PORT}(?:/[0-9]{{0,4}})?
       | rediss://{_USER}{_HOST}{_PORT}(?:/[0-9]{{0,4}})?{_TLS}
       | unix://{_USER}/[^?#\0]+(?:\?db=[0-9]{{1,4}})?
       | redis(?P<s>s)?\+sentinel://{_USER}{_NODES}/[A-Za-z0-9._-]+(?:/[0-9]{{1,4}})?(?(s){_TLS})
       | redis(?P<c>s)?\+cluster://{_USER}{_NODES}/?(?(c){_TLS})"""
_HIGHEST_PORT = 65535


def is_redis_url(url: str) -> bool:
    """Say whether the address has one of the forms. Nothing is looked up."""
    if not url.isprintable() or not re.fullmatch(_URL, url, re.VERBOSE):
        return False
    nodes = url.partition("://")[2].partition("?")[0].partition("/")[0].rpartition("@")[2]
    return all(int(port) <= _HIGHEST_PORT for port in re.findall(r":([0-9]+)(?=,|$)", nodes))


def without_secrets(url: str) -> str:
    """Leave out user, password and options, of which some are secrets too."""
    scheme, _, rest = url.partition("?")[0].partition("://")
    return f"{scheme}://{rest.rpartition('@')[2]}"
