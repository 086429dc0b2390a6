"""Everything that can be pressed is pressed, in every state, both languages and whatever Apple's board says."""

from collections.abc import Iterator
from dataclasses import replace
from typing import Literal, NamedTuple, TypeAlias

import pytest

from bot.dialogue.book import Book
from bot.dialogue.turn import take_turn
from bot.dialogue.vocabulary import COMMANDS
from bot.model import (
    LANGUAGES,
    Conversation,
    Event,
    EventId,
    FindingName,
    Language,
    Opened,
    Picked,
    Place,
    Reply,
    Said,
    Shared,
    Tried,
    Turn,
)
from tests.fit import assert_fits, reply
from tests.outside import ANN, Weather, world

WEATHERS: tuple[Weather, ...] = ("clear", "down", "maintenance", "unknown", "partly", "old")
LONG_WORDS: dict[Language, str] = {"en": "Some users may be affected. " * 11, "ja": "一部のユーザに影響が出ています。" * 19}
"""Apple's own words at their longest: an adapter lets 300 characters through."""

ID = EventId("event")
STAMP = "2016/05/03 22:13:48.232 " + "x" * 60
PASTED = (
    f"""
    System Version: macOS 15.1 (24B83)
    Model Identifier: MacBookPro11,2
    {STAMP} apsd[74]: Hardware SerialNumber "{"u" * 40}" looks incorrect or invalid
    {STAMP} apsd[74]: Certificate not yet generated
    """,
    "Model Identifier: MacBookPro11,2\n  Serial Number (system): C02AB1CDEF2G",
)
WORDS = ("", "something else altogether", "thanks", "it works now", "still not", *PASTED)
"""Said in every state, beside all the buttons."""

Memory: TypeAlias = Literal["little", "much"]


class Standing(NamedTuple):
    """What tells one situation of a conversation from another."""

    place: Place
    language: Language
    weather: Weather
    findings: frozenset[FindingName]
    can_go_back: bool


class Step(NamedTuple):
    """One turn of the walk."""

    origin: Standing
    before: Conversation
    event: Event
    turn: Turn
    to: Standing


@pytest.fixture(scope="module", params=["little", "much"])
def walk(book: Book, request: pytest.FixtureRequest) -> tuple[Step, ...]:
    """Walk breadth first through everything that can be pressed, with little or much to remember."""
    memory: Memory = request.param
    return tuple(_walk(book, memory))


def test_every_place_is_walked_through_in_both_languages_under_every_board(
    book: Book, walk: tuple[Step, ...]
) -> None:
    places = {state.place for flow in book.flows.values() for state in flow.states.values()}
    walked = {(step.origin.place, step.origin.language, step.origin.weather) for step in walk}
    assert walked == {(place, language, weather) for place in places for language in LANGUAGES for weather in WEATHERS}


def test_every_reply_fits_every_platform(walk: tuple[Step, ...]) -> None:
    for step in walk:
        message = reply(step.turn)
        assert message is not None, step
        assert_fits(message)


def test_every_question_offers_an_answer_and_every_end_a_way_back_in(book: Book, walk: tuple[Step, ...]) -> None:
    for step in walk:
        message = reply(step.turn)
        assert message is not None
        ids = {choice.id for choice in message.choices}
        assert {"help", "language"} <= ids
        assert step.to.place == book.start.begin or "restart" in ids
        if book.state(step.to.place).end:
            assert "stop" not in ids
            assert not _answers(message), step
        else:
            assert {"stop", "person"} <= ids
            assert _answers(message), step


def test_every_button_does_what_it_says(book: Book, walk: tuple[Step, ...]) -> None:
    for step in walk:
        if isinstance(step.event, Picked):
            expected, now = _expected(book, step.before, step.event.choice), step.turn.conversation
            assert (now.place, now.language) == expected, step


def test_an_end_can_be_reached_from_every_situation_by_answers_alone(book: Book, walk: tuple[Step, ...]) -> None:
    origins = {step.origin for step in walk}
    ending = {origin for origin in origins if book.state(origin.place).end}
    answers = [
        (step.origin, step.to)
        for step in walk
        if isinstance(step.event, Picked) and step.event.choice not in set(COMMANDS) - {"skip"}
    ]
    while grown := {origin for origin, to in answers if to in ending} - ending:
        ending |= grown
    assert origins - ending == set()


@pytest.mark.parametrize("position", [0, -1])
def test_giving_the_first_answer_each_time_ends_and_so_does_the_last(
    book: Book, walk: tuple[Step, ...], position: int
) -> None:
    """Whoever looks at the board again and again while Apple is down stays there until it changes."""
    for conversation in {step.origin: step.before for step in walk}.values():
        for _ in range(60):
            shown = take_turn(book, conversation, Opened(ID), world("clear"), ANN)
            if book.state(conversation.place).end:
                break
            message = reply(shown)
            assert message is not None
            press = Picked(ID, message.prompt, _answers(message)[position])
            conversation = take_turn(book, shown.conversation, press, world("clear"), ANN).conversation  # noqa: PLW2901
        else:
            pytest.fail(f"goes round and round: {conversation.path}")


# --- the walk ---


def _walk(book: Book, memory: Memory) -> Iterator[Step]:
    waiting = [
        (_standing(each, weather), each)
        for language in LANGUAGES
        for weather in WEATHERS
        for each in [take_turn(book, None, Opened(ID, language), world(weather), ANN).conversation]
    ]
    seen = {standing for standing, _ in waiting}
    for origin, conversation in waiting:
        for event in _events(conversation):
            outside = world(origin.weather, words=LONG_WORDS)
            turn = take_turn(book, conversation, event, outside, ANN)
            to = _standing(turn.conversation, origin.weather)
            yield Step(origin, conversation, event, turn, to)
            for weather in WEATHERS:
                following = _remembering(book, turn.conversation, memory, weather)
                standing = _standing(following, weather)
                if standing not in seen:
                    seen.add(standing)
                    waiting.append((standing, following))


def _events(conversation: Conversation) -> Iterator[Event]:
    for choice in conversation.offered:
        yield Picked(ID, conversation.prompt, choice)
    for text in WORDS:
        yield Said(ID, text)
    yield Shared(ID, "empty.txt", "")
    yield Picked(ID, conversation.prompt - 1, "not_yet")


def _remembering(book: Book, conversation: Conversation, memory: Memory, weather: Weather) -> Conversation:
    """Give the conversation as shown under that board; with much to remember, every step was tried."""
    if memory == "much":
        steps = [state for flow in book.flows.values() for state in flow.states.values() if state.title]
        tried = tuple(Tried(state.place, "skipped" if number % 2 else "not_yet") for number, state in enumerate(steps))
        findings = tuple(replace(each, quote=f"{each.quote:x<160}") for each in conversation.findings)
        conversation = replace(conversation, tried=tried, findings=findings)
    if book.state(conversation.place).end:
        return conversation
    return take_turn(book, conversation, Said(ID, ""), world(weather), ANN).conversation


def _standing(conversation: Conversation, weather: Weather) -> Standing:
    findings: frozenset[FindingName] = frozenset(each.name for each in conversation.findings)
    return Standing(conversation.place, conversation.language, weather, findings, bool(conversation.path))


def _expected(book: Book, before: Conversation, choice: str) -> tuple[Place, Language]:
    state, flow = book.state(before.place), book.flows[before.place.flow]
    option = state.option(choice)
    places = {
        "skip": state.skip,
        "back": before.path[-1] if before.path else None,
        "restart": book.start.begin,
        "person": flow.exits["person"],
        "stop": flow.exits["stop"],
    }
    other: Language = "en" if before.language == "ja" else "ja"
    language = other if choice == "language" else before.language
    return (option.to if option else places.get(choice) or before.place), language


def _answers(message: Reply) -> list[str]:
    return [choice.id for choice in message.choices if choice.kind == "answer"]
