"""The environment, read once into a frozen value; every mistake in it is reported at once."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Literal, TypeAlias, TypeVar, get_args
from urllib.parse import urlsplit

from bot.flowfiles import SHIPPED
from bot.ports import Retention
from bot.ports.redis_address import read_address

LogLevel: TypeAlias = Literal["debug", "info", "warning", "error"]


class SettingsInvalid(Exception):
    """The environment has mistakes; `problems` lists them all, one line each."""

    def __init__(self, problems: tuple[str, ...]) -> None:
        super().__init__("; ".join(problems))
        self.problems = problems


@dataclass(frozen=True, slots=True)
class Settings:
    """What can be set from outside. Secrets are not shown when it is printed."""

    apple_status_url: str | None = None
    """`APPLE_STATUS_URL`: the folder of Apple's feed; None is Apple's own."""
    flows: Path = SHIPPED
    """`IMESSAGE_SUPPORT_FLOWS`: a folder of flow files to use instead of those that came along."""
    redis_url: str | None = field(default=None, repr=False)
    """`REDIS_URL`: the Redis that all processes share; None is the SQLite file, for a single process."""
    store: Path | None = None
    """`IMESSAGE_SUPPORT_STORE`: the SQLite file; None is one in the user data folder. See `store_path`."""
    retention: Retention = field(default_factory=Retention)
    """`KEEP_CONVERSATIONS_DAYS` and `KEEP_EVENT_IDS_HOURS`."""
    redis_replicas: int = 0
    """`REDIS_REPLICAS`: how many replicas have a turn before it is acknowledged."""
    accept_data_loss: bool = False
    """`ACCEPT_DATA_LOSS`: start although the Redis may lose what was acknowledged."""
    health_host: str = "127.0.0.1"
    """`HEALTH_HOST`: the address on which health and figures are told."""
    health_port: int = 8080
    """`HEALTH_PORT`: its port; 0 is any that is free."""
    log_level: LogLevel = "info"
    """`LOG_LEVEL`: the least weight of what is logged."""
    log_key: str | None = field(default=None, repr=False)
    """`LOG_KEY`: the secret behind the names of people in the log; None is a new one at each start."""

    @property
    def store_path(self) -> Path:
        """The SQLite file, also where none is set."""
        if self.store is not None:
            return self.store
        from platformdirs import user_data_path  # noqa: PLC0415  needless when a store is named

        return user_data_path("imessage-support") / "conversations.db"


def read_settings(environment: Mapping[str, str]) -> Settings:
    """Read the settings, or raise `SettingsInvalid`. An empty variable counts as not set."""
    read = _Reader(environment)
    flows = read.path("IMESSAGE_SUPPORT_FLOWS", _is_folder, "names a folder that does not exist") or SHIPPED
    store = read.path("IMESSAGE_SUPPORT_STORE", _can_be_a_file, "must be the absolute path of a file, not")
    settings = Settings(
        apple_status_url=read.text(
            "APPLE_STATUS_URL",
            _is_web_address,
            "must be an address such as https://www.apple.com/support/systemstatus/data",
        ),
        flows=flows,
        redis_url=read.redis_url(),
        store=store,
        retention=Retention(
            conversations=timedelta(days=read.number("KEEP_CONVERSATIONS_DAYS", 30, least=1, most=3650)),
            events=timedelta(hours=read.number("KEEP_EVENT_IDS_HOURS", 26, least=24, most=24 * 365)),
        ),
        redis_replicas=read.number("REDIS_REPLICAS", 0, least=0, most=10),
        accept_data_loss=read.word("ACCEPT_DATA_LOSS", ("yes", "no"), "no") == "yes",
        health_host=read.text("HEALTH_HOST", _is_host, "must be an address such as 127.0.0.1") or "127.0.0.1",
        health_port=read.number("HEALTH_PORT", 8080, least=0, most=65535),
        log_level=read.word("LOG_LEVEL", LOG_LEVELS, "info"),
        log_key=read.text("LOG_KEY", _is_long, f"needs at least {LEAST_KEY} characters"),
    )
    if settings.redis_replicas and settings.redis_url and "+cluster://" in settings.redis_url:
        read.problems.append("REDIS_REPLICAS is not possible with a cluster; use Sentinel, or leave it out")
    if read.problems:
        raise SettingsInvalid(tuple(read.problems))
    return settings


LOG_LEVELS: tuple[LogLevel, ...] = get_args(LogLevel)
LEAST_KEY = 16

Word = TypeVar("Word", bound=str)


class _Reader:
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

    def redis_url(self) -> str | None:
        url = self._environment.get("REDIS_URL") or None
        try:
            if url is not None:
                read_address(url)
        except ValueError as error:
            self.problems.append(f"REDIS_URL cannot be read: {error}")
            return None
        return url

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


def _is_web_address(url: str) -> bool:
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


def _is_long(secret: str) -> bool:
    return len(secret) >= LEAST_KEY


def _is_folder(path: Path) -> bool:
    try:
        return path.is_dir()
    except OSError:  # a name that is too long, a folder above it that may not be entered
        return False


def _can_be_a_file(path: Path) -> bool:
    return path.is_absolute() and not _is_folder(path) and "\0" not in str(path)
