"""What else people do, through the real program: groups, files, leaving, forgetting, waiting for Apple."""

import pytest

from bot.flowfiles import load_book
from bot.model import Language
from tests.live import OUTAGE, feed
from tests.telegram.program import Scene, played
from tests.wire.apple import document
from tests.wire.telegram.people import Person

LANGUAGES: tuple[Language, ...] = ("ja", "en")


def test_two_people_in_one_group_have_conversations_of_their_own() -> None:
    async def story(scene: Scene) -> None:
        group = scene.telegram.group(topics=(7,))
        ann = scene.telegram.person(5).within(group, 7)
        hana = scene.telegram.person(6, "ja", name="花子").within(group, 7)
        ann.says("/start@imessage_helper_bot")
        await scene.until(lambda: len(ann.sees) == 1)
        hana.says("@imessage_helper_bot こんにちは")
        await scene.until(lambda: len(ann.sees) == 2)
        anns, hanas = ann.sees
        assert (anns.text[:6], hanas.labels[0]) == ("Hello!", "iPhone・iPad")

        stolen = hana.presses("iPhone", message=anns)
        await scene.until(lambda: stolen.toast)
        own = ann.presses("Mac", message=anns)
        await scene.until(lambda: len(ann.sees) == 3)
        assert (
            stolen.toast
            == "これは別の方へのボタンです。ご自分の案内を始めるには、私にメッセージを送ってください。"
        )
        assert own.toast == ""
        assert (anns.labels, bool(hanas.labels)) == ([], True)
        await scene.settled()
        assert len(ann.sees) == 3

    played(story)


def test_a_double_tap_and_an_old_button_do_nothing_twice() -> None:
    async def story(scene: Scene) -> None:
        ann = scene.telegram.person(5)
        ann.starts()
        await scene.until(lambda: len(ann.sees) == 1)
        first, second = ann.presses("iPhone"), ann.presses("iPhone")
        await scene.until(lambda: first.toast is not None and second.toast is not None)
        await scene.settled()
        assert (len(ann.sees), first.toast) == (2, "")
        assert second.toast
        assert scene.telegram.refused == []

    played(story, "webhook")


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_log_is_read_as_evidence_and_a_picture_answered_kindly(language: Language) -> None:
    async def story(scene: Scene) -> None:
        ann = scene.telegram.person(5, language)
        log = "\n".join(["apsd: connected"] * 50 + ["IDS: no serial number available", "MacBookPro16,1"])
        ann.sends_file("sysdiagnose.log", log.encode())
        await scene.until(lambda: len(ann.sees) == 1)
        ann.sends_photo("this error")
        await scene.until(lambda: len(ann.sees) == 2)
        ann.sends_file("large.log", bytes(1024 * 1024 + 1))
        await scene.until(lambda: len(ann.sees) == 3)
        ann.sends_file("a.zip", b"PK\x03\x04\x00\xff", mime="application/zip")
        await scene.until(lambda: len(ann.sees) == 4)
        await scene.settled()
        assert len(set(ann.texts)) == 4
        assert len(scene.telegram.called("getFile")) == 1

    played(story)


@pytest.mark.parametrize("language", LANGUAGES)
def test_forget_deletes_everything_and_says_so(language: Language) -> None:
    async def story(scene: Scene) -> None:
        ann = scene.telegram.person(5, language)
        ann.starts()
        await scene.until(lambda: len(ann.sees) == 1)
        await scene.settled()
        ann.says("/forget")
        await scene.until(lambda: len(ann.sees) == 2)
        ann.says("/forget")
        await scene.until(lambda: len(ann.sees) == 3)
        done, nothing = ann.texts[1:]
        assert done.startswith(
            "あなたについて保存していたものを、すべて" if language == "ja" else "I’ve deleted"
        )
        assert nothing.endswith("何もありません。" if language == "ja" else "nothing stored about you.")
        with scene.redis.admin() as client:
            assert not list(client.scan_iter("*}:c:*"))

    played(story)


def test_who_waits_for_apple_is_told_once_even_over_restarts() -> None:
    async def story(scene: Scene) -> None:
        ann, ben = scene.telegram.person(5), scene.telegram.person(6, "ja")
        await _waits_for_apple(scene, ann, "Tell me when")
        await _restarts(scene, feed())
        await scene.until(lambda: len(ann.sees) == 3)
        await _restarts(scene, feed(OUTAGE))
        await scene.until(lambda: len(ann.sees) == 4)
        await _waits_for_apple(scene, ben, "復旧したら")
        await _restarts(scene, feed())
        await scene.until(lambda: (len(ann.sees), len(ben.sees)) == (5, 3))
        await scene.settled()
        await scene.stop()
        news = [load_book().say(f"watch.{kind}", "en") for kind in ("back", "again", "back")]
        assert [text[: len(words)] for text, words in zip(ann.texts[2:], news, strict=True)] == news
        assert len(ben.sees) == 3

    played(story, status=feed(OUTAGE))


def test_who_blocked_the_bot_is_sent_nothing_more() -> None:
    async def story(scene: Scene) -> None:
        ann, ben = scene.telegram.person(5), scene.telegram.person(6)
        for each in (ann, ben):
            await _waits_for_apple(scene, each, "Tell me when")
        ann.blocks()
        await _restarts(scene, feed())
        await scene.until(lambda: len(ben.sees) == 3)
        await scene.settled()
        assert len(ann.sees) == 2
        assert "sendMessage" not in [method for method, _ in scene.telegram.refused]

    played(story, status=feed(OUTAGE))


async def _waits_for_apple(scene: Scene, who: Person, label: str) -> None:
    who.says("/imessage_status")
    await scene.until(lambda: len(who.sees) == 1)
    who.presses(label)
    await scene.until(lambda: len(who.sees) == 2)


async def _restarts(scene: Scene, status: bytes) -> None:
    """Let Apple's feed change between two runs, and wait until it has been read twice in both languages."""
    await scene.settled()
    await scene.stop()
    scene.apple.answer = document(status)
    read_before = len(scene.apple.requests)
    await scene.start()
    await scene.until(lambda: len(scene.apple.requests) - read_before > 4)
