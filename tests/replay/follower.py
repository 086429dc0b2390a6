"""Somebody who follows, with a memory of their own for what they were told: it fails where that was wrong.

The memory is made of the words that they read, and compared with what the feed really said.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import TypeAlias, get_args

from bot.apple import Service, ServiceState
from bot.dialogue.book import Book
from bot.dialogue.following import APPLE
from bot.dialogue.hours import by_day
from bot.dialogue.news import ChangeKind
from bot.events import Event, Invoked, Said, StatusChanged, Woke
from bot.model import Address, Conversation, EventId, Language, Wake, World
from bot.outlook import SEVERITY, worst
from tests.fit import assert_fits, reply
from tests.replay.turns import Take

Truth: TypeAlias = Mapping[Service, ServiceState]
"""How each service is, by the feed without mischief."""

DAYS, HOURS = timedelta(days=7), timedelta(hours=6)
MARKS: Mapping[str, ServiceState] = {
    "🔴": "outage", "🟠": "issue", "🔵": "maintenance", "🟢": "ok", "⚪": "unknown",
}  # fmt: skip
_LINE = re.compile(r"^([🔴🟠🔵🟢⚪]) (.+?)[：:]", re.MULTILINE)


@dataclass
class Follower:
    """A person in a chat, who reads everything."""

    book: Book
    take: Take
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
    wakes: list[Wake] = field(default_factory=list)
    conversation: Conversation | None = None

    # --- what they do ---

    def does(self, what: str, world: World, truth: Truth) -> None:
        """Ask to be told or not to be, look at the card, or go to a guide."""
        match what:
            case "watch":
                card = self._card(Invoked(_ID, "watch", self.language), world)
                self.until = world.now + DAYS
                self._sees(card, world.now, truth)
                self.until, self.is_back = world.now + DAYS, False
            case "look":
                self._sees(self._card(Invoked(_ID, "status", self.language), world), world.now, truth)
            case "unwatch":
                self._card(Invoked(_ID, "unwatch", self.language), world)
                self.until, self.told = None, {}
            case _:
                self.happens(Invoked(_ID, "restart", self.language), world)
                self.happens(Said(_ID, what, self.language), world)
                self._sees(self._question(world), world.now, truth)

    def _card(self, event: Event, world: World) -> Truth:
        return self._states(self.happens(event, world) or "")

    def _question(self, world: World) -> Truth:
        """Give what the first step of a guide says of Apple: nothing, if too little could be read."""
        board = world.board(self.language)
        reports = board.reports if board else ()
        states: Truth = {each.service: each.state for each in reports if each.service in self._services()}
        says_something = states.get(Service.IMESSAGE) == "ok" or {*states.values()} - {"ok", "unknown"}
        return states if says_something else {}

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

    # --- what happens to them ---

    def happens(self, event: Event, world: World) -> str | None:
        """Have a turn taken, and give the text that they read, if there is one."""
        turn = self.take(self.book, self.conversation, event, world, self.address)
        self.conversation = turn.conversation
        self.wakes += [job for job in turn.jobs if isinstance(job, Wake) and job.why == "watch_over"]
        message = reply(turn)
        if message:
            assert_fits(message)
        return message.text if message else None

    def wakes_until(self, world: World) -> None:
        """Let the wakes that are due come, each at its time."""
        for wake in sorted((each for each in self.wakes if each.at <= world.now), key=lambda each: each.at):
            self.wakes.remove(wake)
            text = self.happens(Woke(_ID, wake.prompt, wake.why), replace(world, now=wake.at))
            is_due = self.until is not None and self.until <= wake.at
            if is_due and not self.is_back and text is None:
                assert by_day(wake.at, world.zone) > wake.at, "they are not told of the end by day"
                continue
            assert (text is not None) == (is_due and not self.is_back), (
                "they are told of the end, and only then"
            )
            if is_due:
                self.until, self.told, self.is_back = None, {}, False

    def hears(self, world: World, history: Sequence[Truth]) -> None:
        """Be told that the outlook has changed, if the store lists them, and check what is said of it."""
        if self.conversation is None or APPLE not in self.conversation.topics:
            return
        text = self.happens(StatusChanged(_ID), world)
        if text is not None:
            self._believes(self._kind(text), self._states(text), world.now, history)
        assert self.happens(StatusChanged(_ID), world) is None, "the same change is told twice"

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

    def knows_all(self, now: datetime, truth: Truth) -> None:
        """Check that they know what is so, now that it has been so for a while."""
        if self.until is None:
            return
        assert now < self.until + HOURS * 2, "the watch goes on after its end"
        for service in self.told:
            assert truth[service] != "ok", f"left waiting for {service}"
        for service in self._services():
            if truth[service] != "ok":
                told = self.told.get(service, "ok")
                assert SEVERITY[told] >= SEVERITY[truth[service]], f"not told of {service} {truth[service]}"

    def _services(self) -> tuple[Service, ...]:
        assert self.conversation is not None
        return self.book.flows[self.conversation.place.flow].watches

    # --- how they read ---

    def _states(self, text: str) -> Truth:
        names = {self.book.say(f"service.{each.name.lower()}", self.language): each for each in Service}
        return {names[name]: MARKS[mark] for mark, name in _LINE.findall(text)}

    def _kind(self, text: str) -> str:
        says: dict[str, str] = {
            kind: self.book.say(f"watch.{kind}", self.language) for kind in get_args(ChangeKind)
        }
        return next(kind for kind, words in says.items() if text.startswith(words.partition("{")[0]))


_ID = EventId("event")
