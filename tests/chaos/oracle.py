"""Says what each event must do, "nothing" included, from the true states of its conversation.

`take_turn` is taken as right here; in question is the state that it was asked about. So an event that was
taken in without a turn needs a state, of those that may have stood meanwhile, with which there is nothing
to do; each turn that was stored must be the one that follows from the state before it; and an overview must
show one of the states that may have stood while it was made.
"""

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC
from functools import cached_property
from typing import TypeAlias

from adapters.store.redis.keys import keys_of
from bot.codec import encode_conversation, encode_job
from bot.dialogue.book import Book
from bot.dialogue.following import follows
from bot.dialogue.home import home
from bot.dialogue.stopping import asks_to_stop
from bot.dialogue.turn import DEFAULT_LANGUAGE, take_turn
from bot.events import Event, ForgetMe
from bot.model import Address, Conversation, Turn, Wake, World
from bot.replace import replace
from tests.chaos.record import Record
from tests.chaos.stored import wake_id
from tests.chaos.truth import Step, Truth
from tests.chaos.witness import Attempt, Outside, Witnessed

Finding: TypeAlias = tuple[str, str]
"""A column, and what was found for it."""


@dataclass(frozen=True)
class Oracle:
    """Compares what workers said that they had done with what was stored."""

    book: Book
    truth: Truth
    witnessed: Witnessed
    partitions: int
    messages_per_minute: int = 0
    """What is read of one person, as the workers have it: what comes after that has nothing to do."""

    def findings(self, record: Record) -> Iterator[Finding]:
        """List everything that is not as it must be."""
        yield from self._acknowledged(record)
        yield from self._ignored()
        yield from self._stops(record)
        yield from self._turns()
        yield from self._wakes()
        yield from self._views()

    @cached_property
    def wishes(self) -> frozenset[tuple[Address, str]]:
        """The events that are wishes to have everything deleted: they are no turns."""
        return frozenset(
            (each.address, each.event.id)
            for each in self.witnessed.attempts
            if isinstance(each.event, ForgetMe)
        )

    @property
    def figures(self) -> Mapping[str, int]:
        """Count what was judged."""
        ended = [each for each in self.witnessed.attempts if each.done is not None]
        ignored = [each for each in ended if not self._commits(each.address, each.event.id)]
        kinds = Counter(type(each.event).__name__ for each in ended)
        return {
            "ignored": len(ignored),
            "wakes": kinds["Woke"],
            "news": kinds["StatusChanged"],
            "left": kinds["Left"],
            "forgotten": kinds["ForgetMe"],
            "views": len(self.witnessed.looks),
        }

    # --- in ---

    def _acknowledged(self, record: Record) -> Iterator[Finding]:
        """Whatever was acknowledged was stored before, or a worker had said that it was done with it."""
        for event in record.events.values():
            if event.acked_at is None:
                continue
            stored = [step.since for step in self._commits(event.address, event.id)]
            done = [each.done for each in self._attempts[event.address, event.id] if each.done is not None]
            if not any(each <= event.acked_at for each in (*stored, *done)):
                yield "lost_turns", f"{event.id} was acknowledged, and nobody had taken it in"

    def _ignored(self) -> Iterator[Finding]:
        """Whatever was taken in without a turn had nothing to do on some state that may have stood then."""
        for attempt in self.witnessed.attempts:
            if attempt.done is None:
                continue
            if isinstance(attempt.event, ForgetMe):
                yield from self._forgotten(attempt, attempt.event, attempt.done)
            elif not self._may_be_known(attempt, attempt.done) and not self._owes_nothing(
                attempt, attempt.done
            ):
                yield "lost_turns", f"{_named(attempt)} was ignored, and had something to do all the time"

    def _may_be_known(self, attempt: Attempt, done: float) -> bool:
        steps = self._commits(attempt.address, attempt.event.id)
        return any(step.since <= done for step in steps)

    def _owes_nothing(self, attempt: Attempt, done: float) -> bool:
        return any(
            _is_nothing(before, self._turn(before, attempt.event, outside, attempt.address))
            for before in self.truth.states(attempt.address, attempt.took, done)
            for outside in attempt.worlds
        )

    def _forgotten(self, attempt: Attempt, event: ForgetMe, done: float) -> Iterator[Finding]:
        first = min(each.took for each in self._attempts[attempt.address, event.id])
        for address in (attempt.address, *event.also):
            was_nothing = any(state is None for state in self.truth.states(address, attempt.took, done))
            if not was_nothing and not self.truth.deletions(address, first, done):
                yield "lost_turns", f"{_named(attempt)} was taken in, and {address.person} is stored still"

    def _stops(self, record: Record) -> Iterator[Finding]:
        """Whoever asks for no more news in Slack's direct message ends the watch of their card, too."""
        for event in record.events.values():
            card = replace(event.address, chat=f"{event.address.chat}/card")
            if event.acked_at is None or card not in self.truth.steps:
                continue
            asked = any(
                asks_to_stop(self.book, each.event) for each in self._attempts[event.address, event.id]
            )
            states = [*self.truth.states(card, event.at, event.acked_at)]
            followed = all(state is not None and follows(state) for state in states)
            if asked and followed and not self._attempts[card, f"{event.id}:card"]:
                yield "lost_turns", f"{event.id} of {event.address.person} left the card's watch as it was"

    # --- what was stored ---

    def _turns(self) -> Iterator[Finding]:
        """Each turn is what its event makes of the state before it, and no event is taken twice."""
        for address, steps in self.truth.steps.items():
            before: Conversation | None = None
            seen: set[str] = set()
            for step in steps:
                if step.event in seen:
                    yield "double_turns", f"{address.person}: an event was taken twice"
                seen.add(step.event)
                if step.body:
                    yield from self._judge(before, step)
                before = step.after

    def _judge(self, before: Conversation | None, step: Step) -> Iterator[Finding]:
        tried = self._by_key.get(step.event, ())
        if not tried:
            yield "wrong_turns", f"{step.address.person}: a turn of an event that nobody has taken in"
            return
        assert step.at is not None
        turns = [
            self._turn(before, attempt.event, Outside(step.at, outside.bulletin), step.address)
            for attempt in tried  # which may differ: an adapter does not always know somebody's language
            for outside in attempt.worlds
        ]
        if not any(_is_step(turn, step) for turn in turns):
            yield "wrong_turns", f"{_named(tried[0])}: not what follows from the state before it"
        elif all(_is_nothing(before, turn) for turn in turns):
            yield "wrong_turns", f"{_named(tried[0])}: a turn, where there was nothing to do"

    def _wakes(self) -> Iterator[Finding]:
        """Each wake that waits no more was deleted, or has come: it is a turn, or was ignored with reason."""
        for address, steps in self.truth.steps.items():
            for number in (
                number for step in steps for number, job in step.owed.items() if isinstance(job, Wake)
            ):
                if (address, number) in self.truth.waiting or (address, number) in self.truth.dropped:
                    continue
                tried = self._attempts[address, wake_id(number)]
                if all(each.done is None for each in tried) and not self._commits(address, wake_id(number)):
                    yield "lost_turns", f"{address.person}: the wake {number} was struck out, and never came"

    # --- what was shown ---

    def _views(self) -> Iterator[Finding]:
        """Each overview shows a state that may have stood while it was made."""
        for look in self.witnessed.looks:
            language = look.language or DEFAULT_LANGUAGE
            standing = look.text.rpartition("\n\n")[2]
            views = (
                home(self.book, state, self._world(look.world), language)
                for state in self.truth.states(look.address, look.begun, look.at)
            )
            if not any(
                view.text.rpartition("\n\n")[2] == standing
                and tuple(choice.id for choice in view.choices) == look.choices
                for view in views
            ):
                yield "stale_views", f"{look.address.person} at {look.worker}: {standing!r}, {look.choices}"

    # ------------------------------------------------------------------------------------------------------

    def _turn(self, before: Conversation | None, event: Event, outside: Outside, address: Address) -> Turn:
        return take_turn(self.book, before, event, self._world(outside), address)

    def _world(self, outside: Outside) -> World:
        world = outside.bulletin.world(outside.now, UTC)
        return replace(world, messages_per_minute=self.messages_per_minute)

    def _commits(self, address: Address, event: str) -> Sequence[Step]:
        return self._steps_by_key.get(self._key(address, event), ())

    def _key(self, address: Address, event: str) -> str:
        return keys_of(address, self.partitions).event(event)  # type: ignore[arg-type]

    @cached_property
    def _steps_by_key(self) -> Mapping[str, Sequence[Step]]:
        found: defaultdict[str, list[Step]] = defaultdict(list)
        for steps in self.truth.steps.values():
            for step in steps:
                found[step.event].append(step)
        return found

    @cached_property
    def _attempts(self) -> "defaultdict[tuple[Address, str], list[Attempt]]":
        found: defaultdict[tuple[Address, str], list[Attempt]] = defaultdict(list)
        for each in self.witnessed.attempts:
            found[each.address, each.event.id].append(each)
        return found

    @cached_property
    def _by_key(self) -> Mapping[str, Sequence[Attempt]]:
        return {self._key(address, event): tried for (address, event), tried in self._attempts.items()}


def _is_nothing(before: Conversation | None, turn: Turn) -> bool:
    return not turn.jobs and before in (None, turn.conversation)


def _is_step(turn: Turn, step: Step) -> bool:
    jobs = [encode_job(job) for job in turn.jobs]
    return encode_conversation(turn.conversation) == step.body and jobs == list(step.jobs.values())


def _named(attempt: Attempt) -> str:
    event = attempt.event
    return f"{type(event).__name__} {event.id} of {attempt.address.person} at {attempt.worker}"
