"""The part of the store contract about all conversations together: a bot's sends, the backlog, the clock."""

import asyncio
from datetime import timedelta

from bot.ports import Backlog, Store
from bot.ports.stored import CHAT_BURST
from tests.contract.shorthand import (
    ANN,
    BEN,
    LATER,
    LEASE,
    NOW,
    SECOND,
    bury,
    claim,
    done,
    postpone,
    say,
    take,
    wake,
)
from tests.contract.store_values import NASTY

PAUSE = timedelta(milliseconds=40)

# --- sends of a bot ---------------------------------------------------------------------------------------


async def a_bot_that_never_sent_may_begin_at_once(store: Store) -> None:
    assert await store.reserve("bot", 1, PAUSE, now=NOW) == NOW


async def the_next_booking_begins_where_the_last_one_ends(store: Store) -> None:
    starts = [await store.reserve("bot", count, PAUSE, now=NOW) for count in (5, 1, 3, 1)]
    assert starts == [NOW, NOW + 5 * PAUSE, NOW + 6 * PAUSE, NOW + 9 * PAUSE]


async def a_booking_is_never_in_the_past(store: Store) -> None:
    await store.reserve("bot", 5, PAUSE, now=NOW)
    assert await store.reserve("bot", 5, PAUSE, now=LATER) == LATER
    assert await store.reserve("bot", 5, PAUSE, now=LATER + PAUSE) == LATER + 5 * PAUSE


async def a_clock_that_is_behind_books_behind_the_others(store: Store) -> None:
    await store.reserve("bot", 2, PAUSE, now=LATER)
    assert await store.reserve("bot", 1, PAUSE, now=NOW) == LATER + 2 * PAUSE


async def many_at_once_share_one_timetable(store: Store) -> None:
    starts = await asyncio.gather(*(store.reserve("bot", 2, PAUSE, now=NOW) for _ in range(20)))
    assert sorted(starts) == [NOW + 2 * times * PAUSE for times in range(20)]


async def every_bot_has_a_timetable_of_its_own(store: Store) -> None:
    assert [await store.reserve(bot, 3, PAUSE, now=NOW) for bot in NASTY] == [NOW] * len(NASTY)
    assert [await store.reserve(bot, 3, PAUSE, now=NOW) for bot in NASTY] == [NOW + 3 * PAUSE] * len(NASTY)


# --- the backlog ------------------------------------------------------------------------------------------


async def an_empty_store_has_no_backlog(store: Store) -> None:
    assert await store.backlog(now=NOW) == Backlog(due=0, waiting=0, parked=0)


async def what_somebody_holds_is_waiting_but_not_due(store: Store) -> None:
    await take(store, "e1", jobs=[say(b"1"), wake(b"reminder")])
    assert await store.backlog(now=NOW) == Backlog(due=0, waiting=2, parked=0)
    assert await store.backlog(now=LATER) == Backlog(due=2, waiting=2, parked=0)


async def of_a_lane_only_the_head_is_due(store: Store) -> None:
    await take(store, "e1", who=ANN, jobs=[say(b"1"), say(b"2"), wake(b"later", NOW + 2 * LEASE)])
    await take(store, "e1", who=BEN, jobs=[say(b"1")])
    assert await store.backlog(now=LATER) == Backlog(due=2, waiting=4, parked=0)
    await claim(store, LATER, limit=1)
    assert await store.backlog(now=LATER) == Backlog(due=1, waiting=4, parked=0)


async def what_was_settled_or_postponed_or_parked_is_counted_right(store: Store) -> None:
    settled, postponed, parked = await take(store, "e1", jobs=[wake(b"1"), wake(b"2"), wake(b"3")])
    await done(store, settled)
    await postpone(store, postponed, LATER)
    await bury(store, parked)
    assert await store.backlog(now=LATER - SECOND) == Backlog(due=0, waiting=1, parked=1)
    assert await store.backlog(now=LATER) == Backlog(due=1, waiting=1, parked=1)


async def what_a_pause_keeps_back_is_not_due(store: Store) -> None:
    (job, *_) = await take(store, "e1", jobs=[say(b"1", pause=LEASE)] * (CHAT_BURST + 1))
    for _ in range(CHAT_BURST):
        found = await store.settle(job, now=NOW, lease=LEASE)
        job = found.next or job
    assert await store.backlog(now=NOW) == Backlog(due=0, waiting=1, parked=0)
    assert await store.backlog(now=NOW + LEASE) == Backlog(due=1, waiting=1, parked=0)


async def looking_at_the_backlog_takes_nothing(store: Store) -> None:
    await take(store, "e1", jobs=[say(b"1")])
    await store.backlog(now=LATER)
    assert len(await claim(store, LATER)) == 1


# --- the clock --------------------------------------------------------------------------------------------


async def the_clock_tells_the_time_in_utc_and_goes_forward(store: Store) -> None:
    first, second = await store.clock(), await store.clock()
    assert first.utcoffset() == timedelta()
    assert first <= second


async def what_would_come_too_late_is_not_booked(store: Store) -> None:
    await store.reserve("bot", 5, PAUSE, now=NOW)
    assert await store.reserve("bot", 1, PAUSE, now=NOW, within=4 * PAUSE) == NOW + 5 * PAUSE
    assert await store.reserve("bot", 1, PAUSE, now=NOW, within=5 * PAUSE) == NOW + 5 * PAUSE
    assert await store.reserve("bot", 1, PAUSE, now=NOW, within=5 * PAUSE) == NOW + 6 * PAUSE
    assert await store.reserve("bot", 1, PAUSE, now=NOW) == NOW + 6 * PAUSE
