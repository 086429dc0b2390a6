"""An SQLite file that may not grow: the worker says so, and goes on when there is room again."""

import asyncio
import resource
import sys
from pathlib import Path

import pytest

from tests.live import LiveProgram, feed
from tests.telegram.test_damage import becomes
from tests.wire.apple import apple, document
from tests.wire.telegram import TelegramServer

WITHIN = 60.0


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux changes the limits of another process")
def test_while_the_disk_is_full_the_worker_is_not_ready_and_then_it_goes_on(tmp_path: Path) -> None:
    async def run(telegram: TelegramServer, program: LiveProgram) -> None:
        await program.start()
        ann = telegram.person(5, "en")
        ann.starts()
        await telegram.until(lambda: len(ann.sees) == 1, within=WITHIN)
        await becomes(program, 200)
        before = resource.prlimit(program.pid, resource.RLIMIT_FSIZE)
        resource.prlimit(program.pid, resource.RLIMIT_FSIZE, (1, before[1]))
        ann.presses("iPhone")
        await becomes(program, 503)
        assert len(ann.sees) == 1
        resource.prlimit(program.pid, resource.RLIMIT_FSIZE, before)
        await becomes(program, 200)
        await telegram.until(lambda: len(ann.sees) == 2, within=WITHIN)
        events = [line["event"] for line in program.log]
        assert (events.count("store lost"), events.count("store is back")) == (1, 1)
        assert "event set aside" not in events

    async def story() -> None:
        with apple(document(feed())) as feed_server:
            async with TelegramServer() as telegram:
                settings = {
                    "APPLE_STATUS_URL": feed_server.url,
                    "IMESSAGE_SUPPORT_STORE": str(tmp_path / "store.db"),
                    "TELEGRAM_BOT_TOKEN": telegram.token,
                    "TELEGRAM_API_URL": telegram.url,
                }
                program = LiveProgram("telegram", settings)
                try:
                    await run(telegram, program)
                finally:
                    await program.close()

    asyncio.run(story())
