"""Apple's status in the chat: it fits at its longest and says nothing untrue."""

from datetime import UTC, datetime, timedelta
from itertools import product
from typing import get_args

import pytest

from adapters.apple.board import MESSAGE_LIMIT
from bot.apple import Board, Report, Service, ServiceState
from bot.dialogue.book import Book, compile_book
from bot.dialogue.command import DEEDS
from bot.dialogue.following import APPLE
from bot.dialogue.source.parse import parse
from bot.dialogue.turn import origin_of, take_turn
from bot.dialogue.vocabulary import COMMANDS
from bot.events import (
    Command,
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
from bot.model import LANGUAGES, Conversation, EventId, Language, Place, Reply, World
from bot.replace import replace
from tests.dialogue.flow_texts import SMALL, small_with
from tests.fit import assert_fits, reply
from tests.outside import ANN, START, Weather, world

ID = EventId("event")
NOW = datetime(2026, 12, 28, 22, 45, tzinfo=UTC)


def said(book: Book, conversation: Conversation | None, event: Event, outside: World) -> Reply:
    """Give the one reply to the event."""
    message = reply(take_turn(book, conversation, event, outside, ANN))
    assert message is not None
    return message


def waiting(book: Book, weather: Weather = "down", language: Language = "en") -> Conversation:
    """Give the conversation of somebody who has asked to be told."""
    ask = Said(ID, "tell me when it’s back", language)
    return take_turn(book, None, ask, world(weather), ANN).conversation


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("flow", ["start", "iphone", "mac"])
@pytest.mark.parametrize("state", get_args(ServiceState))
def test_the_card_fits_at_its_longest(book: Book, language: Language, flow: str, state: ServiceState) -> None:
    day = timedelta(days=1)
    reports = tuple(
        Report(service, state, NOW - day, NOW + day, "障" * MESSAGE_LIMIT, NOW + day) for service in Service
    )
    begun = replace(book.begin(ANN, language), place=book.flows[flow].begin, topics=(APPLE,), prompt=1)
    outside = World(NOW, {language: Board(NOW, reports)})
    gone = replace(begun, place=Place(flow, "gone"))
    commands: tuple[Command, ...] = ("status", "watch", "unwatch")
    for conversation, command in product((begun, gone), commands):
        message = said(book, conversation, Invoked(ID, command), outside)
        assert_fits(message)
        for report in reports:
            assert book.say(f"service.{report.service.name.lower()}", language) in message.text or (
                report.service not in book.flows[flow].watches
            )


def test_a_flow_that_watches_nothing_shows_everything(book: Book) -> None:
    source = parse(small_with(SMALL))
    small = compile_book(source.flows, source.phrases, source.words)
    assert source.flows["start"].watches == ()
    message = said(small, None, Invoked(ID, "status"), world("clear"))
    assert message.text.count("🟢") == len(Service)
    told = said(small, waiting(small), StatusChanged(ID), world("clear"))
    assert told.text.startswith(book.say("watch.back", "en"))


def test_leaving_ends_the_watch_and_makes_every_button_and_reminder_old(book: Book) -> None:
    before = waiting(book)
    turn = take_turn(book, before, Left(ID), world("down"), ANN)
    assert turn.jobs == ()
    left = replace(before, topics=(), offered=(), prompt=before.prompt + 1, watch=None)
    assert turn.conversation == left


def test_somebody_new_who_leaves_is_as_new_as_before(book: Book) -> None:
    turn = take_turn(book, None, Left(ID), world("clear"), ANN)
    assert turn.conversation == book.begin(ANN, "en")


def test_wanting_to_be_forgotten_is_no_turn(book: Book) -> None:
    before = waiting(book)
    turn = take_turn(book, before, ForgetMe(ID), world("clear"), ANN)
    assert (turn.conversation, turn.jobs) == (before, ())


@pytest.mark.parametrize(
    "event",
    [
        Opened(ID, origin="o"),
        Said(ID, "hello", origin="o"),
        Picked(ID, 1, "mac", origin="o"),
        Picked(ID, 0, "mac", origin="o"),
        Invoked(ID, "status", origin="o"),
        Shared(ID, "x", "x", origin="o"),
        Sent(ID, "photo", origin="o"),
    ],
)
def test_the_reply_carries_the_origin_of_what_it_answers(book: Book, event: Event) -> None:
    asked = take_turn(book, None, Opened(ID), world("clear"), ANN).conversation
    for conversation in (None, asked):
        assert said(book, conversation, event, world("clear")).origin == "o"
    assert said(book, asked, Said(ID, "hello"), world("clear")).origin == ""


def test_what_comes_by_itself_has_no_origin() -> None:
    assert [origin_of(event) for event in (Woke(ID, 1), StatusChanged(ID), Left(ID))] == ["", "", ""]


def test_an_old_button_is_answered_aside_and_changes_nothing(book: Book) -> None:
    before = take_turn(book, None, Said(ID, "Mac"), world("clear"), ANN).conversation
    turn = take_turn(book, before, Picked(ID, before.prompt - 1, "mac", "o"), world("clear"), ANN)
    note = book.say("turn.old_button", "en")
    assert reply(turn) == Reply(note, (), before.prompt, "o", aside=True)
    assert turn.conversation == before


def test_a_button_of_somebody_of_whom_nothing_is_known_leads_to_the_first_question(book: Book) -> None:
    message = said(book, None, Picked(ID, 9, "not_yet"), world("clear"))
    assert not message.aside
    assert {"iphone", "mac"} <= {choice.id for choice in message.choices}


@pytest.mark.parametrize("choice", ["watch", "unwatch"])
def test_a_button_of_an_old_card_of_somebody_forgotten_shows_the_card_anew_and_follows_nothing(
    book: Book, choice: str
) -> None:
    turn = take_turn(book, None, Picked(ID, 9, choice), world("down"), ANN)
    message = reply(turn)
    assert message is not None
    assert [each.id for each in message.choices] == ["watch", "fix"]
    assert turn.conversation.topics == ()


@pytest.mark.parametrize(("command", "language"), [("japanese", "ja"), ("english", "en")])
@pytest.mark.parametrize("before", LANGUAGES)
def test_a_language_is_set_whatever_it_was_also_where_the_step_is_gone(
    book: Book, command: Command, language: Language, before: Language
) -> None:
    begun = replace(book.begin(ANN, before), prompt=1, offered=("iphone", "mac"))
    gone = replace(begun, place=Place("mac", "gone"))
    for conversation in (None, begun, gone):
        turn = take_turn(book, conversation, Invoked(ID, command, before), world("clear"), ANN)
        message = reply(turn)
        assert message is not None
        assert turn.conversation.language == language
        assert book.say("turn.language", language) in message.text
        assert (
            not conversation
            or book.say("turn.guide_changed", before) not in message.text
            or before == language
        )


def test_every_command_has_a_deed() -> None:
    assert set(DEEDS) == set(COMMANDS)


@pytest.mark.parametrize(
    ("language", "seconds", "begin"),
    [
        ("ja", 59, "Appleのシステム状況（10:32確認）"),
        ("ja", 60, "Appleのシステム状況（1分前、10:32確認）"),
        ("en", 59, "Apple’s System Status (checked 10:32)"),
        ("en", 599, "Apple’s System Status (checked 9 min ago, at 10:32)"),
    ],
)
def test_the_card_says_how_old_it_is(book: Book, language: Language, seconds: int, begin: str) -> None:
    later = replace(world("clear"), now=START + timedelta(seconds=seconds))
    assert said(book, None, Invoked(ID, "status", language), later).text.split("\n")[0] == begin
