"""What Slack refuses is refused with the same word, and what breaks the contract fails the test."""

from typing import Any

import pytest
from slack_sdk.errors import SlackApiError

from tests.wire.slack.asking import BUTTON, PROMPT, Asker, asking, awaited
from tests.wire.slack.contract import BLOCKS, METHODS
from tests.wire.slack.refusal import Json
from tests.wire.slack.server import SlackServer

TEXT: Json = {"type": "mrkdwn", "text": "a"}
LONG = "あ"

WRONG_BLOCKS: dict[str, Json] = {
    "a text of 3001": {"type": "section", "text": {"type": "mrkdwn", "text": LONG * 3001}},
    "an empty text": {"type": "section", "text": {"type": "mrkdwn", "text": ""}},
    "a field of 2001": {"type": "section", "fields": [{"type": "mrkdwn", "text": LONG * 2001}]},
    "a section of nothing": {"type": "section"},
    "markup in a header": {"type": "header", "text": TEXT},
    "a header of 151": {"type": "header", "text": {"type": "plain_text", "text": LONG * 151}},
    "a button of 76": {
        "type": "actions",
        "elements": [BUTTON | {"text": {"type": "plain_text", "text": LONG * 76}}],
    },
    "a value of 2001": {"type": "actions", "elements": [BUTTON | {"value": LONG * 2001}]},
    "an action_id of 256": {"type": "actions", "elements": [BUTTON | {"action_id": "a" * 256}]},
    "a style of one's own": {"type": "actions", "elements": [BUTTON | {"style": "red"}]},
    "markup on a button": {"type": "actions", "elements": [BUTTON | {"text": TEXT}]},
    "26 buttons": {"type": "actions", "elements": [BUTTON | {"action_id": str(n)} for n in range(26)]},
    "no buttons": {"type": "actions", "elements": []},
    "two buttons of one name": {"type": "actions", "elements": [BUTTON, BUTTON]},
    "11 texts in a context": {"type": "context", "elements": [TEXT] * 11},
    "an unknown property": {"type": "divider", "colour": "red"},
    "an unknown block": {"type": "marquee"},
    "no type": {"text": TEXT},
}


@pytest.mark.parametrize("name", WRONG_BLOCKS)
@awaited
async def test_wrong_blocks_are_refused_with_their_place(name: str) -> None:
    async with asking(SlackServer(checked=False)) as app:
        ann = app.slack.person()
        given = {"channel": ann.id, "text": "a", "blocks": [{"type": "divider"}, WRONG_BLOCKS[name]]}
        refusal = await app.refusal("chat.postMessage", **given)
        assert refusal["error"] == "invalid_blocks"
        assert "/blocks/1" in refusal["response_metadata"]["messages"][0]
        assert ann.sees() == []


@awaited
async def test_so_are_too_many_blocks_and_what_is_no_list_of_blocks() -> None:
    async with asking(SlackServer(checked=False)) as app:
        post = {"channel": app.slack.person().id, "text": "a"}
        many = [{"type": "divider"}] * 51
        assert await app.why_not("chat.postMessage", **post, blocks=many) == "invalid_blocks"
        twice = [{"type": "divider", "block_id": "x"}] * 2
        assert await app.why_not("chat.postMessage", **post, blocks=twice) == "invalid_blocks"
        assert await app.why_not("chat.postMessage", **post, blocks="no") == "invalid_blocks_format"
        long = [{"type": "section", "text": {"type": "mrkdwn", "text": LONG * 3000}}] * 5
        assert await app.why_not("chat.postMessage", **post, blocks=long) == "msg_blocks_too_long"
        home = {"type": "home", "blocks": [{"type": "divider"}] * 101}
        given = {"user_id": app.slack.person().id, "view": home}
        assert await app.why_not("views.publish", **given) == "invalid_arguments"
        await app.client.views_publish(user_id="U0ANN", view={"type": "home", "blocks": many})


@awaited
async def test_a_message_has_to_say_something_but_not_too_much() -> None:
    async with asking() as app:
        ann = app.slack.person()
        assert await app.why_not("chat.postMessage", channel=ann.id, text=" ") == "no_text"
        assert await app.why_not("chat.postMessage", channel=ann.id, text="a" * 40_001) == "msg_too_long"
        sent = await app.client.chat_postMessage(channel=ann.id, text="a")
        update = {"channel": ann.dm.id, "ts": sent["ts"]}
        assert await app.why_not("chat.update", **update, text="a" * 4_001) == "msg_too_long"
        assert await app.why_not("chat.update", **update) == "no_text"


@pytest.mark.parametrize(
    ("metadata", "error"),
    [
        ([], "invalid_metadata_format"),
        ({"event_type": "a"}, "invalid_metadata_schema"),
        ({"event_type": "a b", "event_payload": {}}, "invalid_metadata_schema"),
        ({"event_type": "a", "event_payload": {}, "more": 1}, "invalid_metadata_schema"),
        ({"event_type": "a", "event_payload": {"a": "a" * 20_000}}, "metadata_too_large"),
    ],
)
@awaited
async def test_metadata_has_a_shape(metadata: object, error: str) -> None:
    async with asking() as app:
        given = {"channel": app.slack.person().id, "text": "a", "metadata": metadata or [1]}
        assert await app.why_not("chat.postMessage", **given) == error


@awaited
async def test_where_the_app_may_not_write_it_cannot() -> None:
    async with asking() as app:
        slack, ann = app.slack, app.slack.person()
        outside, old = slack.channel("outside", with_app=False), slack.channel("old", archived=True)
        secret = slack.channel("secret", kind="group", with_app=False)
        post = ("chat.postMessage", "chat.postEphemeral")
        for channel, error in (
            (outside, "not_in_channel"),
            (old, "is_archived"),
            (secret, "channel_not_found"),
        ):
            for method in post:
                assert await app.why_not(method, channel=channel.id, user=ann.id, text="a") == error
        slack.forgive()  # chat.postMessage has no user
        general = slack.channel("general")
        assert await app.why_not("chat.postEphemeral", channel=general.id, user=ann.id, text="a") == (
            "user_not_in_channel"
        )
        assert await app.why_not("conversations.history", channel=outside.id) == "not_in_channel"
        assert await app.why_not("chat.postMessage", channel="C404", text="a") == "channel_not_found"


@awaited
async def test_only_what_is_ones_own_can_be_changed() -> None:
    async with asking() as app:
        ann = app.slack.person()
        theirs = {"channel": ann.dm.id, "ts": ann.writes_dm("hello").ts}
        assert await app.why_not("chat.update", **theirs, text="a") == "cant_update_message"
        assert await app.why_not("chat.delete", **theirs) == "cant_delete_message"
        gone = {"channel": ann.dm.id, "ts": "1.000000"}
        assert await app.why_not("chat.update", **gone, text="a") == "message_not_found"
        private = await app.client.chat_postEphemeral(channel=ann.dm.id, user=ann.id, text="a")
        ephemeral = {"channel": ann.dm.id, "ts": private["message_ts"]}
        assert await app.why_not("chat.update", **ephemeral, text="b") == "message_not_found"


@awaited
async def test_a_reply_cannot_be_replied_to() -> None:
    async with asking() as app:
        ann = app.slack.person()
        reply = ann.writes_in_thread(ann.writes_dm("one"), "two")
        given = {"channel": ann.dm.id, "thread_ts": reply.ts, "text": "three"}
        assert await app.why_not("chat.postMessage", **given) == "cannot_reply_to_message"


@awaited
async def test_what_is_not_there_is_not_found() -> None:
    async with asking() as app:
        dm = app.slack.person().dm.id
        questions: dict[str, tuple[str, dict[str, Any]]] = {
            "user_not_found": ("users.info", {"user": "U404"}),
            "users_list_not_supplied": ("conversations.open", {}),
            "thread_not_found": ("conversations.replies", {"channel": dm, "ts": "1.000000"}),
            "file_not_found": ("files.info", {"file": "F404"}),
            "bot_not_found": ("bots.info", {"bot": "B404"}),
            "invalid_name": ("reactions.add", {"channel": dm, "timestamp": "1.000000", "name": "!"}),
            "bad_timestamp": ("reactions.add", {"channel": dm, "timestamp": "yes", "name": "eyes"}),
            "invalid_thread_ts": (
                "assistant.threads.setTitle", {"channel_id": dm, "thread_ts": "1.000000", "title": "a"},
            ),
        }  # fmt: skip
        for error, (method, given) in questions.items():
            with pytest.raises(SlackApiError, match=error):
                await app.client.api_call(method, params=given)


@awaited
async def test_a_hash_that_is_old_does_not_overwrite_app_home() -> None:
    async with asking() as app:
        given = {"user_id": app.slack.person().id, "view": {"type": "home", "blocks": PROMPT}}
        await app.client.api_call("views.publish", json=given)
        assert await app.why_not("views.publish", **given, hash="1.1") == "hash_conflict"


@awaited
async def test_a_token_has_to_be_there_and_right_and_alive() -> None:
    async with asking() as app:
        assert await app.post("/api/auth.test") == {"ok": False, "error": "not_authed"}
        wrong = await app.post("/api/auth.test", headers={"Authorization": "Bearer xoxb-no"})
        assert wrong["error"] == "invalid_auth"
        assert await app.why_not("apps.connections.open") == "not_allowed_token_type"
        app.slack.app.state = "token_revoked"
        assert await app.why_not("auth.test") == "token_revoked"
        app.slack.app.state = "account_inactive"
        assert await app.why_not("auth.test") == "account_inactive"
        in_the_address = await app.post(f"/api/auth.test?token={app.slack.bot_token}")
        assert in_the_address["error"] == "invalid_auth"
        assert app.slack.forgive() == ["a token in the address, where servers log it"]


@awaited
async def test_each_method_needs_its_scope() -> None:
    async with asking() as app:
        ann = app.slack.person()
        app.slack.app.scopes -= {"chat:write", "im:history"}
        refusal = await app.refusal("chat.postMessage", channel=ann.id, text="a")
        assert (refusal["error"], refusal["needed"]) == ("missing_scope", "chat:write")
        assert "users:read" in refusal["provided"]
        read = await app.refusal("conversations.history", channel=ann.dm.id)
        assert (read["error"], read["needed"]) == ("missing_scope", "im:history")


@awaited
async def test_what_is_no_call_is_refused() -> None:
    async with asking(SlackServer(checked=False)) as app:
        assert await app.why_not("chat.shout", text="a") == "unknown_method"
        assert await app.why_not("chat.postMessage", text="a") == "invalid_arguments"
        header = {"Authorization": f"Bearer {app.slack.bot_token}", "Content-Type": "application/json"}
        for body, error in (("{", "invalid_json"), ("[]", "json_not_object")):
            assert (await app.post("/api/auth.test", data=body, headers=header))["error"] == error
        header["Content-Type"] = "text/xml"
        assert (await app.post("/api/auth.test", data="<a/>", headers=header))["error"] == "invalid_post_type"


@awaited
async def test_slacks_limits_hold_where_they_are_asked_for() -> None:
    async with asking(SlackServer(limits=True)) as app:
        ann, bob = app.slack.person("U0ANN"), app.slack.person("U0BOB")
        await app.client.chat_postMessage(channel=ann.id, text="a")
        await app.client.chat_postMessage(channel=bob.id, text="a")
        with pytest.raises(SlackApiError) as caught:
            await app.client.chat_postMessage(channel=ann.id, text="b")
        assert (caught.value.response["error"], caught.value.response.status_code) == ("ratelimited", 429)
        app.slack.clock.advance(int(caught.value.response.headers["Retry-After"]))
        await app.client.chat_postMessage(channel=ann.id, text="b")


async def _break_the_contract(app: Asker) -> None:
    await app.client.chat_postMessage(channel=app.slack.person().id, text="a", colour="red")


@pytest.mark.skipif(not METHODS.exists(), reason="the published list of methods is not at hand")
def test_a_call_that_breaks_the_published_contract_fails_the_test_though_slack_took_it() -> None:
    @awaited
    async def story() -> None:
        async with asking() as app:
            await _break_the_contract(app)
            assert app.slack.called("chat.postMessage")[0].took_effect

    with pytest.raises(AssertionError, match="no argument 'colour'"):
        story()


@pytest.mark.skipif(not METHODS.exists(), reason="the published list of methods is not at hand")
@awaited
async def test_a_test_that_means_it_takes_the_violations_away() -> None:
    async with asking() as app:
        await _break_the_contract(app)
        await app.client.api_call("users.info", params={"user": "U0ANN", "include_locale": "maybe"})
        assert app.slack.forgive() == [
            "chat.postMessage: no argument 'colour'",
            "users.info: 'include_locale': not a boolean: 'maybe'",
        ]


UNKNOWN_TO_THE_TYPES = {"a field of 2001", "no buttons", "a section of nothing", "two buttons of one name"}


@pytest.mark.skipif(not BLOCKS.exists(), reason="the schema of Block Kit is not at hand")
@pytest.mark.parametrize("name", WRONG_BLOCKS)
@awaited
async def test_the_official_types_find_fault_with_the_same_blocks(name: str) -> None:
    async with asking() as app:
        given = {"channel": app.slack.person().id, "text": "a", "blocks": [WRONG_BLOCKS[name]]}
        await app.why_not("chat.postMessage", **given)
        assert bool(app.slack.forgive()) == (name not in UNKNOWN_TO_THE_TYPES)
