"""Examines a Slack app before anybody relies on it: are the tokens good, and may it do what it has to?"""

from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

import yaml
from slack_sdk.web.async_client import AsyncWebClient

from adapters.slack.client import API_URL, close_client, open_client
from adapters.slack.faults import code_of
from adapters.slack.outage import TOKEN_ERRORS
from bot.ports import Finding

CHECK: Final = "slack"
MANIFEST: Final = Path(__file__).with_name("manifest.yaml")


async def examine_slack(
    bot_token: str, *, api_url: str | None, way_in: str, unused: str = "", changing: str = ""
) -> tuple[Finding, ...]:
    """Ask Slack about the bot, and change nothing: a connection of Socket Mode is not tried.

    `way_in` and `unused` name the settings by which events come, and by which they do not; `changing` the one
    that still counts beside it. No token is in a finding.
    """
    client = await open_client(bot_token, api_url or API_URL)
    try:
        return (*await _examined(client), *_way_in(way_in, unused, changing))
    finally:
        await close_client(client)


async def _examined(client: AsyncWebClient) -> tuple[Finding, ...]:
    try:
        answer = await client.api_call("auth.test")
    except Exception as error:  # noqa: BLE001  the library lets much through
        code = code_of(error)
        if code in TOKEN_ERRORS:
            remedy = "Correct SLACK_BOT_TOKEN; it stands under OAuth & Permissions of the app."
            return (Finding(CHECK, "fault", f"Slack does not take the token ({code})", remedy),)
        remedy = "The bot waits for it when it starts. Look at the network and SLACK_API_URL."
        says = f"Slack does not answer ({code or type(error).__name__})"
        return (Finding(CHECK, "warning", says, remedy),)
    answers = Finding(CHECK, "ok", f"@{answer.get('user')} answers in {answer.get('team')}")
    return (answers, *_scopes(answer.headers))


def _scopes(headers: Any) -> Iterator[Finding]:  # noqa: ANN401  the library's own
    """Compare what the app may do with what its manifest asks for, as far as Slack says."""
    given = next((headers[name] for name in headers if name.lower() == "x-oauth-scopes"), None)
    if not isinstance(given, str):
        return
    manifest = yaml.safe_load(MANIFEST.read_text(encoding="utf-8"))
    wanted, has = set(manifest["oauth_config"]["scopes"]["bot"]), set(given.replace(" ", "").split(","))
    if missing := sorted(wanted - has):
        remedy = "Add them under OAuth & Permissions, or take the manifest again; then reinstall the app."
        yield Finding(CHECK, "fault", f"The app may not do everything: {', '.join(missing)}", remedy)
    else:
        yield Finding(CHECK, "ok", "The app has all scopes of its manifest")


def _way_in(way_in: str, unused: str, changing: str) -> Iterator[Finding]:
    how = "by Socket Mode" if way_in == "SLACK_APP_TOKEN" else "as calls of Slack to /slack/events"
    yield Finding(CHECK, "ok", f"Events come {how}, with {way_in}")
    if unused:
        remedy = f"Leave {unused} out, or {way_in} where Slack is to call."
        yield Finding(CHECK, "warning", f"{unused} is not used", remedy)
    if changing:
        remedy = f"Leave {changing} out as soon as all workers know the new {way_in}."
        yield Finding(CHECK, "warning", f"Calls count that are signed with {changing}, too", remedy)
