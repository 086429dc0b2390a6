"""Said in a thread without naming us: an answer counts, and the talk of colleagues is not our business."""

import pytest
from hypothesis import given

from bot.dialogue.book import Book, compile_book
from bot.dialogue.source.parse import parse
from bot.dialogue.turn import take_turn
from bot.events import Event, Left, Opened, Said, Sent, Shared, Unread
from bot.model import Conversation, EventId, Place
from tests.dialogue.flow_texts import SMALL, small_with
from tests.dialogue.pasted_texts import NOT_AVAILABLE
from tests.dialogue.test_laws import NUMBERS, STORIES, TEXTS, Story, laws, lived
from tests.dialogue.test_laws import overheard as overheard_somehow
from tests.fit import reply
from tests.outside import ANN, world

ID = EventId("event")
CLEAR = world("clear")


def told(book: Book, conversation: Conversation | None, *events: Event) -> Conversation:
    """Give the conversation after those events."""
    for event in events:
        conversation = take_turn(book, conversation, event, CLEAR, ANN).conversation
    assert conversation is not None
    return conversation


def overheard(text: str) -> Said:
    return Said(ID, text, addressed=False)


EVERYTHING = (
    overheard("My iPhone says iMessage is signed out"),
    overheard("stop"),
    overheard(NOT_AVAILABLE),
    Shared(ID, "log.txt", NOT_AVAILABLE, addressed=False),
    Sent(ID, "photo", addressed=False),
)


@pytest.mark.parametrize("event", EVERYTHING, ids=repr)
def test_of_somebody_who_never_spoke_to_us_nothing_is_overheard(book: Book, event: Event) -> None:
    turn = take_turn(book, None, event, CLEAR, ANN)
    assert (turn.conversation, turn.jobs) == (book.begin(ANN, "en"), ())


@pytest.mark.parametrize("event", EVERYTHING, ids=repr)
@pytest.mark.parametrize("last", [Said(ID, "iMessage works now"), Said(ID, "stop"), Left(ID)], ids=repr)
def test_when_the_guide_has_ended_nothing_is_overheard_any_more(
    book: Book, event: Event, last: Event
) -> None:
    before = told(book, None, Said(ID, "iPhone"), last)
    turn = take_turn(book, before, event, CLEAR, ANN)
    assert (turn.conversation, turn.jobs) == (before, ())


def test_after_the_end_the_buttons_of_the_status_do_not_open_our_ears_again(book: Book) -> None:
    before = told(book, None, Said(ID, "iPhone"), Said(ID, "stop"), Said(ID, "status"))
    assert before.offered
    assert take_turn(book, before, overheard("start over"), CLEAR, ANN).jobs == ()


@pytest.mark.parametrize(
    "text", ["thanks!", "ok?", "hm", "lunch at noon?", "", "🎉", "この資料、見ましたか？"]
)
def test_talk_with_colleagues_is_left_alone(book: Book, text: str) -> None:
    before = told(book, None, Said(ID, "iPhone"), Said(ID, "it opens"))
    assert before.place == Place("iphone", "internet")
    turn = take_turn(book, before, overheard(text), CLEAR, ANN)
    assert (turn.conversation, turn.jobs) == (before, ())


@pytest.mark.parametrize(
    ("what", "answered"),
    [
        ("photo", True),
        ("large_file", True),
        ("other_file", True),
        ("unavailable_file", True),
        ("other", False),
    ],
)
def test_a_file_in_the_middle_of_a_guide_is_meant_for_us(book: Book, what: Unread, answered: bool) -> None:  # noqa: FBT001
    before = told(book, None, Opened(ID))
    turn = take_turn(book, before, Sent(ID, what, addressed=False), CLEAR, ANN)
    assert bool(turn.jobs) == answered


def test_a_log_without_anything_in_it_is_answered_all_the_same(book: Book) -> None:
    before = told(book, None, Opened(ID))
    message = reply(take_turn(book, before, Shared(ID, "log.txt", "nothing", addressed=False), CLEAR, ANN))
    assert message is not None
    assert book.say("turn.file_without_evidence", "en") in message.text


def test_an_answer_to_a_step_that_is_gone_leads_to_where_we_go_on_and_talk_does_not(book: Book) -> None:
    before = told(book, None, Said(ID, "iPhone"))
    source = parse(small_with(SMALL))
    small = compile_book(source.flows, source.phrases, source.words)
    assert not small.knows(before.place)
    assert take_turn(small, before, overheard("lunch at noon?"), CLEAR, ANN).jobs == ()
    message = reply(take_turn(small, before, overheard("stop"), CLEAR, ANN))
    assert message is not None


@laws
@given(story=STORIES, text=TEXTS, number=NUMBERS)
def test_what_is_overheard_counts_only_where_a_question_stands(
    book: Book, story: Story, text: str, number: int
) -> None:
    event = overheard_somehow(text, number)
    assert take_turn(book, None, event, world("clear"), ANN).jobs == ()
    before = lived(book, story)
    if before is None:
        return
    turn = take_turn(book, before, event, world("clear"), ANN)
    if not before.offered or book.state(before.place).end:
        assert (turn.conversation, turn.jobs) == (before, ())


@laws
@given(story=STORIES, text=TEXTS)
def test_what_is_overheard_and_answered_does_what_it_does_when_it_is_said_to_us(
    book: Book, story: Story, text: str
) -> None:
    before = lived(book, story)
    aside = take_turn(book, before, Said(ID, text, addressed=False), world("clear"), ANN)
    if aside.jobs:
        assert aside == take_turn(book, before, Said(ID, text), world("clear"), ANN)
