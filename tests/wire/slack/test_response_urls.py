"""`response_url`: five uses in half an hour, for one person or all, in place of a message or beside it."""

from slack_sdk.webhook.async_client import AsyncWebhookClient

from tests.wire.slack.asking import PROMPT, asking, awaited
from tests.wire.slack.server import SlackServer


def answering(payload: dict[str, str]) -> AsyncWebhookClient:
    """Give the real client for the address that came with a command or press."""
    return AsyncWebhookClient(payload["response_url"], retry_handlers=[])


@awaited
async def test_it_answers_the_person_unless_it_is_for_the_channel() -> None:
    async with SlackServer() as slack:
        ann, bob = slack.person("U0ANN"), slack.person("U0BOB")
        general = slack.channel("general", ann, bob)
        client = answering(ann.slash("/imessage-status", channel=general).payload)
        assert (await client.send(text="for you", blocks=PROMPT)).body == "ok"
        await client.send(text="for all", response_type="in_channel")
        assert [each.text for each in ann.sees(general)] == ["for you", "for all"]
        assert [each.text for each in bob.sees(general)] == ["for all"]


@awaited
async def test_it_replaces_or_deletes_even_an_ephemeral_message() -> None:
    async with asking() as app:
        ann = app.slack.person()
        await app.client.chat_postEphemeral(channel=ann.dm.id, user=ann.id, text="?", blocks=PROMPT)
        client = answering(ann.presses("はい", ann.sees()[0]).payload)
        await client.send(text="✓ はい", replace_original=True)
        assert [(each.text, each.buttons) for each in ann.sees()] == [("✓ はい", [])]
        await client.send(delete_original=True)
        assert ann.sees() == []


@awaited
async def test_it_can_be_used_five_times() -> None:
    async with SlackServer() as slack:
        ann = slack.person()
        client = answering(ann.slash("/imessage-status").payload)
        codes = [(await client.send(text=str(number))).status_code for number in range(6)]
        assert codes == [200] * 5 + [404]
        assert len(ann.sees()) == 5


@awaited
async def test_it_lasts_half_an_hour() -> None:
    async with SlackServer() as slack:
        ann = slack.person()
        client = answering(ann.slash("/imessage-status").payload)
        slack.clock.advance(30 * 60)
        assert (await client.send(text="just in time")).status_code == 200
        slack.clock.advance(1)
        late = await client.send(text="too late")
        assert (late.status_code, "expired_url" in late.body) == (404, True)


@awaited
async def test_it_refuses_what_a_message_may_not_be() -> None:
    async with SlackServer(checked=False) as slack:
        ann = slack.person()
        client = answering(ann.slash("/imessage-status").payload)
        empty = await client.send(text="")
        wrong = await client.send(text="a", blocks=[{"type": "marquee"}])
        assert [(each.status_code, each.body) for each in (empty, wrong)] == [
            (400, '{"ok": false, "error": "no_text"}'),
            (400, wrong.body),
        ]
        assert "invalid_blocks" in wrong.body
        await client.send_dict({"text": "a", "colour": "red"})
        assert "response_url: no field 'colour'" in slack.violations
