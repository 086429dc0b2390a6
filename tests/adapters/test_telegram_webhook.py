"""The webhook: who does not know the secret costs nothing, and what is stored alone is acknowledged."""

import asyncio
import json
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager, suppress
from io import BytesIO
from typing import TypeAlias

import aiohttp
import pytest
import structlog
from starlette.applications import Starlette

from adapters.telegram import webhook as webhook_module
from adapters.telegram.bot import open_bot
from adapters.telegram.webhook import MOST_BYTES, TelegramWebhook
from adapters.web.server import WebServer
from bot.ports import StoreUnusable
from tests.adapters.telegram_door import QUICK, Door, running, words
from tests.awake import awake
from tests.wire.telegram.faults import error_before
from tests.wire.telegram.server import TelegramServer

PUBLIC = "https://bot.example.org/hooks"
JSON = {"content-type": "application/json"}
SECRET = "X-Telegram-Bot-Api-Secret-Token"  # noqa: S105  the name of a header


class Site:
    """A webhook behind its proxy, and a stranger who calls it."""

    def __init__(self, server: TelegramServer, door: Door, way_in: TelegramWebhook, local: str) -> None:
        self.server, self.door, self.way_in, self.local = server, door, way_in, local
        self.stop: Callable[[], Awaitable[None]] | None = None

    @property
    def url(self) -> str:
        """Where Telegram calls, as it is reached from here."""
        return self.server.webhook.url.replace(PUBLIC, self.local)

    async def call(
        self, body: object = b"{}", *, method: str = "POST", url: str = "", headers: Mapping[str, str] = JSON
    ) -> int:
        """Call it with the right secret, unless the headers say otherwise, and give the status."""
        sent = {SECRET: self.server.webhook.secret, **headers}
        async with (
            aiohttp.ClientSession() as client,
            client.request(
                method, url or self.url, data=body, headers={name: sent[name] for name in sent if sent[name]}
            ) as answer,
        ):
            return answer.status


Story: TypeAlias = Callable[[Site], Awaitable[None]]


@asynccontextmanager
async def site(server: TelegramServer, door: Door) -> AsyncIterator[Site]:
    door.on_change = server._notify
    bot = open_bot(server.token, server.url)
    way_in = TelegramWebhook(bot, words, PUBLIC, random=lambda: 0.0, pace=QUICK)
    listener = WebServer(Starlette(routes=way_in.routes), "127.0.0.1", 0)
    local = f"http://127.0.0.1:{await listener.start()}"
    server.webhook.proxies[PUBLIC] = local
    here = Site(server, door, way_in, local)
    try:
        async with running(way_in, door.receive) as here.stop:
            yield here
    finally:
        await listener.stop()
        await bot.shutdown()


def tell(story: Story) -> None:
    """Let it happen once the webhook is registered."""

    async def run() -> None:
        async with TelegramServer() as server, site(server, Door()) as here:
            await server.until(lambda: len(server.called("setMyShortDescription")) == 2)
            await story(here)

    asyncio.run(run())


def update(number: int, text: str) -> bytes:
    chat = {"id": 5, "type": "private", "first_name": "Ann"}
    sender = {"id": 5, "is_bot": False, "first_name": "Ann"}
    message = {"message_id": number, "date": 1_772_000_000, "chat": chat, "from": sender, "text": text}
    return json.dumps({"update_id": number, "message": message}).encode()


def test_what_telegram_delivers_is_taken_once_it_is_stored() -> None:
    async def story(here: Site) -> None:
        here.server.person(1).says("hello")
        await here.server.until(lambda: here.server.updates.confirmed)
        assert here.door.texts == ["hello"]
        assert here.way_in.is_ready

    tell(story)


def test_telegram_is_told_where_and_with_which_secret() -> None:
    async def story(here: Site) -> None:
        (call,) = here.server.called("setWebhook")
        path = call.arguments["url"].removeprefix(f"{PUBLIC}/telegram/")
        assert (len(path), len(call.arguments["secret_token"])) == (64, 64)
        assert path != call.arguments["secret_token"]
        assert here.server.token.partition(":")[2] not in str(call.arguments)
        assert call.arguments["allowed_updates"] == ["message", "callback_query", "my_chat_member"]

    tell(story)


def test_what_cannot_be_stored_comes_again() -> None:
    async def story(here: Site) -> None:
        here.door.faults["hello"] = StoreUnusable("unreachable", "the store")
        here.server.person(1).says("hello")
        await here.server.until(lambda: len(here.server.webhook.deliveries) > 1)
        assert {status for _, status in here.server.webhook.deliveries} == {503}
        here.door.faults.clear()
        await here.server.until(lambda: here.server.updates.confirmed)
        assert here.door.texts == ["hello"]

    tell(story)


def test_forty_at_once_out_of_order_and_doubled_are_all_answered() -> None:
    async def story(here: Site) -> None:
        calls = [here.call(update(number % 20, str(number % 20))) for number in reversed(range(40))]
        assert await asyncio.gather(*calls) == [200] * 40
        assert sorted(event.id for event in here.door.events) == sorted(
            f"telegram:{here.server.me['id']}:{number % 20}" for number in range(40)
        )

    tell(story)


# --- strangers --------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "wrong",
    [
        lambda _: "",
        lambda _: "wrong",
        lambda secret: secret[:-1],
        lambda secret: f"{secret}x",
        lambda secret: secret.upper(),
        lambda _: "ü" * 64,
        lambda _: "x" * 8000,
    ],
    ids=["missing", "wrong", "a prefix", "longer", "other letters", "no ascii", "huge"],
)
def test_who_does_not_know_the_secret_is_refused_and_nothing_is_touched(wrong: Callable[[str], str]) -> None:
    async def story(here: Site) -> None:
        headers = {**JSON, SECRET: wrong(here.server.webhook.secret)}
        assert await here.call(update(1, "hello"), headers=headers) == 403
        assert here.door.begun == []

    tell(story)


def test_who_does_not_know_the_secret_is_answered_before_the_body_has_come() -> None:
    async def story(here: Site) -> None:
        host, _, path = here.url.removeprefix("http://").partition("/")
        reader, writer = await asyncio.open_connection(*host.split(":"))
        writer.write(
            f"POST /{path} HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\n"
            f"content-length: 900000\r\n\r\n".encode()
        )
        async with asyncio.timeout(15), awake() as passed:
            assert b" 403 " in await reader.readline()
            await reader.read()  # and the connection is closed
        assert passed.seconds < 3
        writer.close()

    tell(story)


def test_a_secret_that_is_sent_twice_is_none() -> None:
    async def story(here: Site) -> None:
        secret = here.server.webhook.secret
        headers = [(SECRET, "wrong"), (SECRET, secret), ("content-type", "application/json")]
        async with (
            aiohttp.ClientSession() as client,
            client.post(here.url, data=update(1, "hello"), headers=headers) as answer,
        ):
            assert answer.status == 403

    tell(story)


def test_another_path_is_none_of_ours() -> None:
    async def story(here: Site) -> None:
        for url in (f"{here.local}/", f"{here.local}/telegram/", here.url[:-1], f"{here.url}x"):
            assert await here.call(update(1, "hello"), url=url) == 404
        assert here.door.begun == []

    tell(story)


@pytest.mark.parametrize("method", ["GET", "HEAD", "PUT", "DELETE", "PATCH", "OPTIONS"])
def test_another_method_is_refused(method: str) -> None:
    async def story(here: Site) -> None:
        assert await here.call(method=method) == 405

    tell(story)


@pytest.mark.parametrize("kind", ["", "text/plain", "application/x-www-form-urlencoded", "application/jsonp"])
def test_another_kind_of_content_is_refused(kind: str) -> None:
    async def story(here: Site) -> None:
        headers = {"content-type": kind or "application/octet-stream"}
        assert await here.call(update(1, "hello"), headers=headers) == 415
        assert here.door.begun == []

    tell(story)


# --- bodies -----------------------------------------------------------------------------------------------


async def in_pieces(body: bytes) -> AsyncIterator[bytes]:
    for start in range(0, len(body), 65_536):
        yield body[start : start + 65_536]


def test_a_body_that_is_too_large_is_refused_with_and_without_its_length() -> None:
    async def story(here: Site) -> None:
        body = b" " * (MOST_BYTES + 1)
        for sent in (BytesIO(body), in_pieces(body)):
            with suppress(aiohttp.ClientConnectionError):  # refused while it was still being sent
                assert await here.call(sent) == 413
        assert await here.call(update(1, "hello") + b" " * 200_000) == 200
        assert await here.call(in_pieces(update(2, "again"))) == 200
        assert here.door.texts == ["hello", "again"]

    tell(story)


def test_a_body_that_never_comes_is_not_waited_for_for_ever(monkeypatch: pytest.MonkeyPatch) -> None:
    async def drip() -> AsyncIterator[bytes]:
        yield b"{"
        await asyncio.Event().wait()

    async def story(here: Site) -> None:
        async with asyncio.timeout(5):
            assert await here.call(drip()) == 408

    monkeypatch.setattr(webhook_module, "BODY_WITHIN", 0.2)
    tell(story)


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"{",
        b"[]",
        b"null",
        b"{}",
        b"\xff\xfe",
        b"[" * 100_000,
        b'{"update_id": "7"}',
        b'{"update_id": true}',
    ],
    ids=["empty", "cut", "list", "null", "no number", "no text", "deep", "text", "truth"],
)
def test_what_is_malformed_is_put_aside_since_it_would_come_for_ever(body: bytes) -> None:
    async def story(here: Site) -> None:
        assert await here.call(body) == 200
        assert here.door.begun == []

    with structlog.testing.capture_logs() as logged:
        tell(story)
    assert [line["event"] for line in logged] == ["malformed call of telegram"]


# --- begin and end ----------------------------------------------------------------------------------------


def test_before_the_start_and_after_the_stop_it_is_to_come_again() -> None:
    async def story(here: Site) -> None:
        url, secret = here.url, here.server.webhook.secret
        assert here.stop
        await here.stop()
        assert not here.way_in.is_ready
        assert await here.call(update(1, "hello"), url=url, headers={**JSON, SECRET: secret}) == 503
        assert here.door.begun == []

    tell(story)


def test_what_is_being_taken_at_the_stop_is_finished() -> None:
    async def story(here: Site) -> None:
        here.door.held["slow"] = asyncio.Event()
        calling = asyncio.create_task(here.call(update(1, "slow")))
        await here.server.until(lambda: here.door.begun == ["slow"])
        assert here.stop
        ending = asyncio.ensure_future(here.stop())
        await asyncio.sleep(0)
        here.door.held["slow"].set()
        await ending
        assert await calling == 200

    tell(story)


def test_a_registration_that_fails_is_tried_again() -> None:
    async def run() -> None:
        async with TelegramServer() as server:
            server.faults.next("setWebhook", *[error_before()] * 3)
            async with site(server, Door()) as here:
                assert not here.way_in.is_ready
                await server.until(lambda: len(server.called("setMyShortDescription")) == 2)
                assert here.way_in.is_ready

    with structlog.testing.capture_logs() as logged:
        asyncio.run(run())
    assert [line["event"] for line in logged] == ["telegram is away", "telegram is back"]
