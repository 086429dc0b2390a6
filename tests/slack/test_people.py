"""What else people do, through the real program: several in one thread, shortcuts, and sending us away."""

from tests.live import feed
from tests.slack.program import Scene, begins, of_the_bot, person, played
from tests.wire.slack.faults import reset_after
from tests.wire.slack.people import Person
from tests.wire.slack.posts import Post

OFFER = "これは別の方へのボタンです。よろしければ、あなたにもダイレクトメッセージでご案内します。"


def test_somebody_else_s_press_changes_nothing_and_is_answered_with_an_offer_of_their_own_help() -> None:
    async def story(scene: Scene) -> None:
        ann, hana = person(scene, "en"), person(scene, "ja", "U0HANA")
        room = scene.slack.channel("general", ann, hana)
        first = ann.mentions(room, "")
        await _has(scene, ann, first, 1)
        hana.presses("iPhone or iPad", _replies(ann, first)[0])
        (offer,) = await scene.until(lambda: [each for each in hana.sees(room) if each.only_for])
        assert (begins([offer]), offer.only_for, offer.root) == ([OFFER], hana.id, first.ts)
        hana.presses("ダイレクトメッセージで相談する", offer)
        await scene.until(lambda: of_the_bot(hana.sees()))
        await scene.settled()
        assert [text[:5] for text in begins(of_the_bot(hana.sees()))] == ["こんにちは"]
        assert len(_replies(ann, first)) == 1
        assert _replies(ann, first)[0].buttons
        assert not of_the_bot(ann.sees())

    played(story, "http")


def test_a_mention_in_a_thread_where_somebody_else_is_helped_begins_a_guide_of_one_s_own() -> None:
    async def story(scene: Scene) -> None:
        ann, hana = person(scene, "en"), person(scene, "ja", "U0HANA")
        room = scene.slack.channel("general", ann, hana)
        first = ann.mentions(room, "my Mac won’t sign in")
        await _has(scene, ann, first, 1)
        hana.mentions(room, "iPhoneで使えません", thread=first)
        await _has(scene, ann, first, 2)
        hana.writes_in_thread(first, "開きました")
        ann.writes_in_thread(first, "it opens")
        await _has(scene, ann, first, 3)
        await scene.settled()
        said = begins(_replies(ann, first))
        assert said[0].startswith("Step 1 of 6 | Apple has reported no problem")
        assert said[1].startswith("手順 1/9 | Appleは問題を報告していません")
        assert said[2].startswith("Step 1 of ")
        assert len(said) == 3, "what the other says without naming us is for the one who began the thread"
        hana.presses("開いた", _replies(ann, first)[1])
        await _has(scene, ann, first, 4)
        assert begins(_replies(ann, first))[3].startswith("手順 1/")

    played(story)


def test_the_shortcut_offers_help_to_whoever_wrote_the_message_in_its_thread() -> None:
    async def story(scene: Scene) -> None:
        ann, hana = person(scene, "en"), person(scene, "ja", "U0HANA")
        room = scene.slack.channel("general", ann, hana)
        asked = hana.writes(room, "メッセージが送れなくて困っています")
        ann.uses_shortcut("help_with_this", asked)
        await _has(scene, hana, asked, 1)
        (offer,) = _replies(hana, asked)
        assert offer.text.startswith("<@U0HANA> ")
        assert "こんにちは" in offer.words
        ann.presses("Mac", offer)
        await scene.until(lambda: any(each.only_for == ann.id for each in ann.sees(room)))
        hana.presses("Mac", offer)
        await _has(scene, hana, asked, 2)
        ann.uses_shortcut("help_with_this", _replies(hana, asked)[1])
        told = await scene.until(
            lambda: [each for each in ann.sees(room) if "only help people" in each.words]
        )
        assert told[0].only_for == ann.id
        await scene.settled()
        assert len(_replies(hana, asked)) == 2

    played(story)


def test_a_double_tap_an_old_button_and_a_lost_answer_of_slack_double_nothing() -> None:
    async def story(scene: Scene) -> None:
        ann = person(scene, "en")
        ann.writes_dm("hello")
        await scene.until(lambda: len(of_the_bot(ann.sees())) == 1)
        prompt = of_the_bot(ann.sees())[0]
        await scene.settled()
        scene.slack.faults.next("chat.postMessage", reset_after)
        ann.presses("Mac", prompt)
        ann.presses("Mac", prompt)
        await scene.until(lambda: any(each.only_for for each in ann.sees()))
        await scene.settled()
        lasting = [each for each in of_the_bot(ann.sees()) if not each.only_for]
        whispered = [each.words for each in ann.sees() if each.only_for]
        assert [text[:6] for text in begins(lasting)] == ["Hello!", "Step 1"]
        assert whispered == [
            "That question was answered already, so nothing has changed. Please use the newest buttons."
        ]
        assert not lasting[0].buttons

    played(story, "http")


def test_when_the_workspace_removes_us_nothing_is_called_any_more_and_the_log_says_why() -> None:
    async def story(scene: Scene) -> None:
        ann = person(scene, "en")
        ann.writes_dm("hello")
        await scene.until(lambda: len(of_the_bot(ann.sees())) == 1)
        await scene.settled()
        scene.slack.uninstalls()
        await scene.until(lambda: any("app_uninstalled" in line["event"] for line in scene.program.log))
        await scene.until(lambda: not scene.slack.connections)
        called = len(scene.slack.calls)
        await scene.stop()
        assert len(scene.slack.calls) == called

    played(story, status=feed())


def _replies(who: Person, first: Post) -> list[Post]:
    """Give what the bot said in a thread, to everybody."""
    return [each for each in of_the_bot(who.sees(thread=first)) if not each.only_for]


async def _has(scene: Scene, who: Person, first: Post, count: int) -> None:
    await scene.until(lambda: len(_replies(who, first)) == count)
