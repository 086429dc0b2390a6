"""What the bot says by itself comes where the guide is, and its buttons go on from there after a restart."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import pytest

from adapters.slack.place import direct, in_channel
from adapters.store.redis.store import RedisStore
from bot.codec import decode_conversation, decode_job, encode_conversation
from bot.model import Address, EventId, Job, Wake, WakeReason
from bot.replace import replace
from tests.slack.program import Scene, begins, of_the_bot, person, played
from tests.wire.slack.posts import Post
from tests.wire.slack.workspace import TEAM

PLACES = [("dm", "ja"), ("thread", "en"), ("pane", "ja")]
WORDS = {
    "ja": ("iPhone", "開きました", "まだです", "アクティベーション待ち"),
    "en": ("iPhone", "it opens", "not yet", "waiting for activation"),
}
CHECK = {"ja": "【アクティベーションの確認】", "en": "Activation check"}
ASKED = {"ja": "こんにちは。その後、iMessageは使える", "en": "Hello again! Does iMessage work"}
FIXED = {"ja": "直った", "en": "It works now"}
GO_ON = {"ja": "まだです、続きから", "en": "Not yet, let’s go on"}
GREAT = {"ja": "よかった", "en": "Great"}
STEP = {"ja": "手順 1/9", "en": "Step 1 of 9"}
SOON = timedelta(days=3)
"""By then, all of it is due."""


@dataclass(frozen=True, slots=True)
class Corner:
    """Somebody's conversation with the bot in one place."""

    address: Address
    writes: Callable[[str], Post]
    replies: Callable[[], list[Post]]
    presses: Callable[[str, Post], object]
    total: Callable[[], int]
    """How many messages the bot has written them anywhere."""


def corner(scene: Scene, place: str, language: str) -> Corner:
    """Go to a place of that kind."""
    ann = person(scene, language)
    room = scene.slack.channel("general", ann)
    if place == "thread":
        first = ann.mentions(room, "")
        address = in_channel(TEAM, room.id, first.ts, ann.id)
    elif place == "pane":
        opened = ann.opens_assistant()
        assert opened
        first, address = opened, direct(TEAM, ann.id, opened.ts)
    else:
        first, address = ann.writes_dm("?"), direct(TEAM, ann.id)

    def replies() -> list[Post]:
        shown = of_the_bot(ann.sees() if place == "dm" else ann.sees(thread=first))
        return [each for each in shown if each.ts != first.ts]

    def total() -> int:
        everything = of_the_bot([*ann.sees(), *ann.sees(room)])
        return sum(each.ts != first.ts for each in everything)

    def writes(text: str) -> Post:
        return ann.writes_dm(text) if place == "dm" else ann.writes_in_thread(first, text)

    return Corner(address, writes, replies, ann.presses, total)


@pytest.mark.parametrize(("place", "language"), PLACES)
def test_the_end_of_a_wait_comes_where_the_step_was_asked(place: str, language: str) -> None:
    async def story(scene: Scene) -> None:
        here = corner(scene, place, language)
        for word in WORDS[language]:
            await _says(scene, here, word)
        await _after(scene, here, _due(scene, here, "wait"), CHECK[language])
        await _pressed_after_a_restart(scene, here, FIXED[language], GREAT[language])

    played(story, pane="assistant")


@pytest.mark.parametrize(("place", "language"), PLACES)
def test_the_friendly_question_comes_where_the_guide_was_left(place: str, language: str) -> None:
    async def story(scene: Scene) -> None:
        here = corner(scene, place, language)
        for word in WORDS[language][:2]:
            await _says(scene, here, word)
        await _is_a_day_ago(scene, here)
        await _after(scene, here, _due(scene, here, "check_in"), ASKED[language])
        await _pressed_after_a_restart(scene, here, GO_ON[language], STEP[language])

    played(story, pane="assistant")


async def _says(scene: Scene, here: Corner, word: str) -> None:
    await scene.settled()
    seen = len(here.replies())
    here.writes(word)
    await scene.until(lambda: len(here.replies()) > seen)


async def _after(scene: Scene, here: Corner, cause: Awaitable[None], begin: str) -> None:
    """Wait for the one message that comes of it, here and nowhere else."""
    await scene.settled()
    seen, total = len(here.replies()), here.total()
    await cause
    await scene.until(lambda: len(here.replies()) > seen)
    await scene.settled()
    assert begin in begins(here.replies())[-1]
    assert (len(here.replies()), here.total()) == (seen + 1, total + 1)


async def _pressed_after_a_restart(scene: Scene, here: Corner, label: str, begin: str) -> None:
    await scene.kill()
    await scene.start()

    async def press() -> None:
        here.presses(label, here.replies()[-1])

    await _after(scene, here, press(), begin)


async def _due(scene: Scene, here: Corner, why: WakeReason) -> None:
    """Have what is owed later be owed now."""
    store, now = await RedisStore.open(scene.redis.url), datetime.now(UTC)
    try:
        owed = await store.claim(now=now + SOON, lease=SOON, limit=9)
        [wake] = [job for job in owed if job.address == here.address and _is_for(decode_job(job.body), why)]
        assert await store.postpone(wake, now, attempted=False)
    finally:
        await store.close()


def _is_for(job: Job, why: WakeReason) -> bool:
    return isinstance(job, Wake) and job.why == why


async def _is_a_day_ago(scene: Scene, here: Corner) -> None:
    """Have been silent for a day, somewhere where it is day now."""
    await scene.settled()
    store, now = await RedisStore.open(scene.redis.url), datetime.now(UTC)
    try:
        record = await store.load(here.address, now=now)
        before = decode_conversation(record.body)
        assert before.zone == "Asia/Tokyo", "Slack says where they live"
        zone = f"Etc/GMT{now.hour - 13:+}"
        silent = replace(before, heard_at=now - timedelta(days=1, hours=1), zone=zone)
        turn = (here.address, record.version, EventId("a day"), encode_conversation(silent), ())
        await store.commit(*turn, topics=(), now=now, lease=timedelta())
    finally:
        await store.close()
