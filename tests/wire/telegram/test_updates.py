"""The local Telegram's `getUpdates` keeps what is not confirmed, and knows one reader."""

import asyncio

import pytest

from tests.wire.telegram.asking import Asker, asking, awaited
from tests.wire.telegram.refusals import OTHER_POLL


async def poll(bot: Asker, **arguments: object) -> list[int]:
    return [update["update_id"] for update in await bot.do("getUpdates", **arguments)]


@awaited
async def test_an_update_comes_again_until_a_higher_offset_confirms_it() -> None:
    async with asking() as bot:
        ann = bot.telegram.person(5)
        for word in ("one", "two", "three"):
            ann.says(word)
        first, second, third = await poll(bot)
        assert await poll(bot) == await poll(bot, offset=first) == [first, second, third]
        assert await poll(bot, offset=third, limit=1) == [third]
        assert bot.telegram.updates.confirmed == {first, second}
        assert await poll(bot, offset=third + 1) == await poll(bot) == []


@awaited
async def test_a_negative_offset_keeps_the_newest_and_forgets_the_rest() -> None:
    async with asking() as bot:
        ann = bot.telegram.person(5)
        for word in ("one", "two", "three"):
            ann.says(word)
        *_, second, third = await poll(bot)
        assert await poll(bot, offset=-2) == await poll(bot) == [second, third]


@awaited
async def test_a_limit_is_kept() -> None:
    async with asking() as bot:
        for _ in range(101):
            bot.telegram.person(5).says("a")
        assert len(await poll(bot)) == 100
        assert len(await poll(bot, limit=2)) == 2


@awaited
async def test_a_long_poll_waits_for_the_next_update() -> None:
    async with asking() as bot:
        waits = asyncio.create_task(poll(bot, timeout=20))
        await bot.telegram.until(lambda: bot.telegram.called("getUpdates"))
        assert not waits.done()
        bot.telegram.person(5).says("Hi")
        assert len(await waits) == 1


@awaited
async def test_a_poll_without_an_update_ends_after_its_time() -> None:
    async with asking(checked=False) as bot:
        assert await poll(bot, timeout=0.05) == []


@awaited
async def test_a_second_reader_ends_the_first() -> None:
    async with asking() as bot:
        first = asyncio.create_task(bot.why_not("getUpdates", timeout=20))
        await bot.telegram.until(lambda: bot.telegram.called("getUpdates"))
        second = asyncio.create_task(poll(bot, timeout=20))
        why = f"Conflict: {OTHER_POLL}"
        assert await first == why
        bot.telegram.person(5).says("Hi")
        assert len(await second) == 1


@awaited
async def test_a_webhook_ends_polling_and_its_deletion_allows_it() -> None:
    async with asking() as bot:
        first = asyncio.create_task(bot.why_not("getUpdates", timeout=20))
        await bot.telegram.until(lambda: bot.telegram.called("getUpdates"))
        await bot.do("setWebhook", url="https://bot.example/telegram")
        assert await first == "Conflict: terminated by setWebhook request"
        assert "can't use getUpdates method while webhook is active" in await bot.why_not("getUpdates")
        await bot.do("deleteWebhook")
        assert await poll(bot) == []


@awaited
async def test_only_allowed_kinds_come_and_the_setting_stays() -> None:
    async with asking() as bot:
        ann = bot.telegram.person(5)
        await poll(bot, allowed_updates=["message"])
        ann.blocks()
        ann.unblocks()
        ann.says("Hi")
        assert [update.keys() & {"message"} for update in await bot.do("getUpdates")] == [{"message"}]


@pytest.mark.parametrize(("kind", "comes"), [("chat_member", False), ("poll", True)])
@awaited
async def test_some_kinds_come_only_when_asked_for(kind: str, *, comes: bool) -> None:
    async with asking() as bot:
        bot.telegram.push(kind, {"anything": 1})
        assert bool(await poll(bot)) is comes


@awaited
async def test_updates_can_be_dropped_and_are_kept_for_a_day_only() -> None:
    async with asking() as bot:
        bot.telegram.person(5).says("Hi")
        await bot.do("deleteWebhook", drop_pending_updates=True)
        assert await poll(bot) == []
        bot.telegram.person(5).says("Hi")
        bot.telegram.clock.move(24 * 3600 + 1)
        assert await poll(bot) == []
