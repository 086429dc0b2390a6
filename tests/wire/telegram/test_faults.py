"""The local Telegram misbehaves as asked, at the calls for which it was asked."""

import asyncio

import aiohttp
import pytest

from tests.wire.telegram import faults
from tests.wire.telegram.asking import Asker, asking, awaited
from tests.wire.telegram.faults import Fault
from tests.wire.telegram.refusals import bad


async def send(bot: Asker, text: str = "Hi", patience: float = 20.0) -> str:
    """Send and say what came of it: the status and the kind of the answer, or the name of the error."""
    url = f"{bot.telegram.url}/bot{bot.telegram.token}/sendMessage"
    limit = aiohttp.ClientTimeout(total=patience)
    try:
        async with bot.client.post(url, json={"chat_id": 5, "text": text}, timeout=limit) as answer:
            await answer.read()
    except (aiohttp.ClientError, TimeoutError) as error:
        return type(error).__name__
    return f"{answer.status} {answer.content_type}"


@pytest.mark.parametrize(
    ("fault", "outcome", "shown"),
    [
        (faults.ok, "200 application/json", True),
        (faults.reset_before, "ServerDisconnectedError ClientOSError", False),
        (faults.reset_after, "ServerDisconnectedError ClientOSError", True),
        (faults.error_before(502), "502 text/html", False),
        (faults.error_after(500), "500 text/html", True),
        (faults.limit(3), "429 application/json", False),
        (faults.refuse(bad("can't parse entities: x")), "400 application/json", False),
        (faults.html_after, "200 text/html", True),
        (faults.truncated_after, "ClientPayloadError ClientOSError", True),
    ],
)
@awaited
async def test_a_planned_fault_plays_once(fault: Fault, outcome: str, *, shown: bool) -> None:
    async with asking() as bot:
        ann = bot.telegram.person(5)
        bot.telegram.faults.next("sendMessage", fault)
        assert await send(bot) in (outcome, *outcome.split())
        assert bool(ann.sees) is shown
        assert await send(bot) == "200 application/json"


@pytest.mark.parametrize(
    ("fault", "shown"), [(faults.hang_before, False), (faults.hang_after, True), (faults.slow, True)]
)
@awaited
async def test_an_answer_can_take_longer_than_anybody_waits(fault: Fault, *, shown: bool) -> None:
    async with asking() as bot:
        ann = bot.telegram.person(5)
        bot.telegram.faults.next("sendMessage", fault)
        await bot.do("getMe")  # so that there is a connection, and making one takes none of the time
        assert "Timeout" in await send(bot, patience=0.3)
        await bot.telegram.until(lambda: bool(ann.sees) is shown)


@awaited
async def test_a_standing_fault_stays_until_it_is_taken_back() -> None:
    async with asking() as bot:
        bot.telegram.person(5)
        bot.telegram.faults.always("sendMessage", faults.error_before())
        assert [await send(bot) for _ in range(3)] == ["502 text/html"] * 3
        assert (await bot.do("getMe"))["is_bot"]
        bot.telegram.faults.always("sendMessage", None)
        assert await send(bot) == "200 application/json"


@awaited
async def test_the_same_seed_brings_the_same_storm() -> None:
    async def weather(seed: int) -> list[str]:
        async with asking() as bot:
            bot.telegram.person(5)
            bot.telegram.faults.storm(seed, 0.5, ["sendMessage"])
            return [await send(bot) for _ in range(30)]

    first, again, other = await asyncio.gather(weather(1), weather(1), weather(2))
    broken = [outcome != "200 application/json" for outcome in first]
    assert broken == [outcome != "200 application/json" for outcome in again]
    assert 5 < sum(broken) < 25
    assert first != other


@awaited
async def test_a_download_can_fail_too() -> None:
    async with asking() as bot:
        bot.telegram.person(5).sends_file("a.log", b"log")
        path = next(iter(bot.telegram.files.by_id.values()))[0]
        url = f"{bot.telegram.url}/file/bot{bot.telegram.token}/{path}"
        bot.telegram.faults.next("download", faults.error_before(500))
        statuses = []
        for _ in range(2):
            async with bot.client.get(url) as answer:
                statuses.append(answer.status)
        assert statuses == [500, 200]
