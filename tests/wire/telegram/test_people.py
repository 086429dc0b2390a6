"""The people of the local Telegram: what they do arrives as Telegram sends it."""

from pathlib import Path

import pytest

from tests.wire.telegram.asking import asking, awaited
from tests.wire.telegram.refusals import Payload
from tests.wire.telegram.schema import SCHEMA, violation

BUTTONS = {
    "inline_keyboard": [[{"text": "はい", "callback_data": "y"}, {"text": "いいえ", "callback_data": "n"}]]
}


@awaited
async def test_what_is_typed_has_its_commands_and_mentions_marked_in_utf16() -> None:
    async with asking() as bot:
        hana = bot.telegram.person(5, "ja", name="花子")
        hana.says("🙂 @imessage_helper_bot /help@imessage_helper_bot さん")
        [update] = await bot.do("getUpdates")
        assert update["message"]["from"] == {
            "id": 5,
            "is_bot": False,
            "first_name": "花子",
            "language_code": "ja",
        }
        assert update["message"]["entities"] == [
            {"type": "mention", "offset": 3, "length": 20},
            {"type": "bot_command", "offset": 24, "length": 25},
        ]


@awaited
async def test_a_start_has_its_payload_and_a_person_may_have_no_language() -> None:
    async with asking() as bot:
        ann = bot.telegram.person(5, None)
        ann.starts("ja-mac")
        ann.starts()
        first, second = await bot.do("getUpdates")
        assert (first["message"]["text"], second["message"]["text"]) == ("/start ja-mac", "/start")
        assert "language_code" not in first["message"]["from"]


@awaited
async def test_a_press_brings_the_data_and_the_message_as_it_was() -> None:
    async with asking() as bot:
        ann = bot.telegram.person(5)
        sent = await bot.do("sendMessage", chat_id=5, text="直りましたか？", reply_markup=BUTTONS)
        press = ann.presses("いい")
        await bot.do("editMessageText", chat_id=5, message_id=sent["message_id"], text="✓ いいえ")
        old = ann.presses("はい", message=ann.last)
        first, second = (update["callback_query"] for update in await bot.do("getUpdates"))
        assert (first["id"], first["data"], first["message"]["text"]) == (press.id, "n", "直りましたか？")
        assert (second["id"], second["data"], second["message"]["text"]) == (old.id, "y", "✓ いいえ")


@awaited
async def test_a_button_that_is_nowhere_cannot_be_pressed() -> None:
    async with asking() as bot:
        with pytest.raises(AssertionError, match="nowhere a button"):
            bot.telegram.person(5).presses("Yes")


@awaited
async def test_a_file_can_be_fetched_by_whoever_has_the_token() -> None:
    async with asking() as bot:
        bot.telegram.person(5).sends_file("install.log", b"apsd: connected", caption="this")
        [update] = await bot.do("getUpdates")
        document = update["message"]["document"]
        assert (document["file_name"], document["file_size"]) == ("install.log", 15)
        file = await bot.do("getFile", file_id=document["file_id"])
        url = f"{bot.telegram.url}/file/bot%s/{file['file_path']}"
        async with bot.client.get(url % bot.telegram.token) as answer:
            assert await answer.read() == b"apsd: connected"
        async with bot.client.get(url % "1:no") as answer:
            assert answer.status == 404


@awaited
async def test_in_a_group_the_bot_gets_only_what_concerns_it() -> None:
    async with asking() as bot:
        friends = bot.telegram.group()
        ann = bot.telegram.person(5).within(friends)
        sent = await bot.do("sendMessage", chat_id=friends.id, text="Hello")
        for text in (
            "Hi all",
            "/status@other_bot",
            "/status",
            "/status@imessage_helper_bot",
            "@imessage_helper_bot?",
        ):
            ann.says(text)
        ann.says("Yes", reply_to=friends[sent["message_id"]])
        came = [update["message"]["text"] for update in await bot.do("getUpdates")]
        assert came == ["/status", "/status@imessage_helper_bot", "@imessage_helper_bot?", "Yes"]
        bot.telegram.reads_all_of_groups = True
        ann.says("Hi all")
        assert len(await bot.do("getUpdates")) == 5


@awaited
async def test_in_a_topic_everything_stays_in_the_topic() -> None:
    async with asking() as bot:
        forum = bot.telegram.group(topics=(7, 8))
        ann = bot.telegram.person(5).within(forum, 7)
        ann.says("/help")
        [update] = await bot.do("getUpdates")
        assert (update["message"]["message_thread_id"], update["message"]["is_topic_message"]) == (7, True)
        await bot.do("sendMessage", chat_id=forum.id, message_thread_id=7, text="Here")
        await bot.do("sendMessage", chat_id=forum.id, message_thread_id=8, text="There")
        assert ann.texts == ["Here"]


@awaited
async def test_every_kind_of_update_and_result_is_as_the_schema_says() -> None:
    async with asking() as bot:
        ann, friends = bot.telegram.person(5), bot.telegram.group(topics=(7,))
        sent = await bot.do("sendMessage", chat_id=5, text="Is it?", reply_markup=BUTTONS)
        ann.presses("はい")
        ann.edits(ann.says("Hi @imessage_helper_bot"), "Hello")
        ann.sends_file("a.log", b"a")
        ann.sends_photo("this")
        looks = {"type": "regular", "width": 9, "height": 9, "is_animated": False, "is_video": False}
        ann.sends(sticker=ann.telegram.files.add("a.webp", b"a") | looks)
        ann.within(friends, 7).says("/help")
        ann.blocks()
        ann.unblocks()
        updates = await bot.do("getUpdates")
        results: list[tuple[str, Payload]] = [
            ("result:sendMessage", sent),
            ("result:getMe", await bot.do("getMe")),
        ]
        results.append(("result:getWebhookInfo", await bot.do("getWebhookInfo")))
        assert len(updates) == 9
        assert [violation("Update", update) for update in updates] == [None] * 9
        assert [violation(name, result) for name, result in results] == [None] * 3


@awaited
async def test_the_profile_is_kept_by_language() -> None:
    async with asking() as bot:
        menu = [{"command": "help", "description": "使い方"}]
        await bot.do("setMyCommands", commands=menu, language_code="ja")
        await bot.do("setMyDescription", description="助けます", language_code="ja")
        await bot.do("setMyShortDescription", short_description="Help")
        assert await bot.do("getMyCommands", language_code="ja") == menu
        assert await bot.do("getMyCommands") == []
        assert await bot.do("getMyDescription", language_code="ja") == {"description": "助けます"}
        assert await bot.do("getMyShortDescription") == {"short_description": "Help"}


@awaited
async def test_waiting_fails_with_what_was_called() -> None:
    async with asking() as bot:
        bot.telegram.person(5)
        await bot.do("sendMessage", chat_id=5, text="Hello")
        with pytest.raises(AssertionError, match=r"sendMessage.*Hello"):
            await bot.telegram.until(lambda: False, within=0.01)


@pytest.mark.skipif(
    not SCHEMA.exists(), reason=f"no {Path(*SCHEMA.parts[-4:])}: calls are not checked against it"
)
@pytest.mark.parametrize(
    ("method", "arguments", "why"),
    [
        ("sendMessage", {"chat_id": 5, "text": "a", "colour": 1}, "colour"),
        ("sendMessage", {"chat_id": 5}, "'text' is a required property"),
        ("setWebhook", {"url": 5}, "5 is not of type 'string'"),
        (
            "sendMessage",
            {
                "chat_id": 5,
                "text": "a",
                "reply_markup": {"inline_keyboard": [[{"text": "a", "callback_data": "あ" * 22}]]},
            },
            "66 bytes",
        ),
    ],
)
@awaited
async def test_a_call_that_breaks_the_schema_fails_the_test(
    method: str, arguments: Payload, why: str
) -> None:
    async with asking() as bot:
        bot.telegram.person(5)
        await bot.ask(method, **arguments)
        with pytest.raises(AssertionError, match=why):
            bot.telegram.check()
        bot.telegram.violations.clear()
