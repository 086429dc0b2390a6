"""Logs of Apple's feed through poller, store, news and delivery of processes that come, go and die.

What people may expect is the same as where the turns are taken at once; so are the people.
"""

import asyncio
import random
from collections import Counter
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path

import pytest

from bot.apple import Outlook
from bot.dialogue.book import Book
from bot.dialogue.following import APPLE
from bot.events import StatusChanged
from bot.model import Address, EventId
from bot.ports import StoreUnusable
from bot.runtime import news
from bot.runtime.news import News
from tests.replay.fleet_stage import FleetStage
from tests.replay.log import Change, generated_log
from tests.replay.test_replay import log_of
from tests.runtime.stores import Kind, on_each_store, opened


@pytest.fixture(autouse=True)
def pages_are_short(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(news, "PAGE", 4)


def played(
    book: Book, log: Sequence[Change], seed: int, store: tuple[Kind, Path], telling: type[News] = News
) -> FleetStage:
    async def run() -> FleetStage:
        async with opened(*store) as empty:
            stage = FleetStage(book, empty, random.Random(seed), telling)  # noqa: S311  no secret
            await stage.play(log)
            return stage

    return asyncio.run(run())


@pytest.mark.parametrize("name", ["real", "0", "1"])
def test_everybody_is_told_what_happens_once_whichever_processes_live(
    book: Book, name: str, tmp_path: Path
) -> None:
    stage = played(book, log_of(name), 0, ("memory", tmp_path))
    assert stage.killed > 20
    told = Counter(kind for reader in stage.readers for kind in reader.kinds)
    assert min(told["down"], told["back"]) > 20


@on_each_store
def test_so_they_are_on_each_store(book: Book, kind: Kind, tmp_path: Path) -> None:
    stage = played(book, log_of("real")[:40], 1, (kind, tmp_path))
    assert stage.killed
    assert {kind for reader in stage.readers for kind in reader.kinds} >= {"down", "back"}


# --- the harness finds what is wrong ----------------------------------------------------------------------


class SkipsAPage(News):
    async def tell_some(self, outlook: Outlook | None, *, now: datetime) -> bool:
        more = await super().tell_some(outlook, now=now)
        if more and self._round:
            page = await self._store.followers(APPLE, after=self._round.after, limit=news.PAGE, now=now)
            self._round.after = page.after or self._round.after
        return more


class TellsInOneRound(News):
    async def tell_some(self, outlook: Outlook | None, *, now: datetime) -> bool:
        this = self._round
        if this and outlook and this.ended_at and this.settled_at == outlook.settled_at:
            return False
        return await super().tell_some(outlook, now=now)


class GoesOnWithAnother(News):
    """Another outlook is told from the page on that the one before it had got to."""

    async def tell_some(self, outlook: Outlook | None, *, now: datetime) -> bool:
        if self._round and outlook:
            self._round.settled_at = outlook.settled_at
        return await super().tell_some(outlook, now=now)


class TellsOnceAChange(News):
    """All rounds for an outlook are one event, which nobody takes in twice."""

    async def _tell(self, address: Address, this: news._Round) -> bool:
        try:
            await self._receive(address, StatusChanged(EventId(this.settled_at.isoformat())))
        except StoreUnusable:
            return False
        return True


class TrustsTheLeaderBefore(News):
    """Whoever leads next believes that all have been told of what had settled by then."""

    async def tell_some(self, outlook: Outlook | None, *, now: datetime) -> bool:
        if self._round is None and outlook:
            self._round = news._Round(outlook.settled_at, now, ended_at=now)
        return await super().tell_some(outlook, now=now)


@pytest.mark.parametrize(
    ("telling", "log", "seed"),
    [
        (SkipsAPage, 0, 0),
        (TellsInOneRound, 3, 2),
        (GoesOnWithAnother, 0, 0),
        (TellsOnceAChange, 3, 1),
        (TrustsTheLeaderBefore, 1, 1),
    ],
)
def test_a_planted_bug_is_found(book: Book, telling: type[News], log: int, seed: int, tmp_path: Path) -> None:
    with pytest.raises(AssertionError, match=r"left waiting|not told of"):
        played(book, generated_log(log), seed, ("memory", tmp_path), telling)
