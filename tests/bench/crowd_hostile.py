"""How many accounts of one liar make a surge of nothing: the detector cannot tell them from people.

At moments of a quiet week, after two weeks of learning, more and more of them come within a minute.
"""

import statistics
from collections.abc import Iterator
from datetime import datetime, timedelta
from functools import partial
from itertools import count
from typing import TypedDict

from bot.crowd import DAYS, MINUTE, Crowd, Span, begin, look
from tests.bench.crowd_traffic import Traffic, midnight

SIZES = (50, 200, 5_000)
"""People a day."""
EVERY = timedelta(hours=3)
"""Between two attempts."""


class Hostile(TypedDict):
    """How many accounts it took."""

    people_per_day: int
    fewest: int
    median: float
    most: int
    median_by_day: float
    """Of the attempts between 6 and 22 h UTC."""


def hostile(people_per_day: int, seed: int) -> Hostile:
    """Try at all hours of a week."""
    start = midnight(datetime.fromisoformat("2026-03-02T00:00:00+00:00"))
    traffic = Traffic(start, DAYS + 8, people_per_day, (), seed)
    taken = dict(_attempts(start, traffic))
    by_day = [accounts for at, accounts in taken.items() if 6 <= at.hour < 22]
    return {
        "people_per_day": people_per_day,
        "fewest": min(taken.values()),
        "median": statistics.median(taken.values()),
        "most": max(taken.values()),
        "median_by_day": statistics.median(by_day),
    }


def _attempts(start: datetime, traffic: Traffic) -> Iterator[tuple[datetime, int]]:
    crowd = begin(start)
    for minute in range(1, (DAYS + 7) * 1440):
        now = start + minute * MINUTE
        before = crowd
        crowd = look(crowd, traffic.people, now, apple_reports=False)
        quiet = not (before.since or crowd.since) and now - crowd.fresh_from > timedelta(hours=1)
        if minute > DAYS * 1440 and not (now - start) % EVERY and quiet:
            yield now, _needed(before, traffic, now)


def _needed(crowd: Crowd, traffic: Traffic, now: datetime) -> int:
    """Return the number of accounts by which there is a surge."""

    def people(accounts: int, span: Span) -> int:
        return traffic.people(span) + (accounts if span[0] < now <= span[1] else 0)

    return next(
        accounts
        for accounts in count(1)
        if look(crowd, partial(people, accounts), now, apple_reports=False).since is not None
    )
