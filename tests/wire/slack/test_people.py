"""The people of the local Slack: what they do arrives as Slack sends it, and they see what it shows."""

import pytest
from aiohttp import ClientSession

from tests.wire.slack.asking import PROMPT, asking, awaited
from tests.wire.slack.refusal import Json
from tests.wire.slack.server import SlackServer


def events(slack: SlackServer, kind: str) -> list[Json]:
    """Give the events of a type that were on their way to the app."""
    return [each.event for each in slack.deliveries if each.event.get("type") == kind]


@awaited
async def test_a_mention_is_one_message_and_two_events() -> None:
    async with SlackServer() as slack:
        ann = slack.person()
        general = slack.channel("general", ann)
        asked = ann.mentions(general, "help")
        said, mentioned = (each.payload for each in slack.deliveries)
        assert (said["event"]["type"], mentioned["event"]["type"]) == ("message", "app_mention")
        assert said["event"]["ts"] == mentioned["event"]["ts"] == asked.ts
        assert said["event_id"] != mentioned["event_id"]
        assert said["event"]["text"] == f"<@{slack.app.user}> help"
        assert (said["event"]["channel_type"], "channel_type" in mentioned["event"]) == ("channel", False)
        assert said["authorizations"][0]["user_id"] == slack.app.user
        assert (said["api_app_id"], said["is_ext_shared_channel"]) == (slack.app.id, False)


@awaited
async def test_in_direct_messages_a_mention_is_a_message_only() -> None:
    async with SlackServer() as slack:
        ann = slack.person()
        ann.mentions(ann.dm, "help")
        [event] = [each.event for each in slack.deliveries]
        assert (event["type"], event["channel_type"]) == ("message", "im")


@awaited
async def test_the_app_hears_of_what_it_may_and_where_it_is() -> None:
    async with SlackServer() as slack:
        ann = slack.person()
        general, outside = slack.channel("general", ann), slack.channel("outside", ann, with_app=False)
        ann.mentions(outside, "help")
        slack.app.scopes.discard("channels:history")
        slack.app.events.discard("message.im")
        ann.mentions(general, "help")
        ann.writes_dm("help")
        assert [each.event["type"] for each in slack.deliveries] == ["app_mention"]


@awaited
async def test_the_apps_own_messages_come_back_as_events() -> None:
    async with asking() as app:
        ann = app.slack.person()
        sent = await app.client.chat_postMessage(channel=ann.id, text="Hello")
        await app.client.chat_update(channel=sent["channel"], ts=sent["ts"], text="Bye")
        await app.client.chat_delete(channel=sent["channel"], ts=sent["ts"])
        new, changed, deleted = events(app.slack, "message")
        assert (new["bot_id"], new["app_id"], new["ts"]) == (app.slack.app.bot, app.slack.app.id, sent["ts"])
        assert (changed["subtype"], changed["message"]["text"]) == ("message_changed", "Bye")
        assert (deleted["subtype"], deleted["deleted_ts"]) == ("message_deleted", sent["ts"])


@awaited
async def test_edits_deletions_and_reactions_of_people_are_events_too() -> None:
    async with SlackServer() as slack:
        ann = slack.person()
        asked = ann.writes_dm("hepl")
        ann.edits(asked, "help")
        ann.reacts("eyes", asked)
        ann.deletes(asked)
        _, changed, deleted = events(slack, "message")
        assert changed["previous_message"]["text"] == "hepl"
        assert changed["message"]["edited"]["user"] == ann.id
        assert deleted["subtype"] == "message_deleted"
        assert events(slack, "reaction_added")[0]["item"]["ts"] == asked.ts
        assert ann.sees() == []


@awaited
async def test_a_reply_says_whose_thread_it_is_in() -> None:
    async with SlackServer() as slack:
        ann, bob = slack.person("U0ANN"), slack.person("U0BOB")
        general = slack.channel("general", ann, bob)
        asked = ann.mentions(general, "help")
        reply = bob.writes_in_thread(asked, "me too")
        event = events(slack, "message")[1]
        assert (event["thread_ts"], event["parent_user_id"]) == (asked.ts, ann.id)
        assert [each.ts for each in ann.sees(thread=asked)] == [asked.ts, reply.ts]


@awaited
async def test_a_press_says_what_was_pressed_where_and_by_whom() -> None:
    async with asking() as app:
        ann = app.slack.person()
        general = app.slack.channel("general", ann)
        asked = ann.mentions(general, "help")
        sent = await app.client.chat_postMessage(
            channel=general.id, thread_ts=asked.ts, text="?", blocks=PROMPT
        )
        payload = ann.presses("はい", ann.sees(general)[-1]).payload
        assert (payload["type"], payload["user"]["id"]) == ("block_actions", ann.id)
        assert payload["container"] == {
            "type": "message",
            "message_ts": sent["ts"],
            "channel_id": general.id,
            "is_ephemeral": False,
            "thread_ts": asked.ts,
        }
        [action] = payload["actions"]
        assert (action["action_id"], action["value"], action["block_id"]) == ("pick:y", "y", "b1")
        assert payload["message"]["ts"] == sent["ts"]
        with pytest.raises(AssertionError, match="there is no 'いいえ'"):
            ann.presses("いいえ", ann.sees(general)[-1])


@awaited
async def test_a_press_on_an_ephemeral_message_has_no_message_and_is_nobody_elses() -> None:
    async with asking() as app:
        ann, bob = app.slack.person("U0ANN"), app.slack.person("U0BOB")
        general = app.slack.channel("general", ann, bob)
        await app.client.chat_postEphemeral(channel=general.id, user=ann.id, text="?", blocks=PROMPT)
        [seen] = ann.sees(general)
        payload = ann.presses("はい", seen).payload
        assert payload["container"]["is_ephemeral"]
        assert "message" not in payload
        with pytest.raises(AssertionError, match="somebody else's"):
            bob.presses("はい", seen)


@awaited
async def test_an_old_look_at_a_message_can_still_be_pressed() -> None:
    async with asking() as app:
        ann = app.slack.person()
        sent = await app.client.chat_postMessage(channel=ann.id, text="?", blocks=PROMPT)
        before = ann.sees()[0]
        await app.client.chat_update(channel=sent["channel"], ts=sent["ts"], text="✓", blocks=[])
        assert ann.presses("はい", before).payload["actions"][0]["value"] == "y"
        assert ann.sees()[0].buttons == []


@awaited
async def test_an_option_of_a_menu_is_chosen_by_its_label() -> None:
    async with asking() as app:
        ann = app.slack.person()
        options = [
            {"text": {"type": "plain_text", "text": text}, "value": text} for text in ("日本語", "English")
        ]
        menu = {"type": "overflow", "action_id": "language", "options": options}
        section = {"type": "section", "text": {"type": "mrkdwn", "text": "Language"}, "accessory": menu}
        await app.client.chat_postMessage(channel=ann.id, text="?", blocks=[section])
        [action] = ann.presses("日本語", ann.sees()[0]).payload["actions"]
        assert (action["type"], action["selected_option"]["value"]) == ("overflow", "日本語")


@awaited
async def test_app_home_says_what_it_shows_once_it_shows_something() -> None:
    async with asking() as app:
        ann = app.slack.person()
        ann.opens_home()
        await app.client.views_publish(user_id=ann.id, view={"type": "home", "blocks": PROMPT})
        ann.opens_home()
        first, second = events(app.slack, "app_home_opened")
        assert (first["tab"], first["channel"], "view" in first) == ("home", ann.dm.id, False)
        assert second["view"]["type"] == "home"
        press = ann.presses_at_home("はい").payload
        assert press["container"]["type"] == "view"
        assert "response_url" not in press
        assert "channel" not in press


@awaited
async def test_the_agents_pane_opens_with_what_its_person_looks_at() -> None:
    async with SlackServer() as slack:
        ann = slack.person()
        general = slack.channel("general", ann)
        assert ann.opens_assistant(general) is None
        ann.looks_at(slack.channel("random", ann))
        [opened], [moved] = events(slack, "app_home_opened"), events(slack, "app_context_changed")
        assert (opened["tab"], opened["context"]["entities"][0]["value"]) == ("messages", general.id)
        assert moved["context"]["entities"][0]["value"] != general.id


@awaited
async def test_the_older_assistants_pane_begins_a_thread() -> None:
    async with asking(SlackServer(pane="assistant")) as app:
        ann = app.slack.person()
        general = app.slack.channel("general", ann)
        first = ann.opens_assistant(general)
        assert first
        ann.looks_at(general, first)
        [started] = events(app.slack, "assistant_thread_started")
        assert started["assistant_thread"]["thread_ts"] == first.ts
        assert started["assistant_thread"]["context"]["channel_id"] == general.id
        assert events(app.slack, "assistant_thread_context_changed")
        ann.writes_in_thread(first, "help")
        assert events(app.slack, "message")[-1]["thread_ts"] == first.ts
        prompts = [{"title": "a", "message": "b"}]
        dm = ann.dm.id
        refusal = await app.why_not("assistant.threads.setSuggestedPrompts", channel_id=dm, prompts=prompts)
        assert refusal == "invalid_thread_ts", "each thread has its own here"


@awaited
async def test_a_file_is_for_the_bots_token_only_and_all_others_get_a_login_page() -> None:
    async with asking() as app:
        ann = app.slack.person()
        ann.shares_file("会話.log", b"error 42", "my log")
        [event] = events(app.slack, "message")
        [file] = event["files"]
        assert (event["subtype"], file["name"], file["size"]) == ("file_share", "会話.log", 8)
        mine = {"Authorization": f"Bearer {app.slack.bot_token}"}
        assert await _body(app.session, file["url_private_download"], mine) == b"error 42"
        for headers in ({}, {"Authorization": "Bearer xoxb-no"}):
            assert b"Sign in" in await _body(app.session, file["url_private_download"], headers)
        app.slack.app.scopes.discard("files:read")
        assert b"Sign in" in await _body(app.session, file["url_private"], mine)


async def _body(session: ClientSession, url: str, headers: dict[str, str]) -> bytes:
    async with session.get(url, headers=headers) as answer:
        return await answer.read()


@awaited
async def test_of_a_file_through_slack_connect_events_say_the_id_only() -> None:
    async with asking() as app:
        bob = app.slack.person("U0BOB", team="T0OTHER")
        bob.shares_file("a.log", b"a", hidden=True)
        [event] = events(app.slack, "message")
        assert event["files"][0].keys() == {"id", "mode", "file_access"}
        assert (event["team"], event["user_team"]) == ("T0OTHER", "T0OTHER")
        about = await app.client.files_info(file=event["files"][0]["id"])
        assert about["file"]["name"] == "a.log"


@awaited
async def test_shortcuts_are_of_a_message_or_of_none() -> None:
    async with SlackServer() as slack:
        ann, bob = slack.person("U0ANN"), slack.person("U0BOB")
        general = slack.channel("general", ann, bob)
        asked = bob.writes(general, "nothing works")
        on_message = ann.uses_shortcut("help_with_this", asked).payload
        assert (on_message["type"], on_message["message"]["user"]) == ("message_action", bob.id)
        assert on_message["message"]["text"] == "nothing works"
        anywhere = ann.uses_shortcut("help").payload
        assert (anywhere["type"], "response_url" in anywhere) == ("shortcut", False)


@awaited
async def test_the_agent_reads_with_a_message_what_its_person_looks_at() -> None:
    async with SlackServer() as slack:
        ann = slack.person()
        general = slack.channel("general", ann)
        ann.writes_dm("before")
        ann.opens_assistant(general)
        ann.writes_dm("after")
        before, after = events(slack, "message")
        assert "app_context" not in before
        assert after["app_context"]["entities"][0]["value"] == general.id


@awaited
async def test_other_bots_broadcasts_and_invitations_look_like_what_they_are() -> None:
    async with SlackServer() as slack:
        ann, robot = slack.person("U0ANN"), slack.person("U0ROBOT", bot=True)
        general = slack.channel("general", ann, robot, with_app=False)
        ann.invites_app(general)
        asked = ann.mentions(general, "help")
        robot.writes(general, f"<@{slack.app.user}> ping")
        ann.writes(general, "anybody?", thread=asked, broadcast=True)
        _, theirs, broadcast = events(slack, "message")
        assert theirs["bot_id"] == theirs["bot_profile"]["id"] != slack.app.bot
        assert (broadcast["subtype"], broadcast["thread_ts"]) == ("thread_broadcast", asked.ts)
        assert events(slack, "member_joined_channel")[0]["user"] == slack.app.user


@awaited
async def test_an_app_may_do_what_its_manifest_says_and_no_more() -> None:
    async with asking() as app:
        app.slack.installs({
            "features": {"slash_commands": [{"command": "/ping"}], "assistant_view": {}},
            "oauth_config": {"scopes": {"bot": ["im:history"]}},
            "settings": {"event_subscriptions": {"bot_events": ["message.im"]}},
        })  # fmt: skip
        ann = app.slack.person()
        ann.mentions(app.slack.channel("general", ann), "help")
        ann.writes_dm("help")
        assert [each.event["channel_type"] for each in app.slack.deliveries] == ["im"]
        assert await app.why_not("chat.postMessage", channel=ann.id, text="a") == "missing_scope"
        with pytest.raises(AssertionError, match="not a valid command"):
            ann.slash("/imessage-status")
        assert app.slack.app.pane == "assistant"


@awaited
async def test_who_would_be_disturbed_by_a_message_can_be_seen() -> None:
    async with asking() as app:
        ann = app.slack.person()
        for text in ("<!channel> look", "&lt;!channel&gt; @here", "hello <@U0ANN>"):
            await app.client.chat_postMessage(channel=ann.id, text=text)
        await app.client.chat_postMessage(channel=ann.id, text="@here", link_names=True)
        assert [each.pings for each in ann.sees()] == [["!channel"], [], ["@U"], ["@here"]]


@awaited
async def test_an_app_that_is_removed_hears_of_it_and_its_token_ends() -> None:
    async with asking() as app:
        app.slack.uninstalls()
        assert [each.event["type"] for each in app.slack.deliveries] == ["app_uninstalled", "tokens_revoked"]
        assert await app.why_not("auth.test") == "account_inactive"
