"""The environment becomes settings, or a list of everything that is wrong with it."""

from pathlib import Path

import pytest

from bot.flowfiles import SHIPPED
from bot.settings import Settings, SettingsInvalid, read_settings


def problems(**environment: str) -> tuple[str, ...]:
    with pytest.raises(SettingsInvalid) as refusal:
        read_settings(environment)
    return refusal.value.problems


@pytest.mark.parametrize("environment", [{}, {"APPLE_STATUS_URL": "", "IMESSAGE_SUPPORT_FLOWS": ""}])
def test_what_is_not_set_or_empty_has_its_default(environment: dict[str, str]) -> None:
    assert read_settings(environment) == Settings(None, SHIPPED)


@pytest.mark.parametrize(
    "url",
    ["https://www.apple.com/data", "http://127.0.0.1:8000", "http://[::1]:80/x/", "HTTPS://example.com"],
)
def test_an_address_of_the_web_is_taken_as_it_is(url: str, tmp_path: Path) -> None:
    given = {"APPLE_STATUS_URL": url, "IMESSAGE_SUPPORT_FLOWS": str(tmp_path)}
    assert read_settings(given) == Settings(url, tmp_path)


@pytest.mark.parametrize(
    "url",
    [
        "nonsense",
        "www.apple.com/data",
        "ftp://apple.com",
        "file:///etc/passwd",
        "http://",
        "https:///data",
        "http://host:port",
        "http://host:99999",
        "http://host:0",
        "http://[::1",
        "http://host/data?x=1",
        "http://host/data#top",
        "http://host/a b",
        "http://host/\n",
        " ",
    ],
)
def test_what_is_no_such_address_is_told(url: str) -> None:
    (problem,) = problems(APPLE_STATUS_URL=url)
    assert problem.startswith("APPLE_STATUS_URL ")


@pytest.mark.parametrize("folder", ["/nonexistent", __file__, "x" * 5000, "/dev/null/x"])
def test_a_folder_that_is_none_is_told(folder: str) -> None:
    (problem,) = problems(IMESSAGE_SUPPORT_FLOWS=folder)
    assert problem.startswith("IMESSAGE_SUPPORT_FLOWS ")


def test_every_mistake_is_told_at_once() -> None:
    told = problems(APPLE_STATUS_URL="nonsense", IMESSAGE_SUPPORT_FLOWS="/nonexistent")
    assert [problem.partition(" ")[0] for problem in told] == ["APPLE_STATUS_URL", "IMESSAGE_SUPPORT_FLOWS"]


def test_a_password_in_an_address_is_not_repeated() -> None:
    (problem,) = problems(APPLE_STATUS_URL="nonsense://me:s3cret@host")
    assert "s3cret" not in problem
