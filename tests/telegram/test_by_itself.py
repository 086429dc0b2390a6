"""What the bot says by itself comes where it was asked for, and replies to no message of long ago."""

from datetime import UTC, datetime, timedelta

import pytest

from adapters.store.redis.store import RedisStore
from bot.codec import decode_job
from bot.model import Job, Language, Wake
from tests.live import OUTAGE, feed
from tests.telegram.program import Scene, Way, played
from tests.wire.apple import document
from tests.wire.telegram.people import Person

SOON = timedelta(hours=1)
"""By then, what a step reminds of is due."""

PLACES = ("private", "group", "topic")
WATCH = {"ja": "復旧したら", "en": "Tell me when"}
BACK = {"ja": "お待たせしました", "en": "Good news"}


def ann_in(scene: Scene, place: str, language: Language) -> Person:
    """Give somebody in a chat of that kind."""
    ann = scene.telegram.person(5, language)
    if place == "private":
        return ann
    return ann.within(scene.telegram.group(topics=(7,)), 7 if place == "topic" else None)


@pytest.mark.parametrize(("language", "way"), [("ja", "polling"), ("en", "webhook")])
@pytest.mark.parametrize("place", PLACES)
def test_news_of_apple_comes_where_the_watch_began(place: str, language: Language, way: Way) -> None:
    async def story(scene: Scene) -> None:
        ann = ann_in(scene, place, language)
        await _sees_the_outage(scene, ann)
        await _presses(scene, ann, WATCH[language])
        seen = len(ann.sees)
        await scene.settled()
        await scene.stop()
        scene.apple.answer = document(feed())
        await scene.start()
        await scene.until(lambda: len(ann.sees) == seen + 1)
        assert BACK[language] in ann.last.text
        await _stands_alone(scene, ann)

    played(story, way, feed(OUTAGE))


def test_who_has_everything_deleted_is_told_nothing_more_and_the_others_are() -> None:
    async def story(scene: Scene) -> None:
        ann, ben = scene.telegram.person(5), scene.telegram.person(6)
        for who in (ann, ben):
            await _sees_the_outage(scene, who)
            await _presses(scene, who, WATCH["en"])
        seen = len(ann.sees)
        ann.says("/forget")
        await scene.until(lambda: len(ann.sees) == seen + 1)
        await scene.settled()
        await scene.stop()
        scene.apple.answer = document(feed())
        await scene.start()
        await scene.until(lambda: BACK["en"] in ben.last.text)
        await scene.settled()
        assert len(ann.sees) == seen + 1

    played(story, status=feed(OUTAGE))


@pytest.mark.parametrize(("language", "way"), [("ja", "webhook"), ("en", "polling")])
@pytest.mark.parametrize("place", PLACES)
def test_a_reminder_comes_where_the_step_was_asked(place: str, language: Language, way: Way) -> None:
    async def story(scene: Scene) -> None:
        ann = ann_in(scene, place, language)
        ann.says(f"/start@imessage_helper_bot {language}-iphone-restart")
        await scene.until(lambda: len(ann.sees) == 1)
        step = ann.last
        await scene.settled()
        await _make_due(scene)
        await scene.until(lambda: len(ann.sees) == 2)
        assert ann.last.labels[0] == step.labels[0]
        await _stands_alone(scene, ann)

    played(story, way)


async def _sees_the_outage(scene: Scene, who: Person) -> None:
    """Ask for Apple's status until the bot has read it."""
    while not who.sees or "🔴" not in who.last.text:
        await _asks(scene, who)


async def _presses(scene: Scene, who: Person, label: str) -> None:
    seen = len(who.sees)
    who.presses(label)
    await scene.until(lambda: len(who.sees) > seen)


async def _asks(scene: Scene, who: Person) -> None:
    seen = len(who.sees)
    who.says("/imessage_status@imessage_helper_bot")
    await scene.until(lambda: len(who.sees) > seen)


async def _stands_alone(scene: Scene, who: Person) -> None:
    await scene.settled()
    assert "reply_to_message" not in who.last.payload
    assert sum(each.is_ours for each in who.chat.messages) == len(who.sees), "something went elsewhere"
    assert "sendMessage" not in [method for method, _ in scene.telegram.refused]


async def _make_due(scene: Scene) -> None:
    """Have the reminder that is owed later be owed now."""
    store, now = await RedisStore.open(scene.redis.url), datetime.now(UTC)
    try:
        owed = await store.claim(now=now + SOON, lease=SOON, limit=9)
        [reminder] = [job for job in owed if _is_reminder(decode_job(job.body))]
        await store.postpone(reminder, now, attempted=False)
    finally:
        await store.close()


def _is_reminder(job: Job) -> bool:
    return isinstance(job, Wake) and job.why == "remind"
