"""What the placeholders become: never longer than the checker counts on, and true to Apple's board."""

from datetime import UTC, datetime, timedelta, timezone
from typing import get_args

import pytest

from adapters.apple.board import MESSAGE_LIMIT
from bot.apple import Board, Report, Service, ServiceState
from bot.dialogue.book import Book
from bot.dialogue.phrase import FILLERS, Scene, full_report, moment
from bot.dialogue.source.check_texts import WIDEST
from bot.dialogue.vocabulary import PLACEHOLDERS
from bot.model import LANGUAGES, Address, Finding, FindingName, Language, Outcome, Tried, World
from bot.replace import replace

NOW = datetime(2026, 12, 28, 22, 45, tzinfo=UTC)
YESTERDAY = NOW - timedelta(days=1)
TOKYO = timezone(timedelta(hours=9), "JST")


def _scene(book: Book, language: Language, flow: str, state: ServiceState) -> Scene:
    """Give the worst that can come together: everything down and long, everything tried, long evidence."""
    reports = tuple(
        Report(service, state, YESTERDAY, NOW + timedelta(days=1), "障" * MESSAGE_LIMIT)
        for service in Service
    )
    outcomes: tuple[Outcome, ...] = get_args(Outcome)
    states = [each.place for each in book.flows[flow].states.values() if each.title]
    tried = tuple(Tried(place, outcomes[number % 3]) for number, place in enumerate(states))
    findings = tuple(Finding(name, "録" * 160) for name in get_args(FindingName))
    conversation = book.begin(Address("test", "", ""), language)
    conversation = replace(
        conversation, place=book.flows[flow].begin, tried=tried, findings=findings, path=()
    )
    return Scene(book, conversation, World(NOW, {language: Board(NOW, reports)}, crowd=YESTERDAY))


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("flow", ["iphone", "mac"])
@pytest.mark.parametrize("state", get_args(ServiceState))
def test_no_placeholder_gets_longer_than_the_checker_counts_on(
    book: Book, language: Language, flow: str, state: ServiceState
) -> None:
    scene = _scene(book, language, flow, state)

    assert {name for name, fill in FILLERS.items() if len(fill(scene)) > WIDEST[name]} == set()


def test_every_placeholder_of_the_vocabulary_is_filled_and_counted() -> None:
    assert set(FILLERS) == set(PLACEHOLDERS) == set(WIDEST)


def test_a_planned_end_that_has_passed_is_not_promised(book: Book) -> None:
    scene = _scene(book, "en", "iphone", "maintenance")
    overdue = Report(Service.IMESSAGE, "maintenance", YESTERDAY, NOW - timedelta(hours=1))

    assert len(full_report(scene, overdue).splitlines()) == 1
    assert len(full_report(scene, replace(overdue, until=NOW + timedelta(hours=1))).splitlines()) == 2


def test_a_time_is_said_in_the_persons_zone_with_the_day_unless_it_is_today(book: Book) -> None:
    scene = _scene(book, "ja", "iphone", "ok")
    in_tokyo = Scene(book, scene.conversation, World(NOW, {}, TOKYO))

    assert moment(in_tokyo, NOW) == "07:45"
    assert moment(in_tokyo, NOW - timedelta(hours=8)) == "2026年12月28日 23:45"
    assert moment(scene, NOW) == "22:45 UTC"


def test_apples_words_in_another_language_are_not_shown_but_the_state_is(book: Book) -> None:
    scene = _scene(book, "ja", "iphone", "outage")
    english = Scene(book, replace(scene.conversation, language="en"), scene.world)

    assert "障障" in FILLERS["apple_report"](scene)
    assert "障" not in FILLERS["apple_report"](english)
    assert "outage" in FILLERS["apple_report"](english)
