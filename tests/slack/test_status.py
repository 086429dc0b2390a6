"""`/imessage-status` and `/imessage-help` with each argument, and being told when Apple is back."""

import pytest

from bot.model import Language
from tests.live import OUTAGE, feed
from tests.slack.program import WAYS, Scene, Way, begins, of_the_bot, person, played
from tests.wire.slack.faults import refuse
from tests.wire.slack.people import Person
from tests.wire.slack.posts import Post
from tests.wire.slack.workspace import Channel

CARD = {"ja": "Appleのシステム状況（", "en": "Apple’s System Status (checked"}
USAGE = {"ja": "使い方", "en": "How to use this"}
WATCHING = {
    "ja": "わかりました。これから7日のあいだ",
    "en": "All right! I’ll keep an eye",
}
UNWATCHED = {"ja": "わかりました。Appleの状況のお知らせはしません", "en": "All right, I won’t send any news"}
SPOKEN = {"ja": "ここからは日本語でご案内します。", "en": "All right, in English from here on."}
BACK = {"ja": "お待たせしました", "en": "Good news"}
AGAIN = {"ja": "Appleが、また", "en": "I’m sorry"}
WROTE = {"ja": "ダイレクトメッセージをお送りしました。", "en": "I’ve sent you a direct message."}
LABELS = {
    "ja": ["復旧したら知らせて", "直すのを手伝って", "ここに共有する"],
    "en": ["Tell me when it’s back", "Help me fix it", "Share here"],
}
STOP = {"ja": "お知らせをやめる", "en": "Stop watching"}
FLAGGED = {"ja": "🔴 iMessage：障害（", "en": "🔴 iMessage: outage (since"}


@pytest.mark.parametrize("way", WAYS)
def test_each_argument_does_what_the_usage_says(way: Way) -> None:
    async def story(scene: Scene) -> None:
        for language, other in (("ja", "en"), ("en", "ja")):
            ann = person(scene, language, f"U0{language.upper()}")
            room = scene.slack.channel(f"room-{language}", ann)
            for argument, expected, buttons in (
                ("", CARD[language], LABELS[language]),
                ("share", CARD[language], []),
                (other, SPOKEN[other], LABELS[other]),
                (language, SPOKEN[language], LABELS[language]),
                ("help", USAGE[language], []),
                ("nonsense", USAGE[language], []),
            ):
                shown = await _after_slash(scene, ann, room, argument)
                assert begins([shown])[0].startswith(expected), argument
                assert (shown.only_for, shown.thread) == ("" if argument == "share" else ann.id, "")
                assert shown.buttons == buttons, argument
                assert (FLAGGED[other if argument == other else language] in shown.words) == bool(
                    buttons or argument == "share"
                )
            assert not of_the_bot(ann.sees())
            assert not ann.notices

    played(story, way, feed(OUTAGE))


@pytest.mark.parametrize("way", WAYS)
def test_in_the_direct_message_one_asks_for_oneself(way: Way) -> None:
    async def story(scene: Scene) -> None:
        for language in ("ja", "en"):
            ann = person(scene, language, f"U0{language.upper()}")
            for argument, expected, buttons in (
                ("watch", WATCHING[language], [STOP[language], *LABELS[language][1:]]),
                ("UNWATCH ", UNWATCHED[language], LABELS[language]),
            ):
                shown = await _after_slash(scene, ann, ann.dm, argument)
                assert begins([shown])[0].startswith(expected), argument
                assert (shown.only_for, shown.thread, shown.buttons) == (ann.id, "", buttons)

    played(story, way, feed(OUTAGE))


async def _after_slash(scene: Scene, who: Person, room: Channel, argument: str) -> Post:
    """Invoke the command, and give the one message that comes of it."""
    seen = len(who.sees(room))
    who.slash("/imessage-status", argument, room)
    await scene.until(lambda: len(who.sees(room)) > seen)
    await scene.settled()
    (shown,) = who.sees(room)[seen:]
    return shown


def test_the_buttons_of_the_card_do_what_they_say_and_leave_the_guide_alone() -> None:
    async def story(scene: Scene) -> None:
        ann = person(scene, "en")
        room = scene.slack.channel("general", ann)
        ann.slash("/imessage-help", "my iPhone", room)
        await scene.until(lambda: len(of_the_bot(ann.sees())) == 1 and ann.sees(room))
        assert begins(ann.sees(room)) == [WROTE["en"]]
        card = await _after_slash(scene, ann, room, "")
        ann.presses("Tell me when it’s back", card)
        (watched,) = await scene.until(
            lambda: [each for each in ann.sees(room) if STOP["en"] in each.buttons]
        )
        assert watched.ts == card.ts, "the card itself changes"
        ann.presses("Share here", watched)
        await scene.until(lambda: len(ann.sees(room)) == 3)
        assert [each.only_for for each in ann.sees(room)] == [ann.id, ann.id, ""]
        ann.presses("Try my device anyway", of_the_bot(ann.sees())[0])
        await scene.until(lambda: len(of_the_bot(ann.sees())) == 2)
        ann.presses("Help me fix it", watched)
        await scene.until(lambda: len(of_the_bot(ann.sees())) == 3 and len(ann.sees(room)) == 4)
        await scene.settled()
        said = begins(of_the_bot(ann.sees()))
        assert said[0].startswith("I checked Apple’s System Status")
        assert said[1].startswith("Step 1 of 9 | Internet connection check")
        assert said[2].endswith("Welcome back! Here is where we left off.")
        assert begins(ann.sees(room))[3] == WROTE["en"]

    played(story, "http", feed(OUTAGE))


def test_who_waits_for_apple_is_told_each_change_once_by_direct_message_even_over_restarts() -> None:
    async def story(scene: Scene) -> None:
        people = {language: person(scene, language, f"U0{language.upper()}") for language in ("ja", "en")}
        for who in people.values():
            await _after_slash(scene, who, who.dm, "watch")
        for seen, status in enumerate((feed(), feed(OUTAGE), feed()), start=2):
            await scene.restart(status)
            await scene.until(lambda: all(len(who.sees()) >= seen for who in people.values()))  # noqa: B023
        await scene.settled()
        for language, who in people.items():
            news = zip(begins(who.sees())[1:], (BACK, AGAIN, BACK), strict=True)
            assert all(said.startswith(expected[language]) for said, expected in news)
        ann = people["en"]
        ann.presses("Help me fix it", ann.sees()[-1])
        await scene.until(lambda: len(ann.sees()) > 4)

    played(story, status=feed(OUTAGE))


@pytest.mark.parametrize("language", ["ja", "en"])
def test_to_stop_in_the_direct_message_ends_the_watch_that_began_on_the_card(language: Language) -> None:
    async def story(scene: Scene) -> None:
        ann = person(scene, language)
        await _after_slash(scene, ann, ann.dm, "watch")
        ann.writes_dm("やめて" if language == "ja" else "stop")
        await scene.until(lambda: len(of_the_bot(ann.sees())) == 3)
        assert begins(of_the_bot(ann.sees()))[1].startswith(UNWATCHED[language])
        ann.writes_dm("終わり" if language == "ja" else "stop watching, please")
        await scene.until(lambda: len(of_the_bot(ann.sees())) == 4)
        await scene.restart(feed())
        await scene.settled()
        assert len(of_the_bot(ann.sees())) == 4

    played(story, status=feed(OUTAGE))


def test_who_cannot_be_written_to_any_more_holds_up_nobody() -> None:
    async def story(scene: Scene) -> None:
        ann, ben = person(scene, "en"), person(scene, "ja", "U0BEN")
        for who in (ann, ben):
            await _after_slash(scene, who, who.dm, "watch")
        scene.slack.faults.next("chat.postMessage", refuse("user_disabled"))
        await scene.restart(feed())
        await scene.until(lambda: len(ann.sees()) + len(ben.sees()) > 2)
        await scene.settled()
        assert len(scene.slack.called("chat.postMessage")) <= 2
        assert sorted(len(who.sees()) for who in (ann, ben)) == [1, 2]

    played(story, "http", feed(OUTAGE))
