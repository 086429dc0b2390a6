"""The checker itself: a record with a fault in it is found out, and a clean one is not blamed."""

from dataclasses import dataclass, field, replace

import pytest

from bot.model import Address
from bot.runtime.deliver import reply_key
from tests.chaos.checker import MUST_BE_ZERO, check, columns
from tests.chaos.record import Answered, Happened, Record, Shown, Spell, SpellKind
from tests.chaos.stored import Stored, wake_id

ANN = Address("test", "chat1", "canary1")
LEASE = 3.0


@dataclass
class Story:
    """One conversation in partition 0 with two events, whose replies are the jobs 1 and 2, all in order."""

    record: Record = field(default_factory=Record)
    known: set[tuple[Address, str]] = field(default_factory=set)
    version: int = 2
    jobs: int = 2
    counters: dict[str, int] = field(default_factory=dict)
    parked: set[tuple[int, int]] = field(default_factory=set)
    endless: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.record.languages[ANN] = "en"
        for number, id_ in enumerate(("a", "b"), 1):
            self.record.events[id_] = Happened(id_, ANN, float(number), 1, number + 0.1)
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

    def found(self) -> dict[str, int]:
        """Give what the checker finds, without the columns that are zero."""
        stored = Stored(
            *({ANN: self.version}, self.known, {ANN: 0}, {0: self.counters}, self.parked, self.endless)
        )
        counted = columns(check(self.record, stored, lease=LEASE))
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


def test_a_turn_too_many_is_a_double_one(story: Story) -> None:
    story.version, story.counters["turns"] = 3, 3

    assert story.found() == {"double_turns": 1}


def test_a_turn_too_few_for_the_events_that_are_known_is_a_lost_one(story: Story) -> None:
    story.version, story.counters["turns"] = 1, 1

    assert story.found() == {"lost_turns": 1}


def test_two_turns_on_one_version_lose_one_of_them(story: Story) -> None:
    story.record.shown[1] = replace(story.record.shown[1], prompt=1)

    assert story.found() == {"lost_turns": 1}


def test_a_reminder_that_nobody_waits_for_any_more_leaves_its_count_only(story: Story) -> None:
    story.counters |= {"jobs": 3, "woken": 1}

    assert story.found() == {}


def test_a_reply_that_was_marked_and_never_shown_is_lost_whatever_reminders_there_were(story: Story) -> None:
    story.counters |= {"jobs": 4, "woken": 1, "sent": 3}

    assert story.found() == {"lost_replies": 1}


def test_a_word_at_a_button_whose_press_was_answered_before_need_not_be_shown(story: Story) -> None:
    story.counters |= {"jobs": 3, "sent": 3}
    story.record.spent.add(reply_key(ANN, 3))

    assert story.found() == {}


def test_what_the_platform_saw_in_a_wrong_place_leaks(story: Story) -> None:
    story.record.leaks.append("edited in another chat")

    assert story.found() == {"canary_leaks": 1}


def test_a_reminder_is_a_turn_of_its_own_and_its_job_is_done_with_it(story: Story) -> None:
    story.known.add((ANN, wake_id(3)))
    story.version = 3
    story.counters |= {"jobs": 3, "woken": 1, "turns": 3}

    assert story.found() == {}


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
