"""Compares what the platform acknowledged and showed with what is stored, and counts what must not be.

It knows the promise only, and nothing of how the program keeps it. What each event must do, `oracle` says.
"""

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise

from adapters.slack.origin import read_origin
from bot.model import Address, Language, Reply
from bot.runtime.deliver import reply_key
from tests.chaos.oracle import Finding, Oracle
from tests.chaos.record import AMBIGUOUS, Record, Shown
from tests.chaos.stored import Stored

MARK_WITHIN = 1.0
"""Seconds after a send within which it is marked, if nothing keeps its worker from it."""

ON_ITS_WAY = 0.25
"""Seconds that the bytes of a worker may lie in a socket: it may have died when they are read."""

PROMISED = (
    *("lost_turns", "double_turns", "wrong_turns", "stale_views"),
    *("lost_replies", "out_of_order", "unexplained_extra_replies"),
)
"""The columns that tell whether the promise was kept; a planted bug must be seen in one of them."""

MUST_BE_ZERO = (*PROMISED, "canary_leaks", "miscounts", "endless_keys", "bad_ends", "broken", "unfinished")
"""With the last three, which are of the workers: exits, turns and deliveries that broke, work left over."""

QUESTION: Mapping[Language, str] = {"en": "[", "ja": "【"}
"""How a reply begins that is a new question, and nothing but that."""


def check(record: Record, stored: Stored, oracle: Oracle, *, lease: float) -> Sequence[Finding]:
    """List everything that is not as it must be after a run whose leases took that many seconds."""
    look = _Look(record, stored, oracle, lease)
    found = (
        *(oracle.findings(record), look.turns(), look.forks()),
        *(look.lost_replies(), look.order(), look.extras(), look.leaks()),
    )
    return [*(each for part in found for each in part), *look.counts()]


def columns(found: Sequence[Finding]) -> Mapping[str, int]:
    """Count what was found, by column."""
    counted = Counter(column for column, _ in found)
    return {column: counted[column] for column in (*MUST_BE_ZERO, "extra_replies")}


@dataclass(frozen=True)
class _Look:
    record: Record
    stored: Stored
    oracle: Oracle
    lease: float

    # --- turns ---

    def turns(self) -> Iterator[Finding]:
        """As many turns as known events and reminders, and the last one is what is stored."""
        known: Counter[Address] = Counter(address for address, _ in self.stored.known)
        for address, turns in self.oracle.truth.turns.items():
            column = "double_turns" if turns > known[address] else "lost_turns"
            for _ in range(abs(turns - known[address])):
                yield column, f"{address.person}: {turns} turns for {known[address]} events"
        for address, version in self.stored.versions.items():
            if version != self.oracle.truth.version(address):
                yield "lost_turns", f"{address.person}: version {version} is stored"

    def forks(self) -> Iterator[Finding]:
        """Each new question has a higher number than the last, unless a turn was computed on an old one."""
        for address, numbered in self._first_shown.items():
            marks = tuple(QUESTION.values())
            asked = [shown for _, shown in sorted(numbered.items()) if shown.text.startswith(marks)]
            for before, after in pairwise(asked):
                same_life = self._life(before) == self._life(after)
                if same_life and after.prompt <= before.prompt:
                    yield "lost_turns", f"{address.person}: two questions are number {after.prompt}"

    # --- replies ---

    def lost_replies(self) -> Iterator[Finding]:
        """Every reply that was ever owed was shown, is parked or deleted, or was a word at a spent press."""
        truth = self.oracle.truth
        excused = {*truth.dropped, *truth.unparked}
        for address, number, reply in truth.replies:
            key, partition = reply_key(address, number), self.stored.partitions[address]
            done = key in self._shown or key in self.record.spent or (partition, number) in self.stored.parked
            if not done and (address, number) not in excused and not _is_silent(reply):
                yield (
                    "lost_replies",
                    f"{address.person}: reply {number} of partition {partition} left no trace",
                )

    def order(self) -> Iterator[Finding]:
        """Replies are shown first in the order of their turns, but for what was on its way to be deleted."""
        dropped = self.oracle.truth.dropped
        for address, numbered in self._first_shown.items():
            kept = (number for number in numbered if (address, number) not in dropped)
            by_time = sorted(kept, key=lambda number: numbered[number].at)
            for before, after in pairwise(by_time):
                if after < before:
                    late = self._around(numbered[after], numbered[after])
                    yield "out_of_order", f"{address.person}: {after} came after {before}: {late}"

    def extras(self) -> Iterator[Finding]:
        """A reply is shown again only where something kept its worker from saying that it was shown."""
        for key, all_shown in self._shown.items():
            never_again = len(all_shown) > 1 and all(each.attempt == 1 for each in all_shown)
            for before, after in pairwise(all_shown):
                yield "extra_replies", key
                if never_again or not self._is_explained(before, after):
                    yield "unexplained_extra_replies", self._around(before, after)

    def _is_explained(self, before: Shown, after: Shown) -> bool:
        if after.knew is not None:
            return after.knew < before.at and self._was_late(before, after)
        sent, marked = before.came_at - ON_ITS_WAY, before.at + MARK_WITHIN
        for spell in self.record.spells:
            silences = spell.whom == before.worker and spell.kind in ("kill", "stop")
            silences = silences or spell.kind in ("redis_kill", "freeze", "stall")
            halts = spell.whom == after.worker and spell.kind == "stop"
            if silences and spell.touches(sent, marked):
                return True
            if halts and spell.touches(after.came_at - self.lease, after.came_at):
                return True
        return before.answer in AMBIGUOUS

    def _was_late(self, before: Shown, after: Shown) -> bool:
        """Say whether one of the two senders stood still, so that the other one had its lease meanwhile."""
        begin = min(before.came_at, after.came_at) - self.lease
        return any(
            spell.kind == "stop"
            and spell.whom in (before.worker, after.worker)
            and spell.touches(begin, after.came_at)
            for spell in self.record.spells
        )

    def _around(self, before: Shown, after: Shown) -> str:
        """Tell what happened about that time, in seconds after the first showing."""
        begin, end = before.came_at - self.lease, after.at
        spells = [
            f"{spell.kind} {spell.whom} {spell.begin - before.at:+.3f}…{spell.end - before.at:+.3f}"
            for spell in self.record.spells
            if spell.touches(begin, end)
        ]
        shown = [
            f"{each.worker} {each.came_at - before.at:+.3f} attempt {each.attempt} {each.answer}"
            for each in self._shown[before.key]
        ]
        what = ", ".join(spells) or "nothing"
        return f"{before.address.person} at {before.at:.3f}: {'; '.join(shown)}; meanwhile {what}"

    # --- everything else ---

    def leaks(self) -> Iterator[Finding]:
        """Each reply belongs to the conversation that it was shown in, and speaks its language."""
        for leak in self.record.leaks:
            yield "canary_leaks", leak
        for shown in self.record.shown:
            number = self._numbers.get((shown.address, shown.key))
            language = self.oracle.truth.spoken.get((shown.address, number or 0))
            foreign = [mark for spoken, mark in QUESTION.items() if spoken != language]
            if number is None or shown.text.startswith(tuple(foreign)):
                yield "canary_leaks", f"{shown}"
            elif "canary" in shown.text:
                yield "canary_leaks", f"a name was said: {shown}"

    def counts(self) -> Iterator[Finding]:
        """The counters in the store add up, nothing waits any more, and no key stays for ever."""
        turns: Counter[int] = Counter()
        for address, count in self.oracle.truth.turns.items():
            turns[self.stored.partitions[address]] += count
        dropped = Counter(self.stored.partitions[address] for address, _ in self.oracle.truth.dropped)
        planned = Counter(partition for partition, _ in self.stored.planned)
        for partition, counters in self.stored.counters.items():
            ended = sum(counters.get(name, 0) for name in ("sent", "woken", "buried")) + dropped[partition]
            left = planned[partition]
            right = (ended + left, left, turns[partition])
            if tuple(counters.get(name, 0) for name in ("jobs", "waiting", "turns")) != right:
                yield "miscounts", f"partition {partition}: {counters}, but {turns[partition]} turns"
        for key in self.stored.endless:
            yield "endless_keys", key

    def _life(self, shown: Shown) -> int:
        number = self._numbers[shown.address, shown.key]
        return self.oracle.truth.lives.get((shown.address, number), 0)

    @cached_property
    def _numbers(self) -> Mapping[tuple[Address, str], int]:
        """The number of the job, by address and key."""
        return {
            (address, reply_key(address, number)): number
            for address, partition in self.stored.partitions.items()
            for number in range(1, self.stored.counters.get(partition, {}).get("jobs", 0) + 1)
        }

    @cached_property
    def _shown(self) -> Mapping[str, Sequence[Shown]]:
        """Every showing of each reply, by key, the first one first."""
        by_key: defaultdict[str, list[Shown]] = defaultdict(list)
        for shown in sorted(self.record.shown, key=lambda each: each.at):
            by_key[shown.key].append(shown)
        return by_key

    @cached_property
    def _first_shown(self) -> Mapping[Address, Mapping[int, Shown]]:
        """When each reply was shown first, by conversation and number."""
        first: defaultdict[Address, dict[int, Shown]] = defaultdict(dict)
        for all_shown in self._shown.values():
            shown = all_shown[0]
            number = self._numbers.get((shown.address, shown.key))
            if number is not None:
                first[shown.address][number] = shown
        return first


def _is_silent(reply: Reply) -> bool:
    """Say whether it is one that Slack's adapter does not show: it was said in another conversation."""
    return read_origin(reply.origin).silent
