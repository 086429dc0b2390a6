"""Conversations that were stored before the flows were edited: they land kindly, with one line, and go on."""

from functools import cache

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.dialogue.book import Book, compile_book
from bot.dialogue.source.check import check
from bot.dialogue.source.parse import parse
from bot.dialogue.turn import take_turn
from bot.events import (
    Event,
    ForgetMe,
    Invoked,
    Left,
    Opened,
    Picked,
    Said,
    Sent,
    Shared,
    StatusChanged,
    Woke,
)
from bot.flowfiles import SHIPPED
from bot.model import LANGUAGES, Conversation, EventId, Finding, Place, Reply, Tried, Wake
from bot.replace import replace
from tests.dialogue.pasted_texts import CERTIFICATE, NOT_AVAILABLE
from tests.fit import assert_fits, reply
from tests.outside import ANN, world

ID = EventId("event")
CLEAR = world("clear")
START = """
flow: start
about: {ja: 始め, en: Start}
begin: hello
exits: {solved: done, person: done, stop: done}
states:
  hello:
    say: {ja: どうぞ, en: Welcome}
    choices:
      guide: {label: {ja: ガイド, en: Guide}, to: guide.one}
  done:
    say: {ja: 完, en: Done}
    end: yes
"""
GUIDE = """
flow: guide
about: {ja: ガイド, en: Guide}
begin: one
exits: {solved: done, person: done, stop: done}
states:
  one:
    title: {ja: 一, en: First}
    say: {ja: 一です, en: This is one}
    choices: {fixed: done, not_yet: two}
  two:
    title: {ja: 二, en: Second}
    say: {ja: 二です, en: This is two}
    remind: {minutes: 10, ja: 二は?, en: And two?}
    choices:
      red: {label: {ja: 赤, en: Red}, to: three}
      blue: {label: {ja: 青, en: Blue}, to: done}
  three:
    title: {ja: 三, en: Third}
    say: {ja: 三です, en: This is three}
    choices: {fixed: done, not_yet: done}
  done:
    say: {ja: "完 {summary}", en: "Done {summary}"}
    end: yes
"""
WITHOUT_TWO = GUIDE.replace("not_yet: two", "not_yet: three").replace(
    GUIDE[GUIDE.index("  two:") : GUIDE.index("  three:")], ""
)
RENAMED = GUIDE.replace("not_yet: two", "not_yet: second").replace("  two:\n", "  second:\n    was: two\n")


def book_of(*flows: str) -> Book:
    """Compile these flows with the phrases and words of the shipped ones; they must pass the checker."""
    shipped = {name: (SHIPPED / name).read_text(encoding="utf-8") for name in ("phrases.yaml", "words.yaml")}
    source = parse(shipped | {f"flow{number}.yaml": flow for number, flow in enumerate(flows)})
    assert check(source) == ()
    return compile_book(source.flows, source.phrases, source.words)


@cache
def old_book() -> Book:
    """Give the book as it was before it was edited."""
    return book_of(START, GUIDE)


def stored(*answers: str) -> Conversation:
    """Give the conversation that these answers lead to on the old book."""
    conversation = take_turn(old_book(), None, Opened(ID), CLEAR, ANN).conversation
    for answer in answers:
        press = Picked(ID, conversation.prompt, answer)
        conversation = take_turn(old_book(), conversation, press, CLEAR, ANN).conversation
    return conversation


def at_two() -> Conversation:
    """Give the conversation of somebody who was asked the second question."""
    return stored("guide", "not_yet")


def take(book: Book, conversation: Conversation, event: Event) -> tuple[Conversation, Reply]:
    """Take the turn on the edited book, and give its one reply."""
    turn = take_turn(book, conversation, event, CLEAR, ANN)
    message = reply(turn)
    assert message is not None
    assert_fits(message)
    return turn.conversation, message


PROMPT = 3
"""The number of that question."""

EVENTS = {
    "comes back": Opened(ID),
    "types an answer": Said(ID, "red"),
    "types a number": Said(ID, "1"),
    "says that it works": Said(ID, "it works now"),
    "presses a button of that state": Picked(ID, PROMPT, "red"),
    "presses an older button": Picked(ID, PROMPT - 1, "not_yet"),
    "sends a file": Shared(ID, "x.txt", "hello"),
}


@pytest.mark.parametrize("event", EVENTS.values(), ids=EVENTS)
def test_a_state_that_is_gone_leads_to_the_beginning_of_its_flow_with_one_line(event: Event) -> None:
    book = book_of(START, WITHOUT_TWO)
    conversation, message = take(book, at_two(), event)
    assert conversation.place == Place("guide", "one")
    assert message.text.startswith(book.say("turn.guide_changed", "en"))
    assert message.text.endswith("This is one")
    assert message.prompt == conversation.prompt > PROMPT
    conversation, message = take(book, conversation, Picked(ID, conversation.prompt, "not_yet"))
    assert conversation.place == Place("guide", "three")
    assert book.say("turn.guide_changed", "en") not in message.text, "it is said once"


@pytest.mark.parametrize("event", EVENTS.values(), ids=EVENTS)
def test_a_flow_that_is_gone_leads_to_the_very_beginning(event: Event) -> None:
    other = GUIDE.replace("flow: guide", "flow: other")
    book = book_of(START.replace("guide.one", "other.one"), other)
    conversation, message = take(book, at_two(), event)
    assert conversation.place == Place("start", "hello")
    assert conversation.path in ((), (Place("start", "hello"),))
    assert message.text.startswith(book.say("turn.guide_changed", "en"))


@pytest.mark.parametrize("event", [Said(ID, "2"), Said(ID, "blue"), Picked(ID, PROMPT, "blue")])
def test_a_renamed_state_is_followed_and_the_answer_counts(event: Event) -> None:
    book = book_of(START, RENAMED)
    conversation, message = take(book, at_two(), event)
    assert conversation.place == Place("guide", "done")
    assert conversation.path[-1] == Place("guide", "second")
    assert book.say("turn.guide_changed", "en") not in message.text


def test_a_reminder_finds_a_renamed_state() -> None:
    conversation, message = take(book_of(START, RENAMED), at_two(), Woke(ID, PROMPT))
    assert conversation.place == Place("guide", "second")
    assert message.text == "And two?"


def test_a_reminder_of_a_state_that_is_gone_is_not_said_and_the_line_still_comes() -> None:
    book = book_of(START, WITHOUT_TWO)
    turn = take_turn(book, at_two(), Woke(ID, PROMPT), CLEAR, ANN)
    assert turn.jobs == ()
    conversation, message = take(book, turn.conversation, Said(ID, "red"))
    assert conversation.place == Place("guide", "one")
    assert book.say("turn.guide_changed", "en") in message.text


@pytest.mark.parametrize(
    "event",
    [
        *(Said(ID, text) for text in ("stop", "やめる", "a person")),
        *(Picked(ID, PROMPT, button) for button in ("stop", "person")),
    ],
)
def test_stop_and_a_person_are_understood_where_the_state_is_gone(event: Event) -> None:
    book = book_of(START, WITHOUT_TWO)
    assert take(book, at_two(), event)[0].place == Place("guide", "done")


def test_an_older_button_ends_nothing_where_the_state_is_gone() -> None:
    book = book_of(START, WITHOUT_TWO)
    assert take(book, at_two(), Picked(ID, PROMPT - 1, "stop"))[0].place == Place("guide", "one")


def test_a_command_and_a_link_count_where_the_state_is_gone() -> None:
    book = book_of(START, WITHOUT_TWO)
    assert take(book, at_two(), Invoked(ID, "stop"))[0].place == Place("guide", "done")
    conversation, message = take(book, at_two(), Invoked(ID, "status"))
    assert "fix" in conversation.offered
    assert book.say("turn.guide_changed", "en") in message.text
    conversation, message = take(book, at_two(), Opened(ID, None, "ja-guide-three"))
    assert (conversation.place, conversation.language) == (Place("guide", "three"), "ja")
    assert message.text.startswith(book.say("turn.guide_changed", "ja"))
    _, message = take(book, at_two(), Sent(ID, "photo"))
    assert book.say("turn.sent_photo", "en") in message.text


def test_whoever_waits_for_apple_is_told_where_the_state_is_gone() -> None:
    book = book_of(START, WITHOUT_TWO)
    waiting = replace(at_two(), topics=("apple",))
    conversation, message = take(book, waiting, StatusChanged(ID))
    assert message.text.startswith(book.say("watch.back", "en"))
    assert (conversation.place, conversation.topics) == (Place("guide", "one"), ("apple",))


def test_evidence_counts_where_the_state_is_gone(book: Book) -> None:
    gone = replace(book.begin(ANN, "en"), place=Place("iphone", "gone"), prompt=4, offered=("fixed",))
    for event in (Said(ID, NOT_AVAILABLE), Shared(ID, "x.txt", NOT_AVAILABLE)):
        conversation, message = take(book, gone, event)
        assert conversation.place == Place("mac", "apple_store")
        assert "Not Available" in message.text


def test_steps_that_are_gone_are_forgotten_on_the_way_back_and_in_the_summary() -> None:
    book = book_of(START, WITHOUT_TWO)
    at_three = replace(stored("guide", "not_yet", "red"), tried=_tried("one", "two"))
    conversation, message = take(book, at_three, Said(ID, "back"))
    assert conversation.place == Place("guide", "one")
    assert "This is one" in message.text
    conversation, message = take(book, at_three, Said(ID, "not yet"))
    assert [each.place.state for each in conversation.tried] == ["one", "three"]
    assert "First, Third" in message.text
    assert "Second" not in message.text


def test_steps_that_were_renamed_are_remembered_by_their_new_names() -> None:
    book = book_of(START, RENAMED)
    at_three = replace(stored("guide", "not_yet", "red"), tried=_tried("one", "two"))
    conversation, _ = take(book, at_three, Said(ID, "back"))
    assert conversation.place == Place("guide", "second")
    conversation, message = take(book, at_three, Said(ID, "not yet"))
    assert [each.place.state for each in conversation.tried] == ["one", "second", "three"]
    assert "First, Second, Third" in message.text


def test_a_path_through_another_flow_that_was_edited_is_mended_as_well() -> None:
    """The flow of the place itself is the same as ever, so its version alone does not tell."""
    edited = START.replace("hello", "greeting")
    conversation, message = take(book_of(edited, GUIDE), stored("guide"), Said(ID, "back"))
    assert conversation.place == Place("guide", "one")
    assert "This is one" in message.text
    renamed = edited.replace("  greeting:\n", "  greeting:\n    was: hello\n")
    conversation, message = take(book_of(renamed, GUIDE), stored("guide"), Said(ID, "back"))
    assert conversation.place == Place("start", "greeting")


def test_an_answer_that_is_gone_does_nothing_and_the_question_is_asked_as_it_is_now() -> None:
    book = book_of(
        START, GUIDE.replace("red: {label: {ja: 赤, en: Red}", "green: {label: {ja: 緑, en: Green}")
    )
    for event in (Picked(ID, PROMPT, "red"), Said(ID, "red"), Said(ID, "1")):
        conversation, message = take(book, at_two(), event)
        assert conversation.place == Place("guide", "two")
        assert [choice.id for choice in message.choices][:2] == ["green", "blue"]
        assert conversation.prompt == PROMPT + 1


def test_a_number_means_what_was_on_the_screen_even_if_the_answers_changed_places() -> None:
    red, blue = (line for line in GUIDE.splitlines() if "Red" in line or "Blue" in line)
    book = book_of(START, GUIDE.replace(red, "@").replace(blue, red).replace("@", blue))
    assert take(book, at_two(), Said(ID, "1"))[0].place == Place("guide", "three")
    conversation, _ = take(book, at_two(), Said(ID, "hmm"))
    assert take(book, conversation, Said(ID, "1"))[0].place == Place("guide", "done")


def test_a_new_wording_changes_nothing_for_those_who_are_under_way() -> None:
    book = book_of(START, GUIDE.replace("This is two", "Now comes two").replace("Red", "Scarlet"))
    assert book.flows["guide"].version == old_book().flows["guide"].version
    conversation, message = take(book, at_two(), Said(ID, "hmm"))
    assert conversation == at_two()
    assert "Now comes two" in message.text


def test_a_new_step_changes_the_version_and_nothing_for_those_who_are_under_way() -> None:
    book = book_of(START, GUIDE.replace("to: done", "to: three"))
    assert book.flows["guide"].version != old_book().flows["guide"].version
    conversation, message = take(book, at_two(), Said(ID, "blue"))
    assert conversation.place == Place("guide", "three")
    assert conversation.version == book.flows["guide"].version
    assert book.say("turn.guide_changed", "en") not in message.text


SHIPPED_PLACES = [Place("iphone", "vpn"), Place("mac", "serial_number"), Place("start", "stopped")]
PLACES = st.sampled_from([*SHIPPED_PLACES, Place("iphone", "gone"), Place("gone", "vpn"), Place("", "")])
IDS = st.sampled_from(["fixed", "not_yet", "gone", "help", "stop", "go_on", ""])
FINDINGS = st.builds(Finding, st.sampled_from(["serial_missing", "model"]), st.text(max_size=160))
ANYBODY = st.builds(
    Conversation,
    st.just(ANN),
    PLACES,
    st.sampled_from(LANGUAGES),
    version=st.sampled_from(["", "old", "iphone", "mac", "start"]),
    path=st.lists(PLACES, max_size=5).map(tuple),
    tried=st.lists(
        st.builds(Tried, PLACES, st.sampled_from(["fixed", "not_yet", "skipped"])), max_size=4
    ).map(tuple),
    findings=st.lists(FINDINGS, max_size=3).map(tuple),
    prompt=st.integers(0, 5),
    offered=st.lists(IDS, max_size=4).map(tuple),
    topics=st.sampled_from([(), ("apple",), ("apple", "other")]),
)
TEXTS = st.sampled_from(["", "1", "2", "back", "stop", "a person", "how", "直りました", "hm", CERTIFICATE])
SILENT = (StatusChanged(ID), Left(ID), ForgetMe(ID))
ANYTHING = (
    st.builds(Said, st.just(ID), TEXTS)
    | st.builds(Shared, st.just(ID), st.just("x"), TEXTS)
    | st.builds(Picked, st.just(ID), st.integers(0, 5), IDS)
    | st.builds(Woke, st.just(ID), st.integers(0, 5))
    | st.just(Opened(ID))
    | st.sampled_from([Opened(ID, "ja", "en-mac"), Sent(ID, "photo"), *SILENT])
    | st.builds(Invoked, st.just(ID), st.sampled_from(["help", "status", "language", "restart", "stop"]))
)


@settings(derandomize=True, deadline=None, database=None, max_examples=150)
@given(ANYBODY, ANYTHING)
def test_whatever_was_stored_lands_in_the_book_and_never_raises(
    book: Book, conversation: Conversation, event: Event
) -> None:
    if conversation.version in book.flows:
        conversation = replace(conversation, version=book.flows[conversation.version].version)
    turn = take_turn(book, conversation, event, CLEAR, ANN)
    message = reply(turn)
    if message is None:
        assert isinstance(event, Woke | StatusChanged | Left | ForgetMe)
        return
    assert_fits(message)
    places = {state.place for flow in book.flows.values() for state in flow.states.values()}
    now = turn.conversation
    assert {now.place, *now.path, *(each.place for each in now.tried)} <= places
    assert not any(isinstance(job, Wake) and job.at <= CLEAR.now for job in turn.jobs)


def _tried(*states: str) -> tuple[Tried, ...]:
    return tuple(Tried(Place("guide", state), "not_yet") for state in states)
