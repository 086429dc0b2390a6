"""Tells from our own traffic that far more people than usual have trouble, before Apple says so.

People are counted in quarter hours, and two weeks of them say what is usual at this time of day: the
quarters near it on each day, those of a day like today (of the weekend or not) with full weight. The counts
are Poisson with a rate that is Gamma-distributed, so the people to expect in a window follow a negative
binomial. A window stands out when so many or more would come by chance with a probability below `RARE`.

Little history makes the distribution wide, which is careful by itself. Days differ more than counts alone
would, so we never claim to know the rate better than `CERTAINTY` people would tell it.
"""

import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import TypeAlias

MINUTE = timedelta(minutes=1)
QUARTER = timedelta(minutes=15)
QUARTERS_A_DAY = 96
DAYS = 14

WINDOWS = tuple(timedelta(minutes=minutes) for minutes in (5, 10, 15, 20, 30, 60))
"""Short ones find many people at once, long ones few people slowly: 50 a day are one in half an hour."""
LINGER = timedelta(minutes=40)
"""The window by which a surge ends: long enough that a pause between two people is no end."""

FEWEST = 5
"""A smaller number of people says nothing, however unusual it is; it also keeps everybody anonymous."""
RARE = 2e-5
"""Each minute asks six windows: 259,200 questions in 30 days, but neighbours get much the same answer.

In `tests.bench crowd` there were 0.67 false alarms in 30 days at the worst size, and 50 people a day learnt
of a tenfold surge after 18 minutes (median). With half of it there were 0.11, and it took 20 minutes.
"""
USUAL = 0.05
"""What happens by chance this often is no surge any longer; far from `RARE`, so that nothing flickers."""
CERTAINTY = 12.0
"""The shape of the rate at most: a standard deviation of 29 % from one day to another."""
DOUBT = 0.5
"""The shape with which nothing is known (Jeffreys' prior of a Poisson rate)."""

SPREAD = 6
"""How many quarters to each side tell of this time of day, with less and less weight."""
OTHER_KIND = 0.5
"""The weight of a weekend for a working day, and the other way round."""
ENOUGH = 12.0
"""The weight of what must be known of a time of day: two whole days."""
TOO_LONG = timedelta(days=1)
"""What lasts longer is no surge but new popularity: what is usual is learnt anew."""

Span: TypeAlias = tuple[datetime, datetime]
"""From the first instant to before the second (UTC, both on a full minute)."""

People: TypeAlias = Callable[[Span], int]
"""Tells how many different people came within a span."""


@dataclass(frozen=True, slots=True)
class Crowd:
    """What is usual, and whether more have come just now."""

    until: datetime
    """Where the last quarter ends (UTC)."""
    fresh_from: datetime
    """Nothing before it is looked at: it was a surge's or Apple's trouble, or before the first count."""
    counts: tuple[int | None, ...] = ()
    """The people in each quarter, oldest first; None where something out of the ordinary went on."""
    usual: tuple[float, float] = (0.0, 0.0)
    """How many people came in how many quarters at this time of day, both weighted."""
    since: datetime | None = None
    """Since when there is a surge."""


def begin(now: datetime) -> Crowd:
    """Know nothing yet."""
    start = now.replace(minute=now.minute // 15 * 15, second=0, microsecond=0)
    return Crowd(until=start, fresh_from=now)


def spans(crowd: Crowd, now: datetime) -> tuple[Span, ...]:
    """Give the spans whose different people are to be counted for `look`; `now` is on a full minute."""
    windows = ((now - window, now) for window in WINDOWS)
    return (*windows, *_quarters(crowd, now), *_lately(crowd, now))


def look(crowd: Crowd, people: People, now: datetime, *, apple_reports: bool) -> Crowd:
    """Learn from the quarters that have passed, and say whether there is a surge now.

    Apple's word ends a surge, and so does a time that is nearly usual. Neither is learnt as usual. What was
    learnt by a clock that has been set back since is learnt anew.
    """
    if crowd.until - now > QUARTER:
        return begin(now)
    crowd = _learn(crowd, people, now)
    if apple_reports:
        return replace(crowd, since=None, fresh_from=now)
    if crowd.since is None:
        return _begun(crowd, people, now)
    if now - crowd.since > TOO_LONG:
        return begin(now)
    is_over = any(_chance(crowd, people(span), now - span[0]) >= USUAL for span in _lately(crowd, now))
    return replace(crowd, since=None, fresh_from=now) if is_over else crowd


def _begun(crowd: Crowd, people: People, now: datetime) -> Crowd:
    """Begin a surge at the beginning of the window that stands out most, if one does."""
    rarest, since = 1.0, now
    for window in reversed(WINDOWS):
        start = now - window
        if start < crowd.fresh_from:
            continue
        if (count := people((start, now))) < FEWEST:
            break  # and a shorter one has no more
        rarest, since = min((rarest, since), (_chance(crowd, count, window), start))
    return _surge(crowd, since) if rarest < RARE else crowd


def _lately(crowd: Crowd, now: datetime) -> Iterator[Span]:
    """Give the last part of a surge, by which it is seen to be over."""
    if crowd.since is not None:
        yield max(crowd.since, now - LINGER), now


def _surge(crowd: Crowd, since: datetime) -> Crowd:
    """Begin a surge, and unlearn the quarters that it has reached already."""
    spoilt = -(-(crowd.until - since) // QUARTER) if crowd.until > since else 0
    kept = crowd.counts[: max(0, len(crowd.counts) - spoilt)]
    return replace(crowd, since=since, counts=(*kept, *[None] * (len(crowd.counts) - len(kept))))


# --- what is usual ----------------------------------------------------------------------------------------


def _quarters(crowd: Crowd, now: datetime) -> Iterator[Span]:
    """Give the last quarter that has passed, unless it is counted already."""
    start = now.replace(minute=now.minute // 15 * 15) - QUARTER
    if start >= crowd.until:
        yield start, start + QUARTER


def _learn(crowd: Crowd, people: People, now: datetime) -> Crowd:
    for start, end in _quarters(crowd, now):
        missed = min((start - crowd.until) // QUARTER, DAYS * QUARTERS_A_DAY)
        quiet = crowd.since is None and start >= crowd.fresh_from
        count = people((start, end)) if quiet else None
        counts = (*crowd.counts, *[None] * missed, count)[-DAYS * QUARTERS_A_DAY :]
        crowd = replace(crowd, counts=counts, until=end, usual=_usual(counts, end))
    return crowd


def _usual(counts: tuple[int | None, ...], at: datetime) -> tuple[float, float]:
    """Sum up the people who came near that time of day, and the quarters in which they did."""
    seen = weight = 0.0
    for days in range(1, len(counts) // QUARTERS_A_DAY + 2):
        centre = len(counts) - days * QUARTERS_A_DAY
        alike = 1.0 if _is_weekend(at) == _is_weekend(at - timedelta(days=days)) else OTHER_KIND
        for index in range(max(0, centre - SPREAD), min(centre + SPREAD, len(counts))):
            if (count := counts[index]) is not None:
                share = alike * (1 - abs(index - centre) / SPREAD)
                seen += share * count
                weight += share
    return seen, weight


def _chance(crowd: Crowd, count: int, window: timedelta) -> float:
    """Give the probability that so many people or more come in such a time; 1 if what is usual is unknown."""
    seen, weight = crowd.usual
    if weight < ENOUGH:
        return 1.0
    expected = (seen + DOUBT) / weight * (window / QUARTER)
    return tail(count, expected, min(seen + DOUBT, CERTAINTY))


def _is_weekend(at: datetime) -> bool:
    return at.weekday() in (5, 6)


def tail(count: int, mean: float, shape: float) -> float:
    """Give the probability of `count` or more in a negative binomial, or a little more than that.

    The terms shrink at least as fast as the first two do, or as all do in the end; so a geometric series is
    their bound. Up to the mean it is 1.
    """
    if count <= mean:
        return 1.0
    share = mean / (mean + shape)
    shrink = max(share, share * (count + shape) / (count + 1))
    log_first = (
        math.lgamma(count + shape) - math.lgamma(shape) - math.lgamma(count + 1)
        + shape * math.log1p(-share) + count * math.log(share)
    )  # fmt: skip
    return min(1.0, math.exp(log_first) / (1 - shrink)) if shrink < 1 else 1.0
