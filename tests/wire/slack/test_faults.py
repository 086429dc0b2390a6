"""What befalls calls: whether they took effect, and what the real client makes of it."""

import asyncio
from collections.abc import Awaitable, Callable

import aiohttp
import pytest
from slack_sdk.errors import SlackApiError

from tests.wire.slack.asking import asking, awaited
from tests.wire.slack.faults import (
    Fault,
    error_after,
    error_before,
    hang_after,
    hang_before,
    html_after,
    limit,
    refuse,
    refuse_after,
    reset_after,
    reset_before,
    slow,
    truncated_after,
)

BROKEN = aiohttp.ClientError
ODD = (SlackApiError, aiohttp.ClientError)
WAYS: dict[str, tuple[Fault, type[Exception] | tuple[type[Exception], ...], bool]] = {
    "reset before": (reset_before, BROKEN, False),
    "reset after": (reset_after, BROKEN, True),
    "503 before": (error_before(), ODD, False),
    "500 after": (error_after(500), ODD, True),
    "a page with 200": (html_after, ODD, True),
    "half an answer": (truncated_after, BROKEN, True),
    "429": (limit(7), SlackApiError, False),
    "fatal_error": (refuse("fatal_error"), SlackApiError, False),
    "internal_error after": (refuse_after("internal_error"), SlackApiError, True),
    "service_unavailable": (refuse("service_unavailable", 503), SlackApiError, False),
}


@pytest.mark.parametrize("name", WAYS)
@awaited
async def test_a_fault_befalls_one_call_and_the_next_one_is_well(name: str) -> None:
    fault, error, took_effect = WAYS[name]
    async with asking() as app:
        ann = app.slack.person()
        app.slack.faults.next("chat.postMessage", fault)
        with pytest.raises(error):
            await app.client.chat_postMessage(channel=ann.id, text="a")
        assert bool(ann.sees()) == took_effect == app.slack.calls[0].took_effect
        await app.client.chat_postMessage(channel=ann.id, text="b")
        assert ann.sees()[-1].text == "b"


@awaited
async def test_a_limit_says_how_long_to_wait() -> None:
    async with asking() as app:
        app.slack.faults.always("auth.test", limit(7))
        for _ in range(2):
            with pytest.raises(SlackApiError) as caught:
                await app.client.auth_test()
            assert caught.value.response.headers["Retry-After"] == "7"
        app.slack.faults.always("auth.test", None)
        await app.client.auth_test()


@pytest.mark.parametrize(("fault", "took_effect"), [(hang_before, False), (hang_after, True)])
@awaited
async def test_a_call_that_hangs_may_have_taken_effect(fault: Fault, took_effect: bool) -> None:  # noqa: FBT001
    async with asking() as app:
        ann = app.slack.person()
        app.slack.faults.next("chat.postMessage", fault)
        waiting = asyncio.ensure_future(app.client.chat_postMessage(channel=ann.id, text="a"))
        await app.slack.until(lambda: app.slack.calls and (ann.sees() or not took_effect))
        assert not waiting.done()
        waiting.cancel()
        await asyncio.gather(waiting, return_exceptions=True)
        assert bool(ann.sees()) == took_effect


@awaited
async def test_the_end_of_the_server_ends_what_hangs() -> None:
    async with asking() as app:
        app.slack.faults.next("auth.test", hang_before)
        waiting = asyncio.ensure_future(app.client.auth_test())
        await app.slack.until(lambda: app.slack.calls)
        await app.slack.__aexit__(None, None, None)
        with pytest.raises(BROKEN):
            await waiting


@awaited
async def test_a_slow_answer_arrives_whole() -> None:
    async with asking() as app:
        app.slack.faults.next("auth.test", slow(0.05))
        assert (await app.client.auth_test())["bot_id"] == app.slack.app.bot


@awaited
async def test_a_download_can_fail_too() -> None:
    async with asking() as app:
        app.slack.person().shares_file("a.log", b"error 42")
        [file] = app.slack.deliveries[0].event["files"]
        app.slack.faults.next("download", truncated_after)
        headers = {"Authorization": f"Bearer {app.slack.bot_token}"}
        with pytest.raises(aiohttp.ClientError):
            async with app.session.get(file["url_private_download"], headers=headers) as answer:
                await answer.read()


@awaited
async def test_the_same_seed_makes_the_same_storm() -> None:
    async def storm(seed: int) -> list[bool]:
        async with asking() as app:
            ann = app.slack.person()
            app.slack.faults.storm(seed, 0.5, ["chat.postMessage"])
            return [
                await _succeeds(lambda: app.client.chat_postMessage(channel=ann.id, text="a"))
                for _ in range(20)
            ]

    once, again, otherwise = await storm(1), await storm(1), await storm(2)
    assert once == again != otherwise
    assert 2 < sum(once) < 18
    async with asking() as app:
        app.slack.faults.storm(1, 1.0, ["chat.postMessage"])
        await app.client.auth_test()
        app.slack.faults.clear()
        await app.client.chat_postMessage(channel=app.slack.person().id, text="a")


async def _succeeds(call: Callable[[], Awaitable[object]]) -> bool:
    try:
        await call()
    except ODD:
        return False
    return True
