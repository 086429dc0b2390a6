"""The local Telegram refuses what Telegram refuses, in its words."""

import aiohttp
import pytest

from tests.wire.telegram.asking import Asker, asking, awaited
from tests.wire.telegram.people import Person
from tests.wire.telegram.refusals import NOT_MODIFIED, QUERY_TOO_OLD, Payload


def keyboard(text: str = "Yes", **button: object) -> Payload:
    return {"inline_keyboard": [[{"text": text, **button}]]}


LONG = "x" * 4097
BOLD = [{"type": "bold", "offset": 0, "length": 2}]


@awaited
async def test_who_does_not_know_the_token_is_refused() -> None:
    async with asking() as bot:
        assert await bot.post("/bot7000000001:wrong/getMe") == {
            "ok": False,
            "error_code": 401,
            "description": "Unauthorized",
        }
        for path in ("/botnonsense/getMe", f"/bot{bot.telegram.token}/getMoney"):
            assert (await bot.post(path))["error_code"] == 404


@awaited
async def test_a_body_is_read_in_every_form_and_a_malformed_one_refused() -> None:
    async with asking() as bot:
        bot.telegram.person(5)
        send = f"/bot{bot.telegram.token}/sendMessage"
        form = {"chat_id": "5", "text": "form", "entities": '[{"type": "bold", "offset": 0, "length": 2}]'}
        multipart = aiohttp.FormData({"chat_id": "5"})
        multipart.add_field("text", "parts", content_type="text/plain")
        assert (await bot.post(send, data=form))["result"]["entities"] == BOLD
        assert (await bot.post(send, data=multipart))["result"]["text"] == "parts"
        assert (await bot.post(send + "?chat_id=5&text=query"))["result"]["text"] == "query"
        assert (await bot.do("SENDMESSAGE", chat_id=5, text="json"))["text"] == "json"
        headers = {"Content-Type": "application/json"}
        assert (await bot.post(send, data=b"{", headers=headers))["error_code"] == 400
        assert (await bot.post(send, data=b"[]", headers=headers))["error_code"] == 400
        assert (await bot.post(send, data={"chat_id": "5", "text": "a", "entities": "["}))[
            "error_code"
        ] == 400


@pytest.mark.parametrize(
    ("arguments", "why"),
    [
        ({"text": " \n"}, "message text is empty"),
        ({"text": LONG}, "message is too long"),
        ({"text": "🙂" * 2049}, "message is too long"),
        ({"chat_id": 6}, "chat not found"),
        ({"chat_id": 0}, "chat_id is empty"),
        ({"parse_mode": "HTML"}, "can't parse entities: this server knows no parse_mode"),
        ({"entities": "x"}, "can't parse entities JSON object"),
        ({"entities": [{"type": "loud", "offset": 0, "length": 1}]}, "can't parse MessageEntity"),
        ({"entities": [{"type": "bold", "offset": -1, "length": 1}]}, "can't parse MessageEntity"),
        ({"entities": [{"type": "bold", "offset": 0, "length": 0}]}, "can't parse MessageEntity"),
        (
            {"text": "Hi", "entities": [{"type": "bold", "offset": 1, "length": 2}]},
            "entity beginning at UTF-16 offset 1 ends after the end of the text at UTF-16 offset 3",
        ),
        ({"text": "🙂🙂", "entities": [{"type": "bold", "offset": 0, "length": 1}]}, "entity beginning at"),
        ({"text": "🙂🙂", "entities": [{"type": "bold", "offset": 1, "length": 1}]}, "entity beginning at"),
        (
            {"entities": [{"type": "text_link", "offset": 0, "length": 1, "url": "x"}]},
            "entity URL 'x' is invalid",
        ),
        ({"reply_markup": keyboard(callback_data="a" * 65)}, "BUTTON_DATA_INVALID"),
        ({"reply_markup": keyboard(callback_data="あ" * 22)}, "BUTTON_DATA_INVALID"),
        ({"reply_markup": keyboard(callback_data="")}, "BUTTON_DATA_INVALID"),
        ({"reply_markup": keyboard("", callback_data="a")}, "inline keyboard button text must be non-empty"),
        ({"reply_markup": keyboard()}, "can't parse inline keyboard button: Text buttons are unallowed"),
        ({"reply_markup": {"inline_keyboard": [{}]}}, 'field "inline_keyboard"'),
        (
            {"reply_markup": {"inline_keyboard": [[{"text": "a", "callback_data": "a"}]] * 101}},
            "reply markup is too long",
        ),
        ({"reply_parameters": {"message_id": 99}}, "message to be replied not found"),
        ({"message_thread_id": 3}, "message thread not found"),
    ],
)
@awaited
async def test_a_message_that_cannot_be_shown_is_refused(arguments: Payload, why: str) -> None:
    async with asking(checked=False) as bot:
        ann = bot.telegram.person(5)
        usual: Payload = {"chat_id": 5, "text": "Hi"}
        assert (await bot.why_not("sendMessage", **usual | arguments)).startswith(f"Bad Request: {why}")
        assert ann.sees == []


@awaited
async def test_a_message_at_the_limits_is_shown() -> None:
    async with asking() as bot:
        ann = bot.telegram.person(5)
        text = "🙂" * 2048
        entities = [{"type": "bold", "offset": 2, "length": 4094}]
        await bot.do(
            "sendMessage",
            chat_id=5,
            text=text,
            entities=entities,
            reply_markup=keyboard(callback_data="a" * 64),
        )
        assert (ann.last.text, ann.last.bold, ann.last.labels) == (text, ["🙂" * 2047], ["Yes"])


@awaited
async def test_an_edit_has_to_change_something_of_ours() -> None:
    async with asking() as bot:
        ann = bot.telegram.person(5)
        theirs = ann.says("Hi")
        sent = await bot.do("sendMessage", chat_id=5, text="One", reply_markup=keyboard(callback_data="a"))
        place = {"chat_id": 5, "message_id": sent["message_id"]}
        same = place | {"text": "One", "reply_markup": keyboard(callback_data="a")}
        assert await bot.why_not("editMessageText", **same) == f"Bad Request: {NOT_MODIFIED}"
        assert "to edit not found" in await bot.why_not("editMessageText", chat_id=5, message_id=77, text="a")
        edit_theirs = {"chat_id": 5, "message_id": theirs.id, "text": "a"}
        assert "can't be edited" in await bot.why_not("editMessageText", **edit_theirs)
        await bot.do("editMessageText", **place, text="Two", entities=BOLD)
        assert (ann.last.text, ann.last.labels, ann.last.bold, ann.last.edits) == ("Two", [], ["Tw"], 1)
        assert await bot.why_not("editMessageReplyMarkup", **place) == f"Bad Request: {NOT_MODIFIED}"
        await bot.do("editMessageReplyMarkup", **place, reply_markup=keyboard("No", callback_data="b"))
        assert (ann.last.text, ann.last.labels, ann.last.bold) == ("Two", ["No"], ["Tw"])


@awaited
async def test_an_edit_that_is_too_long_has_words_of_its_own() -> None:
    async with asking(checked=False) as bot:
        bot.telegram.person(5)
        sent = await bot.do("sendMessage", chat_id=5, text="One")
        why = await bot.why_not("editMessageText", chat_id=5, message_id=sent["message_id"], text=LONG)
        assert why == "Bad Request: MESSAGE_TOO_LONG"


@awaited
async def test_a_press_is_answered_once_and_soon() -> None:
    async with asking(checked=False) as bot:
        ann = await _with_a_button(bot)
        first, second = ann.presses("Yes"), ann.presses("Yes")
        assert "TOO_LONG" in await bot.why_not(
            "answerCallbackQuery", callback_query_id=first.id, text="x" * 201
        )
        await bot.do("answerCallbackQuery", callback_query_id=first.id, text="Done")
        again = await bot.why_not("answerCallbackQuery", callback_query_id=first.id)
        bot.telegram.clock.move(16)
        late = await bot.why_not("answerCallbackQuery", callback_query_id=second.id)
        assert again == late == f"Bad Request: {QUERY_TOO_OLD}"
        assert (first.toast, second.toast, ann.toasts) == ("Done", None, ["Done"])


@awaited
async def test_where_the_bot_is_not_wanted_it_is_refused() -> None:
    async with asking() as bot:
        ann, friends = bot.telegram.person(5), bot.telegram.group()
        ann.says("Hi")
        ann.blocks()
        ann.within(friends).blocks()
        for method, argument in (("sendMessage", {"text": "a"}), ("sendChatAction", {"action": "typing"})):
            blocked = await bot.why_not(method, chat_id=5, **argument)
            kicked = await bot.why_not(method, chat_id=friends.id, **argument)
            assert blocked == "Forbidden: bot was blocked by the user"
            assert kicked == "Forbidden: bot was kicked from the group chat"
        ann.unblocks()
        await bot.do("sendMessage", chat_id=5, text="a")


@awaited
async def test_a_group_that_moved_says_where_to() -> None:
    async with asking() as bot:
        old, new = bot.telegram.group(-7), bot.telegram.group(-100_7)
        old.moved_to = new.id
        answer = await bot.ask("sendMessage", chat_id=-7, text="a")
        assert answer["description"] == "Bad Request: group chat was upgraded to a supergroup chat"
        assert answer["parameters"] == {"migrate_to_chat_id": -100_7}


@awaited
async def test_an_action_or_a_file_that_does_not_exist_is_refused() -> None:
    async with asking() as bot:
        bot.telegram.person(5)
        assert "wrong parameter action" in await bot.why_not("sendChatAction", chat_id=5, action="dancing")
        assert await bot.why_not("getFile", file_id="x") == "Bad Request: invalid file_id"


@awaited
async def test_a_file_over_twenty_megabytes_cannot_be_had() -> None:
    async with asking() as bot:
        large = bot.telegram.person(5).sends_file("a.log", bytes(20 * 1024 * 1024 + 1)).payload["document"]
        assert await bot.why_not("getFile", file_id=large["file_id"]) == "Bad Request: file is too big"


@pytest.mark.parametrize(
    ("method", "arguments", "why"),
    [
        (
            "setMyCommands",
            {"commands": [{"command": "imessage-status", "description": "a"}]},
            "BOT_COMMAND_INVALID",
        ),
        (
            "setMyCommands",
            {"commands": [{"command": "a", "description": ""}]},
            "BOT_COMMAND_DESCRIPTION_INVALID",
        ),
        ("setMyCommands", {"commands": "x"}, "can't parse commands"),
        ("setMyCommands", {"commands": [], "language_code": "jpn"}, "LANG_CODE_INVALID"),
        ("setMyDescription", {"description": "x" * 513}, "DESCRIPTION_TOO_LONG"),
        ("setMyShortDescription", {"short_description": "x" * 121}, "ABOUT_TOO_LONG"),
    ],
)
@awaited
async def test_a_profile_that_breaks_the_limits_is_refused(method: str, arguments: Payload, why: str) -> None:
    async with asking(checked=False) as bot:
        assert why in await bot.why_not(method, **arguments)


@awaited
async def test_who_sends_too_often_is_told_how_long_to_wait() -> None:
    async with asking() as bot:
        limits = bot.telegram.keep_limits()
        ann = bot.telegram.person(5)
        await bot.do("sendMessage", chat_id=5, text="1")
        answer = await bot.ask("sendMessage", chat_id=5, text="2")
        assert (answer["error_code"], answer["parameters"]) == (429, {"retry_after": 1})
        assert answer["description"] == "Too Many Requests: retry after 1"
        await bot.why_not("sendMessage", chat_id=5, text="2")
        assert limits.too_early == [5]
        bot.telegram.clock.move(1.1)
        await bot.do("sendMessage", chat_id=5, text="2")
        assert ann.texts == ["1", "2"]


@awaited
async def test_a_group_has_twenty_a_minute_and_the_bot_thirty_a_second() -> None:
    async with asking() as bot:
        bot.telegram.keep_limits()
        friends = bot.telegram.group()
        for _ in range(20):
            await bot.do("sendMessage", chat_id=friends.id, text="a")
        answer = await bot.ask("sendMessage", chat_id=friends.id, text="a")
        assert 58 <= answer["parameters"]["retry_after"] <= 60
        for number in range(1, 32):
            bot.telegram.person(number)
        codes = [(await bot.ask("sendMessage", chat_id=each, text="a"))["ok"] for each in range(1, 32)]
        assert codes.count(True) < 31


async def _with_a_button(bot: Asker) -> Person:
    ann = bot.telegram.person(5)
    await bot.do("sendMessage", chat_id=5, text="Is it?", reply_markup=keyboard(callback_data="y"))
    return ann
