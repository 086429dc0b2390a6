"""The part of the store contract about pauses: how fast replies may follow one another in a chat."""

from datetime import datetime, timedelta

from bot.model import Address
from bot.ports import Due, Owed, Settled, Store
from bot.ports.stored import CHAT_BURST
from tests.contract.shorthand import (
    ANN,
    BEN,
    LEASE,
    NOW,
    SECOND,
    after,
    bodies,
    bury,
    claim,
    done,
    say,
    settle,
    take,
    wake,
)

PAUSE = 10 * SECOND
MILLISECOND = timedelta(milliseconds=1)
ELSEWHERE = Address("console", "elsewhere", "ann")


def slowly(body: bytes, pause: timedelta = PAUSE) -> Due:
    return say(body, pause=pause)


async def spoken(
    store: Store, *bodies_: bytes, who: Address = ANN, at: datetime = NOW, on: int = 0
) -> list[bytes]:
    """Take a turn with those replies, settle all that comes, and tell what came."""
    jobs = await take(store, f"{who} {on}", on=on, who=who, at=at, jobs=[slowly(body) for body in bodies_])
    return await settled(store, jobs, at)


async def settled(store: Store, jobs: tuple[Owed, ...], at: datetime) -> list[bytes]:
    said = []
    while jobs:
        said += bodies(jobs)
        jobs = after(await settle(store, jobs[0], at))
    return said


async def after_a_rest_a_burst_comes_at_once(store: Store) -> None:
    replies = [b"%d" % number for number in range(CHAT_BURST + 2)]
    assert await spoken(store, *replies) == replies[:CHAT_BURST]
    assert await claim(store, NOW) == ()


async def after_the_burst_one_reply_comes_each_pause(store: Store) -> None:
    replies = [b"%d" % number for number in range(CHAT_BURST + 3)]
    await spoken(store, *replies)
    for times in range(1, 4):
        then = NOW + times * PAUSE
        assert await claim(store, then - MILLISECOND) == ()
        assert await settled(store, await claim(store, then), then) == [replies[CHAT_BURST + times - 1]]


async def after_a_long_rest_another_burst_comes_and_no_more(store: Store) -> None:
    await spoken(store, *[b"early"] * CHAT_BURST)
    much_later = NOW + 100 * PAUSE
    assert await spoken(store, *[b"late"] * (CHAT_BURST + 1), at=much_later, on=1) == [b"late"] * CHAT_BURST


async def after_a_short_rest_a_part_of_the_burst_comes(store: Store) -> None:
    await spoken(store, *[b"early"] * CHAT_BURST)
    assert await spoken(store, *[b"late"] * CHAT_BURST, at=NOW + 2 * PAUSE, on=1) == [b"late"] * 2


async def a_reply_that_comes_too_soon_is_not_owed_to_the_committer(store: Store) -> None:
    await spoken(store, *[b"early"] * CHAT_BURST)
    assert await take(store, "e2", on=1, jobs=[slowly(b"late")]) == ()
    assert bodies(await claim(store, NOW + PAUSE)) == [b"late"]


async def a_reply_that_comes_too_soon_does_not_come_next(store: Store) -> None:
    (job,) = await take(store, "e1", jobs=[slowly(b"%d" % number) for number in range(CHAT_BURST + 2)])
    for _ in range(CHAT_BURST - 1):
        (job,) = after(await settle(store, job))
    assert await settle(store, job) == Settled(struck=True)
    (job,) = await claim(store, NOW + PAUSE)
    assert await bury(store, job, at=NOW + PAUSE) == Settled(struck=True)


async def all_conversations_of_a_chat_share_its_pause(store: Store) -> None:
    await spoken(store, *[b"ann"] * CHAT_BURST, who=ANN)
    assert await spoken(store, b"ben", who=BEN) == []
    assert bodies(await claim(store, NOW + PAUSE)) == [b"ben"]


async def a_claim_of_several_keeps_the_pause_too(store: Store) -> None:
    people = [Address("console", "home", str(number)) for number in range(CHAT_BURST + 2)]
    for who in people:
        await take(store, "e1", who=who, jobs=[say(b"later", NOW + SECOND, PAUSE)])
    assert len(await claim(store, NOW + SECOND)) == CHAT_BURST
    assert await claim(store, NOW + SECOND) == ()
    assert len(await claim(store, NOW + SECOND + PAUSE)) == 1


async def chats_do_not_wait_for_each_other(store: Store) -> None:
    burst = [b"reply"] * CHAT_BURST
    people = [ANN, ELSEWHERE, Address("another", ANN.chat, ANN.person)]
    assert [await spoken(store, *burst, who=who) for who in people] == [burst] * 3


async def a_reply_without_a_pause_waits_for_none_and_costs_none(store: Store) -> None:
    jobs = await take(store, "e1", jobs=[say(b"quick")] * (2 * CHAT_BURST))
    assert len(await settled(store, jobs, NOW)) == 2 * CHAT_BURST
    assert await spoken(store, *[b"slow"] * CHAT_BURST, on=1) == [b"slow"] * CHAT_BURST
    assert bodies(await take(store, "e3", on=2, jobs=[say(b"quick")])) == [b"quick"]


async def a_wake_waits_for_no_pause_and_costs_none(store: Store) -> None:
    reminders = [Due("wake", NOW, b"reminder", PAUSE)] * (2 * CHAT_BURST)
    assert len(await take(store, "e1", jobs=reminders)) == 2 * CHAT_BURST
    assert await spoken(store, *[b"slow"] * CHAT_BURST, on=1) == [b"slow"] * CHAT_BURST
    assert bodies(await take(store, "e3", on=2, jobs=[wake(b"now")])) == [b"now"]


async def another_attempt_costs_a_pause_again(store: Store) -> None:
    long = 4 * LEASE
    await take(store, "e1", jobs=[slowly(b"again", long)])
    for times in range(1, CHAT_BURST):
        assert bodies(await claim(store, NOW + times * LEASE)) == [b"again"]
    assert await claim(store, NOW + CHAT_BURST * LEASE) == ()
    assert bodies(await claim(store, NOW + long)) == [b"again"]


async def a_pause_may_differ_from_reply_to_reply(store: Store) -> None:
    """Each is asked for its own pause: how far ahead the chat has run is compared with that."""
    await spoken(store, *[b"slow"] * CHAT_BURST)
    assert await take(store, "e2", on=1, jobs=[slowly(b"slower", 2 * PAUSE)]) != ()
    assert await take(store, "e2", who=BEN, jobs=[slowly(b"slow")]) == ()


async def an_unparked_reply_keeps_its_pause(store: Store) -> None:
    (job,) = await take(store, "e1", jobs=[slowly(b"reply")])
    await bury(store, job)
    (kept,) = await store.parked(now=NOW, limit=1)
    assert await spoken(store, *[b"more"] * (CHAT_BURST - 1), on=1) == [b"more"] * (CHAT_BURST - 1)
    assert await store.unpark(kept.id, now=NOW)
    assert await claim(store, NOW + PAUSE - MILLISECOND) == ()
    (once_more,) = await claim(store, NOW + PAUSE)
    assert await done(store, once_more)
