"""What a worker counts, for Prometheus. No label tells who somebody is."""

from datetime import datetime, timedelta
from functools import cache

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest

from bot.ports import Backlog, Owed
from bot.runtime.bulletin import Bulletin
from bot.runtime.deliver import Dead, Done, Dropped, Later, Outcome, TooLate
from bot.runtime.receive import Received

PREFIX = "imessage_support"


class Metrics:
    """The counters of one worker."""

    def __init__(self) -> None:
        """Begin at zero, in a registry of its own."""
        self.registry = CollectorRegistry(auto_describe=True)
        self._turn = cache(self._counter("turns", "Events taken in, by outcome", "outcome").labels)
        self._conflicts = self._counter("conflicts", "Turns computed again because another came first")
        self._regressions = self._counter(
            "store_regressions", "Conversations that the store knew a newer version of before"
        )
        self._overflow = self._counter("overflow", "Events that were not read, by why", "why")
        self._seconds = Histogram(
            "turn_seconds", "From an event to its stored turn", namespace=PREFIX, registry=self.registry
        )
        sends = self._counter("sends", "Jobs by platform and outcome", "platform", "outcome")
        self._send = cache(sends.labels)  # which takes a lock and builds a key each time
        self._waits = self._counter("rate_limit_waits", "Sends that a platform told to wait", "platform")
        self._store_errors = self._counter("store_errors", "Calls that the store could not do", "fault")
        self._aside = self._counter(
            "events_set_aside", "Events that could not be taken in and are parked", "why"
        )
        self._jobs = self._gauge("jobs", "Jobs in the store: due, waiting, parked", "state")
        self._told = self._counter("followers_told", "Times that somebody was told of a change at Apple")
        self._surge = self._gauge("surge", "1 while far more people than usual have trouble")
        self._board_age = self._gauge("board_age_seconds", "Age of Apple's board", "language")

    def received(self, received: Received, took: timedelta) -> None:
        """Count a turn."""
        self._turn(received.outcome).inc()
        if received.conflicts:  # a counter takes a lock even for nothing
            self._conflicts.inc(received.conflicts)
        if received.went_back:
            self._regressions.inc()
        self._seconds.observe(took.total_seconds())

    def failed(self) -> None:
        """Count an event whose turn could not be computed; it counts as committed too, with an apology."""
        self._turn("failed").inc()

    def told(self) -> None:
        """Count somebody who was told of a change on Apple's board."""
        self._told.inc()

    def overflowed(self, why: str) -> None:
        """Count an event that was not read, because its sender or its chat is beyond what can be answered."""
        self._overflow.labels(why).inc()

    def refused(self) -> None:
        """Count an event that was not taken in, and is left to the platform to bring again."""
        self._turn("refused").inc()

    def set_aside(self, why: str) -> None:
        """Count an event that was parked, so that what is behind it goes on."""
        self._aside.labels(why).inc()

    def delivered(self, job: Owed, outcome: Outcome) -> None:
        """Count what became of a job."""
        platform = job.address.platform
        self._send(platform, _name(outcome)).inc()
        if isinstance(outcome, Later) and outcome.whole_chat:
            self._waits.labels(platform).inc()

    def store_failed(self, fault: str) -> None:
        """Count a call that the store could not do."""
        self._store_errors.labels(fault).inc()

    def looked_at(self, backlog: Backlog, bulletin: Bulletin, now: datetime) -> None:
        """Note how much there is to do, how old what we know of Apple is, and whether there is a surge."""
        for state, jobs in (("due", backlog.due), ("waiting", backlog.waiting), ("parked", backlog.parked)):
            self._jobs.labels(state).set(jobs)
        self._surge.set(bulletin.crowd is not None)
        for language, board in bulletin.boards.items():
            self._board_age.labels(language).set((now - board.checked_at).total_seconds())

    def text(self) -> bytes:
        """Give everything in Prometheus' text format."""
        return generate_latest(self.registry)

    def _counter(self, name: str, about: str, *labels: str) -> Counter:
        return Counter(name, about, labels, namespace=PREFIX, registry=self.registry)

    def _gauge(self, name: str, about: str, *labels: str) -> Gauge:
        return Gauge(name, about, labels, namespace=PREFIX, registry=self.registry)


def _name(outcome: Outcome) -> str:
    match outcome:
        case Done():
            return "done"
        case Later(unsure=unsure):
            return "unsure" if unsure else "later"
        case Dead():
            return "parked"
        case Dropped():
            return "dropped"
        case TooLate():
            return "too_late"
