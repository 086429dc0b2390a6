"""A chat on two screens: a button that was answered on the other one says so and shows what stands now."""

import asyncio
from collections.abc import Sequence
from datetime import UTC, datetime

from adapters.apple.client import AppleStatus
from adapters.store.memory.store import MemoryStore
from bot.app import App
from bot.console_session import ConsoleSession
from bot.dialogue.book import Book
from bot.model import Reply
from bot.runtime.poller import Poller
from tests.commands.program import NOWHERE


def test_a_button_that_was_answered_on_another_screen_says_so_and_shows_the_newest(book: Book) -> None:
    old, now = asyncio.run(_pressed_on_two_screens(book))
    assert old.text == book.say("turn.old_button", "en")
    assert old.aside
    assert {"page_opens", "page_fails"} <= {choice.id for choice in now.choices}


async def _pressed_on_two_screens(book: Book) -> Sequence[Reply]:
    store = MemoryStore()
    app = App(book, store, Poller(store, AppleStatus(NOWHERE)), UTC)
    one, other = (
        ConsoleSession(app, "ann", "en", lambda: datetime.now(UTC), insists=False) for _ in range(2)
    )
    (asked,) = await one.open()
    (answered,) = await one.pick(asked.prompt, "mac")
    await one.pick(answered.prompt, "page_is_green")
    replies = await other.pick(asked.prompt, "iphone")
    await app.close()
    return replies
