"""What an error of Slack's means for who waits for Slack to be there."""

from typing import Final

import aiohttp
from slack_sdk.errors import SlackApiError

from adapters import outage
from adapters.outage import Setback
from adapters.slack.faults import LIMITED, code_of, wait_of

TOKEN_ERRORS: Final = frozenset({
    "account_inactive", "invalid_auth", "missing_scope", "no_permission", "not_allowed_token_type",
    "not_authed", "token_expired", "token_revoked",
})  # fmt: skip
"""Only another token, or another installation of the app, mends these."""


class Pace(outage.Pace, frozen=True):
    """Seconds, so that a test need not wait for them."""

    connect: float = 8.0
    """For a connection to be there, with its `hello`."""
    ping: float = 10.0
    """Between two pings on a connection. Half as long may the answer take."""
    unseen: float = 30.0
    """Without a sign of life, after which a connection is replaced."""
    look: float = 1.0
    """Between two looks at a connection."""


def setback(error: Exception, setting: str) -> Setback:
    """Read an error of a call that was made with the token of that setting."""
    if not isinstance(error, SlackApiError):
        kind = type(error).__name__
        return Setback(kind, str(error) if isinstance(error, aiohttp.ClientConnectorError) else "")
    code = code_of(error)
    if code in TOKEN_ERRORS:
        return Setback(code, setting=setting)
    limited = code in LIMITED or getattr(error.response, "status_code", 0) == 429  # noqa: PLR2004  Too Many Requests
    wait = wait_of(getattr(error.response, "headers", None)).total_seconds() if limited else None
    return Setback(code or "SlackApiError", wait=wait)
