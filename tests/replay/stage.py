"""Plays a log of the feed, a reading a minute around its changes, to people who come at random."""

import random
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal, TypeAlias

from msgspec import Struct

from adapters.apple.board import read_board
from bot.apple import Board
from bot.dialogue.book import Book
from bot.dialogue.turn import take_turn
from bot.model import LANGUAGES, Address, Language, World
from bot.outlook import Settling, settle
from tests.outside import TOKYO
from tests.replay.feed import NAMES, document, mischievous
from tests.replay.follower import Follower
from tests.replay.log import CALM, Change, Events, readings
from tests.replay.reader import Truth
from tests.replay.turns import Settle, Take

PEOPLE = 20
MISCHIEF_ENDS = 2
"""So many minutes after a change the feed behaves, for everybody must know it when it is calm."""

Mischief: TypeAlias = Literal["none", "harmless", "full"]
"""What the feed gets up to: harmless where it only says the same in another way."""

Deeds: TypeAlias = Mapping[int, Sequence[tuple[int, str, bool]]]
"""By the number of a reading: who does what, and whether before the others are told of that reading."""


class Play(Struct, frozen=True):
    """What is played, with what mischief, and whether people do things in calm only."""

    seed: int
    mischief: Mischief = "full"
    calm: bool = False
    settle: Settle = settle
    take: Take = take_turn


def play(book: Book, log: Sequence[Change], play: Play) -> list[Follower]:
    """Play it to the end, and give the people; fails at the first thing that should not be."""
    chance, meddling = random.Random(play.seed), _Meddler(random.Random(play.seed))  # noqa: S311  no secrets
    people = [
        Follower(book, Address("test", "chat", str(number)), chance.choice(LANGUAGES), take=play.take)
        for number in range(PEOPLE)
    ]
    times = list(readings(log))
    deeds = _deeds(chance, [number for _, _, number in times], calm=play.calm)
    settling, boards, history = Settling(), dict[Language, Board](), list[Truth]()
    for number, (at, events, since) in enumerate(times):
        busy = deeds.get(number, ())
        if play.mischief == "full":
            meddling.go_on(since, is_watched=bool(busy))
        boards |= _read(events, at, None if play.mischief == "none" else meddling)
        history.append(history[-1] if since else _truth(events, at))
        before, settling = settling, play.settle(settling, boards, at)
        world = World(at, boards, TOKYO, settling.outlook)
        for each in people:
            each.wakes_until(world)
        _act(people, busy, world, history, early=True)
        if before.outlook is None or settled_at(before) != settled_at(settling):
            for each in people:
                each.hears(world, history)
        _act(people, busy, world, history, early=False)
        if since == CALM:
            for each in people:
                if each.conversation:
                    each.knows_all(at, history[-1], each.services())
    return people


def settled_at(settling: Settling) -> datetime | None:
    """Give the name of what has settled."""
    return settling.outlook.settled_at if settling.outlook else None


def _act(
    people: Sequence[Follower],
    busy: Sequence[tuple[int, str, bool]],
    world: World,
    history: Sequence[Truth],
    *,
    early: bool,
) -> None:
    for who, what, is_early in busy:
        if is_early == early:
            people[who].does(what, world, history[-1])


def _deeds(chance: random.Random, since: Sequence[int], *, calm: bool) -> Deeds:
    """Have each ask to be told somewhere, after choosing a guide or not, and do some things afterwards."""
    deeds = defaultdict[int, list[tuple[int, str, bool]]](list)
    fitting = [number for number, minutes in enumerate(since) if not calm or minutes == CALM - 1]
    for who in range(PEOPLE):
        times = sorted(chance.sample(range(len(fitting)), 8))
        firsts = [chance.choice(("iPhone", "Mac", "look")), "watch"]
        later = [chance.choice(("look", "look", "watch", "watch", "unwatch")) for _ in range(6)]
        for time, what in zip(times, (*firsts, *later), strict=True):
            deeds[fitting[time]].append((who, what, chance.random() < 0.5))
    return deeds


def _read(events: Events, at: datetime, mischief: "_Meddler | None") -> dict[Language, Board]:
    """Read the feed in each language; one may fail, so that the board before stays."""
    if mischief is None:
        return {each: read_board(document(events, each), checked_at=at) for each in LANGUAGES}
    return {
        each: read_board(mischievous(events, each, mischief.chance, mischief.missing), checked_at=at)
        for each in LANGUAGES
        if each != mischief.failing
    }


@dataclass
class _Meddler:
    """What the feed gets up to just after a change, while nobody looks: it lacks a service or a language."""

    chance: random.Random
    missing: str = ""
    failing: str = ""

    def go_on(self, since: int, *, is_watched: bool) -> None:
        """Choose what is wrong so many minutes after a change."""
        self.missing = self.failing = ""
        if since <= MISCHIEF_ENDS and not is_watched:
            self.missing = self.chance.choice((*NAMES, *[""] * len(NAMES)))
            self.failing = self.chance.choice(("", "", *LANGUAGES))


def _truth(events: Events, at: datetime) -> Truth:
    board = read_board(document(events, "ja"), checked_at=at)
    return {report.service: report.state for report in board.reports}
