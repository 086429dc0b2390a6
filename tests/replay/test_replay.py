"""Logs of Apple's feed, the real one and some made by seed, through outlook and turns to people who follow.

They are told once a change, never of one that did not happen, and nobody is left waiting, whatever mischief
the feed makes.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from bot.apple import Board
from bot.dialogue.book import Book
from bot.dialogue.turn import take_turn
from bot.events import Event, StatusChanged
from bot.model import Address, Conversation, Language, Turn, World
from bot.outlook import Settling, settle
from bot.replace import replace
from tests.replay.log import Change, generated_log, real_log
from tests.replay.stage import Mischief, Play, play

REAL = Path(__file__).parents[3] / "shared" / "contract" / "apple" / "event_states_2019-2021.jsonl"
SEEDS = range(2)


def log_of(name: str) -> Sequence[Change]:
    if name != "real":
        return generated_log(int(name))
    if not REAL.exists():
        pytest.skip("the real log of Apple's feed is not here")
    return real_log(REAL)


LOGS = ("real", *map(str, SEEDS))


@pytest.mark.parametrize("name", LOGS)
@pytest.mark.parametrize("seed", SEEDS)
def test_everybody_is_told_what_happens_once_and_nothing_else(book: Book, name: str, seed: int) -> None:
    people = play(book, log_of(name), Play(seed))
    assert {kind for each in people for kind in each.kinds} >= {"down", "back"}


@pytest.mark.parametrize("name", LOGS)
def test_the_same_in_another_order_or_with_gaps_is_the_same_to_everybody(book: Book, name: str) -> None:
    log = log_of(name)
    plain, harmless = (play(book, log, Play(1, mischief)) for mischief in _WITHOUT_LOSS)
    assert [each.kinds for each in harmless] == [each.kinds for each in plain]
    assert any(each.kinds for each in plain)


@pytest.mark.parametrize("seed", SEEDS)
def test_a_service_or_a_language_that_is_missing_for_a_while_changes_nothing(book: Book, seed: int) -> None:
    log = generated_log(seed, mixed=False)
    plain, lossy = (play(book, log, Play(seed, mischief, calm=True)) for mischief in _WITH_LOSS)
    assert [each.heard for each in lossy] == [each.heard for each in plain]
    assert any(each.heard for each in plain)


_WITHOUT_LOSS: tuple[Mischief, ...] = ("none", "harmless")
_WITH_LOSS: tuple[Mischief, ...] = ("none", "full")


def test_every_kind_of_change_is_told_to_somebody(book: Book) -> None:
    people = [each for name in LOGS[1:] for each in play(book, log_of(name), Play(0))]
    kinds = {kind for each in people for kind in each.kinds}
    assert kinds == {"down", "maintenance", "again", "worse", "partly", "back"}


# --- the harness finds what is wrong ----------------------------------------------------------------------


def forgets_what_it_told(
    book: Book, before: Conversation | None, event: Event, world: World, address: Address
) -> Turn:
    turn = take_turn(book, before, event, world, address)
    if before is None or not isinstance(event, StatusChanged):
        return turn
    return Turn(replace(turn.conversation, watch=before.watch), turn.jobs)


def tells_no_end(
    book: Book, before: Conversation | None, event: Event, world: World, address: Address
) -> Turn:
    is_well = world.outlook is not None and not world.outlook.troubles
    if before is not None and isinstance(event, StatusChanged) and is_well:
        return Turn(before)
    return take_turn(book, before, event, world, address)


def never_ends(book: Book, before: Conversation | None, event: Event, world: World, address: Address) -> Turn:
    turn = take_turn(book, before, event, world, address)
    return replace(turn, jobs=turn.jobs[:1])


def ignores_what_is_unsettled(
    book: Book, before: Conversation | None, event: Event, world: World, address: Address
) -> Turn:
    outlook = replace(world.outlook, unsettled=()) if world.outlook else None
    return take_turn(book, before, event, replace(world, outlook=outlook), address)


def settles_on_one_reading(settling: Settling, boards: Mapping[Language, Board], now: datetime) -> Settling:
    once = settle(settling, boards, now)
    instant = timedelta(microseconds=1)
    later = {each: replace(board, checked_at=board.checked_at + instant) for each, board in boards.items()}
    return replace(settle(once, later, now + instant), read_at=once.read_at)


def takes_missing_for_well(settling: Settling, boards: Mapping[Language, Board], now: datetime) -> Settling:
    def well(board: Board) -> Board:
        found = (replace(each, state="ok") if each.state == "unknown" else each for each in board.reports)
        return replace(board, reports=tuple(found))

    return settle(settling, {each: well(board) for each, board in boards.items()}, now)


def forgets_who_saw_what_was_taken_back(
    settling: Settling, boards: Mapping[Language, Board], now: datetime
) -> Settling:
    after = settle(settling, boards, now)
    old, new = settling.outlook, after.outlook
    return replace(after, outlook=old) if old and new and old.troubles == new.troubles else after


@pytest.mark.parametrize(
    ("mutant", "complaint"),
    [
        (Play(0, take=forgets_what_it_told), "told twice"),
        (Play(0, take=tells_no_end), "left waiting"),
        (Play(0, take=never_ends), "goes on after its end"),
        (Play(0, take=ignores_what_is_unsettled), "which it is not|did not happen"),
        (Play(0, settle=settles_on_one_reading), "did not happen"),
        (Play(0, settle=takes_missing_for_well), "which it is not|did not happen"),
        (Play(0, settle=forgets_who_saw_what_was_taken_back), "left waiting|not told of"),
    ],
    ids=lambda each: each if isinstance(each, str) else "",
)
def test_a_planted_bug_is_found(book: Book, mutant: Play, complaint: str) -> None:
    def some() -> None:
        for seed in range(12):
            play(book, generated_log(seed), replace(mutant, seed=seed))

    with pytest.raises(AssertionError, match=complaint):
        some()
