"""Simulated people for the bench of the crowd signal: a rhythm of day and week, days that differ, surges."""

import math
import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import accumulate

from bot.crowd import MINUTE, Span

HOURS = (3, 2, 1, 1, 1, 1, 2, 4, 6, 7, 7, 7, 8, 7, 7, 7, 7, 8, 9, 10, 11, 11, 9, 6)
"""How people spread over the hours of their own day: a night without, a lunch, a long evening."""
WEEKEND = 0.7
ZONES = (timedelta(hours=9), timedelta(), timedelta(hours=-6))
"""Where people live, a third of them each: in Japan, in Europe and in the middle of America."""
DAY_DIFFERS = 0.15
"""The standard deviation of a day's logarithm."""


@dataclass(frozen=True, slots=True)
class Surge:
    """Many more people than usual, between two instants (UTC)."""

    start: datetime
    end: datetime
    times: float


class Traffic:
    """Everybody who came, minute by minute; each is somebody else."""

    def __init__(
        self, start: datetime, days: int, people_per_day: float, surges: Sequence[Surge], seed: int
    ) -> None:
        """Let them come."""
        self.start = start
        chance = random.Random(seed)  # noqa: S311  a simulation
        rates = list(_rates(start, days, people_per_day, chance))
        for surge in surges:
            first, last = ((at - start) // MINUTE for at in (surge.start, surge.end))
            for minute in range(max(0, first), min(last, len(rates))):
                rates[minute] *= surge.times
        self._before = [0, *accumulate(poisson(rate, chance) for rate in rates)]

    def people(self, span: Span) -> int:
        """Count who came within the span; before the beginning nobody did."""
        return self._before[self._minute(span[1])] - self._before[self._minute(span[0])]

    def _minute(self, at: datetime) -> int:
        passed = at - self.start
        return max(0, passed.days * 1440 + passed.seconds // 60)


def _rates(start: datetime, days: int, people_per_day: float, chance: random.Random) -> Iterator[float]:
    """Give the people to expect in each minute."""
    for day in range(days):
        differs = math.exp(chance.gauss(-(DAY_DIFFERS**2) / 2, DAY_DIFFERS))
        for hour in range(24):
            here = start + timedelta(days=day, hours=hour)
            rate = people_per_day * differs * rhythm(here) / 60
            yield from [rate] * 60


def rhythm(at: datetime) -> float:
    """Give the share of an average day's people that come in this hour."""
    return sum(_share(at + zone) for zone in ZONES) / len(ZONES)


def _share(local: datetime) -> float:
    week = (5 + 2 * WEEKEND) / 7
    return HOURS[local.hour] / sum(HOURS) * (WEEKEND if local.weekday() >= 5 else 1.0) / week


def poisson(mean: float, chance: random.Random) -> int:
    """Draw a number of people; large means by the normal distribution that they come near."""
    if mean > 30:
        return max(0, round(chance.gauss(mean, math.sqrt(mean))))
    count, left, product = 0, math.exp(-mean), chance.random()
    while product > left:
        count += 1
        product *= chance.random()
    return count


def midnight(at: datetime) -> datetime:
    """Give the day's beginning in UTC."""
    return at.astimezone(UTC).replace(hour=0, minute=0, second=0, microsecond=0)
