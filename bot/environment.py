"""The environment as it is read: one variable at a time, and what was wrong with them."""

import re
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TypeVar
from urllib.parse import urlsplit

from bot.ports.redis_address import read_address

Word = TypeVar("Word", bound=str)


class Environment:
    """The environment, and what was wrong with it so far. A value that is a mistake reads as not set."""

    def __init__(self, environment: Mapping[str, str]) -> None:
        self._environment = environment
        self.problems: list[str] = []

    def text(self, name: str, is_right: Callable[[str], bool], otherwise: str) -> str | None:
        """Read a text that may be a secret, so it is never repeated."""
        value = self._environment.get(name) or None
        if value is not None and not is_right(value):
            self.problems.append(f"{name} {otherwise}")
            return None
        return value

    def is_set(self, name: str) -> bool:
        return bool(self._environment.get(name))

    def web_address(self, name: str, example: str) -> str | None:
        return self.text(name, is_web_address, f"must be an address such as {example}")

    def host(self, name: str) -> str:
        return self.text(name, _is_host, "must be an address such as 127.0.0.1") or "127.0.0.1"

    def redis_url(self) -> str | None:
        url = self._environment.get("REDIS_URL") or None
        try:
            if url is not None:
                read_address(url)
        except ValueError as error:
            self.problems.append(f"REDIS_URL cannot be read: {error}")
            return None
        return url

    def replicas(self, redis_url: str | None) -> int:
        replicas = self.number("REDIS_REPLICAS", 0, least=0, most=10)
        if replicas and redis_url and "+cluster://" in redis_url:
            self.problems.append(
                "REDIS_REPLICAS is not possible with a cluster; use Sentinel, or leave it out"
            )
        return replicas

    def path(self, name: str, is_right: Callable[[Path], bool], otherwise: str) -> Path | None:
        value = self._environment.get(name)
        if value and not is_right(Path(value)):
            self.problems.append(f"{name} {otherwise}: {value}")
            return None
        return Path(value) if value else None

    def number(self, name: str, default: int, *, least: int, most: int) -> int:
        value = self._environment.get(name) or str(default)
        if re.fullmatch(r"[0-9]{1,9}", value) and least <= int(value) <= most:
            return int(value)
        self.problems.append(f"{name} must be a whole number from {least} to {most}")
        return default

    def word(self, name: str, words: tuple[Word, ...], default: Word) -> Word:
        value = (self._environment.get(name) or default).lower()
        for word in words:
            if word == value:
                return word
        self.problems.append(f"{name} must be {', '.join(words[:-1])} or {words[-1]}")
        return default


def is_web_address(url: str) -> bool:
    """Say whether a file's name can be put behind the address."""
    try:
        parts = urlsplit(url)
        port_is_possible = parts.port != 0
    except ValueError:
        return False
    is_http = parts.scheme in ("http", "https") and bool(parts.hostname) and port_is_possible
    return is_http and url.isprintable() and not set(url) & set(" ?#")


def _is_host(host: str) -> bool:
    return host.isprintable() and not set(host) & set(" /@?#")
