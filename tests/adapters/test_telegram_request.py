"""The HTTP under the library: what was not sent, what is in doubt, what cancelling costs, what is hidden."""

import asyncio
import traceback
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from io import BytesIO

import pytest
import telegram
from aiohttp import web
from telegram.error import InvalidToken, NetworkError, RetryAfter, TelegramError, TimedOut

from adapters.attachment import FILE_LIMIT
from adapters.telegram.bot import open_bot
from adapters.telegram.request import AiohttpRequest, NotSent, TooLarge
from tests.adapters.telegram import awaited, connected
from tests.wire.telegram import faults
from tests.wire.telegram.server import TOKEN

Answering = Callable[[web.Request], Awaitable[web.StreamResponse]]


@asynccontextmanager
async def answering(answer: Answering) -> AsyncIterator[str]:
    """Serve every path with that, and give the address."""
    app = web.Application(client_max_size=2**26)
    app.router.add_route("*", "/{path:.*}", answer)
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.1)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    try:
        yield f"http://127.0.0.1:{runner.addresses[0][1]}"
    finally:
        await runner.cleanup()


@asynccontextmanager
async def asking(url: str) -> AsyncIterator[telegram.Bot]:
    bot = open_bot(TOKEN, url)
    try:
        yield bot
    finally:
        await bot.shutdown()


@asynccontextmanager
async def requesting(connections: int = 4) -> AsyncIterator[AiohttpRequest]:
    request = AiohttpRequest(connections=connections)
    try:
        yield request
    finally:
        await request.shutdown()


def text_of(error: BaseException) -> str:
    """Give all that could ever be written of an error, with what lies behind it."""
    behind = error.__cause__ or error.__context__
    told = "".join(traceback.format_exception(error)) + repr(error) + str(vars(error))
    return told + (text_of(behind) if behind else "")


@awaited
async def test_a_call_reaches_telegram_with_its_arguments_as_they_are() -> None:
    async with connected() as (server, bot):
        server.person(5)
        await bot.send_message(
            5, "直りました 🙂 <b>&amp;", link_preview_options=telegram.LinkPreviewOptions(is_disabled=True)
        )

    assert server.calls[0].arguments == {
        "chat_id": 5, "text": "直りました 🙂 <b>&amp;", "link_preview_options": {"is_disabled": True},
    }  # fmt: skip


@awaited
async def test_files_can_be_sent_too() -> None:
    async def answer(request: web.Request) -> web.Response:
        form = await request.post()
        file = form["document"]
        assert isinstance(file, web.FileField)
        assert (form["chat_id"], file.filename, file.file.read()) == ("5", "a.log", b"x")
        return web.json_response({"ok": False, "description": "it came", "error_code": 400}, status=400)

    async with answering(answer) as url, asking(url) as bot:
        with pytest.raises(telegram.error.BadRequest, match="it came"):
            await bot.send_document(5, telegram.InputFile(BytesIO(b"x"), "a.log"))


class Hold:
    """A fault that never answers; `came` counts the calls."""

    def __init__(self) -> None:
        self.came = asyncio.Semaphore(0)

    async def __call__(self, request: web.Request, process: faults.Process) -> web.StreamResponse:
        self.came.release()
        return await faults.hang_before(request, process)


@awaited
async def test_cancelling_hundreds_of_requests_leaves_the_connections_usable() -> None:
    """With httpx the pool loses a connection at some of these cancellations, until none is left."""
    async with connected() as (server, _), requesting(connections=4) as request:
        server.faults.always("getWebhookInfo", hold := Hold())
        address = f"{server.url}/bot{server.token}"
        for _ in range(10):
            tasks = [asyncio.create_task(request.post(f"{address}/getWebhookInfo")) for _ in range(20)]
            for _ in range(4):
                await hold.came.acquire()
            for task in tasks:
                task.cancel()
            outcomes = await asyncio.gather(*tasks, return_exceptions=True)
            assert all(isinstance(each, asyncio.CancelledError) for each in outcomes)

        answers = await asyncio.gather(*(request.post(f"{address}/getMe") for _ in range(20)))

    assert len(answers) == 20


@awaited
async def test_what_finds_no_connection_was_certainly_not_sent() -> None:
    async with requesting() as request:
        for url in (
            "http://127.0.0.1:1/bot1:x/getMe",
            "https://127.0.0.1:1/bot1:x/getMe",
            "http://nowhere.invalid/bot1:x/getMe",
            "http://[::1/bot1:x/getMe",
            "ftp://127.0.0.1/bot1:x/getMe",
        ):
            with pytest.raises(NotSent):
                await request.post(url)


@awaited
async def test_what_waits_for_a_free_connection_in_vain_was_certainly_not_sent() -> None:
    async with connected() as (server, _), requesting(connections=1) as request:
        server.faults.next("getMe", hold := Hold())
        first = asyncio.create_task(request.post(f"{server.url}/bot{server.token}/getMe"))
        await hold.came.acquire()

        with pytest.raises(NotSent):
            await request.post(f"{server.url}/bot{server.token}/getMe", connect_timeout=0.01)
        first.cancel()


@awaited
async def test_tls_that_is_not_trusted_was_certainly_not_sent() -> None:
    async with connected() as (server, _), requesting() as request:
        with pytest.raises(NotSent):
            await request.post(f"{server.url.replace('http:', 'https:')}/bot{server.token}/getMe")


@pytest.mark.parametrize(
    "fault",
    [
        faults.reset_before,
        faults.reset_after,
        faults.error_after(500),
        faults.html_after,
        faults.truncated_after,
    ],
    ids=lambda fault: getattr(fault, "__name__", "?"),
)
@awaited
async def test_what_broke_off_is_in_doubt(fault: faults.Fault) -> None:
    async with connected() as (server, bot):
        server.faults.next("getMe", fault)

        with pytest.raises(TelegramError) as caught:
            await bot.get_me()

    assert not isinstance(caught.value, NotSent)
    assert len(server.called("getMe")) == 1


@awaited
async def test_an_answer_that_does_not_come_or_comes_too_slowly_times_out() -> None:
    async with connected() as (server, bot):
        for fault in (faults.hang_after, faults.slow):
            await bot.get_me()  # so that there is a connection, and making one takes none of the time
            server.faults.next("getMe", fault)
            with pytest.raises(TimedOut):
                await bot.get_me(read_timeout=0.2, connect_timeout=0.2)


@awaited
async def test_a_refusal_with_a_status_of_success_is_an_error() -> None:
    async def answer(_: web.Request) -> web.Response:
        return web.json_response({"ok": False, "description": "no"})

    async with answering(answer) as url, asking(url) as bot:
        with pytest.raises(NetworkError):
            await bot.get_me()


@pytest.mark.parametrize("body", [b"", b"[]", b'{"ok":true}', b"<html>", b"[" * 100_000, b"\xff\xfe"])
@awaited
async def test_an_answer_that_is_none_is_an_error(body: bytes) -> None:
    async def answer(_: web.Request) -> web.Response:
        return web.Response(body=body)

    async with answering(answer) as url, asking(url) as bot:
        with pytest.raises(TelegramError):
            await bot.get_me()


def test_an_answer_with_half_a_character_can_be_read() -> None:
    assert AiohttpRequest.parse_json_payload(b'{"ok":true,"result":"\\ud800"}') == {
        "ok": True,
        "result": "\ud800",
    }


@pytest.mark.parametrize("status", [400, 401, 403, 404, 409, 503])
@awaited
async def test_a_page_of_a_gateway_is_no_word_of_telegram_and_is_not_repeated(status: int) -> None:
    async def answer(request: web.Request) -> web.Response:
        return web.Response(
            status=status, text=f"<p>{request.path} is not here</p>", content_type="text/html"
        )

    async with answering(answer) as url, asking(url) as bot:
        with pytest.raises(TelegramError) as caught:
            await bot.send_message(5, "hello")

    assert (type(caught.value), str(caught.value)) == (NetworkError, f"A gateway answered with {status}")
    assert TOKEN.partition(":")[2] not in text_of(caught.value)


@awaited
async def test_too_many_requests_say_how_long_to_wait_without_a_warning() -> None:
    async with connected() as (server, bot):
        server.faults.next("getMe", faults.limit(7))
        with pytest.raises(RetryAfter) as caught:
            await bot.get_me()

    assert str(caught.value.retry_after) == "0:00:07"


@awaited
async def test_a_redirect_is_not_followed() -> None:
    seen: list[str] = []

    async def answer(request: web.Request) -> web.Response:
        seen.append(request.path)
        return web.Response(status=302, headers={"Location": f"{request.url.origin()}/elsewhere"})

    async with answering(answer) as url, asking(url) as bot:
        with pytest.raises(NetworkError):
            await bot.get_me()

    assert len(seen) == 1


@awaited
async def test_of_a_file_no_more_is_read_than_the_limit() -> None:
    async def answer(request: web.Request) -> web.StreamResponse:
        response = web.StreamResponse()
        await response.prepare(request)
        for _ in range(64):
            await response.write(bytes(FILE_LIMIT // 16))
        return response

    async with answering(answer) as url, requesting() as request:
        with pytest.raises(TooLarge):
            await request.retrieve(f"{url}/file")


@pytest.mark.parametrize(
    "url", ["http://127.0.0.1:1", "http://[::1", "ftp://127.0.0.1", "http://nowhere.invalid"]
)
@awaited
async def test_no_error_shows_the_token(url: str) -> None:
    async with asking(url) as bot:
        with pytest.raises(TelegramError) as caught:
            await bot.send_message(5, "hello")

    assert TOKEN.partition(":")[2] not in text_of(caught.value)


@awaited
async def test_no_error_of_a_broken_answer_shows_the_token() -> None:
    hung_up = asyncio.Event()

    async def garbage(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readline()
        writer.write(b"HTTP/1.1 what\r\n\r\n")
        writer.close()
        with suppress(ConnectionError):
            await writer.wait_closed()
        hung_up.set()

    async with await asyncio.start_server(garbage, "127.0.0.1") as server:
        host, port = server.sockets[0].getsockname()
        async with asking(f"http://{host}:{port}") as bot:
            with pytest.raises(TelegramError) as caught:
                await bot.send_message(5, "hello")
        await hung_up.wait()

    assert TOKEN.partition(":")[2] not in text_of(caught.value)


@awaited
async def test_no_error_of_a_connection_that_comes_too_late_shows_the_token() -> None:
    async with connected() as (_, bot):
        with pytest.raises(NotSent) as caught:
            await bot.get_me(connect_timeout=1e-9)

    assert TOKEN.partition(":")[2] not in text_of(caught.value)


@awaited
async def test_a_refused_token_is_not_shown() -> None:
    async with connected() as (server, _), asking(server.url) as bot:
        server.token = "1:other"  # noqa: S105  nobody's
        with pytest.raises(InvalidToken) as caught:
            await bot.get_me()

        assert TOKEN.partition(":")[2] not in text_of(caught.value) + repr(bot) + str(bot)


@awaited
async def test_a_bot_that_was_shut_down_can_be_used_again() -> None:
    async with connected() as (_, bot):
        await bot.get_me()
        await bot.shutdown()
        await bot.shutdown()
        assert (await bot.get_me()).is_bot


@awaited
async def test_the_proxy_of_the_environment_is_used(monkeypatch: pytest.MonkeyPatch) -> None:
    seen: list[str] = []

    async def answer(request: web.Request) -> web.Response:
        seen.append(str(request.url))
        return web.json_response({"ok": True, "result": True})

    async with answering(answer) as proxy, requesting() as request:
        monkeypatch.setenv("ALL_PROXY", proxy)
        assert await request.post("http://telegram.invalid/bot1:x/getMe")

    assert seen == ["http://telegram.invalid/bot1:x/getMe"]
