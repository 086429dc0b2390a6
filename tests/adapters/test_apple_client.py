"""The client against a real socket: what it asks, and what it remembers."""

import asyncio
import subprocess
import sys
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from adapters.apple.client import AppleStatus
from bot.apple import Board, Service
from bot.model import Language
from bot.ports import StatusUnreadable
from tests.wire import apple as wire
from tests.wire.apple import Answer, apple

RECORDED = Path(__file__).parents[1] / "recorded" / "apple"
TROUBLE = (RECORDED / "trouble_ja.json").read_bytes()
MAINTENANCE = (RECORDED / "maintenance_en.json").read_bytes()
NOON = datetime(2026, 5, 5, 3, 0, tzinfo=UTC)


def fetch(url: str, language: Language = "ja") -> Board:
    return asyncio.run(AppleStatus(url).fetch(language, now=NOON))


# --- as it should be --------------------------------------------------------------------------------------


@pytest.mark.parametrize("serve", [wire.document, wire.packed, wire.revalidated])
def test_a_document_becomes_a_board(serve: Callable[[bytes], Answer]) -> None:
    with apple(serve(TROUBLE)) as server:
        board = fetch(server.url)
    assert board.checked_at == NOON
    assert [each.state for each in board.reports] == ["outage", "issue", "ok", "issue", "ok"]


def test_the_content_type_does_not_matter() -> None:
    with apple(wire.document(TROUBLE, content_type="text/html; charset=latin-1")) as server:
        assert fetch(server.url).reports[0].message.startswith("メッセージ")


@pytest.mark.parametrize(
    ("language", "file"), [("ja", "system_status_ja_JP.js"), ("en", "system_status_en_US.js")]
)
def test_each_language_has_its_file_below_the_given_address(language: Language, file: str) -> None:
    with apple(wire.document(TROUBLE)) as server:
        fetch(f"{server.url}/some/folder/", language)
    assert [request.path for request in server.requests] == [f"/some/folder/{file}"]


def test_a_proxy_from_the_environment_is_used(monkeypatch: pytest.MonkeyPatch) -> None:
    with apple(wire.document(TROUBLE)) as server:
        monkeypatch.setenv("HTTP_PROXY", server.url)
        assert fetch("http://apple.invalid/data").reports[0].state == "outage"
    assert server.requests[0].path == "http://apple.invalid/data/system_status_ja_JP.js"


def test_a_redirect_within_the_same_host_is_followed() -> None:
    with apple(wire.document(TROUBLE)) as server:
        server.answer = lambda asked: (wire.document(TROUBLE) if "new" in asked.path else wire.moved("/new"))(
            asked
        )
        assert fetch(server.url).reports[0].state == "outage"


def test_importing_the_client_does_not_import_httpx() -> None:
    question = "import sys, adapters.apple.client; sys.exit('httpx' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", question], check=False, timeout=60).returncode == 0


# --- unchanged documents ----------------------------------------------------------------------------------


def test_an_unchanged_document_is_not_sent_again_but_read_as_of_now() -> None:
    async def ask_twice(source: AppleStatus) -> Board:
        first = await source.fetch("en", now=NOON)
        assert report_of_facetime(first) == "ok"
        return await source.fetch("en", now=NOON + timedelta(hours=22))

    with apple(wire.revalidated(MAINTENANCE)) as server:
        board = asyncio.run(ask_twice(AppleStatus(server.url)))
    assert board.checked_at == NOON + timedelta(hours=22)
    assert report_of_facetime(board) == "maintenance"
    assert "if-none-match" not in server.requests[0].headers
    assert {"if-none-match", "if-modified-since"} <= server.requests[1].headers.keys()
    assert server.sent < 1.5 * len(MAINTENANCE)


def report_of_facetime(board: Board) -> str:
    return next(each.state for each in board.reports if each.service is Service.FACETIME)


def test_a_changed_document_replaces_the_old_one() -> None:
    with apple(wire.revalidated(MAINTENANCE)) as server:
        source = AppleStatus(server.url)
        before = asyncio.run(source.fetch("ja", now=NOON))
        server.answer = wire.revalidated(TROUBLE, modified="Tue, 05 May 2026 02:00:00 GMT")
        after = asyncio.run(source.fetch("ja", now=NOON))
    assert (before.reports[0].state, after.reports[0].state) == ("maintenance", "outage")


def test_the_languages_do_not_share_their_marks() -> None:
    with apple(wire.revalidated(TROUBLE)) as server:
        source = AppleStatus(server.url)
        asyncio.run(source.fetch("ja", now=NOON))
        asyncio.run(source.fetch("en", now=NOON))
    assert "if-none-match" not in server.requests[1].headers


@pytest.mark.parametrize("evil", [wire.failing("412 Precondition Failed"), wire.document(b"<html>")])
def test_after_a_failure_the_whole_document_is_asked_for(evil: Answer) -> None:
    with apple(wire.revalidated(TROUBLE)) as server:
        source = AppleStatus(server.url)
        asyncio.run(source.fetch("ja", now=NOON))
        server.answer = evil
        with pytest.raises(StatusUnreadable):
            asyncio.run(source.fetch("ja", now=NOON))
        server.answer = wire.revalidated(TROUBLE)
        asyncio.run(source.fetch("ja", now=NOON))
    assert "if-none-match" not in server.requests[2].headers


def test_a_mark_that_cannot_be_sent_back_is_forgotten() -> None:
    with apple(wire.document(TROUBLE, etag='"\xe9\xff"')) as server:
        source = AppleStatus(server.url)
        for _ in range(2):
            assert asyncio.run(source.fetch("ja", now=NOON)).reports[0].state == "outage"


def test_closing_twice_is_harmless() -> None:
    async def close_twice() -> None:
        source = AppleStatus()
        await source.close()
        await source.close()

    asyncio.run(close_twice())
