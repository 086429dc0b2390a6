"""Whoever follows Apple's services is told each change once, and nothing that did not happen."""

from datetime import datetime, timedelta
from itertools import product
from typing import get_args

import pytest

from adapters.apple.board import MESSAGE_LIMIT
from bot.apple import Board, Outlook, Report, Service, ServiceState
from bot.dialogue.book import Book
from bot.dialogue.following import APPLE
from bot.dialogue.news import ChangeKind
from bot.dialogue.turn import take_turn
from bot.dialogue.watch import LASTS, LINGERS
from bot.events import Invoked, Left, Said, StatusChanged, Woke
from bot.model import LANGUAGES, Conversation, EventId, Language, Place, Turn, Wake, Watch, World
from bot.replace import replace
from tests.fit import assert_fits, reply
from tests.outside import ANN, START, TOKYO

ID = EventId("event")
IMESSAGE, FACETIME, ACTIVATION = Service.IMESSAGE, Service.FACETIME, Service.DEVICE_ACTIVATION
States = dict[Service, ServiceState]
HOUR = timedelta(hours=1)


def outside(states: States, now: datetime = START, board: States | None = None) -> World:
    """Give a world in which this has settled, while the board says the same, if it says nothing else."""
    shown = states if board is None else board
    reports = tuple(Report(each, state := shown.get(each, "ok"), _since(state, now)) for each in Service)
    troubles = tuple((each, states[each]) for each in Service if each in states)
    boards: dict[Language, Board] = {"ja": Board(now, reports), "en": Board(now, reports)}
    return World(now, boards, TOKYO, Outlook(troubles, now))


def _since(state: ServiceState, now: datetime) -> datetime | None:
    return now - HOUR if state not in ("ok", "unknown") else None


def follower(book: Book, states: States | None = None, place: str = "start.which_device") -> Conversation:
    """Give somebody at that place who has asked to be told while this was the case."""
    flow, state = place.split(".")
    begun = replace(book.begin(ANN, "en"), place=Place(flow, state), version=book.flows[flow].version)
    return take_turn(book, begun, Invoked(ID, "watch"), outside(states or {}), ANN).conversation


def hears(
    book: Book, before: Conversation, states: States, *, board: States | None = None, now: datetime = START
) -> Turn:
    return take_turn(book, before, StatusChanged(ID), outside(states, now, board), ANN)


def text_of(turn: Turn) -> str:
    message = reply(turn)
    return message.text if message else ""


def told(book: Book, turn: Turn) -> list[str]:
    """Give of which kind what was told is."""
    kinds = (*get_args(ChangeKind), "over")
    beginnings = {kind: book.say(f"watch.{kind}", "en").split("{")[0] for kind in kinds}
    return [kind for kind, beginning in beginnings.items() if text_of(turn).startswith(beginning)]


@pytest.mark.parametrize(
    ("before", "after", "kind"),
    [
        ({}, {IMESSAGE: "issue"}, "down"),
        ({}, {IMESSAGE: "maintenance"}, "maintenance"),
        ({FACETIME: "issue"}, {FACETIME: "issue", IMESSAGE: "outage"}, "down"),
        ({IMESSAGE: "issue"}, {IMESSAGE: "outage"}, "worse"),
        ({IMESSAGE: "maintenance"}, {IMESSAGE: "issue"}, "worse"),
        ({IMESSAGE: "issue", FACETIME: "issue"}, {FACETIME: "issue"}, "partly"),
        ({IMESSAGE: "issue"}, {FACETIME: "issue"}, "partly"),
        ({IMESSAGE: "issue"}, {}, "back"),
    ],
)
def test_each_change_is_told_once_by_its_kind(book: Book, before: States, after: States, kind: str) -> None:
    first = hears(book, follower(book, before), after)
    assert told(book, first) == [kind]
    again = hears(book, first.conversation, after, now=START + HOUR)
    assert again == Turn(first.conversation)


def test_what_is_less_bad_is_not_told_and_neither_is_that_it_is_as_bad_again(book: Book) -> None:
    before = follower(book, {IMESSAGE: "outage"})
    better = hears(book, before, {IMESSAGE: "issue"})
    assert better == Turn(before)
    assert hears(book, better.conversation, {IMESSAGE: "outage"}) == Turn(before)


def test_what_comes_again_within_six_hours_is_told_as_that_and_the_watch_goes_on(book: Book) -> None:
    back = hears(book, follower(book, {IMESSAGE: "issue"}), {}).conversation
    again = hears(book, back, {IMESSAGE: "issue"}, now=START + HOUR)
    assert told(book, again) == ["again"]
    watch = Watch(1, START + HOUR + LASTS, ((IMESSAGE, "issue"),), as_of=START + HOUR)
    assert again.conversation.watch == watch
    assert told(book, hears(book, again.conversation, {}, now=START + 2 * HOUR)) == ["back"]


def test_after_it_is_back_the_watch_ends_silently(book: Book) -> None:
    back = hears(book, follower(book, {IMESSAGE: "issue"}), {})
    [wake] = (job for job in back.jobs if isinstance(job, Wake))
    assert wake == Wake(ANN, START + LINGERS, 1, "watch_over")
    ended = take_turn(book, back.conversation, Woke(ID, 1, "watch_over"), outside({}, wake.at), ANN)
    assert ended == Turn(replace(back.conversation, topics=(), watch=None))


def test_after_seven_days_the_watch_ends_and_says_so(book: Book) -> None:
    asked = take_turn(book, None, Invoked(ID, "watch"), outside({}), ANN)
    [wake] = (job for job in asked.jobs if isinstance(job, Wake))
    assert wake == Wake(ANN, START + LASTS, 1, "watch_over")
    ended = take_turn(book, asked.conversation, Woke(ID, 1, "watch_over"), outside({}, wake.at), ANN)
    assert told(book, ended) == ["over"]
    assert (ended.conversation.topics, ended.conversation.watch) == ((), None)
    message = reply(ended)
    assert message is not None
    assert [each.id for each in message.choices] == ["fix", "watch"]


def test_a_wake_of_an_earlier_watch_or_before_its_time_ends_nothing(book: Book) -> None:
    once = follower(book)
    later = START + HOUR
    renewed = take_turn(book, once, Invoked(ID, "watch"), outside({}, later), ANN).conversation
    for conversation, at, number in (
        (renewed, START + LASTS, 1),
        (renewed, START + LASTS, 2),
        (replace(once, watch=None), START + LASTS, 1),
    ):
        wake = Woke(ID, number, "watch_over")
        assert take_turn(book, conversation, wake, outside({}, at), ANN) == Turn(conversation)


def test_to_leave_or_to_say_so_ends_the_watch_and_to_start_over_does_not(book: Book) -> None:
    both = replace(follower(book, {IMESSAGE: "issue"}), topics=("other", APPLE))
    for event, topics in ((Left(ID), ()), (Said(ID, "stop watching"), ("other",))):
        after = take_turn(book, both, event, outside({IMESSAGE: "issue"}), ANN).conversation
        assert (after.topics, after.watch) == (topics, None)
        assert hears(book, after, {}) == Turn(after)
    kept = take_turn(book, both, Invoked(ID, "restart"), outside({IMESSAGE: "issue"}), ANN).conversation
    assert kept.watch == both.watch


def test_what_the_card_has_shown_is_not_told_again(book: Book) -> None:
    seen = take_turn(
        *(book, follower(book), Invoked(ID, "status"), outside({}, board={IMESSAGE: "issue"}), ANN)
    ).conversation
    assert hears(book, seen, {IMESSAGE: "issue"}) == Turn(seen)
    clear = take_turn(book, seen, Invoked(ID, "status"), outside({IMESSAGE: "issue"}, board={}), ANN)
    assert clear.conversation.watch == Watch(1, START + LINGERS, is_back=True, as_of=START)
    assert hears(book, clear.conversation, {}) == Turn(clear.conversation)
    assert told(book, hears(book, clear.conversation, {IMESSAGE: "issue"})) == ["again"]


def test_what_the_question_has_shown_is_not_told_again(book: Book) -> None:
    down = outside({IMESSAGE: "issue"}, board={IMESSAGE: "outage", ACTIVATION: "issue"})
    before = follower(book, {IMESSAGE: "issue"})
    asked = take_turn(book, before, Said(ID, "iPhone"), down, ANN)
    assert "outage" in text_of(asked)
    assert hears(book, asked.conversation, {IMESSAGE: "outage", ACTIVATION: "issue"}).jobs == ()
    well = take_turn(book, asked.conversation, Said(ID, "check again"), outside({}), ANN)
    assert "Apple has reported no problem" in text_of(well)
    assert well.conversation.watch == Watch(1, START + LINGERS, is_back=True, as_of=START)
    assert hears(book, well.conversation, {}) == Turn(well.conversation)


def test_a_question_that_does_not_speak_of_apple_teaches_nothing(book: Book) -> None:
    before = follower(book, place="iphone.internet")
    down = outside({}, board={IMESSAGE: "outage"})
    asked = take_turn(book, before, Invoked(ID, "help"), down, ANN).conversation
    assert told(book, hears(book, asked, {IMESSAGE: "outage"})) == ["down"]


def test_what_the_card_showed_and_never_settled_is_taken_back(book: Book) -> None:
    flicker = outside({}, board={IMESSAGE: "outage"})
    asked = take_turn(book, None, Invoked(ID, "watch"), flicker, ANN).conversation
    assert told(book, hears(book, asked, {})) == ["back"]


def test_nothing_is_said_of_what_has_not_settled(book: Book) -> None:
    seen = outside({IMESSAGE: "issue"}, board={IMESSAGE: "issue", FACETIME: "outage"})
    before = take_turn(book, None, Invoked(ID, "watch"), seen, ANN).conversation
    world = outside({}, START + HOUR)
    assert world.outlook is not None
    unsettled = replace(world, outlook=replace(world.outlook, unsettled=(FACETIME,)))
    news = take_turn(book, before, StatusChanged(ID), unsettled, ANN)
    assert told(book, news) == ["partly"]
    assert "no longer reports a problem with iMessage" in text_of(news)
    assert told(book, hears(book, news.conversation, {}, now=START + 2 * HOUR)) == ["back"]


def test_a_process_that_is_behind_teaches_nothing(book: Book) -> None:
    news = hears(book, follower(book), {IMESSAGE: "issue"}, now=START + HOUR)
    behind = take_turn(book, news.conversation, Invoked(ID, "status"), outside({}), ANN).conversation
    assert behind.watch == news.conversation.watch
    assert hears(book, behind, {}) == Turn(behind)
    assert told(book, hears(book, behind, {}, now=START + 2 * HOUR)) == ["back"]


def test_a_clear_card_ends_no_watch_that_was_begun_while_all_was_well(book: Book) -> None:
    before = follower(book)
    after = take_turn(book, before, Invoked(ID, "status"), outside({}), ANN).conversation
    assert (after.watch, after.topics) == (before.watch, (APPLE,))


def test_a_service_that_does_not_matter_to_the_flow_is_not_told_of(book: Book) -> None:
    at_mac = follower(book, place="mac.internet")
    assert hears(book, at_mac, {ACTIVATION: "outage"}) == Turn(at_mac)
    at_iphone = follower(book, place="iphone.internet")
    assert told(book, hears(book, at_iphone, {ACTIVATION: "outage"})) == ["down"]


def test_what_was_told_in_one_flow_is_told_to_be_over_in_another(book: Book) -> None:
    at_iphone = follower(book, {ACTIVATION: "outage"}, "iphone.internet")
    at_mac = replace(at_iphone, place=Place("mac", "internet"), version=book.flows["mac"].version)
    assert hears(book, at_mac, {ACTIVATION: "outage"}) == Turn(at_mac)
    assert told(book, hears(book, at_mac, {})) == ["back"]


def test_who_does_not_follow_or_before_anything_has_settled_nobody_is_told(book: Book) -> None:
    stranger = replace(follower(book, {IMESSAGE: "outage"}), topics=(), watch=None)
    assert hears(book, stranger, {}) == Turn(stranger)
    before = follower(book, {IMESSAGE: "outage"})
    unsettled = replace(outside({}), outlook=None)
    assert take_turn(book, before, StatusChanged(ID), unsettled, ANN) == Turn(before)


@pytest.mark.parametrize(
    ("states", "kind"), [({}, ["back"]), ({ACTIVATION: "outage"}, ["back"]), ({IMESSAGE: "issue"}, [])]
)
def test_whoever_waited_before_watches_were_stored_is_told_when_it_is_back(
    book: Book, states: States, kind: list[str]
) -> None:
    stored = replace(follower(book, {IMESSAGE: "outage"}), watch=None)
    turn = hears(book, stored, states)
    assert told(book, turn) == kind
    assert [job.why for job in turn.jobs if isinstance(job, Wake)] == ["watch_over"]
    assert told(book, hears(book, turn.conversation, {})) == (["back"] if not kind else [])


def test_whoever_waited_before_watches_were_stored_is_told_by_a_clear_card(book: Book) -> None:
    stored = replace(follower(book, {IMESSAGE: "outage"}), watch=None)
    shown = take_turn(book, stored, Invoked(ID, "status"), outside({}), ANN).conversation
    assert shown.watch is not None
    assert shown.watch.is_back
    assert hears(book, shown, {}) == Turn(shown)


def test_the_buttons_of_the_question_stay_in_force(book: Book) -> None:
    at_step = take_turn(book, follower(book, place="mac.internet"), Invoked(ID, "restart"), outside({}), ANN)
    news = hears(book, at_step.conversation, {IMESSAGE: "issue"})
    assert (news.conversation.prompt, news.conversation.offered) == (
        at_step.conversation.prompt,
        at_step.conversation.offered,
    )


def test_where_the_card_was_all_there_was_its_buttons_come_with_the_news(book: Book) -> None:
    before = take_turn(book, None, Invoked(ID, "watch"), outside({IMESSAGE: "issue"}), ANN).conversation
    message = reply(hears(book, before, {}))
    assert message is not None
    assert [each.id for each in message.choices] == ["fix", "watch"]


def test_news_waits_for_live_conversations(book: Book) -> None:
    news = hears(book, follower(book), {IMESSAGE: "issue"})
    over = take_turn(book, follower(book), Woke(ID, 1, "watch_over"), outside({}, START + LASTS), ANN)
    card = take_turn(book, follower(book), Invoked(ID, "status"), outside({}), ANN)
    assert [message.unasked for message in map(reply, (news, over, card)) if message] == [True, True, False]


def test_apple_s_words_come_with_the_news_only_if_the_board_says_the_same(book: Book) -> None:
    same = text_of(hears(book, follower(book), {IMESSAGE: "outage"}))
    other = text_of(hears(book, follower(book), {IMESSAGE: "outage"}, board={}))
    assert "🔴 iMessage: outage (since 09:32)" in same
    assert "🔴 iMessage: outage\n" in other


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("states", [("ok", "outage"), ("issue", "outage"), ("outage", "ok")])
def test_the_news_fits_at_its_longest(
    book: Book, language: Language, states: tuple[ServiceState, ServiceState]
) -> None:
    known, now = (tuple((each, state) for each in Service if state != "ok") for state in states)
    day, words = timedelta(days=1), "障" * MESSAGE_LIMIT
    reports = tuple(Report(each, states[1], START - day, START + day, words) for each in Service)
    world = World(START, {language: Board(START, reports)}, TOKYO, Outlook(now, START))
    watch = Watch(1, START + day, known)
    for flow, is_back in product(book.flows.values(), (False, True)):
        begun = replace(book.begin(ANN, language), place=flow.begin, version=flow.version, topics=(APPLE,))
        before = replace(begun, watch=replace(watch, is_back=is_back and not known))
        message = reply(take_turn(book, before, StatusChanged(ID), world, ANN))
        assert message is not None
        assert_fits(message)
