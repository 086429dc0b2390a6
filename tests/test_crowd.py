"""What stands out among the people who have trouble, minute by minute, against what is usual."""

import random
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from itertools import pairwise

import pytest

from bot.crowd import DAYS, MINUTE, QUARTER, QUARTERS_A_DAY, Crowd, Span, begin, look, spans, tail
from bot.replace import replace

NOON = datetime(2026, 3, 4, 12, tzinfo=UTC)
"""A Wednesday."""


def knowing(per_quarter: Callable[[datetime], int | None], now: datetime = NOON, days: int = DAYS) -> Crowd:
    """Give what is known after so many days in which so many people came in each quarter."""
    crowd = begin(now - timedelta(days=days))
    for quarter in range(1, days * QUARTERS_A_DAY + 1):
        end = now - timedelta(days=days) + quarter * QUARTER
        crowd = look(crowd, lambda span: per_quarter(span[0]) or 0, end, apple_reports=False)
        crowd = replace(crowd, since=None)
    return crowd


class Street:
    """People who come, each somebody else, from noon on."""

    def __init__(self) -> None:
        self.came: list[datetime] = []

    def come(self, now: datetime, people: int) -> None:
        """Have so many come in the minute before."""
        self.came += [now - MINUTE] * people

    def people(self, span: Span) -> int:
        return sum(span[0] <= at < span[1] for at in self.came)


def lived(
    crowd: Crowd, per_minute: list[int], *, apple_reports: bool = False, now: datetime = NOON
) -> list[Crowd]:
    """Look each minute after noon, in which so many come; give what was seen."""
    street, seen = Street(), list[Crowd]()
    for people in per_minute:
        now += MINUTE
        street.come(now, people)
        crowd = look(crowd, street.people, now, apple_reports=apple_reports)
        seen.append(crowd)
    return seen


def quiet(_: datetime) -> int:
    return 0


def test_five_people_in_a_small_workspace_stand_out_and_four_do_not() -> None:
    crowd = replace(knowing(quiet), fresh_from=NOON - timedelta(hours=2))
    assert lived(crowd, [1, 1, 1, 1, 1])[-1].since
    assert not lived(crowd, [1, 1, 1, 1, 0])[-1].since


def test_without_history_nothing_stands_out() -> None:
    for days in (0, 1):
        crowd = replace(knowing(quiet, days=days), fresh_from=NOON - timedelta(hours=2))
        assert not lived(crowd, [50] * 20)[-1].since


def test_the_less_is_known_the_more_people_it_takes() -> None:
    for count in (6, 9, 20):
        chances = [tail(count, 1.0, known) for known in (0.5, 2.0, 8.0, 20.0)]
        assert chances == sorted(chances, reverse=True)


def test_a_busy_bot_wants_far_more_than_usual() -> None:
    crowd = replace(knowing(lambda _: 1000), fresh_from=NOON - timedelta(hours=2))
    before = [67] * 60
    assert not any(each.since for each in lived(crowd, [*before, *[120] * 60]))
    assert lived(crowd, [*before, *[670] * 4])[-1].since


def test_what_is_usual_in_the_evening_stands_out_in_the_morning() -> None:
    crowd = knowing(lambda at: 40 if at.hour >= 18 else 4)
    evening = knowing(lambda at: 40 if at.hour >= 18 else 4, NOON + timedelta(hours=9))
    rush = [3] * 30
    fresh = timedelta(hours=2)
    assert lived(replace(crowd, fresh_from=NOON - fresh), rush)[-1].since
    late = NOON + timedelta(hours=9)
    assert not lived(replace(evening, fresh_from=late - fresh), rush, now=late)[-1].since


def test_a_surge_says_since_when_keeps_saying_so_and_ends() -> None:
    crowd = knowing(lambda _: 2)
    seen = lived(replace(crowd, fresh_from=NOON - timedelta(hours=2)), [0] * 30 + [2] * 60 + [0] * 60)
    since = [each.since for each in seen if each.since]
    assert NOON + 20 * MINUTE <= since[0] <= NOON + 32 * MINUTE
    assert set(since) == {since[0]}
    assert seen[29].since is None
    assert seen[-1].since is None
    flips = sum(bool(one.since) != bool(two.since) for one, two in pairwise(seen))
    assert flips == 2, "it begins once and ends once"


def test_apples_word_ends_a_surge_and_what_came_before_it_counts_no_more() -> None:
    surging = lived(replace(knowing(quiet), fresh_from=NOON - timedelta(hours=2)), [5] * 10)[-1]
    assert surging.since
    street = Street()
    street.come(NOON + 10 * MINUTE, 50)
    spoken = look(surging, street.people, NOON + 11 * MINUTE, apple_reports=True)
    assert spoken.since is None
    for minutes in range(12, 90):
        spoken = look(spoken, street.people, NOON + minutes * MINUTE, apple_reports=False)
        assert spoken.since is None


@pytest.mark.parametrize("apple_reports", [False, True])
def test_neither_a_surge_nor_apples_trouble_is_learnt_as_usual(*, apple_reports: bool) -> None:
    crowd = replace(knowing(lambda _: 2), fresh_from=NOON - timedelta(hours=2))
    after = lived(crowd, [5] * 180, apple_reports=apple_reports)[-1]
    learnt = after.counts[-12:]
    assert [count for count in learnt if count is not None and count > 2] == []


def test_an_ordinary_time_is_learnt_quarter_by_quarter_and_a_missed_one_is_unknown() -> None:
    crowd = begin(NOON)
    crowd = lived(crowd, [1] * 30)[-1]
    assert crowd.counts == (15, 15)
    later = look(crowd, lambda _: 7, NOON + timedelta(hours=1), apple_reports=False)
    assert later.counts == (15, 15, None, 7)


def test_what_lasts_for_a_day_is_the_new_usual() -> None:
    surging = replace(knowing(quiet), since=NOON)
    later = look(surging, lambda _: 50, NOON + timedelta(hours=24, minutes=1), apple_reports=False)
    assert later.since is None
    assert later.counts == ()


def test_two_weeks_are_kept_and_no_more() -> None:
    crowd = knowing(lambda _: 1, days=DAYS + 2)
    assert len(crowd.counts) == DAYS * QUARTERS_A_DAY


def test_all_that_is_asked_for_was_to_be_counted() -> None:
    crowd = knowing(lambda _: 1)
    for minutes in range(40):
        now = NOON + minutes * MINUTE
        counted = dict.fromkeys(spans(crowd, now), 50)
        crowd = look(crowd, counted.__getitem__, now, apple_reports=False)


def test_the_tail_is_never_too_small_and_seldom_much_too_large() -> None:
    chance = random.Random(1)  # noqa: S311  a check by many draws
    for mean, shape, count in ((2.0, 1.5, 7), (10.0, 20.0, 18), (0.5, 0.5, 3)):
        drawn = 0
        for _ in range(20_000):
            rate = chance.gammavariate(shape, mean / shape)
            drawn += _poisson(rate, chance) >= count
        exact = drawn / 20_000
        assert exact * 0.85 <= tail(count, mean, shape) <= exact * 2


def test_the_tail_is_certain_up_to_the_mean_and_shrinks_beyond() -> None:
    assert tail(5, 5.0, 20.0) == 1.0
    falling = [tail(count, 5.0, 20.0) for count in range(6, 60)]
    assert falling == sorted(falling, reverse=True)
    assert falling[-1] < 1e-9
    assert tail(10**6, 1e5, 20.0) < 1e-9, "no overflow"


def _poisson(mean: float, chance: random.Random) -> int:
    count, at = 0, chance.expovariate(1.0)
    while at < mean:
        count += 1
        at += chance.expovariate(1.0)
    return count


def test_after_a_clock_was_set_back_it_is_learnt_anew_and_a_surge_is_over() -> None:
    crowd = replace(knowing(lambda _: 2), since=NOON - MINUTE)
    before = NOON - timedelta(days=1)
    assert look(crowd, lambda _: 0, before, apple_reports=False) == begin(before)
