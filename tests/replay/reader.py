"""What somebody who follows remembers of what they were told: it fails where that was wrong.

The memory is made of the words that they read, and compared with what the feed really said.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import TypeAlias, get_args

from bot.apple import Service, ServiceState
from bot.dialogue.book import Book
from bot.dialogue.hours import by_day
from bot.dialogue.news import ChangeKind
from bot.model import Address, Language
from bot.outlook import SEVERITY, worst
from tests.outside import TOKYO

Truth: TypeAlias = Mapping[Service, ServiceState]
"""How each service is, by the feed without mischief."""

STEP = timedelta(hours=3)
"""How closely what is due is looked at between two readings."""

DAYS, HOURS = timedelta(days=7), timedelta(hours=6)
MARKS: Mapping[str, ServiceState] = {
    "🔴": "outage", "🟠": "issue", "🔵": "maintenance", "🟢": "ok", "⚪": "unknown",
}  # fmt: skip
_LINE = re.compile(r"^([🔴🟠🔵🟢⚪]) (.+?)[：:]", re.MULTILINE)


@dataclass
class Reader:
    """A person in a chat, who reads everything."""

    book: Book
    address: Address
    language: Language
    told: dict[Service, ServiceState] = field(default_factory=dict)
    until: datetime | None = None
    """Until when they are to be told; None if they do not want to be."""
    is_back: bool = False
    kinds: list[str] = field(default_factory=list)
    """As what they were told of changes, in their order."""
    heard: dict[Service, list[ServiceState]] = field(default_factory=dict)
    """What they were told of each service."""

    def reads_card(self, what: str, card: str, now: datetime, truth: Truth) -> None:
        """Read the card, after asking to be told or not to be, or for the card alone."""
        match what:
            case "watch":
                self.until = now + DAYS
                self._sees(self._states(card), now, truth)
                self.until, self.is_back = now + DAYS, False
            case "unwatch":
                self.until, self.told = None, {}
            case _:
                self._sees(self._states(card), now, truth)

    def is_news(self, text: str) -> bool:
        """Say whether a change is told in it."""
        return self._kind(text) is not None

    def reads_news(self, text: str, now: datetime, history: Sequence[Truth]) -> None:
        """Be told of a change, and check it by what the feed has said in its last readings."""
        self._believes(self._kind(text) or "", self._states(text), now, history)

    def reaches(self, now: datetime, *, is_told: bool) -> None:
        """Be there at that time, and be told that the watch is over or not; at night it may wait."""
        is_due = self.until is not None and self.until <= now
        assert not is_told or (is_due and not self.is_back), "they are told of an end that is none"
        if is_due and (is_told or self.is_back or self._is_overdue(now)):
            assert is_told or self.is_back, "they are not told of the end"
            self.until, self.told, self.is_back = None, {}, False

    def _is_overdue(self, now: datetime) -> bool:
        return self.until is not None and by_day(self.until + STEP, TOKYO) <= now

    def knows_all(self, now: datetime, truth: Truth, services: Sequence[Service]) -> None:
        """Check that they know what is so, now that it has been so for a while."""
        if self.until is None:
            return
        assert now < self.until + 2 * HOURS, "the watch goes on after its end, and after the night"
        for service in self.told:
            assert truth[service] != "ok", f"left waiting for {service}"
        for service in services:
            if truth[service] != "ok":
                told = self.told.get(service, "ok")
                assert SEVERITY[told] >= SEVERITY[truth[service]], f"not told of {service} {truth[service]}"

    # --- what they know ---

    def _sees(self, card: Truth, now: datetime, truth: Truth) -> None:
        """Know what the card says, while they follow; of what it could not read, what is true."""
        if self.until is None:
            return
        knew = bool(self.told)
        for service, state in card.items():
            if (truth[service] if state == "unknown" else state) == "ok":
                self.told.pop(service, None)
            elif state != "unknown":
                self.told[service] = worst((state, self.told.get(service, "ok")))
        self._knows(now, knew=knew)

    def _knows(self, now: datetime, *, knew: bool) -> None:
        if knew and not self.told:
            self.until, self.is_back = now + HOURS, True
        elif self.is_back and self.told:
            self.until, self.is_back = now + DAYS, False

    def _believes(self, kind: str, said: Truth, now: datetime, history: Sequence[Truth]) -> None:
        assert self.until is not None, "somebody is told who does not follow"
        new = {each for each in said if each not in self.told}
        worse = {each for each in said if SEVERITY[said[each]] > SEVERITY[self.told.get(each, "outage")]}
        over = set(self.told) - set(said)
        for service in new | worse:
            seen = [truth[service] for truth in history[-5:]].count(said[service])
            assert seen >= 2, f"told of a change that did not happen: {service} {said[service]}"
        for service in over:
            assert history[-1][service] == "ok", f"told that it is back, which it is not: {service}"
        assert kind == self._expected(new, worse, over, said), "it is told as something else than it is"
        for service in {*new, *worse, *over}:
            self.heard.setdefault(service, []).append(said.get(service, "ok"))
        knew = bool(self.told)
        self.told = {each: worst((state, self.told.get(each, "ok"))) for each, state in said.items()}
        self._knows(now, knew=knew)
        self.kinds.append(kind)

    def _expected(self, new: set[Service], worse: set[Service], over: set[Service], said: Truth) -> str:
        assert new or worse or over, "told what they know"
        if over:
            return "partly" if said else "back"
        if {said[each] for each in new} == {"maintenance"}:
            return "maintenance"
        if new:
            return "again" if self.is_back else "down"
        return "worse"

    # --- how they read ---

    def _states(self, text: str) -> Truth:
        names = {self.book.say(f"service.{each.name.lower()}", self.language): each for each in Service}
        return {names[name]: MARKS[mark] for mark, name in _LINE.findall(text)}

    def _kind(self, text: str) -> str | None:
        says: dict[str, str] = {
            kind: self.book.say(f"watch.{kind}", self.language) for kind in get_args(ChangeKind)
        }
        found = (kind for kind, words in says.items() if text.startswith(words.partition("{")[0]))
        return next(found, None)
