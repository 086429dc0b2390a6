"""The language of a person's Slack is asked for once in a while."""

import pytest

from adapters.slack.hosts import is_file, is_response_url
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
        ("https://files.slack.com/files-pri/T1-F1/download/%E3%83%AD%E3%82%B0%20%2B.log", True),
        ("https://slack.com/api/x", False),
        ("https://slack.com/api/chat.postMessage?channel=C1&text=hi", False),
        ("https://slack.com/files-pri/T1-F1/a.log", False),
        ("https://ann@files.slack.com/a.log", False),
        ("https://files.slack.com:443@evil.example/a.log", False),
        ("https://FILES.slack.com/a.log", False),
        ("https://files.slack.com./a.log", False),
        ("https://files.slack.com%2f@evil.example/a.log", False),
        ("https://files.slack.com%00.evil.example/a.log", False),
        ("https://files.slack.com\\@evil.example/a.log", False),
        ("https:\\\\files.slack.com/a.log", False),
        ("https://evil.example\\.files.slack.com/a.log", False),
        ("https://files.slack.com/files-pri/../api/x", False),
        ("https://files.slack.com/files-pri/%2E%2e/api/x", False),
        ("https://files.slack.com/files-pri%2f..%2Fapi/x", False),
        ("https://files.sla\nck.com/a.log", False),
        ("https://files.slack.com/a.log\r\nX: y", False),
        ("https://files。slack。com/a.log", False),
        ("https://ｆiles.slack.com/a.log", False),
        ("https://files.xn--slck-5ve.com/a.log", False),
        ("https://files.slack-gov.com/a.log", False),
        ("ftp://files.slack.com/a.log", False),
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
def test_the_token_goes_to_slack_s_file_host_only(url: str, ours: bool) -> None:  # noqa: FBT001
    assert is_file(url, "https://slack.com/api/") is ours


def test_another_api_address_has_files_of_its_own() -> None:
    api = "http://127.0.0.1:8080/api/"
    assert is_file("http://127.0.0.1:8080/files-pri/a", api)
    assert not is_file("http://127.0.0.1:8081/files-pri/a", api)
    assert not is_file("http://127.0.0.1:8080/api/chat.delete?ts=1", api)
    assert not is_file("http://127.0.0.1:8080/files-pri/../api/chat.delete", api)
    assert is_file("https://files.slack-gov.com/files-pri/a", "https://slack-gov.com/api/")
    assert not is_file("https://slack-gov.com/files-pri/a", "https://slack-gov.com/api/")


@pytest.mark.parametrize(
    ("url", "ours"),
    [
        ("https://hooks.slack.com/actions/T1/2/3", True),
        ("https://hooks.slack.com.evil.example/actions", False),
        ("https://hooks.slack.com@evil.example/", False),
        ("https://hooks.slack.com\\@evil.example/", False),
        ("http://hooks.slack.com/actions", False),
    ],
)
def test_answers_go_to_slack_s_host_for_them_only(url: str, ours: bool) -> None:  # noqa: FBT001
    assert is_response_url(url, "https://slack.com/api/") is ours
