"""How soon the crowd tells of an incident, how often without one, and how late Apple was.

The detector lives through the incidents of Apple's log, minute by minute, among simulated people: it learns
what is usual, sees the surges, hears of Apple's posts when they came. It was tuned with seeds below 100.
"""

import os
import statistics
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TypedDict

from bot.crowd import DAYS, MINUTE, begin, look
from tests.bench.crowd_hostile import SIZES as HOSTILE_SIZES
from tests.bench.crowd_hostile import hostile
from tests.bench.crowd_incidents import Incident, incidents
from tests.bench.crowd_traffic import Surge, Traffic, midnight

SEED = 201
SIZES = (
    (20, 10),
    (50, 10),
    (200, 10),
    (5_000, 10),
    (100_000, 10),
    (50, 5),
    (200, 5),
    (50, 3),
    (200, 3),
)
"""People a day, and how many times as many come in a surge; the bars are for ten times."""
AFTERMATH = timedelta(minutes=90)
"""What begins so soon after an incident is none of its own; nor is it counted as a false alarm."""


@dataclass(frozen=True, slots=True)
class Life:
    """What the detector went through."""

    begun: tuple[datetime, ...]
    """When surges were told of."""
    days: float


class Delays(TypedDict):
    """How long after the start incidents were told of; the missed ones are not in it."""

    median_delay_minutes: float | None
    p90_delay_minutes: float | None
    missed: int


class Figures(Delays):
    """How it went at one size."""

    people_per_day: int
    surge: int
    false_alarms_per_30_days: float
    seed: int


def measure() -> dict[str, object]:
    """Give the figures of each size and of Apple's own page."""
    log, name = incidents(SEED)
    with ProcessPoolExecutor(os.cpu_count()) as pool:
        sizes = list(
            pool.map(figures, *zip(*SIZES, strict=True), [log] * len(SIZES), range(SEED, SEED + len(SIZES)))
        )
        liars = list(pool.map(hostile, HOSTILE_SIZES, range(SEED + 100, SEED + 100 + len(HOSTILE_SIZES))))
    delays = [incident.posted - incident.start for incident in log if incident.posted]
    apple = {**_delays(delays, log), "false_alarms_per_30_days": 0.0}
    return {"sizes": sizes, "apple": apple, "hostile": liars, "incidents": len(log), "log": name}


def figures(people_per_day: int, times: int, log: Sequence[Incident], seed: int) -> Figures:
    """Live through the log once."""
    life = live(people_per_day, times, log, seed)
    delays = [at - incident.start for incident in log if (at := _warned(incident, life))]
    false = [at for at in life.begun if not any(each.start <= at <= each.end + AFTERMATH for each in log)]
    alarms = round(len(false) / life.days * 30, 2)
    return {
        "people_per_day": people_per_day, "surge": times, **_delays(delays, log),
        "false_alarms_per_30_days": alarms, "seed": seed,
    }  # fmt: skip


def live(people_per_day: float, times: float, log: Sequence[Incident], seed: int) -> Life:
    """Ask the detector each minute, from two weeks before the first incident to a day after the last."""
    start = midnight(log[0].start) - timedelta(days=DAYS)
    days = (log[-1].end - start).days + 2
    surges = [Surge(incident.start, incident.end, times) for incident in log]
    traffic = Traffic(start, days, people_per_day, surges, seed)
    crowd, begun = begin(start), list[datetime]()
    for now, apple_reports in _minutes(start, days, log):
        before = crowd
        crowd = look(crowd, traffic.people, now, apple_reports=apple_reports)
        if crowd.since and not before.since:
            begun.append(now)
    return Life(tuple(begun), days - DAYS)


def _minutes(start: datetime, days: int, log: Sequence[Incident]) -> Iterator[tuple[datetime, bool]]:
    """Give each minute, and whether Apple reports something then."""
    told = [(each.posted, each.end) for each in log if each.posted]
    for minute in range(1, days * 1440):
        now = start + minute * MINUTE
        while told and told[0][1] <= now:
            told.pop(0)
        yield now, bool(told) and told[0][0] <= now


def _warned(incident: Incident, life: Life) -> datetime | None:
    return next((at for at in life.begun if incident.start < at <= incident.warned_until), None)


def _delays(delays: Sequence[timedelta], log: Sequence[Incident]) -> Delays:
    minutes = sorted(delay / MINUTE for delay in delays)
    return {
        "median_delay_minutes": statistics.median(minutes) if minutes else None,
        "p90_delay_minutes": minutes[(len(minutes) * 9 - 1) // 10] if minutes else None,
        "missed": len(log) - len(minutes),
    }
