"""The overview of one's own page: the status, where the guide stands, and the buttons that fit."""

from datetime import UTC, datetime, timedelta
from typing import get_args

import pytest

from adapters.apple.board import MESSAGE_LIMIT
from bot.apple import Board, Report, Service, ServiceState
from bot.dialogue.book import Book
from bot.dialogue.following import APPLE
from bot.dialogue.home import HOME, home
from bot.dialogue.turn import take_turn
from bot.events import Event, Invoked, Left, Opened, Said
from bot.model import LANGUAGES, Conversation, EventId, Language, Place, Reply, World
from bot.replace import replace
from tests.fit import assert_fits
from tests.outside import ANN, Weather, world

ID = EventId("event")
NOW = datetime(2026, 12, 28, 22, 45, tzinfo=UTC)


def after(book: Book, *events: Event, weather: Weather = "clear") -> Conversation:
    """Give the conversation that the events lead to."""
    conversation = None
    for event in events:
        conversation = take_turn(book, conversation, event, world(weather), ANN).conversation
    assert conversation is not None
    return conversation


def buttons(reply: Reply) -> list[tuple[str, str]]:
    return [(choice.id, choice.label) for choice in reply.choices]


def test_somebody_new_is_greeted_sees_the_status_and_can_begin(book: Book) -> None:
    shown = home(book, None, world("clear"), "en")
    assert shown.text.startswith("Hello!")
    assert "🟢 iMessage: no problem reported" in shown.text
    assert "We haven’t started yet" in shown.text
    assert buttons(shown) == [("go_on", "Begin"), ("language", "日本語"), ("forget", "Delete my data")]
    assert home(book, None, world("clear"), "ja").text.startswith("こんにちは。")


def test_in_the_middle_of_a_guide_it_names_the_step_and_offers_to_go_on(book: Book) -> None:
    middle = after(book, Said(ID, "iPhone", "ja"), Said(ID, "開きました"), Said(ID, "まだです"))
    shown = home(book, middle, world("down"), "en")
    assert "いまの手順：iMessageのオフ・オン（2/9）" in shown.text, "the conversation's language counts"
    assert buttons(shown) == [
        ("go_on", "続きから"),
        ("restart", "最初から"),
        ("watch", "復旧したら知らせて"),
        ("language", "English"),
        ("forget", "私のデータを削除"),
    ]


def test_before_the_first_step_it_names_the_topic(book: Book) -> None:
    shown = home(book, after(book, Said(ID, "Mac"), weather="down"), world("clear"), "en")
    assert "Your guide: A Mac that won’t sign in to iMessage and FaceTime" in shown.text
    assert "Current step" not in shown.text


@pytest.mark.parametrize("text", ["iMessage works now", "stop", "a person"])
def test_at_an_end_one_can_begin_again(book: Book, text: str) -> None:
    shown = home(book, after(book, Said(ID, "Mac"), Said(ID, text)), world("clear"), "en")
    assert "Your last guide has come to its end" in shown.text
    assert buttons(shown)[:2] == [("go_on", "Begin again"), ("language", "日本語")]


@pytest.mark.parametrize("weather", ["down", "unknown", "partly", "clear"])
def test_whoever_follows_the_status_here_or_elsewhere_is_told_so_and_can_stop_it(
    book: Book, weather: Weather
) -> None:
    here = after(book, Invoked(ID, "watch"), weather="down")
    assert here.topics == (APPLE,)
    for shown in (
        home(book, here, world(weather), "en"),
        home(book, None, world(weather), "en", watches=True),
    ):
        assert "When there is news, I’ll let you know." in shown.text
        assert ("unwatch", "Stop watching") in buttons(shown)
        assert "watch" not in dict(buttons(shown))


def test_whoever_was_gone_and_one_whose_step_is_gone_can_go_on(book: Book) -> None:
    left = after(book, Said(ID, "Mac"), Left(ID))
    for conversation in (left, replace(left, place=Place("mac", "gone"), version="old")):
        shown = home(book, conversation, world("clear"), "en")
        assert "Your guide: A Mac" in shown.text
        assert buttons(shown)[0] == ("go_on", "Go on")


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("state", get_args(ServiceState))
def test_it_fits_at_its_longest_everywhere(book: Book, language: Language, state: ServiceState) -> None:
    day = timedelta(days=1)
    reports = tuple(
        Report(service, state, NOW - day, NOW + day, "障" * MESSAGE_LIMIT, NOW + day) for service in Service
    )
    outside = World(NOW, {language: Board(NOW, reports)})
    for flow in book.flows.values():
        for place in (each.place for each in flow.states.values()):
            begun = replace(book.begin(ANN, language), place=place, version=flow.version, prompt=1)
            shown = home(book, begun, outside, language, watches=True)
            assert_fits(shown)
            names = [choice.id for choice in shown.choices]
            assert names == [name for name in HOME if name in names]
            assert (shown.prompt, shown.origin, shown.aside, shown.progress) == (0, "", False, None)


def test_opening_the_conversation_does_what_the_first_button_says(book: Book) -> None:
    """`go_on` is brought in as `Opened`: it begins, goes on, or begins again."""
    for said, place in (("still not working", "iphone.web_page"), ("stop", "start.which_device")):
        before = after(book, Said(ID, "iPhone"), Said(ID, said))
        opened = take_turn(book, before, Opened(ID), world("clear"), ANN).conversation
        assert str(opened.place) == place
