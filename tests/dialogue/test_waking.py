"""What the bot says of its own accord: to whom, how often, and when in their own time zone."""

from datetime import UTC, datetime, timedelta
from functools import cache

import pytest

from bot.dialogue.book import Book
from bot.dialogue.hours import by_day, known_zone
from bot.dialogue.machine import CHECK_IN
from bot.dialogue.turn import take_turn
from bot.events import Event, Invoked, Left, Opened, Picked, Said, Sent, Shared, StatusChanged, Woke
from bot.flowfiles import load_book
from bot.model import Conversation, EventId, Place, Turn, Wake
from bot.replace import replace
from tests.dialogue.test_landing import book_of
from tests.fit import reply
from tests.outside import ANN, START, world
from tests.routes import routes
from tests.talk import Player

ID = EventId("event")
DAY, HOUR, MINUTE = timedelta(days=1), timedelta(hours=1), timedelta(minutes=1)
TOKYO, LOS_ANGELES = "Asia/Tokyo", "America/Los_Angeles"


def take(book: Book, conversation: Conversation | None, event: Event, at: datetime = START) -> Turn:
    return take_turn(book, conversation, event, world("clear", at), ANN)


def after(book: Book, *texts: str, at: datetime = START, zone: str = "") -> Turn:
    """Give the turn of the last of these words, all said at that time."""
    turn = take(book, None, Opened(ID, "en", zone=zone), at)
    for text in texts:
        turn = take(book, turn.conversation, Said(ID, text), at)
    return turn


def wakes(turn: Turn) -> list[Wake]:
    return [job for job in turn.jobs if isinstance(job, Wake)]


# --- to whom ---


@cache
def everywhere() -> dict[Place, Conversation]:
    """Give a conversation that has come to each place, with the one question still to be asked."""
    book = load_book()
    found = {}
    for place, way in routes(book).items():
        player = Player(book, "en")
        player.do_all(way)
        found[place] = replace(player.conversation, check_in="planned", heard_at=START)
    return found


@pytest.mark.parametrize("place", everywhere(), ids=str)
def test_it_is_asked_how_it_went_where_a_guide_was_left_and_nowhere_else(book: Book, place: Place) -> None:
    later = START + 3 * DAY
    turn = take(book, everywhere()[place], Woke(ID, 0, "check_in"), later)
    arrows = {arrow.origin: arrow.to for arrow in book.machine.arrows() if arrow.trigger == CHECK_IN}
    assert turn.conversation.place == arrows.get(place, place)
    assert turn.conversation.check_in == ("asked" if place in arrows else "none")
    assert (reply(turn) is not None) == (place in arrows)
    assert wakes(turn) == []


def test_every_guide_asks_after_its_steps_and_after_solved_only(book: Book) -> None:
    origins = {arrow.origin for arrow in book.machine.arrows() if arrow.trigger == CHECK_IN}
    for flow in (book.flows["iphone"], book.flows["mac"]):
        assert flow.check_in
        asked = {state.place for state in flow.states.values()} & origins
        ends = {state.place for state in flow.states.values() if state.end}
        assert asked & ends == {flow.exits["solved"]}
        assert {state.place for state in flow.states.values()} - asked - ends == {
            *(flow.begin, Place(flow.name, "web_page"), flow.check_in.solved, flow.check_in.unfinished)
        }


def test_the_question_is_owed_from_the_first_step_on_and_by_no_turn_after_it(book: Book) -> None:
    assert wakes(after(book, "iPhone")) == []
    first = after(book, "iPhone", "it opens")
    assert wakes(first) == [Wake(ANN, START + DAY, first.conversation.prompt, "check_in")]
    assert wakes(after(book, "iPhone", "it opens", "still not", "still not")) == []


def test_while_the_person_goes_on_it_is_put_off_in_silence_and_nothing_else_changes(book: Book) -> None:
    before = take(book, after(book, "iPhone", "it opens").conversation, Said(ID, "how"), START + 5 * HOUR)
    turn = take(book, before.conversation, Woke(ID, 3, "check_in"), START + DAY)
    assert turn == Turn(before.conversation, (Wake(ANN, START + DAY + 5 * HOUR, 3, "check_in"),))


def test_whoever_begins_anew_is_not_owed_a_second_question(book: Book) -> None:
    begun = after(book, "iPhone", "it opens", "start over", "Mac", "it opens")
    assert (begun.conversation.place.flow, begun.conversation.check_in) == ("mac", "planned")
    assert wakes(begun) == []


@pytest.mark.parametrize("check_in", ["none", "asked", "never"])
def test_what_is_not_planned_is_not_asked(book: Book, check_in: str) -> None:
    stands = after(book, "iPhone", "it opens").conversation
    before = replace(stands, check_in=check_in)  # type: ignore[arg-type]
    assert take(book, before, Woke(ID, 3, "check_in"), START + DAY) == Turn(before)


def test_whoever_has_blocked_the_bot_is_asked_nothing(book: Book) -> None:
    left = take(book, after(book, "iPhone", "it opens").conversation, Left(ID)).conversation
    turn = take(book, left, Woke(ID, 3, "check_in"), START + DAY)
    assert turn == Turn(replace(left, check_in="none"))


def test_nobody_is_woken_who_is_not_known(book: Book) -> None:
    for why in ("remind", "wait", "check_in", "watch_over"):
        assert take(book, None, Woke(ID, 0, why)).jobs == ()


def test_after_hours_of_silence_a_late_wait_or_reminder_is_the_one_question(book: Book) -> None:
    before = after(book, "iPhone", *["skip"] * 5).conversation
    assert before.place.state == "restart"
    reminded = take(book, before, Woke(ID, before.prompt), START + DAY).conversation
    assert reminded.check_in == "asked"
    assert take(book, before, Woke(ID, before.prompt), START + 10 * MINUTE).conversation.check_in == "planned"


# --- when ---


@pytest.mark.parametrize(
    ("zone", "at", "moved"),
    [
        (TOKYO, "2026-03-01T20:59:59+09:00", "2026-03-01T20:59:59+09:00"),
        (TOKYO, "2026-03-01T21:00:00+09:00", "2026-03-02T09:00:00+09:00"),
        (TOKYO, "2026-03-01T23:59:59+09:00", "2026-03-02T09:00:00+09:00"),
        (TOKYO, "2026-03-01T00:00:00+09:00", "2026-03-01T09:00:00+09:00"),
        (TOKYO, "2026-03-01T08:59:59+09:00", "2026-03-01T09:00:00+09:00"),
        (TOKYO, "2026-03-01T09:00:00+09:00", "2026-03-01T09:00:00+09:00"),
        (TOKYO, "2026-12-31T22:00:00+09:00", "2027-01-01T09:00:00+09:00"),
        (LOS_ANGELES, "2026-03-07T22:00:00-08:00", "2026-03-08T09:00:00-07:00"),
        (LOS_ANGELES, "2026-03-08T01:30:00-08:00", "2026-03-08T09:00:00-07:00"),
        (LOS_ANGELES, "2026-11-01T01:30:00-08:00", "2026-11-01T09:00:00-08:00"),
        ("Asia/Kathmandu", "2026-03-01T22:10:00+05:45", "2026-03-02T09:00:00+05:45"),
    ],
)
def test_the_night_is_over_at_nine_on_the_clock_of_the_place(zone: str, at: str, moved: str) -> None:
    there = known_zone(zone)
    assert there is not None
    assert by_day(datetime.fromisoformat(at).astimezone(UTC), there) == datetime.fromisoformat(moved)


def test_the_persons_own_zone_counts_and_ours_where_theirs_is_not_known(book: Book) -> None:
    texts = ("iPhone", "it opens")
    afternoon = START + 6 * HOUR
    assert wakes(after(book, *texts, at=afternoon))[0].at == afternoon + DAY, "16:32 in Tokyo"
    theirs = wakes(after(book, *texts, at=afternoon, zone=LOS_ANGELES))[0].at
    assert theirs == datetime(2026, 3, 2, 17, 0, tzinfo=UTC), "23:32 there, so 9:00 the next morning"


@pytest.mark.parametrize("hours", [1, 10, 23, 30])
def test_what_an_outage_made_late_is_said_at_once_by_day(book: Book, hours: int) -> None:
    before = after(book, "iPhone", "it opens").conversation
    assert reply(take(book, before, Woke(ID, 3, "check_in"), START + DAY + hours * HOUR)) is not None


@pytest.mark.parametrize("hours", [11, 12, 20, 22])
def test_what_an_outage_made_late_waits_for_the_morning_at_night(book: Book, hours: int) -> None:
    before = after(book, "iPhone", "it opens").conversation
    nine = datetime(2026, 3, 3, 0, 0, tzinfo=UTC)
    turn = take(book, before, Woke(ID, 3, "check_in"), START + DAY + hours * HOUR)
    assert turn == Turn(before, (Wake(ANN, nine, 3, "check_in"),))


def test_who_is_there_at_night_is_reminded_at_night_but_not_hours_later(book: Book) -> None:
    late = START + 12 * HOUR
    turn = after(book, "iPhone", *["skip"] * 5, at=late)
    prompt = turn.conversation.prompt
    assert wakes(turn)[0] == Wake(ANN, late + 10 * MINUTE, prompt), "22:42 in Tokyo"
    assert reply(take(book, turn.conversation, Woke(ID, prompt), late + 10 * MINUTE)) is not None
    hours_later = take(book, turn.conversation, Woke(ID, prompt), late + 7 * HOUR)
    morning = datetime(2026, 3, 2, 0, 0, tzinfo=UTC)
    assert hours_later == Turn(turn.conversation, (Wake(ANN, morning, prompt),))


def test_a_wait_of_a_day_that_would_end_at_night_ends_in_the_morning(book: Book) -> None:
    late = START + 12 * HOUR
    texts = ("iPhone", "it opens", "still not", "waiting for activation")
    (wake,) = wakes(after(book, *texts, at=late))
    assert (wake.why, wake.at) == ("wait", datetime(2026, 3, 3, 0, 0, tzinfo=UTC))


# --- what is known of the person ---


@pytest.mark.parametrize(
    "event",
    [
        Opened(ID, zone=LOS_ANGELES),
        Said(ID, "hm", zone=LOS_ANGELES),
        Invoked(ID, "help", zone=LOS_ANGELES),
        Shared(ID, "a.txt", "", zone=LOS_ANGELES),
        Sent(ID, "photo", zone=LOS_ANGELES),
    ],
)
def test_the_zone_that_a_platform_gives_is_kept_even_when_the_person_begins_anew(
    book: Book, event: Event
) -> None:
    before = after(book, "iPhone", zone=TOKYO).conversation
    assert before.zone == TOKYO
    there = take(book, before, event).conversation
    assert there.zone == LOS_ANGELES
    assert take(book, there, Said(ID, "start over")).conversation.zone == LOS_ANGELES


@pytest.mark.parametrize(
    "zone",
    ["Mars/Olympus", "", "../../etc/passwd", "/etc/passwd", "America", "\0", "a" * 5_000, "Tokyo", "\ud800"],
)
def test_a_zone_that_there_is_not_is_ignored(book: Book, zone: str) -> None:
    assert after(book, zone=zone).conversation.zone == ""
    assert (
        take(book, after(book, zone=TOKYO).conversation, Said(ID, "hm", zone=zone)).conversation.zone == TOKYO
    )


def test_times_are_said_in_the_persons_zone(book: Book) -> None:
    shown = reply(after(book, "status", zone=LOS_ANGELES))
    ours = reply(after(book, "status"))
    assert shown is not None
    assert ours is not None
    assert "(checked 17:32)" in shown.text
    assert "(checked 10:32)" in ours.text


def test_a_zone_that_was_stored_and_is_gone_counts_as_none(book: Book) -> None:
    before = replace(after(book, "iPhone").conversation, zone="Asia/Atlantis")
    assert wakes(take(book, before, Said(ID, "it opens")))[0].at == START + DAY


def test_what_the_person_does_is_heard_to_the_second_and_what_we_do_is_not(book: Book) -> None:
    before, at = after(book, "iPhone", "it opens").conversation, START + timedelta(seconds=9.7)
    theirs: tuple[Event, ...] = (
        Said(ID, "hm"),
        Picked(ID, before.prompt, "how"),
        Picked(ID, 0, "how"),
        Opened(ID),
    )
    ours: tuple[Event, ...] = (Woke(ID, before.prompt), StatusChanged(ID), Said(ID, "hm", addressed=False))
    for event in theirs:
        assert take(book, before, event, at).conversation.heard_at == START + timedelta(seconds=9)
    for event in ours:
        assert take(book, before, event, at).conversation.heard_at == START
    asked = take(book, before, Woke(ID, 3, "check_in"), START + DAY).conversation
    assert asked.heard_at == START


# --- after a deploy ---

START_FLOW = """
flow: start
about: {ja: 始め, en: Start}
begin: ask
exits: {solved: done, person: done, stop: done}
states:
  ask:
    say: {ja: どうですか, en: How is it}
    choices: {not_yet: resting}
  resting:
    say: {ja: 待ちます, en: Please wait}
    wait: {for: 60, then: again}
    choices: {fixed: done}
  again:
    say: {ja: もう一度, en: Once more}
    choices: {fixed: done}
  done:
    say: {ja: 終わり, en: The end}
    end: yes
"""
RENAMED = START_FLOW.replace("resting", "pause").replace("    wait:", "    was: resting\n    wait:")
LONGER = START_FLOW.replace("choices: {fixed: done}", "choices: {fixed: done, not_yet: ask}")
IMPATIENT = START_FLOW.replace("    wait: {for: 60, then: again}\n", "").replace(
    "{not_yet: resting}", "{not_yet: resting, go_on: again}"
)
WITHOUT = START_FLOW.replace("resting", "other")
LATER = START + MINUTE


def resting() -> Conversation:
    """Give a conversation that waits for a minute, in the first version of the flow."""
    turn = after(book_of(START_FLOW), "not yet")
    assert wakes(turn) == [Wake(ANN, LATER, turn.conversation.prompt, "wait")]
    return turn.conversation


@pytest.mark.parametrize("text", [START_FLOW, RENAMED, LONGER])
def test_the_buttons_after_a_wait_or_a_reminder_work_though_the_flow_was_edited(text: str) -> None:
    edited, before = book_of(text), resting()
    woken = take(edited, before, Woke(ID, before.prompt, "wait"), LATER)
    message = reply(woken)
    assert message is not None
    assert (woken.conversation.place.state, message.text) == ("again", "Once more")
    for book in (edited, book_of(LONGER)):  # once more while it is on the screen
        pressed = take(book, woken.conversation, Picked(ID, message.prompt, "fixed"), LATER)
        assert pressed.conversation.place.state == "done"


@pytest.mark.parametrize("text", [IMPATIENT, WITHOUT])
def test_a_wait_or_a_state_that_was_taken_out_wakes_nobody(text: str) -> None:
    before = resting()
    assert take(book_of(text), before, Woke(ID, before.prompt, "wait"), LATER) == Turn(before)


def test_an_answer_ends_the_wait_and_what_is_no_answer_does_not() -> None:
    book, before = book_of(START_FLOW), resting()
    answered = take(book, before, Picked(ID, before.prompt, "fixed")).conversation
    assert take(book, answered, Woke(ID, before.prompt, "wait"), LATER) == Turn(answered)
    unclear = take(book, before, Said(ID, "hm")).conversation
    assert take(book, unclear, Woke(ID, before.prompt, "wait"), LATER).conversation.place.state == "again"


def test_the_button_that_forbids_asking_counts_though_the_question_was_taken_out(book: Book) -> None:
    asked = take(book, after(book, "iPhone", "it opens").conversation, Woke(ID, 3, "check_in"), START + DAY)
    gone = replace(asked.conversation, place=Place("iphone", "gone"), version="older")
    for event in (Picked(ID, gone.prompt, "never_ask"), Said(ID, "don't ask again")):
        turn = take(book, gone, event)
        message = reply(turn)
        assert message is not None
        assert (turn.conversation.check_in, message.text) == ("never", book.say("turn.never_asked", "en"))
