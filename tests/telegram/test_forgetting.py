"""Many who are forgotten at once, through the real program on a file, with a kill in the middle."""

import asyncio
import signal
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from bot.flowfiles import load_book
from tests.live import SETTLES_WITHIN, LiveProgram, feed
from tests.wire.apple import apple, document
from tests.wire.telegram import TelegramServer
from tests.wire.telegram.people import Person

FIRST = 7_100_000_000


@asynccontextmanager
async def at_work(file: Path) -> AsyncIterator[tuple[TelegramServer, LiveProgram]]:
    """Run the program on that file."""
    with apple(document(feed())) as board:
        async with TelegramServer() as telegram:
            settings = {
                "APPLE_STATUS_URL": board.url,
                "IMESSAGE_SUPPORT_STORE": str(file),
                "TELEGRAM_BOT_TOKEN": telegram.token,
                "TELEGRAM_API_URL": telegram.url,
            }
            program = LiveProgram("telegram", settings)
            try:
                await program.start()
                yield telegram, program
            finally:
                await program.close()


def test_everybody_is_forgotten_and_told_whenever_the_program_is_killed_and_nothing_of_them_is_left(
    tmp_path: Path,
) -> None:
    """The updates that were not confirmed come again: no answer is lost, and nobody is told of nothing."""
    file = tmp_path / "store.sqlite3"
    asyncio.run(_killed_in_the_middle(file))
    left = b"".join(each.read_bytes() for each in tmp_path.iterdir())
    assert left.count(b"%d" % (FIRST // 1_000)) == 0


async def _killed_in_the_middle(file: Path) -> None:
    done = load_book().say("forget.done", "en")

    def were_told(person: Person) -> int:
        return person.texts.count(done)

    async with at_work(file) as (telegram, program):
        people = [telegram.person(FIRST + number) for number in range(40)]
        for each in people:
            each.starts()
        await telegram.until(lambda: all(each.sees for each in people), within=SETTLES_WITHIN)
        for each in people:
            each.says("/forget")
        await telegram.until(lambda: sum(map(were_told, people)) >= 5, within=SETTLES_WITHIN)
        await program.end(signal.SIGKILL)
        await program.start()
        await telegram.until(lambda: all(map(were_told, people)), within=SETTLES_WITHIN)
        await telegram.until(lambda: not telegram.updates.waiting, within=SETTLES_WITHIN)
        assert await program.end(signal.SIGTERM) == 0
        assert [len(each.texts) - were_told(each) for each in people] == [1] * len(people)
