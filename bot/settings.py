"""The environment, read once into a frozen value; every mistake in it is reported at once."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Literal, TypeAlias, get_args
from urllib.parse import urlsplit

from bot.environment import Environment, is_web_address
from bot.flowfiles import SHIPPED
from bot.ports import Retention

LogLevel: TypeAlias = Literal["debug", "info", "warning", "error"]


class SettingsInvalid(Exception):
    """The environment has mistakes; `problems` lists them all, one line each."""

    def __init__(self, problems: tuple[str, ...]) -> None:
        super().__init__("; ".join(problems))
        self.problems = problems


@dataclass(frozen=True, slots=True)
class TelegramSettings:
    """What a bot on Telegram needs. The token is not shown when it is printed."""

    token: str = field(repr=False)
    """`TELEGRAM_BOT_TOKEN`: as @BotFather gives it."""
    api_url: str | None = None
    """`TELEGRAM_API_URL`: a Bot API server of one's own; None is Telegram's."""
    webhook_url: str | None = None
    """`TELEGRAM_WEBHOOK_URL`: where Telegram reaches the public listener; None is long polling."""


@dataclass(frozen=True, slots=True)
class SlackSettings:
    """What an app on Slack needs. No secret is shown when it is printed."""

    bot_token: str = field(repr=False)
    """`SLACK_BOT_TOKEN`: what it speaks with, as the installation in a workspace gives it."""
    app_token: str | None = field(default=None, repr=False)
    """`SLACK_APP_TOKEN`: what it listens with by Socket Mode, which needs no public address."""
    signing_secret: str | None = field(default=None, repr=False)
    """`SLACK_SIGNING_SECRET`: what Slack signs its calls with, where it is to call us instead."""
    api_url: str | None = None
    """`SLACK_API_URL`: where the Web API is; None is Slack's own."""
    connect: bool = False
    """`SLACK_CONNECT`: people of other workspaces, in channels that they share with us, are helped too."""
    old_signing_secret: str | None = field(default=None, repr=False)
    """`SLACK_SIGNING_SECRET_OLD`: the one before, which counts too while it is being changed."""


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
    telegram: TelegramSettings | None = None
    """Set if `TELEGRAM_BOT_TOKEN` is."""
    slack: SlackSettings | None = None
    """Set if `SLACK_BOT_TOKEN` is."""
    listen_host: str = "127.0.0.1"
    """`LISTEN_HOST`: the address of the public listener, on which chat platforms call us."""
    listen_port: int = 8081
    """`LISTEN_PORT`: its port; 0 is any that is free."""
    messages_per_minute: int = 20
    """`MESSAGES_PER_MINUTE`: how much is read of one person, at once or over a minute; 0 is everything."""
    apple_status_every: timedelta = timedelta(seconds=60)
    """`APPLE_STATUS_SECONDS`: how often Apple is asked while something is wrong; else a third as often."""

    @property
    def is_called(self) -> bool:
        """Whether a chat platform calls us on the public listener."""
        by_telegram = self.telegram is not None and self.telegram.webhook_url is not None
        return by_telegram or (self.slack is not None and self.slack.app_token is None)

    @property
    def store_path(self) -> Path:
        """The SQLite file, also where none is set."""
        if self.store is not None:
            return self.store
        from platformdirs import user_data_path  # noqa: PLC0415  needless when a store is named

        return user_data_path("imessage-support") / "conversations.db"


def read_settings(environment: Mapping[str, str]) -> Settings:
    """Read the settings, or raise `SettingsInvalid`. An empty variable counts as not set."""
    read = Environment(environment)
    redis_url = read.redis_url()
    settings = Settings(
        apple_status_url=read.web_address(
            "APPLE_STATUS_URL", "https://www.apple.com/support/systemstatus/data"
        ),
        flows=read.path("IMESSAGE_SUPPORT_FLOWS", _is_folder, "names a folder that does not exist")
        or SHIPPED,
        redis_url=redis_url,
        store=read.path("IMESSAGE_SUPPORT_STORE", _can_be_a_file, "must be the absolute path of a file, not"),
        retention=_retention(read),
        redis_replicas=read.replicas(redis_url),
        accept_data_loss=read.word("ACCEPT_DATA_LOSS", ("yes", "no"), "no") == "yes",
        health_host=read.host("HEALTH_HOST"),
        health_port=read.number("HEALTH_PORT", 8080, least=0, most=65535),
        log_level=read.word("LOG_LEVEL", LOG_LEVELS, "info"),
        log_key=read.text("LOG_KEY", _is_long, f"needs at least {LEAST_KEY} characters"),
        telegram=_telegram(read),
        slack=_slack(read),
        listen_host=read.host("LISTEN_HOST"),
        listen_port=read.number("LISTEN_PORT", 8081, least=0, most=65535),
        messages_per_minute=read.number("MESSAGES_PER_MINUTE", 20, least=0, most=1000),
        apple_status_every=timedelta(seconds=read.number("APPLE_STATUS_SECONDS", 60, least=1, most=120)),
    )
    if read.problems:
        raise SettingsInvalid(tuple(read.problems))
    return settings


def _retention(read: Environment) -> Retention:
    return Retention(
        conversations=timedelta(days=read.number("KEEP_CONVERSATIONS_DAYS", 30, least=1, most=3650)),
        events=timedelta(hours=read.number("KEEP_EVENT_IDS_HOURS", 26, least=24, most=24 * 365)),
    )


def _telegram(read: Environment) -> TelegramSettings | None:
    token = read.text("TELEGRAM_BOT_TOKEN", _is_bot_token, "must be what @BotFather gave, as 123456789:AAE…")
    api_url = read.web_address("TELEGRAM_API_URL", "http://localhost:8082")
    if read.is_set("TELEGRAM_API_URL"):  # a server of one's own delivers wherever it is told to
        webhook_url = read.web_address("TELEGRAM_WEBHOOK_URL", "http://localhost:8081")
    else:
        wanted = "must be an address such as https://bot.example.org, on port 443, 80, 88 or 8443"
        webhook_url = read.text("TELEGRAM_WEBHOOK_URL", _is_reached_by_telegram, wanted)
    return TelegramSettings(token, api_url, webhook_url) if token else None


def _slack(read: Environment) -> SlackSettings | None:
    bot = read.text("SLACK_BOT_TOKEN", _is_token("xoxb"), "must be the Bot User OAuth Token, as xoxb-…")
    app = read.text("SLACK_APP_TOKEN", _is_token("xapp"), "must be an App-Level Token, as xapp-1-…")
    secret = read.text("SLACK_SIGNING_SECRET", _is_long, f"needs at least {LEAST_KEY} characters")
    old = read.text("SLACK_SIGNING_SECRET_OLD", _is_long, f"needs at least {LEAST_KEY} characters")
    api_url = read.web_address("SLACK_API_URL", "https://slack.com/api/")
    connect = read.word("SLACK_CONNECT", ("yes", "no"), "no") == "yes"
    if read.is_set("SLACK_BOT_TOKEN") and not (
        read.is_set("SLACK_APP_TOKEN") or read.is_set("SLACK_SIGNING_SECRET")
    ):
        read.problems.append("SLACK_BOT_TOKEN needs SLACK_APP_TOKEN beside it, or SLACK_SIGNING_SECRET")
    if read.is_set("SLACK_SIGNING_SECRET_OLD") and not read.is_set("SLACK_SIGNING_SECRET"):
        read.problems.append("SLACK_SIGNING_SECRET_OLD needs the new SLACK_SIGNING_SECRET beside it")
    return SlackSettings(bot, app, secret, api_url, connect, old) if bot else None


LOG_LEVELS: tuple[LogLevel, ...] = get_args(LogLevel)
LEAST_KEY = 16

_HOOK_PORTS = (None, 443, 80, 88, 8443)


def _is_bot_token(token: str) -> bool:
    """Say whether it looks like a token: what does not is not recognised in a log either."""
    return re.fullmatch(r"[0-9]{5,20}:[A-Za-z0-9_-]{20,100}", token) is not None


def _is_token(kind: str) -> Callable[[str], bool]:
    """Say whether it looks like one of Slack's tokens of that kind."""
    return lambda token: re.fullmatch(rf"{kind}-[A-Za-z0-9-]{{10,300}}", token) is not None


def _is_reached_by_telegram(url: str) -> bool:
    """Say whether Telegram delivers there (https://core.telegram.org/bots/api#setwebhook)."""
    return is_web_address(url) and urlsplit(url).scheme == "https" and urlsplit(url).port in _HOOK_PORTS


def _is_long(secret: str) -> bool:
    return len(secret) >= LEAST_KEY


def _is_folder(path: Path) -> bool:
    try:
        return path.is_dir()
    except OSError:  # a name that is too long, a folder above it that may not be entered
        return False


def _can_be_a_file(path: Path) -> bool:
    return path.is_absolute() and not _is_folder(path) and "\0" not in str(path)
