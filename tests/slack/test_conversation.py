"""A whole conversation in a channel's thread, through the real program that is killed in the middle."""

from dataclasses import dataclass

import pytest

from tests.slack.program import WAYS, Scene, Way, begins, of_the_bot, person, played
from tests.wire.slack.people import Person
from tests.wire.slack.posts import Post
from tests.wire.slack.workspace import Channel

LOST = "This app failed: operation_timeout"
"""What Slack itself says of a press that nobody acknowledged; it brings no press again."""


@dataclass(frozen=True, slots=True)
class Wording:
    """What stands on the buttons, and with what each message begins, in one language."""

    language: str
    iphone: str
    opens: str
    not_yet: str
    fixed: str
    messages: tuple[str, ...]


ENGLISH = Wording(
    "en",
    *("iPhone or iPad", "Yes, it opens", "Not yet", "It works now"),
    (
        "Hello! Let’s get iMessage working again",
        "Step 1 of 9 | Apple has reported no problem",
        "Step 1 of 9 | Internet connection check",
        "Step 2 of 9 | Turning iMessage off and on",
        "Step 3 of 9 | Signing in to Messages again",
        "Great",
    ),
)
JAPANESE = Wording(
    "ja",
    *("iPhone・iPad", "開いた", "まだです", "直った"),
    (
        "こんにちは。iMessageをまた使えるように",
        "手順 1/9 | Appleは問題を報告していません",
        "手順 1/9 | 【インターネット接続の確認】",
        "手順 2/9 | 【iMessageのオフ・オン】",
        "手順 3/9 | 【メッセージへの再サインイン】",
        "よかった",
    ),
)


@dataclass(frozen=True, slots=True)
class Thread:
    """A thread in a channel, as the person who began it sees it."""

    scene: Scene
    who: Person
    channel: Channel
    first: Post

    @property
    def replies(self) -> list[Post]:
        return of_the_bot(self.who.sees(thread=self.first))

    async def has(self, count: int) -> None:
        """Wait until the bot has said so much."""
        await self.scene.until(lambda: len(self.replies) == count)

    def presses(self, label: str) -> None:
        self.who.presses(label, self.replies[-1])


@pytest.mark.parametrize("words", [JAPANESE, ENGLISH], ids=lambda words: words.language)
@pytest.mark.parametrize("way", WAYS)
def test_nothing_is_lost_or_doubled_when_bot_and_redis_die(way: Way, words: Wording) -> None:
    async def story(scene: Scene) -> None:
        hana = person(scene, words.language, "U0HANA")
        general = scene.slack.channel("general", hana)
        thread = Thread(scene, hana, general, hana.mentions(general, ""))
        await thread.has(1)
        thread.presses(words.iphone)
        await thread.has(2)
        await _goes_on_while_the_bot_is_dead(thread, words.opens)
        thread.presses(words.not_yet)
        await thread.has(4)
        await _writes_while_redis_is_dead(thread, words.not_yet)
        thread.presses(words.fixed)
        await thread.has(6)
        await scene.settled()
        await scene.stop()
        _check(thread, words)

    played(story, way)


def _check(thread: Thread, words: Wording) -> None:
    said = begins(thread.replies)
    assert [text[: len(begin)] for text, begin in zip(said, words.messages, strict=True)] == [*words.messages]
    chosen = [each.words.rpartition("✓ ")[2] for each in thread.replies if "✓ " in each.words]
    assert chosen == [words.iphone, words.not_yet, words.fixed]
    assert all("✓ " not in each.words or not each.buttons for each in thread.replies)
    assert of_the_bot(thread.who.sees(thread.channel)) == thread.replies, "all of it is in the thread"
    assert all(each.text and not each.pings and not each.unfurls for each in thread.replies)
    assert not of_the_bot(thread.who.sees())


async def _goes_on_while_the_bot_is_dead(thread: Thread, label: str) -> None:
    """Slack says that a press failed, and brings it no more; what is written instead, it brings later."""
    seen = len(thread.replies)
    await thread.scene.kill()
    thread.presses(label)
    await thread.scene.until(lambda: thread.who.notices == [LOST])
    thread.who.writes_in_thread(thread.first, label)
    await thread.scene.comes_again_after(thread.scene.start)
    await thread.has(seen + 1)


async def _writes_while_redis_is_dead(thread: Thread, text: str) -> None:
    scene, seen = thread.scene, len(thread.replies)
    await scene.settled()
    scene.redis.kill()
    thread.who.writes_in_thread(thread.first, text)
    await scene.program.says("event refused")
    assert len(thread.replies) == seen

    async def redis_is_back() -> None:
        scene.redis.start()

    await scene.comes_again_after(redis_is_back)
    await thread.has(seen + 1)
