"""Who was counted in which minute, in memory."""

from collections import OrderedDict
from datetime import datetime

from adapters.store.moments import minute

CLEANED_PER_TALLY = 8
"""How many ended minutes a tally takes out at most: more than it adds, so they stay few."""


class Tallies:
    """The people of each series and minute, until they are forgotten."""

    def __init__(self) -> None:
        self._people: dict[tuple[str, int], set[str]] = {}
        self._until: OrderedDict[tuple[str, int], datetime] = OrderedDict()  # looked at last comes last

    def add(self, series: str, who: str, now: datetime, until: datetime) -> None:
        """Count somebody, and forget a few minutes whose time is over."""
        key = (series, minute(now))
        self._people.setdefault(key, set()).add(who)
        self._until[key] = max(until, self._until.get(key, until))
        self._clean(now)

    def count(self, series: str, since: datetime, until: datetime) -> int:
        """Count the different people from one minute to before the other."""
        minutes = range(minute(since), minute(until))
        return len(set().union(*(self._people.get((series, each), ()) for each in minutes)))

    def _clean(self, now: datetime) -> None:
        for _ in range(min(CLEANED_PER_TALLY, len(self._until))):
            key, until = self._until.popitem(last=False)
            if until <= now:
                del self._people[key]
            else:
                self._until[key] = until
