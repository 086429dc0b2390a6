"""The local Telegram's webhook delivers until it is answered 200."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

import pytest
from aiohttp import web

from tests.wire.telegram.asking import Asker, asking, awaited
from tests.wire.telegram.refusals import Payload

PUBLIC = "https://bot.example"


@dataclass(eq=False)
class Hook:
    """A bot's end of the webhook, which answers as `status` says."""

    status: Callable[[Payload], int] = lambda _: 200
    taken: list[Payload] = field(default_factory=list)
    secrets: list[str | None] = field(default_factory=list)
    at_once: int = 0
    most_at_once: int = 0

    async def answer(self, request: web.Request) -> web.Response:
        """Take an update."""
        self.at_once += 1
        self.most_at_once = max(self.most_at_once, self.at_once)
        self.secrets.append(request.headers.get("X-Telegram-Bot-Api-Secret-Token"))
        self.taken.append(update := await request.json())
        await asyncio.sleep(0)
        self.at_once -= 1
        return web.Response(status=self.status(update))


@asynccontextmanager
async def hooked(hook: Hook, **arguments: object) -> AsyncIterator[Asker]:
    """Run a server that delivers to that hook."""
    app = web.Application()
    app.router.add_post("/telegram", hook.answer)
    runner = web.AppRunner(app, access_log=None)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    async with asking() as bot:
        bot.telegram.webhook.proxies[PUBLIC] = f"http://127.0.0.1:{runner.addresses[0][1]}"
        await bot.do("setWebhook", url=f"{PUBLIC}/telegram", **arguments)
        yield bot
    await runner.cleanup()


def texts(updates: list[Payload]) -> list[str]:
    return [update["message"]["text"] for update in updates]


@awaited
async def test_what_waited_and_what_comes_is_delivered_with_the_secret() -> None:
    hook = Hook()
    async with hooked(hook, secret_token="s3cret_-") as bot:  # noqa: S106
        bot.telegram.person(5).says("one")
        await bot.telegram.until(lambda: not bot.telegram.updates.waiting)
        bot.telegram.person(5).says("two")
        await bot.telegram.until(lambda: not bot.telegram.updates.waiting)
        assert texts(hook.taken) == ["one", "two"]
        assert set(hook.secrets) == {"s3cret_-"}
        info = await bot.do("getWebhookInfo")
        assert (info["url"], info["pending_update_count"]) == (f"{PUBLIC}/telegram", 0)
        assert "last_error_message" not in info


@awaited
async def test_what_is_not_taken_comes_again_while_others_pass() -> None:
    refusals = iter([500, 404])
    hook = Hook(lambda update: next(refusals, 200) if update["message"]["text"] == "one" else 200)
    async with hooked(hook) as bot:
        bot.telegram.person(5).says("one")
        bot.telegram.person(5).says("two")
        await bot.telegram.until(lambda: not bot.telegram.updates.waiting)
        assert texts(hook.taken).count("one") == 3
        assert texts(hook.taken).index("two") < 3
        info = await bot.do("getWebhookInfo")
        assert info["last_error_message"] == "Wrong response from the webhook: 404 Not Found"


@awaited
async def test_no_more_are_delivered_at_once_than_allowed() -> None:
    hook = Hook()
    async with hooked(hook, max_connections=2) as bot:
        for _ in range(20):
            bot.telegram.person(5).says("a")
        await bot.telegram.until(lambda: not bot.telegram.updates.waiting)
        assert hook.most_at_once == 2


@awaited
async def test_a_bot_that_is_down_is_waited_for() -> None:
    hook = Hook()
    async with hooked(hook) as bot:
        up = dict(bot.telegram.webhook.proxies)
        bot.telegram.webhook.proxies[PUBLIC] = "http://127.0.0.1:9"
        bot.telegram.person(5).says("Hi")
        await bot.telegram.until(lambda: bot.telegram.webhook.deliveries)
        assert (await bot.do("getWebhookInfo"))["last_error_message"] == "Connection refused"
        bot.telegram.webhook.proxies |= up
        await bot.telegram.until(lambda: hook.taken)


@awaited
async def test_a_deleted_webhook_gets_nothing_more() -> None:
    hook = Hook(lambda _: 500)
    async with hooked(hook) as bot:
        bot.telegram.person(5).says("Hi")
        await bot.telegram.until(lambda: hook.taken)
        await bot.do("deleteWebhook")
        assert len(await bot.do("getUpdates")) == 1
        assert (await bot.do("getWebhookInfo"))["url"] == ""


@pytest.mark.parametrize(
    ("arguments", "why"),
    [
        ({"url": "http://bot.example/"}, "bad webhook: An HTTPS URL must be provided for webhook"),
        (
            {"url": "https://bot.example:8081/"},
            "bad webhook: Webhook can be set up only on ports 80, 88, 443 or 8443",
        ),
        ({"url": PUBLIC, "secret_token": "a b"}, "secret token contains unallowed characters"),
    ],
)
@awaited
async def test_an_address_that_telegram_does_not_take_is_refused(arguments: Payload, why: str) -> None:
    async with asking(checked=False) as bot:
        assert await bot.why_not("setWebhook", **arguments) == f"Bad Request: {why}"
