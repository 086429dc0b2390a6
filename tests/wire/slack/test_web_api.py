"""The Web API as the real client sends it: what works there works here."""

from slack_sdk.web.async_client import AsyncWebClient

from tests.wire.slack.asking import PROMPT, asking, awaited, client_of


@awaited
async def test_a_token_knows_whose_it_is() -> None:
    async with asking() as app:
        who = await app.client.auth_test()
        bot = await app.client.bots_info(bot=who["bot_id"])
        assert bot["bot"]["app_id"] == app.slack.app.id
        assert (await app.client.api_test(foo="bar"))["args"] == {"foo": "bar"}


@awaited
async def test_a_message_is_posted_edited_and_deleted() -> None:
    async with asking() as app:
        ann = app.slack.person()
        general = app.slack.channel("general", ann)
        sent = await app.client.chat_postMessage(channel=general.id, text="Did it work?", blocks=PROMPT)
        [seen] = ann.sees(general)
        assert (seen.ts, seen.words, seen.buttons) == (sent["ts"], "*Did it work?*\nはい", ["はい"])
        assert sent["message"]["blocks"][1]["elements"][0]["text"]["emoji"] is True
        await app.client.chat_update(channel=general.id, ts=sent["ts"], text="✓ はい", blocks=[])
        assert ann.sees(general)[0].words == "✓ はい"
        await app.client.chat_delete(channel=general.id, ts=sent["ts"])
        assert ann.sees(general) == []


@awaited
async def test_an_update_of_the_text_alone_keeps_blocks_and_metadata() -> None:
    async with asking() as app:
        ann = app.slack.person()
        metadata = {"event_type": "reply", "event_payload": {"id": "7"}}
        sent = await app.client.chat_postMessage(channel=ann.id, text="a", blocks=PROMPT, metadata=metadata)
        await app.client.chat_update(channel=sent["channel"], ts=sent["ts"], text="b")
        [seen] = ann.sees()
        assert (seen.text, seen.buttons, seen.metadata) == ("b", ["はい"], metadata)


@awaited
async def test_a_message_to_a_person_opens_direct_messages_with_them() -> None:
    async with asking() as app:
        ann = app.slack.person()
        opened = await app.client.conversations_open(users=ann.id)
        sent = await app.client.chat_postMessage(channel=ann.id, text="Hello")
        assert sent["channel"] == opened["channel"]["id"] == ann.dm.id
        assert (await app.client.conversations_info(channel=ann.dm.id))["channel"]["user"] == ann.id
        assert (await app.client.conversations_open(users=ann.id, return_im=True))["channel"]["is_im"]


@awaited
async def test_only_its_person_sees_an_ephemeral_message() -> None:
    async with asking() as app:
        ann, bob = app.slack.person("U0ANN"), app.slack.person("U0BOB")
        general = app.slack.channel("general", ann, bob)
        await app.client.chat_postEphemeral(channel=general.id, user=ann.id, text="Just for you")
        assert [each.words for each in ann.sees(general)] == ["Just for you"]
        assert bob.sees(general) == []
        assert (await app.client.conversations_history(channel=general.id))["messages"] == []


@awaited
async def test_the_thread_of_a_message_can_be_read_with_all_metadata() -> None:
    async with asking() as app:
        ann = app.slack.person()
        general = app.slack.channel("general", ann)
        asked = ann.mentions(general, "help")
        metadata = {"event_type": "reply", "event_payload": {"id": "7"}}
        sent = await app.client.chat_postMessage(
            channel=general.id, thread_ts=asked.ts, text="Sure", metadata=metadata
        )
        read = await app.client.conversations_replies(
            channel=general.id, ts=asked.ts, oldest=asked.ts, include_all_metadata=True
        )
        assert [each["ts"] for each in read["messages"]] == [asked.ts, sent["ts"]]
        assert read["messages"][1]["metadata"] == metadata
        plain = await app.client.conversations_replies(channel=general.id, ts=asked.ts)
        assert plain["messages"][1]["metadata"] == {"event_type": "reply"}
        history = await app.client.conversations_history(channel=general.id)
        assert [each["ts"] for each in history["messages"]] == [asked.ts], "replies are in the thread only"


@awaited
async def test_history_comes_newest_first_and_in_pages() -> None:
    async with asking() as app:
        ann = app.slack.person()
        texts = [ann.writes_dm(text).text for text in ("one", "two", "three")]
        pages = [
            [each["text"] for each in page["messages"]]
            async for page in await app.client.conversations_history(channel=ann.dm.id, limit=2)
        ]
        assert pages == [[texts[2], texts[1]], [texts[0]]]
        latest = ann.sees()[1].ts
        before = await app.client.conversations_history(channel=ann.dm.id, latest=latest)
        assert [each["text"] for each in before["messages"]] == ["one"]
        with_it = await app.client.conversations_history(channel=ann.dm.id, latest=latest, inclusive=True)
        assert [each["text"] for each in with_it["messages"]] == ["two", "one"]


@awaited
async def test_a_persons_locale_is_told_when_asked_for() -> None:
    async with asking() as app:
        hana = app.slack.person("U0HANA", locale="ja-JP")
        asked = await app.client.users_info(user=hana.id, include_locale=True)
        assert asked["user"]["locale"] == "ja-JP"
        assert "locale" not in (await app.client.users_info(user=hana.id))["user"]


@awaited
async def test_a_permalink_and_a_reaction_belong_to_a_message() -> None:
    async with asking() as app:
        ann = app.slack.person()
        asked = ann.writes_dm("help")
        link = await app.client.chat_getPermalink(channel=ann.dm.id, message_ts=asked.ts)
        assert asked.ts.replace(".", "") in link["permalink"]
        await app.client.reactions_add(channel=ann.dm.id, timestamp=asked.ts, name="eyes")
        assert ann.sees()[0].reactions == {"eyes": [app.slack.app.user]}


@awaited
async def test_each_person_has_an_app_home_of_their_own() -> None:
    async with asking() as app:
        ann, bob = app.slack.person("U0ANN"), app.slack.person("U0BOB")
        view = {"type": "home", "blocks": PROMPT}
        first = await app.client.views_publish(user_id=ann.id, view=view)
        assert ann.home
        assert ann.home.buttons == ["はい"]
        assert bob.home is None
        again = await app.client.views_publish(user_id=ann.id, view=view, hash=first["view"]["hash"])
        assert again["view"]["id"] == first["view"]["id"]


@awaited
async def test_the_pane_shows_status_title_and_prompts() -> None:
    async with asking() as app:
        ann = app.slack.person()
        asked = ann.writes_dm("help")
        where = {"channel_id": ann.dm.id, "thread_ts": asked.ts}
        await app.client.assistant_threads_setStatus(**where, status="is looking…", loading_messages=["Hm"])
        await app.client.assistant_threads_setTitle(**where, title="Messages not sent")
        prompt = {"title": "Status", "message": "Is iMessage down?"}
        await app.client.assistant_threads_setSuggestedPrompts(channel_id=ann.dm.id, prompts=[prompt])
        assert (ann.pane(asked).status, ann.pane(asked).title) == ("is looking…", "Messages not sent")
        assert ann.picks_prompt("Status").text == "Is iMessage down?"
        await app.client.chat_postMessage(channel=ann.dm.id, thread_ts=asked.ts, text="No")
        assert not ann.pane(asked).status, "an answer ends the status"


@awaited
async def test_a_modal_opens_with_a_fresh_trigger_only_and_once() -> None:
    async with asking() as app:
        ann = app.slack.person()
        view = {"type": "modal", "title": {"type": "plain_text", "text": "Help"}, "blocks": PROMPT}
        trigger = app.slack.workspace.new_trigger(ann.id)
        await app.client.views_open(trigger_id=trigger, view=view)
        assert ann.modal
        assert await app.why_not("views.open", trigger_id=trigger, view=view) == "exchanged_trigger_id"
        late = app.slack.workspace.new_trigger(ann.id)
        app.slack.clock.advance(3.1)
        assert await app.why_not("views.open", trigger_id=late, view=view) == "expired_trigger_id"
        assert await app.why_not("views.open", trigger_id="1.2.x", view=view) == "invalid_trigger_id"


@awaited
async def test_forms_and_json_are_both_read_and_a_token_may_be_in_the_form() -> None:
    async with asking() as app:
        ann = app.slack.person()
        form = {
            "token": app.slack.bot_token,
            "channel": ann.id,
            "text": "a",
            "blocks": '[{"type":"divider"}]',
        }
        assert (await app.post("/api/chat.postMessage", data=form))["ok"]
        [seen] = ann.sees()
        assert seen.blocks == [{"type": "divider", "block_id": "b0"}]
        ignored = await app.client.api_call("users.info", params={"user": ann.id}, http_verb="POST")
        assert ignored["ok"], "a read may also be a POST"


@awaited
async def test_the_client_without_a_session_of_its_own_works_too() -> None:
    async with asking() as app:
        assert isinstance(client := client_of(app.slack), AsyncWebClient)
        assert (await client.auth_test())["user_id"] == app.slack.app.user
        assert [each.method for each in app.slack.called("auth.test")] == ["auth.test"]
