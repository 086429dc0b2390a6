"""The environment becomes settings, or a list of everything that is wrong with it."""

from datetime import timedelta
from pathlib import Path

import pytest

from bot.flowfiles import SHIPPED
from bot.ports import Retention
from bot.ports.redis_address import read_address
from bot.settings import Settings, SettingsInvalid, SlackSettings, TelegramSettings, read_settings
from tests.environment import known_settings

TOKEN = "7000000001:AAE-a_token_of_no_value_whatsoever0"  # noqa: S105
XOXB, XAPP = "xoxb-0123456789-abcdefghij", "xapp-1-A0123456789-abcdefghij"
SIGNING = "0123456789abcdef0123456789abcdef"


def problems(**environment: str) -> tuple[str, ...]:
    with pytest.raises(SettingsInvalid) as refusal:
        read_settings(environment)
    return refusal.value.problems


@pytest.mark.parametrize("environment", [{}, {"APPLE_STATUS_URL": "", "IMESSAGE_SUPPORT_FLOWS": ""}])
def test_what_is_not_set_or_empty_has_its_default(environment: dict[str, str]) -> None:
    assert read_settings(environment) == Settings(None, SHIPPED, None, None, Retention())


@pytest.mark.parametrize(
    "url",
    ["https://www.apple.com/data", "http://127.0.0.1:8000", "http://[::1]:80/x/", "HTTPS://example.com"],
)
def test_an_address_of_the_web_is_taken_as_it_is(url: str, tmp_path: Path) -> None:
    given = {"APPLE_STATUS_URL": url, "IMESSAGE_SUPPORT_FLOWS": str(tmp_path)}
    assert read_settings(given) == Settings(apple_status_url=url, flows=tmp_path)


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
    mistakes = {
        "APPLE_STATUS_URL": "nonsense",
        "IMESSAGE_SUPPORT_FLOWS": "/nonexistent",
        "IMESSAGE_SUPPORT_STORE": "relative.db",
        "REDIS_URL": "localhost:6379",
        "KEEP_CONVERSATIONS_DAYS": "0",
        "KEEP_EVENT_IDS_HOURS": "23",
        "REDIS_REPLICAS": "-1",
        "ACCEPT_DATA_LOSS": "perhaps",
        "HEALTH_HOST": "http://localhost",
        "HEALTH_PORT": "65536",
        "LOG_LEVEL": "loud",
        "LOG_KEY": "short",
        "TELEGRAM_BOT_TOKEN": "s3cret",
        "TELEGRAM_API_URL": "localhost",
        "TELEGRAM_WEBHOOK_URL": "bot.example.org",
        "SLACK_BOT_TOKEN": "xoxp-s3cret",
        "SLACK_APP_TOKEN": "s3cret",
        "SLACK_SIGNING_SECRET": "short",
        "SLACK_SIGNING_SECRET_OLD": "short",
        "SLACK_API_URL": "slack.com",
        "SLACK_CONNECT": "perhaps",
        "LISTEN_HOST": "http://localhost",
        "LISTEN_PORT": "x",
        "APPLE_STATUS_SECONDS": "121",
        "MESSAGES_PER_MINUTE": "1001",
    }
    assert set(mistakes) == known_settings()
    assert {problem.partition(" ")[0] for problem in problems(**mistakes)} == set(mistakes)


def test_a_password_in_an_address_is_not_repeated() -> None:
    (problem,) = problems(APPLE_STATUS_URL="nonsense://me:s3cret@host")
    assert "s3cret" not in problem


def test_all_can_be_set(tmp_path: Path) -> None:
    given = {
        "REDIS_URL": "redis://bot:s3cret@redis:6379/0",
        "IMESSAGE_SUPPORT_STORE": str(tmp_path / "conversations.db"),
        "KEEP_CONVERSATIONS_DAYS": "7",
        "KEEP_EVENT_IDS_HOURS": "48",
        "REDIS_REPLICAS": "1",
        "ACCEPT_DATA_LOSS": "Yes",
        "HEALTH_HOST": "0.0.0.0",  # noqa: S104  read, not served
        "HEALTH_PORT": "0",
        "LOG_LEVEL": "DEBUG",
        "LOG_KEY": "0123456789abcdef",
    }
    assert read_settings(given) == Settings(
        redis_url="redis://bot:s3cret@redis:6379/0",
        store=tmp_path / "conversations.db",
        retention=Retention(conversations=timedelta(days=7), events=timedelta(hours=48)),
        redis_replicas=1,
        accept_data_loss=True,
        health_host="0.0.0.0",  # noqa: S104
        health_port=0,
        log_level="debug",
        log_key="0123456789abcdef",
    )


def test_a_bot_on_telegram_can_be_set_up_with_a_server_of_its_own() -> None:
    given = {
        "TELEGRAM_BOT_TOKEN": TOKEN,
        "TELEGRAM_API_URL": "http://127.0.0.1:8082",
        "TELEGRAM_WEBHOOK_URL": "http://127.0.0.1:9000/hooks",
        "LISTEN_HOST": "::",
        "LISTEN_PORT": "9000",
    }
    telegram = TelegramSettings(TOKEN, "http://127.0.0.1:8082", "http://127.0.0.1:9000/hooks")
    assert read_settings(given) == Settings(telegram=telegram, listen_host="::", listen_port=9000)


@pytest.mark.parametrize(
    "token",
    [
        "54321",
        "a:b",
        TOKEN[:20],
        f" {TOKEN}",
        f"{TOKEN}\n",
        f"bot{TOKEN}",
        TOKEN.replace(":", ""),
        "١٢٣٤٥" + TOKEN,
    ],
)
def test_what_cannot_be_a_token_is_told_and_not_repeated(token: str) -> None:
    (problem,) = problems(TELEGRAM_BOT_TOKEN=token)
    assert problem.startswith("TELEGRAM_BOT_TOKEN ")
    assert token.strip() not in problem


@pytest.mark.parametrize(
    "url",
    [
        "http://bot.example.org",
        "https://bot.example.org:8081",
        "bot.example.org",
        "https://",
        "https://h/?x=1",
    ],
)
def test_telegram_itself_delivers_over_https_and_to_a_few_ports_only(url: str) -> None:
    (problem,) = problems(TELEGRAM_BOT_TOKEN=TOKEN, TELEGRAM_WEBHOOK_URL=url)
    assert problem.startswith("TELEGRAM_WEBHOOK_URL ")


@pytest.mark.parametrize("url", ["https://bot.example.org/hooks", "https://bot.example.org:8443"])
def test_an_address_for_telegram_is_kept_as_it_is(url: str) -> None:
    read = read_settings({"TELEGRAM_BOT_TOKEN": TOKEN, "TELEGRAM_WEBHOOK_URL": url})
    assert read.telegram == TelegramSettings(TOKEN, None, url)


def test_without_a_token_there_is_no_bot_on_telegram() -> None:
    assert read_settings({"TELEGRAM_WEBHOOK_URL": "https://bot.example.org"}).telegram is None


def test_an_app_on_slack_can_be_set_up_either_way() -> None:
    by_socket = {"SLACK_BOT_TOKEN": XOXB, "SLACK_APP_TOKEN": XAPP}
    called = {"SLACK_BOT_TOKEN": XOXB, "SLACK_SIGNING_SECRET": SIGNING, "SLACK_CONNECT": "yes"}
    assert read_settings(by_socket).slack == SlackSettings(XOXB, XAPP)
    assert read_settings(called).slack == SlackSettings(XOXB, signing_secret=SIGNING, connect=True)
    assert read_settings({"SLACK_SIGNING_SECRET": SIGNING}).slack is None


def test_a_signing_secret_is_changed_with_both_beside_each_other() -> None:
    both = {"SLACK_SIGNING_SECRET": SIGNING, "SLACK_SIGNING_SECRET_OLD": f"{SIGNING}-old"}
    expected = SlackSettings(XOXB, signing_secret=SIGNING, old_signing_secret=f"{SIGNING}-old")
    assert read_settings({"SLACK_BOT_TOKEN": XOXB, **both}).slack == expected
    (problem,) = problems(SLACK_BOT_TOKEN=XOXB, SLACK_APP_TOKEN=XAPP, SLACK_SIGNING_SECRET_OLD=SIGNING)
    assert problem.startswith("SLACK_SIGNING_SECRET_OLD needs")


def test_an_app_on_slack_has_to_hear_somehow() -> None:
    (problem,) = problems(SLACK_BOT_TOKEN=XOXB)
    assert "SLACK_APP_TOKEN" in problem
    assert "SLACK_SIGNING_SECRET" in problem


@pytest.mark.parametrize("name", ["SLACK_BOT_TOKEN", "SLACK_APP_TOKEN"])
@pytest.mark.parametrize(
    "token", ["xoxp-0123456789-abc", "xoxb-12", f" {XOXB}", f"{XAPP}\n", "１２３４５６７８９０１２"]
)
def test_what_cannot_be_a_token_of_slack_s_is_told_and_not_repeated(name: str, token: str) -> None:
    found = problems(**{"SLACK_SIGNING_SECRET": SIGNING, name: token})
    assert [problem.partition(" ")[0] for problem in found] == [name]
    assert token.strip() not in found[0]


def test_secrets_are_not_shown_when_settings_are_printed() -> None:
    tokens = {
        "TELEGRAM_BOT_TOKEN": TOKEN,
        "SLACK_BOT_TOKEN": XOXB,
        "SLACK_APP_TOKEN": XAPP,
        "SLACK_SIGNING_SECRET": SIGNING,
        "SLACK_SIGNING_SECRET_OLD": f"{SIGNING}-old",
    }
    settings = read_settings(
        {"REDIS_URL": "redis://:s3cret@redis", "LOG_KEY": "another s3cret thing", **tokens}
    )
    assert "s3cret" not in repr(settings)
    assert [token for token in tokens.values() if token in repr(settings)] == []


@pytest.mark.parametrize(
    "url",
    [
        "redis://redis",
        "redis://:pass%40word@10.0.0.1:6379/15",
        "rediss://user:word@[::1]:6380/0?ssl_ca_certs=/ca.pem&ssl_certfile=/own.pem",
        "unix:///run/redis/redis.sock?db=1",
        "redis+sentinel://:word@one:26379,two:26379,[::1]:26379/service/0",
        "redis+cluster://user:word@one:6379,two",
        "rediss+sentinel://one/service?ssl_ca_certs=/ca.pem",
        "rediss+cluster://one,two:6379?ssl_ca_certs=/ca.pem",
    ],
)
def test_each_form_of_a_redis_address_is_kept_as_it_is(url: str) -> None:
    assert read_settings({"REDIS_URL": url}).redis_url == url
    assert "word" not in read_address(url).where
    assert "word" not in read_address(url).where


@pytest.mark.parametrize(
    "url",
    [
        "redis",
        "redis://",
        "redis:///0",
        "http://redis:6379",
        "redis://redis:port",
        "redis://redis:0",
        "redis://redis:65536",
        "redis://redis/first",
        "redis://one,two",
        "redis://redis/0#top",
        "redis://re dis",
        "unix://run/redis.sock",
        "unix://",
        "redis+sentinel://one:26379",
        "redis+sentinel://one:26379/",
        "redis+cluster://one,",
        "redis+cluster://",
        "redis://redis?retry=9",
        "redis+cluster://one?ssl_ca_certs=/ca.pem",
    ],
)
def test_what_is_no_address_of_a_redis_is_told_and_not_repeated(url: str) -> None:
    (problem,) = problems(REDIS_URL=url)
    assert problem.startswith("REDIS_URL cannot be read: ")
    assert "expected redis://" in problem


@pytest.mark.parametrize("number", ["-1", "1.5", "x", "٣", "9" * 5000, " 7", "3651"])
def test_what_is_no_such_number_is_told(number: str) -> None:
    (problem,) = problems(KEEP_CONVERSATIONS_DAYS=number)
    assert problem == "KEEP_CONVERSATIONS_DAYS must be a whole number from 1 to 3650"


def test_without_a_file_of_its_own_the_store_lies_in_the_user_data_folder(tmp_path: Path) -> None:
    assert Settings(store=tmp_path / "x.db").store_path == tmp_path / "x.db"
    assert Settings().store_path.name == "conversations.db"
