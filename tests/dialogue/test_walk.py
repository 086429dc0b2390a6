"""All that can be pressed is pressed: in every state, in both languages, whatever Apple's board says."""

from collections.abc import Iterator, Mapping
from datetime import timedelta
from itertools import product
from typing import Literal, NamedTuple, TypeAlias, get_args

import pytest

from bot.dialogue.book import Book
from bot.dialogue.phrase import Scene
from bot.dialogue.progress import left_off
from bot.dialogue.turn import take_turn
from bot.dialogue.vocabulary import COMMANDS
from bot.events import Event, Opened, Picked, Said, Shared, Woke
from bot.model import (
    LANGUAGES,
    Conversation,
    EventId,
    FindingName,
    Language,
    Place,
    Reply,
    Tried,
    Turn,
    WakeReason,
    World,
)
from bot.replace import replace
from tests.fit import assert_fits, reply
from tests.outside import ANN, START, Weather, world

Memory: TypeAlias = Literal["little", "much"]

WEATHERS: Mapping[Memory, tuple[Weather, ...]] = {
    "little": ("clear", "down", "unknown", "partly", "crowd"),
    "much": ("down", "unknown", "crowd"),
}
"""The boards under which everything is walked through, with little or much (for long replies) to remember."""

LONG_WORDS: dict[Language, str] = {
    "en": "Some users may be affected. " * 7,
    "ja": "一部のユーザに影響が出ています。" * 12,
}
"""Apple's own words at their longest: an adapter lets 200 characters through."""

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
WORDS = (
    "",
    "something else altogether",
    "status",
    "tell me when it’s back",
    "stop watching",
    "thanks",
    "it works now",
    "still not",
    "my number is wrong",
    "I can’t send SMS",
    *PASTED,
)
"""Said in every state, beside all the buttons."""


class Standing(NamedTuple):
    """What tells one situation of a conversation from another."""

    place: Place
    language: Language
    weather: Weather
    findings: frozenset[FindingName]


class Walk(NamedTuple):
    """All turns of a walk, and the boards that it was made under."""

    steps: tuple["Step", ...]
    weathers: tuple[Weather, ...]


class Step(NamedTuple):
    """One turn of the walk."""

    origin: Standing
    before: Conversation
    event: Event
    turn: Turn
    to: Standing


@pytest.fixture(scope="module", params=["little", "much"])
def walk(book: Book, request: pytest.FixtureRequest) -> Walk:
    """Walk breadth first through everything that can be pressed, with little or much to remember."""
    memory: Memory = request.param
    return Walk(tuple(_walk(book, memory)), WEATHERS[memory])


def test_every_place_is_walked_through_in_both_languages_under_every_board(book: Book, walk: Walk) -> None:
    places = {state.place for flow in book.flows.values() for state in flow.states.values()}
    walked = {(step.origin.place, step.origin.language, step.origin.weather) for step in walk.steps}
    assert walked == set(product(places, LANGUAGES, walk.weathers))


def test_every_reply_fits_every_platform(walk: Walk) -> None:
    for step in walk.steps:
        message = reply(step.turn)
        assert message is not None, step
        assert_fits(message)


def test_every_question_offers_an_answer_and_an_end_offers_none(book: Book, walk: Walk) -> None:
    for step in walk.steps:
        message = reply(step.turn)
        assert message is not None
        if _is_card_or_aside(message):
            continue
        assert {"help", "language"} <= {choice.id for choice in message.choices}
        assert bool(_answers(message)) != book.state(step.to.place).end, step


def test_a_command_is_offered_where_it_leads_somewhere_and_only_there(book: Book, walk: Walk) -> None:
    for step in walk.steps:
        now, flow = step.turn.conversation, book.flows[step.to.place.flow]
        state = book.state(now.place)
        if "fix" in now.offered:
            continue
        expected = {
            "how": state.how is not None,
            "skip": state.skip is not None,
            "back": bool(now.path),
            "restart": now.place != book.start.begin,
            "person": now.place != flow.exits["person"],
            "stop": not state.end,
        }
        assert {name: name in now.offered for name in expected} == expected, step


def test_every_button_does_what_it_says(book: Book, walk: Walk) -> None:
    for step in walk.steps:
        if isinstance(step.event, Picked) and step.event.prompt == step.before.prompt:
            expected, now = _expected(book, step, step.event.choice), step.turn.conversation
            assert (now.place, now.language) == expected, step


def test_an_end_can_be_reached_from_every_situation_by_answers_alone(book: Book, walk: Walk) -> None:
    origins = {step.origin for step in walk.steps}
    ending = {origin for origin in origins if book.state(origin.place).end}
    answers = [
        (step.origin, step.to)
        for step in walk.steps
        if isinstance(step.event, Picked) and step.event.choice not in set(COMMANDS) - {"skip"}
    ]
    while grown := {origin for origin, to in answers if to in ending} - ending:
        ending |= grown
    assert origins - ending == set()


@pytest.mark.parametrize("position", [0, -1])
def test_giving_the_first_answer_each_time_ends_and_so_does_the_last(
    book: Book, walk: Walk, position: int
) -> None:
    """Whoever looks at the board again and again while Apple is down stays there until it changes."""
    starts = {(step.origin.place, step.origin.findings): step.before for step in walk.steps}
    for conversation in starts.values():
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
    worlds = {weather: world(weather, words=LONG_WORDS) for weather in WEATHERS[memory]}
    later = world("clear", START + timedelta(days=1))
    seen: set[Standing] = set()
    waiting: list[tuple[Standing, Conversation]] = []

    def wait_for(conversation: Conversation) -> None:
        for weather, outside in worlds.items():
            standing = _standing(conversation, weather)
            if standing not in seen:
                seen.add(standing)
                waiting.append((standing, _shown(book, conversation, memory, outside)))

    for language, outside in product(LANGUAGES, worlds.values()):
        wait_for(take_turn(book, None, Opened(ID, language), outside, ANN).conversation)
    for origin, conversation in waiting:
        for event in _events(conversation):
            outside = later if isinstance(event, Woke) else worlds[origin.weather]
            turn = take_turn(book, conversation, event, outside, ANN)
            if isinstance(event, Woke) and reply(turn) is None:
                continue
            yield Step(origin, conversation, event, turn, _standing(turn.conversation, origin.weather))
            wait_for(turn.conversation)


def _events(conversation: Conversation) -> Iterator[Event]:
    for choice in conversation.offered:
        yield Picked(ID, conversation.prompt, choice)
    for text in WORDS:
        yield Said(ID, text)
    yield Shared(ID, "empty.txt", "")
    yield Picked(ID, conversation.prompt - 1, "not_yet")
    for why in get_args(WakeReason):
        yield Woke(ID, conversation.prompt, why)


def _shown(book: Book, conversation: Conversation, memory: Memory, outside: World) -> Conversation:
    """Give the conversation once its question was shown; with much to remember, as much as there can be."""
    if memory == "much":
        steps = [state for flow in book.flows.values() for state in flow.states.values() if state.title]
        tried = (Tried(state.place, ("not_yet", "skipped")[number % 2]) for number, state in enumerate(steps))
        findings = (
            replace(each, quote=each.quote[:50].ljust(160, "x")) if len(each.quote) > 50 else each
            for each in conversation.findings
        )
        conversation = replace(conversation, tried=tuple(tried), findings=tuple(findings))
    if book.state(conversation.place).end:
        return conversation
    return take_turn(book, conversation, Said(ID, ""), outside, ANN).conversation


def _standing(conversation: Conversation, weather: Weather) -> Standing:
    findings: frozenset[FindingName] = frozenset(each.name for each in conversation.findings)
    return Standing(conversation.place, conversation.language, weather, findings)


def _expected(book: Book, step: Step, choice: str) -> tuple[Place, Language]:
    before, now = step.before, step.turn.conversation
    state, flow = book.state(before.place), book.flows[before.place.flow]
    option = state.option(choice)
    places = {
        "skip": state.skip,
        "back": before.path[-1] if before.path else None,
        "never_ask": before.path[-1] if before.path else None,
        "restart": book.start.begin,
        "person": flow.exits["person"],
        "stop": flow.exits["stop"],
    }
    other: Language = "en" if before.language == "ja" else "ja"
    language = other if choice == "language" else before.language
    if option and option.resumes and (left := left_off(book, before)):
        return left[0], language
    to = option.to if option else places.get(choice) or before.place
    goes_on = bool(option) or choice in ("skip", "restart", "person", "stop")
    leads_on = option.untried if option else choice == "skip" and any(each.untried for each in state.options)
    return (_past(book, to, now, step.origin.weather, leads_on=leads_on) if goes_on else to), language


def _past(book: Book, to: Place, now: Conversation, weather: Weather, *, leads_on: bool) -> Place:
    """Give where one stops: past a state that is not stopped at, and past what was tried, if that is said."""
    tried = {book.state(each.place).title for each in now.tried}
    for _ in range(30):
        state = book.state(to)
        scene = Scene(book, replace(now, place=to), world(weather))
        if state.passes and scene.holds(state.passes.when):
            to = state.passes.to
        elif leads_on and state.title in tried and state.title and state.skip:
            to = state.skip
        else:
            break
        if not leads_on:
            break
    return to


def _is_card_or_aside(message: Reply) -> bool:
    return message.aside or "fix" in {choice.id for choice in message.choices}


def _answers(message: Reply) -> list[str]:
    """List what leads on; who rather waits to be told stays."""
    waiting = ("watch", "unwatch")
    return [each.id for each in message.choices if each.kind == "answer" and each.id not in waiting]
