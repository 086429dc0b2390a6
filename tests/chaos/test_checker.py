"""The checker itself: a record with a fault in it is found out, and a clean one is not blamed."""

from dataclasses import dataclass, field, replace

import pytest

from bot.events import Event, ForgetMe, Invoked, Left, Picked, Said, StatusChanged, Woke
from bot.model import Address, EventId
from bot.runtime.deliver import reply_key
from tests.chaos.checker import MUST_BE_ZERO, check, columns
from tests.chaos.history import History
from tests.chaos.record import Answered, Happened, Record, Shown, Spell, SpellKind
from tests.chaos.stored import Stored, wake_id

ANN = Address("test", "chat1", "canary1")
LEASE = 3.0


@dataclass
class Story:
    """One conversation in partition 0 with two events, whose replies are the jobs 1 and 2, all in order."""

    record: Record = field(default_factory=Record)
    history: History = field(default_factory=History)
    known: set[tuple[Address, str]] = field(default_factory=set)
    version: int = 2
    counters: dict[str, int] = field(default_factory=dict)
    parked: set[tuple[int, int]] = field(default_factory=set)
    endless: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.record.languages[ANN] = "en"
        for number, (id_, text) in enumerate((("a", "hello"), ("b", "how")), 1):
            self.record.events[id_] = Happened(id_, ANN, float(number), 1, number + 0.1)
            self.history.take(ANN, Said(EventId(id_), text, "en"), number + 0.05)
            self.known.add((ANN, id_))
            self.show(number, at=number + 0.2)
        self.counters = {"jobs": 2, "sent": 2, "turns": 2, "waiting": 0}

    def show(
        self, number: int, *, at: float, worker: str = "w1", attempt: int = 1, answer: Answered = "ok"
    ) -> None:
        """Have a reply shown."""
        key, text = reply_key(ANN, number), f"[one] Question {number}"
        self.record.shown.append(Shown(at, at, worker, key, attempt, ANN, text, number, answer))

    def happen(self, kind: SpellKind, whom: str, begin: float, end: float) -> None:
        """Have something done to somebody."""
        self.record.spells.append(Spell(kind, whom, begin, end))

    def take(self, event: Event, at: float) -> None:
        """Have a turn stored, and everything that goes with it done."""
        step = self.history.take(ANN, event, at)
        self.known.add((ANN, event.id))
        says = [number for number in step.jobs if (ANN, number) not in self.history.waiting]
        for number in says:
            self.show(number, at=at + 0.1)
        self.version += 1
        for name, count in {"jobs": len(step.jobs), "sent": len(says), "turns": 1}.items():
            self.counters[name] += count
        self.counters["waiting"] += len(step.jobs) - len(says)

    def found(self) -> dict[str, int]:
        """Give what the checker finds, without the columns that are zero."""
        planned = {(0, number) for _, number in self.history.waiting}
        stored = Stored(
            *({ANN: self.version}, self.known, {ANN: 0}, {0: self.counters}),
            *(self.parked, self.endless, planned),
        )
        counted = columns(check(self.record, stored, self.history.oracle, lease=LEASE))
        return {column: count for column, count in counted.items() if count}


@pytest.fixture
def story() -> Story:
    """Give a run in which nothing went wrong."""
    return Story()


def test_a_clean_run_is_not_blamed(story: Story) -> None:
    assert story.found() == {}


def test_an_acknowledged_event_that_is_not_stored_is_a_lost_turn(story: Story) -> None:
    story.record.events["c"] = Happened("c", ANN, 3.0, 1, 3.1)

    assert story.found() == {"lost_turns": 1}


def test_an_event_that_was_never_acknowledged_is_owed_to_nobody(story: Story) -> None:
    story.record.events["c"] = Happened("c", ANN, 3.0, 1)

    assert story.found() == {}


def test_an_event_with_two_turns_is_a_double_one(story: Story) -> None:
    story.take(Said(EventId("b"), "how", "en"), 3.0)

    assert story.found() == {"double_turns": 2}


def test_a_turn_too_few_for_the_events_that_are_known_is_a_lost_one(story: Story) -> None:
    story.known.add((ANN, "c"))

    assert story.found() == {"lost_turns": 1}


def test_a_version_that_is_not_the_one_that_was_stored_last_is_a_lost_turn(story: Story) -> None:
    story.version = 1

    assert story.found() == {"lost_turns": 1}


def test_two_turns_on_one_version_lose_one_of_them(story: Story) -> None:
    story.record.shown[1] = replace(story.record.shown[1], prompt=1)

    assert story.found() == {"lost_turns": 1}


def test_a_reply_that_was_marked_and_never_shown_is_lost(story: Story) -> None:
    del story.record.shown[0]

    assert story.found() == {"lost_replies": 1}


def test_a_word_at_a_button_whose_press_was_answered_before_need_not_be_shown(story: Story) -> None:
    del story.record.shown[1]
    story.record.spent.add(reply_key(ANN, 2))

    assert story.found() == {}


def test_what_the_platform_saw_in_a_wrong_place_leaks(story: Story) -> None:
    story.record.leaks.append("edited in another chat")

    assert story.found() == {"canary_leaks": 1}


def test_a_reply_that_was_never_shown_is_lost_unless_it_is_parked(story: Story) -> None:
    del story.record.shown[1]
    assert story.found() == {"lost_replies": 1}

    story.parked.add((0, 2))
    story.counters |= {"sent": 1, "buried": 1}
    assert story.found() == {}


def test_a_reply_before_an_earlier_one_is_out_of_order(story: Story) -> None:
    story.record.shown[0] = replace(story.record.shown[0], at=9.0, came_at=9.0)

    assert story.found() == {"out_of_order": 1}


def test_a_late_repetition_is_not_out_of_order(story: Story) -> None:
    story.show(1, at=9.0, worker="w2", attempt=2)
    story.happen("kill", "w1", 1.25, 1.25)

    assert story.found() == {"extra_replies": 1}


@pytest.mark.parametrize(
    ("kind", "whom", "begin", "end"),
    [
        ("kill", "w1", 2.3, 2.3),
        ("stop", "w1", 2.3, 6.0),
        ("redis_kill", "redis", 1.0, 2.4),
        ("freeze", "redis", 2.3, 2.9),
        ("stop", "w2", 5.0, 5.9),
        ("stall", "machine", 2.3, 2.9),
    ],
)
def test_a_repetition_is_explained_by_what_kept_its_worker_from_marking_it(
    story: Story, kind: SpellKind, whom: str, begin: float, end: float
) -> None:
    story.happen(kind, whom, begin, end)
    story.show(2, at=6.0, worker="w2", attempt=2)

    assert story.found() == {"extra_replies": 1}


def test_a_repetition_is_explained_by_an_answer_that_did_not_say(story: Story) -> None:
    story.record.shown[1] = replace(story.record.shown[1], answer="reset_after")
    story.show(2, at=6.0, attempt=2)

    assert story.found() == {"extra_replies": 1}


@pytest.mark.parametrize(
    ("kind", "whom", "begin"),
    [("kill", "w2", 2.3), ("kill", "w1", 4.5), ("cut", "redis", 2.3), ("term", "w1", 2.3)],
)
def test_a_repetition_is_not_explained_by_anything_else(
    story: Story, kind: SpellKind, whom: str, begin: float
) -> None:
    story.happen(kind, whom, begin, begin)
    story.show(2, at=6.0, worker="w2", attempt=2)

    assert story.found() == {"extra_replies": 1, "unexplained_extra_replies": 1}


def test_a_repetition_that_was_not_counted_as_an_attempt_is_never_explained(story: Story) -> None:
    story.happen("kill", "w1", 2.3, 2.3)
    story.show(2, at=6.0, worker="w2", attempt=1)

    assert story.found() == {"extra_replies": 1, "unexplained_extra_replies": 1}


@pytest.mark.parametrize("looked_at", [2.1, 5.9])
@pytest.mark.parametrize("answer", ["ok", "reset_after"])
def test_a_repetition_is_not_explained_by_an_answer_or_a_death_where_one_looks_before(
    story: Story, answer: Answered, looked_at: float
) -> None:
    story.record.shown[1] = replace(story.record.shown[1], answer=answer)
    story.happen("kill", "w1", 2.3, 2.3)
    story.show(2, at=6.0, worker="w2", attempt=2)
    story.record.shown[-1] = replace(story.record.shown[-1], knew=looked_at)

    assert story.found() == {"extra_replies": 1, "unexplained_extra_replies": 1}


@pytest.mark.parametrize(("looked_at", "found"), [(2.1, 0), (2.3, 1)])
@pytest.mark.parametrize(("number", "worker"), [(2, "w1"), (1, "w2")], ids=["it was first", "it was second"])
def test_whoever_looked_may_repeat_only_what_was_sent_after_its_look_by_one_who_stood_still(
    story: Story, number: int, worker: str, looked_at: float, found: int
) -> None:
    story.happen("stop", worker, 0.5, 2.1)
    story.show(2, at=2.4, worker="w2", attempt=number)
    story.record.shown[-1] = replace(story.record.shown[-1], knew=looked_at)
    story.record.shown[1] = replace(story.record.shown[1], attempt=3 - number)

    assert story.found().get("unexplained_extra_replies", 0) == found


def test_an_event_that_the_platform_gave_up_is_not_waited_for(story: Story) -> None:
    story.record.events["c"] = Happened("c", ANN, 3.0, 3)
    assert story.record.unacked()

    story.record.events["c"].given_up = True
    assert not story.record.unacked()
    assert story.found() == {}


@pytest.mark.parametrize(
    "change",
    [
        {"address": Address("test", "chat1", "canary2")},
        {"text": "【一】どれにしますか？"},
        {"text": "Hello canary2"},
    ],
    ids=["somebody else's chat", "the wrong language", "a name"],
)
def test_a_reply_that_belongs_to_somebody_else_leaks(story: Story, change: dict[str, object]) -> None:
    story.record.shown.append(replace(story.record.shown[0], **change))  # type: ignore[arg-type]

    assert story.found()["canary_leaks"] == 1


@pytest.mark.parametrize("name", ["jobs", "waiting", "turns", "sent"])
def test_counters_that_do_not_add_up_are_found(story: Story, name: str) -> None:
    story.counters[name] += 1

    assert story.found()["miscounts"] == 1


def test_a_key_without_an_end_is_found(story: Story) -> None:
    story.endless.append("{p00}:c:test/chat1/canary1")

    assert story.found() == {"endless_keys": 1}


def test_all_that_must_be_zero_is_told() -> None:
    assert list(columns([])) == [*MUST_BE_ZERO, "extra_replies"]


# --- what each event must do ------------------------------------------------------------------------------


def overheard(id_: str, text: str) -> Said:
    """Give words that are not said to us."""
    return Said(EventId(id_), text, "en", addressed=False)


def at_step_two(story: Story) -> int:
    """Go on to the second step, at 3 seconds; give the number of the reminder that is owed then."""
    story.take(Said(EventId("c"), "continue", "en"), 3.0)
    return story.history.jobs


def come(story: Story, number: int) -> None:
    """Strike out a wake."""
    story.history.come(ANN, number)
    story.counters["waiting"] -= 1
    story.counters["woken"] = 1


def test_what_is_overheard_and_concerns_us_is_lost_if_it_was_ignored(story: Story) -> None:
    story.record.events["c"] = Happened("c", ANN, 3.0, 1, 3.1)
    story.history.answer(ANN, overheard("c", "continue"), 3.02, 3.05)

    assert story.found() == {"lost_turns": 1}


def test_what_is_overheard_and_is_none_of_ours_may_be_ignored(story: Story) -> None:
    story.record.events["c"] = Happened("c", ANN, 3.0, 1, 3.1)
    story.history.answer(ANN, overheard("c", "nice weather"), 3.02, 3.05)

    assert story.found() == {}


@pytest.mark.parametrize(("since", "lost"), [(3.04, 0), (2.9, 1)])
def test_it_is_enough_that_there_was_nothing_to_do_at_one_moment_of_it(
    story: Story, since: float, lost: int
) -> None:
    story.history.forget(ANN, ForgetMe(EventId("f")), 2.5)
    story.history.store(ANN, Said(EventId("d"), "hello", "en"), since)
    story.history.answer(ANN, Said(EventId("d"), "hello", "en"), since - 0.01, since + 0.01)
    story.history.answer(ANN, overheard("c", "continue"), 3.02, 3.05)

    assert (
        story.found().get("lost_turns", 0) - 1 == lost
    )  # and one for what is stored, which is not told here


def test_a_worker_that_died_over_an_event_has_promised_nothing(story: Story) -> None:
    story.history.answer(ANN, overheard("c", "continue"), 3.02, None)

    assert story.found() == {}


def test_what_was_acknowledged_before_anybody_was_done_with_it_is_lost(story: Story) -> None:
    story.record.events["c"] = Happened("c", ANN, 3.0, 1, 3.1)
    story.history.answer(ANN, overheard("c", "nice weather"), 3.02, 3.15)

    assert story.found() == {"lost_turns": 1}


def test_what_was_acknowledged_before_it_was_stored_is_lost_even_if_it_was_stored_later(story: Story) -> None:
    story.record.events["c"] = Happened("c", ANN, 3.0, 1, 3.1)
    story.take(Said(EventId("c"), "continue", "en"), 3.2)

    assert story.found() == {"lost_turns": 1}


def test_a_redelivery_of_what_has_its_turn_may_be_ignored(story: Story) -> None:
    story.history.answer(ANN, Said(EventId("b"), "how", "en"), 5.0, 5.1)

    assert story.found() == {}


def test_a_turn_that_comes_only_after_its_worker_was_done_was_not_made_by_it(story: Story) -> None:
    story.history.answer(ANN, overheard("c", "continue"), 3.02, 3.05)
    story.take(overheard("c", "continue"), 4.0)

    assert story.found() == {"lost_turns": 1}


def test_a_wake_whose_question_still_stands_is_lost_if_it_was_ignored(story: Story) -> None:
    number = at_step_two(story)
    state = story.history.state(ANN)
    assert state
    come(story, number)
    story.history.answer(ANN, Woke(EventId(wake_id(number)), state.prompt), 70.0, 70.1)

    assert story.found() == {"lost_turns": 1}


def test_a_wake_whose_question_stands_no_longer_is_ignored_with_reason(story: Story) -> None:
    number = at_step_two(story)
    state = story.history.state(ANN)
    assert state
    story.take(Said(EventId("d"), "not yet", "en"), 4.0)
    come(story, number)
    story.history.answer(ANN, Woke(EventId(wake_id(number)), state.prompt), 70.0, 70.1)

    assert story.found() == {}


def test_a_wake_that_was_struck_out_and_never_came_is_lost(story: Story) -> None:
    come(story, at_step_two(story))

    assert story.found() == {"lost_turns": 1}


def test_a_reminder_is_a_turn_of_its_own(story: Story) -> None:
    number = at_step_two(story)
    state = story.history.state(ANN)
    assert state
    come(story, number)
    story.take(Woke(EventId(wake_id(number)), state.prompt), 70.0)

    assert story.found() == {}


@pytest.mark.parametrize(("follows", "lost"), [(True, 1), (False, 0)])
def test_news_are_lost_to_whoever_follows_and_was_passed_over(
    story: Story,
    follows: bool,  # noqa: FBT001
    lost: int,
) -> None:
    if follows:
        story.take(Said(EventId("c"), "Tell me when it’s back", "en"), 3.0)
    story.history.weather = "down"
    story.history.answer(ANN, StatusChanged(EventId("status:1")), 9.0, 9.1)

    assert story.found().get("lost_turns", 0) == lost


def test_whoever_has_left_and_is_taken_for_somebody_unknown_is_lost(story: Story) -> None:
    story.history.answer(ANN, Left(EventId("left:2")), 3.0, 3.1)

    assert story.found() == {"lost_turns": 1}


def test_a_turn_that_does_not_follow_from_the_state_before_it_is_wrong(story: Story) -> None:
    story.take(Said(EventId("c"), "continue", "en"), 3.0)
    steps = story.history.steps[ANN]
    steps[-1] = replace(steps[-1], body=steps[-2].body)

    assert story.found() == {"wrong_turns": 1}


def test_a_turn_where_there_was_nothing_to_do_is_wrong(story: Story) -> None:
    story.take(overheard("c", "nice weather"), 3.0)

    assert story.found() == {"wrong_turns": 1}


def test_a_turn_of_an_event_that_nobody_took_in_is_wrong(story: Story) -> None:
    story.take(Said(EventId("c"), "continue", "en"), 3.0)
    story.history.attempts.pop()

    assert story.found() == {"wrong_turns": 1}


@pytest.mark.parametrize("age", [1, 2, 3])
def test_an_overview_may_show_only_what_stood_while_it_was_made(story: Story, age: int) -> None:
    at_step_two(story)
    story.history.look(ANN, 3.1, 3.2, story.history.steps[ANN][-age].after)

    assert story.found() == ({} if age == 1 else {"stale_views": 1})


def test_an_overview_that_is_made_during_a_turn_may_show_either_state(story: Story) -> None:
    at_step_two(story)
    for age in (1, 2):
        story.history.look(ANN, 2.99, 3.01, story.history.steps[ANN][-age].after)

    assert story.found() == {}


def test_an_overview_after_a_deletion_shows_nothing_of_what_was(story: Story) -> None:
    before = story.history.state(ANN)
    story.history.forget(ANN, ForgetMe(EventId("f")), 3.0)
    story.version = 0
    story.history.look(ANN, 3.1, 3.2, None)
    assert story.found() == {}

    story.history.look(ANN, 3.3, 3.4, before)
    assert story.found() == {"stale_views": 1}


def test_a_deletion_that_left_everything_is_lost(story: Story) -> None:
    story.record.events["f"] = Happened("f", ANN, 3.0, 1, 3.2)
    story.history.answer(ANN, ForgetMe(EventId("f")), 3.0, 3.1)

    assert story.found() == {"lost_turns": 1}


def test_what_is_said_after_a_deletion_is_a_new_life(story: Story) -> None:
    number = at_step_two(story)
    story.history.forget(ANN, ForgetMe(EventId("f")), 4.0)
    story.version = 0
    story.counters["waiting"] -= 1
    story.take(Said(EventId("d"), "hello", "en"), 5.0)
    story.history.answer(ANN, ForgetMe(EventId("f")), 4.5, 4.6)

    assert (ANN, number) in story.history.oracle.truth.dropped
    assert story.found() == {}


def test_nothing_is_deleted_twice_for_one_wish(story: Story) -> None:
    for at in (3.0, 5.0):
        story.history.forget(ANN, ForgetMe(EventId("f")), at)
    story.version = 0

    assert story.found() == {"double_turns": 1}


def test_a_press_of_an_old_button_must_be_answered(story: Story) -> None:
    story.history.answer(ANN, Picked(EventId("c"), 1, "go_on"), 3.0, 3.1)

    assert story.found() == {"lost_turns": 1}


@pytest.mark.parametrize(("watched", "ended"), [(True, True), (True, False), (False, False)])
def test_a_stop_in_the_direct_message_must_end_the_watch_of_the_card(
    watched: bool,  # noqa: FBT001
    ended: bool,  # noqa: FBT001
) -> None:
    direct, card = Address("slack", "T1/@U1", "U1"), Address("slack", "T1/@U1/card", "U1")
    history, record = History(), Record()
    history.take(card, Invoked(EventId("0"), "watch" if watched else "status", "en"), 1.0)
    history.take(direct, Said(EventId("a"), "Stop watching", "en"), 2.0)
    record.events["a"] = Happened("a", direct, 1.9, 1, 2.5)
    if ended:
        history.take(card, Invoked(EventId("a:card"), "unwatch", "en"), 1.95)

    lost = [column for column, _ in history.oracle.findings(record)]
    assert lost == (["lost_turns"] if watched and not ended else [])
