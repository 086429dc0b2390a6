"""A whole channel is told what becomes of Apple's services, through the real program."""

from datetime import UTC, datetime

import pytest

from adapters.slack.place import whole_channel
from adapters.store.redis.store import RedisStore
from bot.dialogue.following import APPLE
from tests.live import OUTAGE, feed
from tests.slack.program import WAYS, Scene, Way, of_the_bot, person, played
from tests.slack.test_status import BACK, STOP, UNWATCHED, WATCHING
from tests.wire.slack.people import Person
from tests.wire.slack.posts import Post
from tests.wire.slack.workspace import TEAM, Channel

NOT_IN = {"ja": "このチャンネルにはまだ書き込めないため", "en": "I can’t post in this channel yet"}


async def _newest(scene: Scene, who: Person, room: Channel, count: int) -> Post:
    """Wait until so many messages of the bot are there for this person, and give the last."""
    await scene.until(lambda: len(of_the_bot(who.sees(room))) >= count)
    await scene.settled()
    shown = of_the_bot(who.sees(room))
    assert len(shown) == count
    return shown[-1]


@pytest.mark.parametrize("way", WAYS)
def test_everybody_in_the_channel_is_told_once_by_one_message_outside_of_any_thread(way: Way) -> None:
    async def story(scene: Scene) -> None:
        ann, hana = person(scene, "en"), person(scene, "ja", "U0HANA")
        room = scene.slack.channel("general", ann, hana)
        ann.slash("/imessage-status", "watch", room)
        asked = await _newest(scene, hana, room, 1)
        assert asked.words.startswith(WATCHING["en"])
        assert (asked.only_for, asked.thread, asked.pings) == ("", "", [])
        hana.slash("/imessage-status", "お知らせ", room)
        again = await _newest(scene, ann, room, 2)
        assert again.words.startswith(WATCHING["ja"])
        await scene.restart(feed())
        news = await _newest(scene, ann, room, 3)
        assert BACK["ja"] in news.words
        assert (news.only_for, news.thread) == ("", "")
        await scene.restart(feed())
        await _newest(scene, hana, room, 3)
        assert not of_the_bot(ann.sees())
        assert not of_the_bot(hana.sees())
        assert not ann.notices + hana.notices

    played(story, way, feed(OUTAGE))


def test_anybody_may_end_it_by_the_message_s_button_and_whoever_wants_help_has_it_alone() -> None:
    async def story(scene: Scene) -> None:
        ann, hana = person(scene, "en"), person(scene, "ja", "U0HANA")
        room = scene.slack.channel("general", ann, hana)
        ann.slash("/imessage-status", "watch", room)
        asked = await _newest(scene, hana, room, 1)
        hana.presses("Help me fix it", asked)
        await scene.until(lambda: of_the_bot(hana.sees()))
        await _newest(scene, hana, room, 2)  # with "I wrote you", which nobody else sees
        hana.presses(STOP["en"], asked)
        ended = await _newest(scene, ann, room, 2)
        assert ended.words.startswith(UNWATCHED["ja"])
        assert STOP["ja"] not in ended.buttons
        closed = of_the_bot(ann.sees(room))[0]
        assert closed.buttons == []
        await scene.restart(feed())
        await _newest(scene, ann, room, 2)

    played(story, status=feed(OUTAGE))


@pytest.mark.parametrize("language", ["ja", "en"])
@pytest.mark.parametrize("way", WAYS)
def test_where_the_bot_is_not_it_says_how_to_invite_it_and_works_from_then_on(
    language: str, way: Way
) -> None:
    async def story(scene: Scene) -> None:
        ann = person(scene, language)
        room = scene.slack.channel("private", ann, kind="group", with_app=False)
        ann.slash("/imessage-status", "watch", room)
        told = await _newest(scene, ann, room, 1)
        assert told.only_for == ann.id
        assert told.words.startswith(NOT_IN[language])
        assert "/invite @imessage-support" in told.words
        ann.invites_app(room)
        ann.slash("/imessage-status", "watch", room)
        assert (await _newest(scene, ann, room, 2)).words.startswith(WATCHING[language])

    played(story, way, feed(OUTAGE))


@pytest.mark.parametrize("loss", ["removed", "archived"])
def test_a_channel_that_can_be_told_no_more_follows_no_more(loss: str) -> None:
    async def story(scene: Scene) -> None:
        ann = person(scene, "en")
        room = scene.slack.channel("general", ann)
        ann.slash("/imessage-status", "watch", room)
        await _newest(scene, ann, room, 1)
        assert await _followers(scene) == [whole_channel(TEAM, room.id).chat]
        if loss == "removed":
            room.members.discard(scene.slack.app.user)
        else:
            room.archived = True
        await scene.restart(feed())
        await scene.until(lambda: len(scene.slack.called("chat.postMessage")) == 2)
        await scene.restart(feed(OUTAGE))
        assert await _followers(scene) == []
        assert len(of_the_bot(ann.sees(room))) == 1

    played(story, status=feed(OUTAGE))


async def _followers(scene: Scene) -> list[str]:
    store = await RedisStore.open(scene.redis.url)
    try:
        page = await store.followers(APPLE, after=None, limit=9, now=datetime.now(UTC))
        return [each.chat for each in page.addresses]
    finally:
        await store.close()
