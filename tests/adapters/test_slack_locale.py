"""The language of a person's Slack is asked for once in a while."""

import pytest

from adapters.slack.hosts import is_slack
from adapters.slack.locale import KEPT, NOT_SAID, Locale, Locales
from tests.adapters.slack_talk import awaited, sending
from tests.wire.slack import faults as ill


@awaited
async def test_it_is_asked_for_again_after_some_hours() -> None:
    async with sending() as shop:
        now = [0.0]
        locales = Locales(shop.client, lambda: now[0])
        ann = shop.slack.person(locale="ja-JP")
        assert [await locales.of(ann.id) for _ in range(3)] == [Locale("ja", "Asia/Tokyo")] * 3
        assert len(shop.slack.called("users.info")) == 1

        now[0] = KEPT.total_seconds()
        shop.slack.workspace.accounts[ann.id].locale = "en-US"
        assert await locales.of(ann.id) == Locale("en", "Asia/Tokyo")


@awaited
async def test_while_slack_does_not_say_it_is_not_asked_at_each_word() -> None:
    async with sending() as shop:
        now = [0.0]
        locales = Locales(shop.client, lambda: now[0])
        ann = shop.slack.person(locale="ja-JP")
        shop.slack.api.faults.always("users.info", ill.error_before(503))
        assert [await locales.of(ann.id) for _ in range(3)] == [Locale()] * 3
        assert len(shop.slack.calls) == 1

        now[0] = NOT_SAID.total_seconds()
        shop.slack.api.faults.clear()
        assert (await locales.of(ann.id)).language == "ja"


@pytest.mark.parametrize(
    ("url", "ours"),
    [
        ("https://files.slack.com/files-pri/T1-F1/a.log", True),
        ("https://slack.com/api/x", True),
        ("http://files.slack.com/a.log", False),
        ("https://hooks.slack.com/a.log", False),
        ("https://files.slack.com.evil.example/a.log", False),
        ("https://files.slack.com@evil.example/a.log", False),
        ("https://evil.example/files.slack.com", False),
        ("https://files.slack.com:8443/a.log", False),
        ("//files.slack.com/a.log", False),
        ("https://[", False),
        ("", False),
    ],
)
def test_only_slack_s_own_addresses_are_gone_to(url: str, ours: bool) -> None:  # noqa: FBT001
    assert is_slack(url, "https://slack.com/api/", "files") is ours


def test_another_api_address_has_files_of_its_own() -> None:
    assert is_slack("http://127.0.0.1:8080/files-pri/a", "http://127.0.0.1:8080/api/", "files")
    assert not is_slack("http://127.0.0.1:8081/files-pri/a", "http://127.0.0.1:8080/api/", "files")
