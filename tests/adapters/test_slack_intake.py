"""Slack's intake against a local Slack: what people do there arrives as events, or is answered at once."""

import asyncio

import pytest

from bot.events import Event, Invoked, Opened, Picked, Said, Sent, Shared
from bot.ports import StoreUnusable
from tests.adapters.slack_payloads import message
from tests.adapters.slack_talk import Straight, awaited, taking
from tests.wire.slack import SlackServer
from tests.wire.slack import faults as ill
from tests.wire.slack.workspace import TEAM


def only(way: Straight) -> Event:
    [(_, event)] = way.events
    return event


@pytest.mark.parametrize(("locale", "language"), [("ja-JP", "ja"), ("en-GB", "en"), ("de-DE", "en")])
@awaited
async def test_the_first_word_comes_with_the_language_of_the_person_s_slack(
    locale: str, language: str
) -> None:
    async with taking() as way:
        ann = way.slack.person(locale=locale)
        ann.writes_dm("help")
        await way.quiet()
        ann.writes_dm("me")
        await way.quiet()

        assert [getattr(event, "language", None) for _, event in way.events] == [language, language]
        assert len(way.slack.called("users.info")) == 1


@awaited
async def test_without_the_person_s_language_the_event_comes_all_the_same() -> None:
    async with taking() as way:
        way.slack.api.faults.always("users.info", ill.refuse("fatal_error"))
        way.slack.person().writes_dm("help")
        await way.quiet()

        event = only(way)
        assert isinstance(event, Said)
        assert event.language is None


@awaited
async def test_a_mention_is_one_event_though_it_comes_twice() -> None:
    async with taking() as way:
        ann = way.slack.person()
        ann.mentions(way.slack.channel("general", ann), "my Mac")
        await way.quiet()

        assert len(way.slack.deliveries) == 2
        assert isinstance(only(way), Said)


@awaited
async def test_a_log_is_fetched_with_the_bot_s_token_and_read() -> None:
    async with taking() as way:
        way.slack.person().shares_file("mac.log", "apsd: 証明書".encode(), "today")
        await way.quiet()

        event = only(way)
        assert isinstance(event, Shared)
        assert (event.name, event.text) == ("mac.log", "today\napsd: 証明書")


@awaited
async def test_a_file_of_somebody_whom_nobody_listens_to_is_not_fetched() -> None:
    async with taking(hears=lambda _: False) as way:
        way.slack.person().shares_file("mac.log", b"apsd")
        await way.quiet()

        event = only(way)
        assert isinstance(event, Sent)
        assert event.what == "unavailable_file"


@pytest.mark.parametrize(
    ("name", "content", "what"),
    [
        ("a.png", b"\x89PNG", "photo"),
        ("a.log", b"x" * 1_000_001, "large_file"),
        ("a.log", b"\0\0\0", "other_file"),
    ],
)
@awaited
async def test_a_file_that_cannot_be_read_is_said_to_be(name: str, content: bytes, what: str) -> None:
    async with taking() as way:
        way.slack.person().shares_file(name, content)
        await way.quiet()

        event = only(way)
        assert isinstance(event, Sent)
        assert event.what == what


@pytest.mark.parametrize("fault", [ill.reset_before, ill.error_before(500), ill.truncated_after])
@awaited
async def test_a_file_that_does_not_come_is_unavailable(fault: ill.Fault) -> None:
    async with taking() as way:
        way.slack.api.faults.always("download", fault)
        way.slack.person().shares_file("mac.log", b"apsd")
        await way.quiet()

        event = only(way)
        assert isinstance(event, Sent)
        assert event.what == "unavailable_file"


@pytest.mark.parametrize(
    "url", ["https://evil.example/f.log", "http://files.slack.com/f.log", "file:///etc/passwd"]
)
@awaited
async def test_the_token_goes_nowhere_but_to_slack_s_file_host(url: str) -> None:
    async with taking() as way:
        ann = way.slack.person()
        file = {"id": "F1", "name": "a.log", "mimetype": "text/plain", "size": 3, "url_private_download": url}
        payload = message("", user=ann.id, subtype="file_share", files=[file])
        payload |= {"team_id": TEAM, "authorizations": None, "api_app_id": way.slack.app.id}
        way.slack.send("events_api", payload)
        await way.quiet()

        event = only(way)
        assert isinstance(event, Sent)
        assert event.what == "unavailable_file"


@awaited
async def test_what_the_door_in_raises_comes_out_and_nothing_else_is_said() -> None:
    async with taking() as way:
        way.broken = StoreUnusable("unreachable", "redis")
        with pytest.raises(StoreUnusable):
            await way.intake.take(_help(way), way.receive)

        assert way.slack.person().sees() == []


def _help(way: Straight) -> dict[str, object]:
    ann = way.slack.person()
    return {
        "command": "/imessage-help", "text": "", "team_id": TEAM, "user_id": ann.id, "channel_id": ann.dm.id,
        "response_url": way.slack.response_urls.new(ann.id, ann.dm.id), "trigger_id": "1.2",
    }  # fmt: skip


@awaited
async def test_a_broken_payload_is_passed_over() -> None:
    async with taking() as way:
        way.slack.send("events_api", {"type": "event_callback", "event": [], "event_id": "Ev1"})
        way.slack.send("events_api", {"type": "event_callback"})
        await way.quiet()
        assert way.events == []


@pytest.mark.parametrize("locale", ["ja-JP", "en-US"])
@awaited
async def test_a_command_is_taken_and_answered_to_the_person_alone(locale: str) -> None:
    async with taking() as way:
        ann = way.slack.person(locale=locale)
        general = way.slack.channel("general", ann)
        ann.slash("/imessage-status", "watch", general)
        ann.slash("/imessage-status", "nonsense", general)
        ann.slash("/imessage-help", "my Mac", general)
        await way.quiet()

        assert {type(event) for _, event in way.events} == {Invoked, Said}
        spoken = locale[:2]
        told = {each.words for each in ann.sees(general)}
        assert told == {f"[slack.usage {spoken}]", f"[slack.wrote_dm {spoken}]"}
        assert all(each.only_for == ann.id for each in ann.sees(general))


@awaited
async def test_who_presses_another_person_s_button_gets_an_offer_that_leads_to_their_own_help() -> None:
    async with taking() as way:
        ann, bob = way.slack.person("U0ANN"), way.slack.person("U0BOB")
        general = way.slack.channel("general", ann, bob)
        press = ann.mentions(general, "help")
        await way.quiet()
        button = {"type": "button", "action_id": "pick.fixed", "value": f"1.{ann.id}.fixed"}
        shown = {"type": "actions", "elements": [button | {"text": {"type": "plain_text", "text": "Yes"}}]}
        await way.client.api_call(
            "chat.postMessage",
            json={"channel": general.id, "thread_ts": press.ts, "text": "?", "blocks": [shown]},
        )
        bob.presses("Yes", bob.sees(general)[-1])
        ann.presses("Yes", ann.sees(general)[-1])
        await way.quiet()
        offer = bob.sees(general)[-1]
        assert (offer.only_for, offer.buttons) == (bob.id, ["[slack.help_in_dm en]"])
        bob.presses("[slack.help_in_dm en]", offer)
        await way.quiet()

        assert [type(event) for _, event in way.events] == [Said, Picked, Opened]
        assert way.events[-1][0].chat == f"{TEAM}/@{bob.id}"


@awaited
async def test_who_chose_a_language_is_spoken_to_in_that_beside_the_conversation_too() -> None:
    async with taking() as way:
        ann = way.slack.person(locale="ja-JP")
        general = way.slack.channel("general", ann)
        way.chosen[f"{TEAM}/@{ann.id}/card"] = "en"
        ann.slash("/imessage-status", "help", general)
        ann.slash("/imessage-help", "my Mac", general)
        await way.quiet()
        assert {each.words for each in ann.sees(general)} == {"[slack.usage en]", "[slack.wrote_dm ja]"}

        way.chosen[f"{TEAM}/@{ann.id}"] = "en"
        ann.opens_assistant()
        await way.quiet()
        assert ann.pane().prompts[0]["title"] == "[slack.prompt_iphone en]"


@awaited
async def test_a_word_beside_the_conversation_is_said_though_the_store_is_away() -> None:
    async with taking() as way:
        ann = way.slack.person(locale="ja-JP")
        way.away = StoreUnusable("unreachable", "the store")
        ann.slash("/imessage-status", "help")
        await way.quiet()
        assert [each.words for each in ann.sees()] == ["[slack.usage ja]"]


@pytest.mark.parametrize("pane", ["agent", "assistant"])
@awaited
async def test_the_pane_gets_suggestions_in_the_person_s_language(pane: str) -> None:
    async with taking(SlackServer(pane=pane)) as way:  # type: ignore[arg-type]
        ann = way.slack.person(locale="ja-JP")
        thread = ann.opens_assistant()
        await way.quiet()

        prompts = ann.pane(thread).prompts
        assert [each["title"] for each in prompts][:1] == ["[slack.prompt_iphone ja]"]
        assert 1 <= len(prompts) <= 4


@awaited
async def test_the_pane_says_that_we_are_at_it_when_it_takes_longer_than_a_moment() -> None:
    async with taking(SlackServer(pane="assistant")) as way:
        ann = way.slack.person()
        thread = ann.opens_assistant()
        assert thread
        way.slow = asyncio.Event()
        ann.writes(ann.dm, "help", thread=thread)
        await way.slack.until(lambda: ann.pane(thread).status == "[slack.working en]")
        way.slow.set()
        await way.quiet()


@awaited
async def test_app_home_is_shown_when_it_is_opened() -> None:
    async with taking() as way:
        way.slack.person(locale="ja-JP").opens_home()
        await way.quiet()
        assert way.homes == [("U0ANN", "ja")]


@awaited
async def test_being_removed_is_noticed() -> None:
    async with taking() as way:
        assert not way.intake.removed.is_set()
        way.slack.uninstalls()
        await way.quiet()
        assert way.intake.removed.is_set()


@awaited
async def test_a_courtesy_that_fails_costs_nothing() -> None:
    async with taking() as way:
        way.slack.app.pane = "agent"
        way.slack.api.faults.always("assistant.threads.setSuggestedPrompts", ill.error_before(500))
        way.slack.person().opens_assistant()
        await way.quiet()
        assert way.events == []
