"""The same dialogue in a direct message, in the agent's pane and from App Home, through the real program."""

import pytest

from bot.model import Language
from tests.live import OUTAGE, feed
from tests.slack.program import WAYS, Scene, Way, begins, of_the_bot, person, played
from tests.wire.slack.people import Person

LANGUAGES: tuple[Language, ...] = ("ja", "en")

LOG = "\n".join(["apsd: connected"] * 50 + ["Serial Number (system): Not Available", "MacBookPro16,1"])


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("language", LANGUAGES)
def test_in_a_direct_message_files_count_and_what_cannot_be_read_is_answered_kindly(
    language: Language, way: Way
) -> None:
    async def story(scene: Scene) -> None:
        ann = person(scene, language)
        ann.writes_dm("やあ、はじめまして" if language == "ja" else "hello there")
        await _has(scene, ann, 1)
        ann.shares_file("sysdiagnose.log", LOG.encode())
        await _has(scene, ann, 2)
        await _dies_and_comes_back(scene)
        ann.shares_file("large.log", bytes(1024 * 1024 + 1))
        await _has(scene, ann, 3)
        ann.shares_file("a.zip", b"PK\x03\x04\x00\xff")
        await _has(scene, ann, 4)
        await scene.settled()
        said = [each.words for each in of_the_bot(ann.sees())]
        assert said[0].startswith("こんにちは" if language == "ja" else "Hello!")
        assert "Not Available" in said[1]
        assert said[2].startswith(
            "すみません、読めるファイルは1MBまで"
            if language == "ja"
            else "Sorry, I can read files of up to 1 MB"
        )
        assert said[3].startswith(
            "すみません、この種類のファイル" if language == "ja" else "Sorry, I can’t read this kind"
        )
        assert len(said) == 4

    played(story, way)


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize(
    ("language", "prompt", "expected"),
    [
        ("ja", "MacでiMessageにサインインできずに困っています", "手順 1/6 | Appleは問題を報告していません"),
        ("en", "My Mac won’t let me sign in to iMessage", "Step 1 of 6 | Apple has reported no problem"),
    ],
)
def test_the_agent_suggests_and_whoever_takes_a_suggestion_is_helped(
    language: Language, prompt: str, expected: str, way: Way
) -> None:
    async def story(scene: Scene) -> None:
        ann = person(scene, language)
        ann.opens_assistant(scene.slack.channel("general", ann))
        await scene.until(lambda: len(ann.pane().prompts) == 4)
        first = ann.picks_prompt(prompt)
        await _has(scene, ann, 1)
        await _dies_and_comes_back(scene)
        ann.presses("開いた" if language == "ja" else "Yes, it opens", of_the_bot(ann.sees())[0])
        await _has(scene, ann, 2)
        await scene.settled()
        replies = of_the_bot(ann.sees())
        assert begins(replies)[0].startswith(expected)
        assert not replies[0].buttons
        assert begins(replies)[1].startswith("手順 1/" if language == "ja" else "Step 1 of ")
        assert ann.sees()[0] == first

    played(story, way)


def test_in_the_older_container_each_thread_is_a_conversation_of_its_own() -> None:
    async def story(scene: Scene) -> None:
        ann = person(scene, "ja")
        one, two = ann.opens_assistant(), ann.opens_assistant()
        assert one
        assert two
        await scene.until(lambda: ann.pane(one).prompts and ann.pane(two).prompts)
        ann.picks_prompt(ann.pane(one).prompts[0]["title"], one)
        ann.picks_prompt(ann.pane(two).prompts[1]["title"], two)
        threads = (one, two)
        await scene.until(lambda: all(len(of_the_bot(ann.sees(thread=each))) == 2 for each in threads))
        await scene.settled()
        shown = [of_the_bot(ann.sees(thread=each))[1] for each in threads]
        assert all("| Appleは問題を報告していません" in begins([each])[0] for each in shown)
        assert [ann.pane(each).status for each in threads] == ["", ""]

    played(story, pane="assistant")


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("language", LANGUAGES)
def test_app_home_shows_where_one_is_and_its_buttons_do_what_they_say(language: Language, way: Way) -> None:
    async def story(scene: Scene) -> None:
        ann, labels = person(scene, language), _LABELS[language]
        await _opens_home(scene, ann)
        await _presses_at_home(scene, ann, labels["begin"], 1)
        ann.presses(labels["iphone"], of_the_bot(ann.sees())[0])
        await _has(scene, ann, 2)
        await _dies_and_comes_back(scene)
        await _presses_at_home(scene, ann, labels["go_on"], 3)
        await _presses_at_home(scene, ann, labels["restart"], 4)
        await _presses_at_home(scene, ann, labels["watch"], 5)
        assert labels["promise"] in _home(ann)
        await _presses_at_home(scene, ann, labels["unwatch"], 6)
        assert labels["promise"] not in _home(ann)
        await _presses_at_home(scene, ann, labels["language"], 7)
        assert labels["begin"] not in (ann.home.buttons if ann.home else [])
        await _presses_at_home(scene, ann, _LABELS[labels["other"]]["forget"], 8)
        await scene.settled()
        expected = labels["messages"].split("|")
        assert [got[: len(want)] for got, want in zip(_said(ann), expected, strict=True)] == expected
        with scene.redis.admin() as client:
            assert not list(client.scan_iter("*}:c:*"))

    played(story, way, feed(OUTAGE))


def test_deleting_takes_the_card_s_conversation_too_and_says_so_once() -> None:
    async def story(scene: Scene) -> None:
        people = {language: person(scene, language, f"U0{language.upper()}") for language in LANGUAGES}
        for language, who in people.items():
            who.slash("/imessage-status", "watch")
            await scene.until(who.sees)
            await _opens_home(scene, who)
            assert _LABELS[language]["promise"] in _home(who)
            await _presses_at_home(scene, who, _LABELS[language]["forget"], 2)
        await scene.restart(feed())
        await scene.settled()
        for language, who in people.items():
            begin = "あなたについて保存していたものを、すべて" if language == "ja" else "I’ve deleted"
            assert [text.startswith(begin) for text in _said(who)] == [False, True]

    played(story, "http", feed(OUTAGE))


def test_a_watch_that_was_begun_in_two_places_ends_with_one_press() -> None:
    async def story(scene: Scene) -> None:
        people = {language: person(scene, language, f"U0{language.upper()}") for language in LANGUAGES}
        for language, who in people.items():
            labels = _LABELS[language]
            who.slash("/imessage-status", "watch")
            await scene.until(who.sees)
            who.writes_dm("状況" if language == "ja" else "status")
            await _has(scene, who, 2)
            who.presses(labels["watch"], who.sees()[-1])
            await _has(scene, who, 3)
            await _opens_home(scene, who)
            await _presses_at_home(scene, who, labels["unwatch"], 4)
            assert labels["watch"] in (who.home.buttons if who.home else [])
        await scene.restart(feed())
        await scene.settled()
        assert [len(_said(who)) for who in people.values()] == [4, 4]

    played(story, "socket", feed(OUTAGE))


_LABELS: dict[str, dict[str, str]] = {
    "ja": {
        "other": "en",
        "begin": "はじめる",
        "iphone": "iPhone・iPad",
        "go_on": "続きから",
        "restart": "最初から",
        "watch": "復旧したら知らせて",
        "unwatch": "お知らせをやめる",
        "language": "English",
        "forget": "私のデータを削除",
        "promise": "変化があったら、お知らせします。",
        "messages": "こんにちは|Appleのシステム状況を確認しました|おかえりなさい|こんにちは"
        "|わかりました。これから7日のあいだ|わかりました。Appleの状況のお知らせはしません"
        "|All right, in English|I’ve deleted",
    },
    "en": {
        "other": "ja",
        "begin": "Begin",
        "iphone": "iPhone or iPad",
        "go_on": "Go on",
        "restart": "Start over",
        "watch": "Tell me when it’s back",
        "unwatch": "Stop watching",
        "language": "日本語",
        "forget": "Delete my data",
        "promise": "When there is news, I’ll let you know.",
        "messages": "Hello!|I checked Apple’s System Status|Welcome back!|Hello!"
        "|All right! I’ll keep an eye|All right, I won’t send any"
        "|ここからは日本語で|あなたについて保存していたものを",
    },
}


async def _dies_and_comes_back(scene: Scene) -> None:
    await scene.kill()
    await scene.start()


async def _opens_home(scene: Scene, who: Person) -> None:
    who.opens_home()
    await scene.until(lambda: who.home)


async def _has(scene: Scene, who: Person, count: int) -> None:
    await scene.until(lambda: len(of_the_bot(who.sees())) == count)


async def _presses_at_home(scene: Scene, who: Person, label: str, count: int) -> None:
    """Press, and wait for so many messages in all, and for the page to be shown again."""
    shown = len(scene.slack.called("views.publish"))
    who.presses_at_home(label)
    await _has(scene, who, count)
    await scene.until(lambda: len(scene.slack.called("views.publish")) > shown)
    await scene.settled()


def _home(who: Person) -> str:
    return who.home.words if who.home else ""


def _said(who: Person) -> list[str]:
    return begins(of_the_bot(who.sees()))
