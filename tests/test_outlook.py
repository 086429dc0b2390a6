"""A change of Apple's boards counts once it was read twice, and mischief in the feed is no change."""

from datetime import UTC, datetime, timedelta

from bot.apple import Board, Report, Service, ServiceState
from bot.outlook import Settling, settle

START = datetime(2026, 11, 22, 9, tzinfo=UTC)
MINUTE = timedelta(minutes=1)
IMESSAGE, FACETIME = Service.IMESSAGE, Service.FACETIME


def board(at: datetime, states: dict[Service, ServiceState]) -> Board:
    reports = (Report(each, states.get(each, "ok")) for each in Service)
    return Board(at, tuple(reports))


def read(*readings: dict[Service, ServiceState], before: Settling | None = None, at: int = 0) -> Settling:
    settling = before or Settling()
    for minute, states in enumerate(readings, at):
        now = START + minute * MINUTE
        settling = settle(settling, {"en": board(now, states)}, now)
    return settling


DOWN: dict[Service, ServiceState] = {IMESSAGE: "outage"}


def test_one_reading_settles_nothing() -> None:
    assert read(DOWN).outlook is None


def test_the_same_reading_twice_settles() -> None:
    outlook = read({}, {}, DOWN, DOWN).outlook
    assert outlook is not None
    assert outlook.troubles == ((IMESSAGE, "outage"),)
    assert outlook.settled_at == START + 3 * MINUTE


def test_what_goes_on_stays_settled_as_of_then() -> None:
    assert read({}, {}, DOWN, DOWN, DOWN, DOWN).outlook == read({}, {}, DOWN, DOWN).outlook


def test_a_board_that_is_handed_in_again_is_no_second_reading() -> None:
    once = read({}, {}, DOWN)
    now = START + 2 * MINUTE
    assert settle(once, {"en": board(now, DOWN)}, now + MINUTE) == once


def test_a_flicker_settles_nothing_but_has_everybody_compared_again() -> None:
    before, after = read({}, {}, DOWN).outlook, read({}, {}, DOWN, {}).outlook
    assert before is not None
    assert after is not None
    assert after.troubles == before.troubles == ()
    assert after.settled_at == START + 3 * MINUTE


def test_what_was_read_once_is_unsettled_until_it_is_confirmed_or_taken_back() -> None:
    found = []
    settling = read({}, {})
    for minute, states in enumerate((DOWN, DOWN, {}, DOWN), 2):
        settling = read(states, before=settling, at=minute)
        outlook = settling.outlook
        assert outlook is not None
        found.append(outlook.unsettled)
    assert found == [(IMESSAGE,), (), (IMESSAGE,), ()]


def test_a_service_that_is_missing_stays_as_it_was() -> None:
    down = read({}, {}, DOWN, DOWN)
    missing = read({IMESSAGE: "unknown"}, {IMESSAGE: "unknown"}, before=down, at=4)
    assert missing.outlook == down.outlook


def test_a_service_that_is_missing_confirms_nothing() -> None:
    settling = read({}, {}, DOWN, {IMESSAGE: "unknown"})
    assert settling.outlook is not None
    assert settling.outlook.troubles == ()


def test_a_service_that_is_missing_every_other_time_keeps_nobody_waiting() -> None:
    missing: dict[Service, ServiceState] = {IMESSAGE: "unknown", FACETIME: "outage"}
    outlook = read(DOWN, DOWN, {FACETIME: "outage"}, missing, {FACETIME: "outage"}).outlook
    assert outlook is not None
    assert outlook.troubles == ((FACETIME, "outage"),)


def test_nothing_has_settled_before_imessage_was_read() -> None:
    assert read({IMESSAGE: "unknown"}, {IMESSAGE: "unknown"}).outlook is None


def test_the_worst_of_the_languages_counts() -> None:
    settling = Settling()
    for now in (START, START + MINUTE):
        settling = settle(settling, {"en": board(now, {IMESSAGE: "issue"}), "ja": board(now, DOWN)}, now)
    assert settling.outlook is not None
    assert settling.outlook.troubles == ((IMESSAGE, "outage"),)


def test_a_language_that_fails_does_not_confirm_what_it_said_once() -> None:
    settling = read({}, {})
    at = START + 2 * MINUTE
    flicker = board(at, DOWN)
    settling = settle(settling, {"en": flicker, "ja": board(at, {})}, at)
    settling = settle(settling, {"en": flicker, "ja": board(at + MINUTE, {})}, at + MINUTE)
    assert settling.outlook is not None
    assert settling.outlook.troubles == ()


def test_a_language_that_fails_is_not_waited_for_longer_than_its_board_is_good() -> None:
    settling = read(DOWN, DOWN)
    failed = board(START + MINUTE, DOWN)
    for minute in range(2, 14):
        now = START + minute * MINUTE
        settling = settle(settling, {"en": failed, "ja": board(now, {})}, now)
    assert settling.outlook is not None
    assert settling.outlook.troubles == ()


def test_a_clock_that_was_set_back_neither_stops_it_nor_makes_a_later_outlook_look_older() -> None:
    ahead = read({}, {}, at=24 * 60)
    after = read(DOWN, DOWN, before=ahead)
    assert ahead.outlook is not None
    assert after.outlook is not None
    assert after.outlook.troubles == ((IMESSAGE, "outage"),)
    assert after.outlook.settled_at > ahead.outlook.settled_at


def test_a_board_of_a_clock_that_was_set_back_counts_no_more() -> None:
    ahead = START + timedelta(days=1)
    settling = settle(Settling(), {"ja": board(ahead, DOWN)}, ahead)
    for minute in range(2):
        now = START + minute * MINUTE
        settling = settle(settling, {"ja": board(ahead, DOWN), "en": board(now, {})}, now)
    assert settling.outlook is not None
    assert settling.outlook.troubles == ()
