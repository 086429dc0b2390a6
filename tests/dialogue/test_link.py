"""What a link into the chat leads to: anything can stand in it, and none of it does harm."""

import string

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.dialogue.book import Book
from bot.dialogue.link import Link, read_link
from bot.dialogue.machine import CHECK_IN
from bot.dialogue.turn import take_turn
from bot.events import Opened, Said
from bot.flowfiles import load_book
from bot.model import EventId, Language, Place
from tests.dialogue.test_landing import book_of
from tests.fit import assert_fits, reply
from tests.outside import ANN, world

BOOK = load_book()
PLACES = [state.place for flow in BOOK.flows.values() for state in flow.states.values()]
WORDS = [*BOOK.flows, *{place.state for place in PLACES}, "ja", "en", "JA", "no", "", "x" * 20]
PAYLOADS = st.lists(st.sampled_from(WORDS), max_size=5).map("-".join)
TEXTS = st.text(max_size=80) | st.text(f"{string.ascii_letters}{string.digits}_-", max_size=70) | PAYLOADS
ID = EventId("event")


@pytest.mark.parametrize(
    ("start", "language", "place"),
    [
        ("", None, None),
        ("en", "en", None),
        ("mac", None, "mac.apple_status"),
        ("ja-mac-date_time", "ja", "mac.date_time"),
        ("mac-date_time-ja", "ja", "mac.date_time"),
        ("MAC-Date_Time", None, "mac.date_time"),
        ("start", None, "start.which_device"),
        ("mac-no_such_step", None, "mac.apple_status"),
        ("watch-ja", "ja", None),
        ("date_time", None, None),
        ("iphone-iphone-vpn", None, "iphone.vpn"),
        ("iphone-solved", None, "iphone.apple_status"),
        ("iphone-reset_network", None, "iphone.reset_network"),
        ("iphone-reset_network_now", None, "iphone.apple_status"),
        ("mac ja", None, None),
        ("mac\n", None, None),
        ("ｍａｃ", None, None),
        ("-" * 64, None, None),
        (f"mac-{'x' * 60}", None, "mac.apple_status"),
        (f"mac-{'x' * 61}", None, None),
    ],
)
def test_a_link_asks_for_a_language_a_flow_and_a_state(
    book: Book, start: str, language: Language | None, place: str | None
) -> None:
    link = read_link(start, book)
    assert (link.language, link.place and str(link.place)) == (language, place)


@settings(derandomize=True, deadline=None, database=None, max_examples=300)
@given(TEXTS)
def test_whatever_stands_in_a_link_it_leads_to_a_question_that_loses_nothing(start: str) -> None:
    link = read_link(start, BOOK)
    if link.place:
        state = BOOK.state(link.place)
        assert not state.loses
        assert not state.end
        assert link.place not in _behind_consent()


@settings(derandomize=True, deadline=None, database=None, max_examples=100)
@given(TEXTS, st.sampled_from(PLACES))
def test_whatever_stands_in_a_link_the_chat_opens(start: str, place: Place) -> None:
    at_place = take_turn(BOOK, None, Opened(ID), world("clear"), ANN).conversation
    for before in (None, at_place):
        turn = take_turn(BOOK, before, Opened(ID, None, start), world("clear"), ANN)
        message = reply(turn)
        assert message is not None
        assert_fits(message)
        assert turn.conversation.place not in _behind_consent()
    assert BOOK.knows(place)


def test_every_open_question_of_the_guides_can_be_linked_to() -> None:
    led = {read_link(f"{place.flow}-{place.state}", BOOK).place for place in PLACES}
    asked_by_us = {arrow.to for arrow in BOOK.machine.arrows() if arrow.trigger == CHECK_IN}
    wanted = {place for place in PLACES if not BOOK.state(place).end} - _behind_consent() - asked_by_us
    assert led == wanted


def test_a_state_that_was_renamed_is_found_by_its_old_name() -> None:
    renamed = """\
flow: start
about: {ja: 例, en: An example}
begin: ask
exits: {solved: done, person: done, stop: done}
states:
  ask:
    say: {ja: どうですか, en: How is it}
    choices: {fixed: done, not_yet: second}
  second:
    was: two
    say: {ja: もう一度, en: Once more}
    choices: {fixed: done}
  done:
    say: {ja: 終わり, en: The end}
    end: yes
"""
    assert read_link("start-two", book_of(renamed)) == Link(None, Place("start", "second"))


def test_a_link_without_a_place_leaves_people_where_they_are(book: Book) -> None:
    at_mac = take_turn(book, None, Said(ID, "Mac"), world("clear"), ANN).conversation
    after = take_turn(book, at_mac, Opened(ID, "en", "ja"), world("clear"), ANN).conversation
    assert (after.place, after.language) == (at_mac.place, "ja")


def _behind_consent() -> set[Place]:
    return {option.to for place in PLACES for option in BOOK.state(place).options if option.id == "agree"}
