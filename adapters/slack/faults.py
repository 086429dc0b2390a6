"""What went wrong with a call → what to do about it. The one place that knows Slack's errors.

Sources: the errors of each method at docs.slack.dev/reference/methods, and what aiohttp documents of its own.
"""

import logging
import re
from collections.abc import Mapping
from datetime import timedelta
from typing import Final

import aiohttp
from slack_sdk.errors import SlackApiError

from adapters import retry_after
from bot.ports import Gone, Refused, TryLater, Unsure

LIMITED: Final = frozenset({"ratelimited", "rate_limited"})
UNSURE: Final = frozenset({
    "fatal_error", "internal_error", "request_timeout", "service_unavailable",
    "duplicate_message_not_found", "duplicate_channel_not_found",
})  # fmt: skip
OPERATOR: Final = frozenset({
    "account_inactive", "access_denied", "app_access_restricted", "ekm_access_denied", "invalid_auth",
    "missing_scope", "no_permission", "not_allowed_token_type", "not_authed", "org_login_required",
    "team_access_not_granted", "token_expired", "token_revoked", "two_factor_setup_required",
})  # fmt: skip
"""Somebody must put our installation right; until then, nothing is shown and nothing is lost."""
LATER: Final = frozenset({
    "accesslimited", "external_channel_migrating", "message_limit_exceeded", "team_added_to_org",
})  # fmt: skip
GONE: Final = frozenset({
    "cannot_dm_bot", "channel_not_found", "is_archived", "is_inactive", "not_in_channel",
    "user_disabled", "user_is_bot", "user_not_found", "user_not_visible",
})  # fmt: skip
TOO_MUCH: Final = frozenset({
    "invalid_blocks", "invalid_blocks_format", "invalid_metadata_format", "invalid_metadata_schema",
    "metadata_must_be_sent_from_app", "metadata_too_large", "msg_blocks_too_long", "msg_too_long",
})  # fmt: skip
"""The words may be shown all the same, without anything round them."""

_A_WHILE: Final = timedelta(seconds=30)

_CODE = re.compile(r"[a-z][a-z0-9_-]{0,79}")
_log = logging.getLogger(__name__)


def code_of(error: Exception) -> str:
    """Give the name that Slack gave the error; empty if it gave none."""
    data = getattr(getattr(error, "response", None), "data", None)
    code = data.get("error") if isinstance(data, Mapping) else None
    return code if isinstance(code, str) and _CODE.fullmatch(code) else ""


def fault(error: Exception) -> TryLater | Unsure | Refused:
    """Say what an error of a call means for the reply that it was to show."""
    if isinstance(error, TryLater | Unsure | Refused):
        return error
    if isinstance(error, SlackApiError):
        return _refusal(error)
    certain = (aiohttp.ClientConnectorError, aiohttp.ConnectionTimeoutError, aiohttp.InvalidURL)
    return TryLater() if isinstance(error, certain) else Unsure(type(error).__name__)


def _refusal(error: SlackApiError) -> TryLater | Unsure | Refused:
    code, status = code_of(error), _status(error)
    if status == 429 or code in LIMITED:  # noqa: PLR2004  Too Many Requests
        return TryLater(wait_of(getattr(error.response, "headers", None)))
    if code in OPERATOR:
        _log.error("Slack does not let us post: %s. Check the app's installation and its scopes.", code)
        return TryLater()
    if code in LATER:
        return TryLater(_A_WHILE)
    if code in UNSURE or status >= 500 or not code:  # noqa: PLR2004  Slack's own trouble
        return Unsure(code or f"status {status}")
    return Gone(code) if code in GONE else Refused(code)


def wait_of(headers: object) -> timedelta:
    """Read `Retry-After`, in seconds; where there is none, a second is what Slack means by its limits."""
    return retry_after.wait_of(headers.get("Retry-After") if isinstance(headers, Mapping) else None)


def _status(error: SlackApiError) -> int:
    """Read the HTTP status of either kind of response that the library puts into its error."""
    response = error.response
    status = getattr(response, "status_code", getattr(response, "status", 0))
    return status if isinstance(status, int) else 0
