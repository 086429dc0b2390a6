"""A wait ends when it was said to, and what nobody waits for lets live conversations go first."""

from datetime import timedelta

from bot.dialogue.book import Book
from bot.events import Invoked, Picked, StatusChanged, Woke
from bot.model import Wake
from tests.dialogue.test_landing import book_of
from tests.dialogue.test_waking import DAY, HOUR, ID, LATER, START_FLOW, after, resting, take, wakes
from tests.dialogue.test_watch import IMESSAGE, hears
from tests.fit import reply
from tests.outside import ANN, START

PARKED = ("iPhone", "it opens", "still not", "waiting for activation")


def test_a_look_at_the_status_does_not_begin_a_wait_anew(book: Book) -> None:
    before = after(book, *PARKED).conversation
    shown = take(book, before, Invoked(ID, "status"), START + 10 * HOUR)
    assert wakes(shown) == [Wake(ANN, START + DAY, shown.conversation.prompt, "wait")]
    fixing = take(book, shown.conversation, Picked(ID, shown.conversation.prompt, "fix"), START + 11 * HOUR)
    assert wakes(fixing) == [Wake(ANN, START + DAY, fixing.conversation.prompt, "wait")]


def test_news_of_apple_does_not_begin_a_wait_anew(book: Book) -> None:
    watching = take(book, after(book, *PARKED).conversation, Invoked(ID, "watch")).conversation
    news = hears(book, watching, {IMESSAGE: "outage"}, now=START + HOUR)
    assert wakes(news) == [Wake(ANN, START + DAY, news.conversation.prompt, "wait")]


def test_whoever_comes_to_the_step_again_waits_anew(book: Book) -> None:
    parked = after(book, *PARKED).conversation
    there = take(book, parked, Woke(ID, parked.prompt, "wait"), START + DAY).conversation
    again = take(book, there, Picked(ID, there.prompt, "still_activating"), START + DAY)
    assert wakes(again) == [Wake(ANN, START + 2 * DAY, again.conversation.prompt, "wait")]


def test_whoever_was_silent_for_hours_waits_for_no_question_and_whoever_is_there_does(book: Book) -> None:
    short = take(book_of(START_FLOW), before := resting(), Woke(ID, before.prompt, "wait"), LATER)
    parked, begun = after(book, *PARKED).conversation, after(book, "iPhone", "it opens").conversation
    long = take(book, parked, Woke(ID, parked.prompt, "wait"), START + DAY)
    question = take(book, begun, Woke(ID, 2, "check_in"), START + DAY)
    said = [message.unasked for message in map(reply, (short, long, question)) if message]
    assert said == [False, True, True]


def test_nothing_is_said_of_the_end_of_a_watch_at_night(book: Book) -> None:
    late = START + 12 * HOUR
    watching = take(book, None, Invoked(ID, "watch"), late).conversation
    assert watching.watch is not None
    (put_off,) = wakes(night := take(book, watching, Woke(ID, 1, "watch_over"), late + 7 * DAY))
    assert (night.conversation, put_off.why, put_off.prompt) == (watching, "watch_over", 1)
    assert put_off.at == START + 8 * DAY - timedelta(hours=1, minutes=32), "9:00 in Tokyo"
    over = take(book, watching, Woke(ID, 1, "watch_over"), put_off.at)
    assert (over.conversation.watch, over.conversation.topics) == (None, ())
    assert reply(over) is not None
    assert take(book, over.conversation, StatusChanged(ID), put_off.at).jobs == ()
