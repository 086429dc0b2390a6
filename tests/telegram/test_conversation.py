"""A person's whole conversation through the real program, with the bot and Redis killed in the middle."""

import signal
from dataclasses import dataclass
from datetime import UTC, datetime

import pytest

from adapters.store.redis.keys import role_key
from tests.telegram.program import Scene, Way, played
from tests.wire.telegram.people import Person


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
    *("iPhone", "Yes, it opens", "Not yet", "It works now"),
    (
        "Hello!",
        "Apple has reported no problem",
        "Internet connection check",
        "Turning iMessage off and on",
        "Signing in to Messages again",
        "Great",
    ),
)
JAPANESE = Wording(
    "ja",
    *("iPhone・iPad", "開いた", "まだです", "直った"),
    (
        "こんにちは。",
        "Appleは問題を報告していません",
        "【インターネット接続の確認】",
        "【iMessageのオフ・オン】",
        "【メッセージへの再サインイン】",
        "よかった",
    ),
)


@pytest.mark.parametrize("words", [JAPANESE, ENGLISH], ids=lambda words: words.language)
@pytest.mark.parametrize("way", ["polling", "webhook"])
def test_nothing_is_lost_or_doubled_when_bot_and_redis_die(way: Way, words: Wording) -> None:
    async def story(scene: Scene) -> None:
        hana = scene.telegram.person(5, words.language, name="花子")
        hana.starts()
        await scene.until(lambda: len(hana.sees) == 1)
        hana.presses(words.iphone)
        await scene.until(lambda: len(hana.sees) == 2)
        await _presses_while_the_bot_is_dead(scene, hana, words.opens)
        await _presses_while_redis_is_dead(scene, hana, words.not_yet)
        hana.says(words.not_yet)
        await scene.until(lambda: len(hana.sees) == 5)
        hana.presses(words.fixed)
        await scene.until(lambda: len(hana.sees) == 6)
        await scene.settled()
        await scene.stop()
        begins = [text[: len(begin)] for text, begin in zip(hana.texts, words.messages, strict=True)]
        assert begins == list(words.messages)
        chosen = [
            message.text.rpartition("\n")[2].removeprefix("✓ ") for message in hana.sees if message.bold
        ]
        assert chosen[0].startswith(words.iphone)
        assert chosen[1:] == [words.opens, words.not_yet, words.fixed]

    played(story, way)


def test_whoever_starts_after_a_crash_polls_once_the_role_of_the_dead_has_truly_lapsed() -> None:
    async def story(scene: Scene) -> None:
        ann = scene.telegram.person(5)
        ann.starts()
        await scene.until(lambda: len(ann.sees) == 1)
        await scene.settled()
        await scene.program.end(signal.SIGKILL)
        ann.presses(ENGLISH.iphone)
        held_till = _held_till(scene)
        await scene.start()
        await scene.until(lambda: len(ann.sees) == 2)
        assert datetime.now(UTC) > held_till, "it took a role that another had"
        await scene.settled()
        assert len(ann.sees) == 2

    played(story, "polling")


def _held_till(scene: Scene) -> datetime:
    """Read until when the killed program holds the polling, which it must not have given up."""
    with scene.redis.admin() as client:
        held = client.get(role_key("telegram"))
    assert isinstance(held, bytes)
    till = datetime.fromtimestamp(int(held.split()[0]) / 1e6, UTC)
    assert till > datetime.now(UTC), "it was let go before"
    return till


async def _presses_while_the_bot_is_dead(scene: Scene, who: Person, label: str) -> None:
    seen = len(who.sees)
    await scene.kill()
    who.presses(label)
    await scene.start()
    await scene.until(lambda: len(who.sees) == seen + 1)


async def _presses_while_redis_is_dead(scene: Scene, who: Person, label: str) -> None:
    seen = len(who.sees)
    await scene.settled()
    scene.redis.kill()
    who.presses(label)
    await scene.says("event refused")
    assert len(who.sees) == seen
    scene.redis.start()
    await scene.until(lambda: len(who.sees) == seen + 1)
