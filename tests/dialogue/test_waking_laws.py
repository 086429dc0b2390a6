"""What holds of all that is said unasked, however a story goes and however late each wake comes."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta, tzinfo

from hypothesis import given
from hypothesis import strategies as st

from bot.dialogue.book import Book
from bot.dialogue.hours import zone_of
from bot.dialogue.machine import CHECK_IN
from bot.dialogue.turn import take_turn
from bot.events import Event, Opened, Woke
from bot.model import Conversation, EventId, Turn, Wake
from tests.dialogue.test_laws import DEEDS, ID, happening, laws
from tests.fit import reply
from tests.outside import ANN, START, world

HOUR = timedelta(hours=1)
PAUSES = st.sampled_from([timedelta(), timedelta(minutes=5), HOUR, 5 * HOUR, 11 * HOUR, 25 * HOUR, 80 * HOUR])
ZONES = st.sampled_from(["", "Asia/Tokyo", "America/Los_Angeles", "Asia/Kathmandu", "Pacific/Kiritimati"])
LATE = st.sampled_from([timedelta()] * 3 + [timedelta(minutes=20), 7 * HOUR, 40 * HOUR])
TYPED = st.sampled_from(
    ["iPhone", "continue", "still not", "it works", "waiting for activation", "start over", "don't ask again"]
)
WORDS = st.tuples(st.just("say"), TYPED, st.just(0))
STORIES = st.lists(st.tuples(WORDS | WORDS | DEEDS, PAUSES), max_size=25)
BEGINNING = ((("say", "iPhone", 0), timedelta()), (("say", "continue", 0), timedelta()))
Story = list[tuple[tuple[str, str, int], timedelta]]


@dataclass
class Life:
    """A conversation on a clock of its own, with all that is owed for later; each wake comes `late`."""

    book: Book
    late: timedelta
    now: datetime = START
    conversation: Conversation | None = None
    owed: list[Wake] = field(default_factory=list)

    def live(self, story: Story, zone: str) -> Iterator[tuple[Conversation | None, Event, Turn]]:
        """Give each turn with what was before it: those of the story, and those that come by themselves."""
        yield self._take(Opened(ID, "en", zone=zone))
        for deed, pause in (*BEGINNING, *story):
            yield from self._pass(pause)
            if deed[0] not in ("wake", "forget"):
                yield self._take(happening(deed, self.conversation))
        yield from self._pass(2_000 * HOUR)

    def _pass(self, pause: timedelta) -> Iterator[tuple[Conversation | None, Event, Turn]]:
        until = self.now + pause
        while due := [wake for wake in self.owed if wake.at + self.late <= until]:
            wake = min(due, key=lambda each: each.at)
            self.owed.remove(wake)
            self.now = max(self.now, wake.at + self.late)
            yield self._take(Woke(EventId("wake"), wake.prompt, wake.why))
        self.now = until

    def _take(self, event: Event) -> tuple[Conversation | None, Event, Turn]:
        before = self.conversation
        turn = take_turn(self.book, before, event, world("clear", self.now), ANN)
        self.conversation = turn.conversation
        self.owed += [job for job in turn.jobs if isinstance(job, Wake)]
        return before, event, turn


@laws
@given(story=STORIES, zone=ZONES, late=LATE)
def test_one_question_at_most_is_owed_at_any_time_and_all_wakes_come_to_an_end(
    book: Book, story: Story, zone: str, late: timedelta
) -> None:
    life = Life(book, late)
    for _, _, turn in life.live(story, zone):
        questions = [wake for wake in life.owed if wake.why == "check_in"]
        assert len(questions) <= 1
        assert questions or turn.conversation.check_in != "planned"
        assert len([job for job in turn.jobs if isinstance(job, Wake) and job.why != "check_in"]) <= 1
    assert life.owed == []


@laws
@given(story=STORIES, zone=ZONES, late=LATE)
def test_nobody_is_woken_at_night_who_was_silent_for_hours(
    book: Book, story: Story, zone: str, late: timedelta
) -> None:
    life = Life(book, late)
    for before, event, turn in life.live(story, zone):
        theirs, heard = zone_of(turn.conversation, world("clear")), turn.conversation.heard_at
        assert heard is not None
        for wake in (job for job in turn.jobs if isinstance(job, Wake)):
            assert wake.at > life.now
            if wake.why == "check_in" or wake.at - heard >= 6 * HOUR:
                assert _is_day(wake.at, theirs), wake
        if isinstance(event, Woke) and reply(turn):
            assert event.why != "check_in" or _is_day(life.now, theirs)
            assert life.now - heard < 6 * HOUR or _is_day(life.now, theirs)
        assert before is None or turn.conversation.zone == before.zone


@laws
@given(story=STORIES, zone=ZONES, late=LATE)
def test_a_case_is_asked_about_once_a_day_after_the_last_word_and_never_again_after_never(
    book: Book, story: Story, zone: str, late: timedelta
) -> None:
    life, asked = Life(book, late), False
    for before, event, turn in life.live(story, zone):
        if before and before.check_in == "never":
            assert turn.conversation.check_in == "never"
        if before and _is_another_case(book, before, turn.conversation):
            asked = False
        if isinstance(event, Woke) and event.why == "check_in" and reply(turn):
            heard = turn.conversation.heard_at
            assert not asked
            assert heard is not None
            assert life.now - heard >= 24 * HOUR
            assert turn.conversation.check_in == "asked"
            asked = True


def _is_another_case(book: Book, before: Conversation, after: Conversation) -> bool:
    """Say whether a guide begins: from the start, after an end, or by name at the question how it went."""
    questions = {arrow.to for arrow in book.machine.arrows() if arrow.trigger == CHECK_IN}
    begins = book.state(before.place).end and after.path == (book.start.begin,)
    differs = before.place in questions and before.place.flow != after.place.flow
    return begins or differs or after.place == book.start.begin


def _is_day(at: datetime, zone: tzinfo) -> bool:
    return 9 <= at.astimezone(zone).hour < 21
