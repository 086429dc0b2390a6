"""What holds for every turn, whatever a person sends and whatever came before."""

import random
from typing import get_args

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.codec import encode_conversation, encode_job
from bot.dialogue.book import Book
from bot.dialogue.turn import take_turn
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
    Unread,
    Woke,
)
from bot.model import Conversation, EventId, Place
from tests.dialogue.pasted_texts import CERTIFICATE, ENGLISH_REPORT, JAPANESE_REPORT, NOT_AVAILABLE, UNKNOWN
from tests.fit import assert_fits, reply
from tests.outside import ANN, Weather, world
from tests.routes import routes
from tests.talk import Player

laws = settings(derandomize=True, deadline=None, database=None, max_examples=30)

ID = EventId("event")
WEATHERS: tuple[Weather, ...] = ("clear", "down", "maintenance", "unknown", "partly", "old", "crowd")
EVIDENCE = (CERTIFICATE, UNKNOWN, ENGLISH_REPORT, JAPANESE_REPORT, NOT_AVAILABLE, "macOS 15.1", "Mac14,2")
ANSWERS = ("1", "２番", "直りました", "still not", "yes", "no", "ok", "iPhone", "Mac", "thanks", *COMMANDS)
EVIL = (
    "",
    "\0",
    "\ud83d",
    "\udcff直った\ud800",
    "\u202e\u2066stop\u2069",
    "👩‍👩‍👧‍👦" * 50,
    "{summary}{checked_at}{quote}{",
    "%s %n {0.__class__}",
    "'; drop table conversations; --",
    "z͑̐̆a͛l̈g̃ö" * 40,
    "9" * 5_000,
    "ᄀ" * 3_000,
    "a" * 100_000,
    "直" * 100_000,
    "\n" * 100_000,
    " \u200b" * 50_000,
    "\ufdfa" * 5_000,
    "Serial Number (system):" * 2_000,
    "<!DOCTYPE html>" + "<div>" * 2_000,
)
LINKS = ("mac", "ja-mac", "en-iphone-reset_network_now", "iphone-vpn", "start", "ja", "-", "no-such")
TEXTS = (
    st.text(st.characters(codec=None), max_size=40)
    | st.sampled_from(ANSWERS)
    | st.sampled_from((*EVIDENCE, *LINKS))
)
NUMBERS = st.integers(min_value=-3, max_value=40)


def happening(deed: tuple[str, str, int], conversation: Conversation | None, id_: EventId = ID) -> Event:
    """Give the event that the deed is for somebody who sees that conversation."""
    kind, text, number = deed
    prompt = conversation.prompt if conversation else 0
    offered = conversation.offered if conversation else ()
    match kind:
        case "say":
            return Said(id_, text, "ja" if number % 2 else None)
        case "share":
            return Shared(id_, text[:10], text)
        case "open":
            return Opened(id_, "ja")
        case "wake":
            return Woke(id_, prompt - number % 3)
        case "stray":
            return Picked(id_, number, text)
        case "press":
            return Picked(id_, prompt, offered[number % len(offered)] if offered else "fixed")
        case _:
            return brought_by_a_platform(deed, id_)


def brought_by_a_platform(deed: tuple[str, str, int], id_: EventId) -> Event:
    """Give the event that the deed is, of those that nobody types or presses."""
    kind, text, number = deed
    match kind:
        case "link":
            return Opened(id_, None, text)
        case "invoke":
            return Invoked(id_, MENU[number % len(MENU)], "ja" if number % 2 else None)
        case "send":
            return Sent(id_, UNREAD[number % len(UNREAD)])
        case "overhear":
            return overheard(text, number, id_)
        case "apple":
            return StatusChanged(id_)
        case "leave":
            return Left(id_)
        case _:
            return ForgetMe(id_)


def overheard(text: str, number: int, id_: EventId = ID) -> Event:
    """Give what is said or sent in a thread without naming us."""
    sent = Sent(id_, UNREAD[number % len(UNREAD)], addressed=False)
    kinds = (Said(id_, text, addressed=False), Shared(id_, "log.txt", text, addressed=False), sent)
    return kinds[number % len(kinds)]


SILENT = ("wake", "apple", "leave", "forget", "overhear")
"""Deeds that may have no answer."""

MENU: tuple[Command, ...] = get_args(Command)
UNREAD: tuple[Unread, ...] = get_args(Unread)
DEEDS = st.tuples(
    st.sampled_from(
        [*["press"] * 6, *["say", "invoke"] * 2, *("share", "open", "link", "send", "stray"), *SILENT]
    ),
    TEXTS,
    NUMBERS,
)
STORIES = st.lists(st.tuples(DEEDS, st.sampled_from(WEATHERS)), max_size=25)
Story = list[tuple[tuple[str, str, int], Weather]]


def lived(book: Book, story: Story) -> Conversation | None:
    """Give the conversation that the story leads to; None if nothing happened."""
    conversation = None
    for deed, weather in story:
        event = happening(deed, conversation)
        conversation = take_turn(book, conversation, event, world(weather), ANN).conversation
    return conversation


@pytest.fixture(scope="module")
def everywhere(book: Book) -> dict[Place, Conversation]:
    """Give a conversation that has come to each place of the book."""
    found = {}
    for place, way in routes(book).items():
        player = Player(book, "en")
        player.do_all(way)
        found[place] = player.conversation
    return found


@laws
@given(story=STORIES)
def test_any_story_can_be_told_and_every_reply_fits(book: Book, story: Story) -> None:
    conversation = None
    for deed, weather in story:
        turn = take_turn(book, conversation, happening(deed, conversation), world(weather), ANN)
        conversation = turn.conversation
        message = reply(turn)
        assert message is not None or deed[0] in SILENT
        if message:
            assert_fits(message)
            assert message.prompt == conversation.prompt
            assert message.progress in (None, book.steps.get(conversation.place))
            assert message.aside or tuple(each.id for each in message.choices) == conversation.offered
        assert conversation.place in {
            each.place for each in book.flows[conversation.place.flow].states.values()
        }
        assert len(conversation.path) <= 30


@settings(laws, max_examples=15)
@given(story=STORIES)
def test_a_story_told_twice_over_and_through_bytes_is_the_same_story(book: Book, story: Story) -> None:
    """The player proves it at each event: pure, the same from bytes, and nothing at all the second time."""
    player, conversation = Player(book), None
    for deed, _ in story:
        if deed[0] not in ("wake", "forget"):
            player.happens(happening(deed, conversation, player.fresh_id()))
            conversation = player.conversation if player.stored else None


@pytest.mark.parametrize("text", EVIL, ids=lambda text: ascii(text[:12]))
def test_no_text_stops_the_bot_in_any_state(
    book: Book, everywhere: dict[Place, Conversation], text: str
) -> None:
    for conversation in (
        [None, *everywhere.values()] if len(text) < 50_000 else [None, *everywhere.values()][:3]
    ):
        for event in (Said(ID, text), Shared(ID, text, text)):
            turn = take_turn(book, conversation, event, world("clear"), ANN)
            message = reply(turn)
            assert message is not None
            assert_fits(message)
            encode_conversation(turn.conversation)


@laws
@given(
    story=STORIES,
    back=st.integers(1, 30),
    choice=st.sampled_from([*COMMANDS, "fixed", "not_yet", "agree", "mac"]),
)
def test_a_button_of_an_older_prompt_executes_nothing(
    book: Book, story: Story, back: int, choice: str
) -> None:
    before = lived(book, story)
    if before is None:
        return
    turn = take_turn(book, before, Picked(ID, before.prompt - back, choice), world("clear"), ANN)
    message = reply(turn)
    assert _meaning(turn.conversation) == _meaning(before)
    assert message is not None
    assert message.aside == bool(before.offered), "where there is no newer button, the question is asked"
    assert turn.conversation == before or not message.aside


@laws
@given(story=STORIES, deed=DEEDS)
def test_what_owes_nothing_changes_nothing_but_that_somebody_left(
    book: Book, story: Story, deed: tuple[str, str, int]
) -> None:
    before = lived(book, story)
    turn = take_turn(book, before, happening(deed, before), world("down"), ANN)
    assert turn.jobs or deed[0] in SILENT
    assert turn.jobs or deed[0] == "leave" or turn.conversation == (before or book.begin(ANN, "en"))


@laws
@given(story=STORIES, choice=st.text(max_size=20))
def test_a_button_that_was_not_offered_executes_nothing(book: Book, story: Story, choice: str) -> None:
    before = lived(book, story)
    if before is None or choice in before.offered:
        return
    after = take_turn(book, before, Picked(ID, before.prompt, choice), world("clear"), ANN).conversation
    assert _meaning(after) == _meaning(before)


@pytest.mark.parametrize(
    ("exit_", "text"),
    [
        *(("stop", text) for text in ("stop", " STOP! ", "quit", "exit", "Please stop", "cancel", "bye")),
        *(
            ("stop", text)
            for text in ("終わりにする", "やめる", "やめてください", "終了", "ストップ", "もういいです。")
        ),
        *(("person", text) for text in ("a person", "Talk to a human", "人に相談する", "担当者と話したい")),
    ],
)
def test_stop_and_a_person_are_understood_in_every_state(
    book: Book, everywhere: dict[Place, Conversation], exit_: str, text: str
) -> None:
    assert set(everywhere) == {state.place for flow in book.flows.values() for state in flow.states.values()}
    for place, conversation in everywhere.items():
        after = take_turn(book, conversation, Said(ID, text), world("clear"), ANN).conversation
        assert (place, after.place) == (place, dict(book.flows[place.flow].exits)[exit_])  # type: ignore[index]


@laws
@given(
    story=STORIES,
    before=st.sampled_from(["", "hello ", "22:23:40 "]),
    evidence=st.sampled_from(("", *EVIDENCE)),
)
def test_nothing_private_is_stored_or_said(book: Book, story: Story, before: str, evidence: str) -> None:
    secrets = ("C02ZZ1QQDEF2", "taro.yamada@example.com", "+81 90-1234-5678", "090-8765-4321")
    conversation = lived(book, story)
    for secret in secrets:
        for text in (f"{before}{secret}\n{evidence}", f"{evidence} {secret}", f"{secret} {evidence}"):
            for event in (Said(ID, text), Shared(ID, secret, text)):
                assert secret.encode() not in _bytes(book, conversation, event)


@laws
@given(story=STORIES, language=st.sampled_from(["ja", "en"]))
def test_no_word_of_what_was_typed_is_stored_or_said(book: Book, story: Story, language: str) -> None:
    word = "zebraquagga" if language == "en" else "縞馬縞馬"
    conversation = lived(book, story)
    for text in (
        word,
        f"still not, {word}!",
        f"直りました{word}",
        f"{NOT_AVAILABLE}\n{word}",
        f"{word}\n{UNKNOWN}",
    ):
        for event in (Said(ID, text), Shared(ID, word, text), Picked(EventId(word), 1, word)):
            assert word.encode() not in _bytes(book, conversation, event)


def test_a_conversation_in_the_middle_of_the_steps_takes_up_less_than_750_bytes(
    everywhere: dict[Place, Conversation],
) -> None:
    for conversation in everywhere.values():
        assert len(encode_conversation(conversation)) <= 750


@pytest.mark.parametrize("seed", range(3))
def test_however_long_somebody_goes_round_the_conversation_stays_small(book: Book, seed: int) -> None:
    chance = random.Random(seed)  # noqa: S311  no secret
    conversation = None
    for _ in range(1_500):
        kind, text = chance.choice([*["press"] * 8, "say", "share"]), chance.choice([*ANSWERS, *EVIDENCE])
        event = happening((kind, text, chance.randrange(40)), conversation)
        conversation = take_turn(book, conversation, event, world(chance.choice(WEATHERS)), ANN).conversation
        assert len(encode_conversation(conversation)) <= 3_000


def test_whoever_looks_again_for_days_can_go_back_thirty_times_and_takes_up_no_more(book: Book) -> None:
    sizes, unread = [], world("unknown")
    conversation = take_turn(book, None, Said(ID, "iPhone"), unread, ANN).conversation
    for _ in range(200):
        for choice in ("page_has_problem", "look_again"):
            press = Picked(ID, conversation.prompt, choice)
            conversation = take_turn(book, conversation, press, unread, ANN).conversation
        sizes.append(len(encode_conversation(conversation)))
    assert len(conversation.path) == 30
    assert max(sizes) <= sizes[20] + len("400") <= 1_000
    for _ in range(30):
        conversation = take_turn(book, conversation, Said(ID, "back"), unread, ANN).conversation
    assert conversation.place.flow == "iphone"
    assert conversation.path == ()


def _meaning(conversation: Conversation) -> tuple[object, ...]:
    return (
        conversation.place,
        conversation.path,
        conversation.tried,
        conversation.findings,
        conversation.language,
        conversation.topics,
    )


def _bytes(book: Book, conversation: Conversation | None, event: Event) -> bytes:
    turn = take_turn(book, conversation, event, world("clear"), ANN)
    return b"".join([encode_conversation(turn.conversation), *map(encode_job, turn.jobs)])
