"""One raw update at a time: whatever it is, it harms nobody, and what it means is handed on."""

import asyncio
import copy
from pathlib import Path
from typing import Any

import pytest
import structlog
from hypothesis import given, settings
from hypothesis import strategies as st

from adapters.attachment import FILE_LIMIT, FILES_AT_ONCE, FILES_WAITING
from adapters.telegram.bot import API_URL, open_bot
from adapters.telegram.channel import TelegramChannel
from adapters.telegram.files import _is_there, fetched
from adapters.telegram.incoming import Fetch, Source
from adapters.telegram.intake import Intake
from bot.events import Event, Said, Sent, Shared
from bot.model import Address, Choice, EventId, Language, Reply
from tests.adapters.telegram import ME, Door, awaited, connected, recorded
from tests.wire.telegram import TelegramServer, faults
from tests.wire.telegram.server import TOKEN

ANN = Address("telegram", "5", "5")
RECORDED = [
    update for kind in ("private", "group", "presses", "ignored") for update in recorded(kind).values()
]


def words(name: str, language: Language) -> str:
    return f"{name} {language}"


async def taken(server: TelegramServer, intake: Intake) -> Event | None:
    """Take the one update that waits, and give the event."""
    door = Door()
    (update,) = server.updates.pending()
    await intake.take(update, door)
    return door.events[0][1] if door.events else None


# --- whatever comes ---

SCALARS = (
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(st.characters(exclude_categories=()))
)
JSON = st.recursive(
    SCALARS,
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.sampled_from(["id", "text", "chat", "type", "date", "data"]), inner, max_size=3)
    ),
    max_leaves=6,
)


@st.composite
def mutations(draw: st.DrawFn) -> dict[str, Any]:
    """Draw a recorded update in which something was replaced or is missing."""
    update: dict[str, Any] = copy.deepcopy(draw(st.sampled_from(RECORDED)))
    for _ in range(draw(st.integers(1, 3))):
        place: Any = update
        while True:
            keys = list(place) if isinstance(place, dict) else list(range(len(place)))
            if not keys:
                break
            key = draw(st.sampled_from(keys))
            if isinstance(place[key], dict | list) and draw(st.booleans()):
                place = place[key]
                continue
            if draw(st.booleans()) and isinstance(place, dict):
                del place[key]
            else:
                place[key] = draw(JSON)
            break
    return update


@pytest.mark.full
@settings(max_examples=300)
@given(st.lists(mutations() | st.dictionaries(st.text(), JSON), max_size=4))
def test_no_update_whatever_harms_the_intake(updates: list[dict[str, Any]]) -> None:
    async def story() -> None:
        bot = open_bot(TOKEN, "http://127.0.0.1:1")
        intake, door = Intake(bot, ME, words), Door()
        for update in updates:
            if "document" not in str(update) and "callback_query" not in update:
                await intake.take(update, door)
        await bot.shutdown()
        for address, event in door.events:
            assert (address.platform, event.id[:9]) == ("telegram", "telegram:")
            if isinstance(event, Said):
                event.text.encode()

    asyncio.run(story())


WRONG: tuple[object, ...] = (None, "\ud800", -1, 10**30, [], {}, [{}], True)


@awaited
async def test_presses_and_documents_whatever_harm_nobody_either() -> None:
    """Every value of them in turn is something else; Telegram can be reached."""
    kinds = ("press", "press_of_others", "press_of_old_message", "log_with_caption", "photo_as_document")
    whole = recorded("presses") | recorded("private")
    async with connected(checked=False) as (_, bot):
        intake = Intake(bot, ME, words)
        for kind in kinds:
            for path in paths(whole[kind]):
                for value in WRONG:
                    await intake.take(replaced(whole[kind], path, value), Door())


def paths(value: object, so_far: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    items = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    return [so_far, *(path for key, inner in items for path in paths(inner, (*so_far, key)))]


def replaced(value: Any, path: tuple[Any, ...], new: object) -> Any:  # noqa: ANN401  any JSON
    if not path:
        return new
    changed = copy.copy(value)
    changed[path[0]] = replaced(value[path[0]], path[1:], new)
    return changed


@awaited
async def test_an_update_that_cannot_be_read_is_logged_by_its_number_without_what_is_in_it() -> None:
    async with connected() as (_, bot):
        with structlog.testing.capture_logs() as lines:
            await Intake(bot, ME, words).take({"update_id": 7, "message": {"text": "secret"}}, Door())

    assert [(line["event"], line["update"]) for line in lines] == [("update not understood", 7)]
    assert "secret" not in str(lines)


@awaited
async def test_what_the_door_raises_comes_out_so_that_nothing_is_acknowledged() -> None:
    class Away(Exception):
        pass

    async def door(_: Address, __: Event) -> None:
        raise Away

    async with connected() as (_, bot):
        with pytest.raises(Away):
            await Intake(bot, ME, words).take(recorded("private")["text"], door)


# --- presses that are no events ---


@awaited
async def test_another_persons_prompt_says_so_at_the_button() -> None:
    async with connected() as (server, bot):
        group = server.group()
        ann, hana = server.person(5).within(group), server.person(6, "ja").within(group)
        ann.says("@imessage_helper_bot hello")
        reply = Reply("?", (Choice("a", "a"),), 1)
        await TelegramChannel(bot).send(Address("telegram", str(group.id), "5"), reply, key="k", attempt=1)
        server.updates.waiting.clear()
        press = hana.presses("a")
        assert await taken(server, Intake(bot, ME, words)) is None

    assert press.toast == "button.not_yours ja"


@pytest.mark.parametrize(
    "fault", [faults.reset_before, faults.error_before(), faults.limit(), faults.html_after]
)
@awaited
async def test_a_press_that_cannot_be_answered_is_passed_over(fault: faults.Fault) -> None:
    async with connected() as (server, bot):
        server.faults.always("answerCallbackQuery", fault)
        for kind in ("press_of_game", "press_of_others"):
            await Intake(bot, ME, words).take(recorded("presses")[kind], Door())

    assert len(server.called("answerCallbackQuery")) == 2


# --- the typing sign ---


@awaited
async def test_somebody_is_seen_typing_for_as_long_as_it_takes() -> None:
    async with connected() as (server, bot):
        ann = server.person(5)
        ann.says("hello")

        async def slow(_: Address, __: Event) -> None:
            await server.until(lambda: ann.chat.actions)

        (update,) = server.updates.pending()
        await Intake(bot, ME, words, moment=0.0).take(update, slow)

    assert ann.chat.actions == 1


@awaited
async def test_nobody_is_seen_typing_for_a_moment() -> None:
    async with connected() as (server, bot):
        server.person(5).says("hello")
        await taken(server, Intake(bot, ME, words))

    assert not server.called("sendChatAction")


@awaited
async def test_a_typing_sign_that_cannot_be_shown_hurts_nobody() -> None:
    async with connected() as (server, bot):
        server.person(5).says("hello")
        server.faults.always("sendChatAction", faults.html_after)
        tried = asyncio.Event()

        async def slow(_: Address, __: Event) -> None:
            await server.until(lambda: server.called("sendChatAction"))
            tried.set()

        (update,) = server.updates.pending()
        await Intake(bot, ME, words, moment=0.0).take(update, slow)

    assert tried.is_set()


# --- files ---


@awaited
async def test_a_file_of_somebody_whom_nobody_listens_to_is_not_fetched() -> None:
    async with connected() as (server, bot):
        server.person(5).sends_file("a.log", b"apsd")
        event = await taken(server, Intake(bot, ME, words, hears=lambda who: who != ANN))

    assert isinstance(event, Sent)
    assert not server.called("getFile")


@awaited
async def test_no_more_files_wait_than_a_few_and_the_others_are_asked_for_again() -> None:
    async with connected() as (server, bot):
        people = [server.person(number) for number in range(1, 61)]
        for person in people:
            person.sends_file("a.log", b"apsd")
        intake, go_on, events = Intake(bot, ME, words), asyncio.Event(), list[Event]()

        async def slow(_: Address, event: Event) -> None:
            if isinstance(event, Shared):
                await go_on.wait()
            events.append(event)

        async with asyncio.TaskGroup() as group:
            for update in server.updates.pending():
                group.create_task(intake.take(update, slow))
            await server.until(lambda: len(events) == len(people) - FILES_AT_ONCE - FILES_WAITING)
            assert len(server.called("getFile")) <= FILES_AT_ONCE
            go_on.set()

    assert sum(isinstance(event, Shared) for event in events) == FILES_AT_ONCE + FILES_WAITING
    assert {event.what for event in events if isinstance(event, Sent)} == {"unavailable_file"}


async def sent(content: bytes, *planned: tuple[str, faults.Fault], name: str = "a.log") -> Event | None:
    """Give the event for a file with that content, of which Telegram does not tell the size."""
    async with connected() as (server, bot):
        shown = server.person(5).sends_file(name, content, caption="look")
        del shown.payload["document"]["file_size"]
        for method, fault in planned:
            server.faults.next(method, fault)
        return await taken(server, Intake(bot, ME, words))


LOG = "apsd: シリアル番号がありません\n"


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp932", "euc_jp"])
@awaited
async def test_a_log_is_read_in_whatever_encoding(encoding: str) -> None:
    event = await sent(LOG.encode(encoding))

    assert isinstance(event, Shared)
    assert (event.name, event.text) == ("a.log", f"look\n{LOG}")


@awaited
async def test_a_log_with_a_damaged_letter_is_read_all_the_same() -> None:
    event = await sent(b"apsd: no serial \xff\xff\xa0 number")

    assert isinstance(event, Shared)
    assert "apsd: no serial" in event.text


@awaited
async def test_what_is_no_text_is_another_file() -> None:
    event = await sent(b"PK\x03\x04\0\0" * 50)

    assert isinstance(event, Sent)
    assert event.what == "other_file"


@awaited
async def test_a_file_is_large_whatever_telegram_says_of_it() -> None:
    event = await sent(b"x" * (FILE_LIMIT + 1))

    assert isinstance(event, Sent)
    assert event.what == "large_file"


@pytest.mark.parametrize("method", ["getFile", "download"])
@awaited
async def test_a_file_that_fails_once_is_asked_for_again(method: str) -> None:
    assert isinstance(await sent(LOG.encode(), (method, faults.error_before())), Shared)


@pytest.mark.parametrize("method", ["getFile", "download"])
@pytest.mark.parametrize("fault", [faults.error_before(), faults.reset_before, faults.truncated_after])
@awaited
async def test_a_file_that_fails_twice_is_unavailable(method: str, fault: faults.Fault) -> None:
    event = await sent(LOG.encode(), *[(method, fault)] * 4)  # aiohttp itself asks twice for a download

    assert isinstance(event, Sent)
    assert event.what == "unavailable_file"


@pytest.mark.parametrize(
    "path",
    [
        "../../bot{token}/logOut",
        "documents/../../../bot{token}/deleteWebhook",
        "documents/%2e%2e/%2E%2E/%2e%2e/bot{token}/logOut",
        "documents\\..\\..\\..\\bot{token}\\logOut",
        "/../bot{token}/logOut",
        "//evil.example/a.log",
        "",
    ],
)
@awaited
async def test_a_path_that_leads_away_from_the_files_is_not_gone_to(path: str) -> None:
    async with connected() as (server, bot):
        wanted = Fetch(ANN, Source(EventId("e")), str(server.files.add("a.log", b"x")["file_id"]), "a.log")
        place = path.format(token=server.token)
        server.files.by_id[wanted.file] = place, b"x"
        event = await fetched(bot, wanted)

        assert isinstance(event, Sent)
        assert event.what == "unavailable_file"
        assert {call.method for call in server.calls} == {"getFile"}


@awaited
async def test_telegram_s_own_server_names_no_file_of_our_disk(tmp_path: Path) -> None:
    own = tmp_path / "secret.txt"
    own.write_text("secret")
    bot = open_bot("123456789:AAE")

    assert not _is_there(bot, str(own))
    assert _is_there(bot, f"{API_URL}/file/bot123456789:AAE/documents/file_1.log")
    assert not _is_there(bot, f"{API_URL}/file/bot1:other/documents/file_1.log")
    assert _is_there(open_bot("123456789:AAE", "http://127.0.0.1:8082"), str(own)), (
        "a server of one's own may"
    )


@awaited
async def test_a_file_that_does_not_come_in_time_is_unavailable() -> None:
    async with connected() as (server, bot):
        wanted = Fetch(ANN, Source(EventId("e")), str(server.files.add("a.log", b"x")["file_id"]), "a.log")
        server.faults.always("download", faults.hang_before)
        event = await fetched(bot, wanted, deadline=0.1)

    assert isinstance(event, Sent)
    assert event.what == "unavailable_file"
