"""The environment, read once into a frozen value; every mistake in it is reported at once."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

from bot.flowfiles import SHIPPED


class SettingsInvalid(Exception):
    """The environment has mistakes; `problems` lists them all, one line each."""

    def __init__(self, problems: tuple[str, ...]) -> None:
        super().__init__("; ".join(problems))
        self.problems = problems


@dataclass(frozen=True, slots=True)
class Settings:
    """What can be set from outside."""

    apple_status_url: str | None
    """`APPLE_STATUS_URL`: the folder of Apple's feed; None is Apple's own."""
    flows: Path
    """`IMESSAGE_SUPPORT_FLOWS`: a folder of flow files to use instead of those that came along."""


def read_settings(environment: Mapping[str, str]) -> Settings:
    """Read the settings, or raise `SettingsInvalid`. An empty variable counts as not set."""
    problems: list[str] = []
    url = environment.get("APPLE_STATUS_URL") or None
    if url is not None and not _is_web_address(url):
        problems.append(
            "APPLE_STATUS_URL must be an address such as https://www.apple.com/support/systemstatus/data"
        )
    flows = Path(environment.get("IMESSAGE_SUPPORT_FLOWS") or SHIPPED)
    if not _is_folder(flows):
        problems.append(f"IMESSAGE_SUPPORT_FLOWS names a folder that does not exist: {flows}")
    if problems:
        raise SettingsInvalid(tuple(problems))
    return Settings(url, flows)


def _is_web_address(url: str) -> bool:
    """Say whether a file's name can be put behind the address."""
    try:
        parts = urlsplit(url)
        port_is_possible = parts.port != 0
    except ValueError:
        return False
    is_http = parts.scheme in ("http", "https") and bool(parts.hostname) and port_is_possible
    return is_http and url.isprintable() and not set(url) & set(" ?#")


def _is_folder(path: Path) -> bool:
    try:
        return path.is_dir()
    except OSError:  # a name that is too long, a folder above it that may not be entered
        return False
