"""What Telegram says when it refuses."""

from typing import Any, TypeAlias

Payload: TypeAlias = dict[str, Any]
"""A JSON object as it goes over the wire."""


class Refusal(Exception):
    """The call is refused; `body` is the answer, and `code` is also its HTTP status."""

    def __init__(self, code: int, description: str, **parameters: object) -> None:
        super().__init__(description)
        self.code = code
        self.description = description
        self.body: Payload = {"ok": False, "error_code": code, "description": description}
        if parameters:
            self.body["parameters"] = parameters


def bad(why: str, **parameters: int) -> Refusal:
    """Give a 400."""
    return Refusal(400, f"Bad Request: {why}", **parameters)


def forbidden(why: str) -> Refusal:
    """Give a 403."""
    return Refusal(403, f"Forbidden: {why}")


def conflict(why: str) -> Refusal:
    """Give a 409."""
    return Refusal(409, f"Conflict: {why}")


def too_many(seconds: object) -> Refusal:
    """Give a 429."""
    return Refusal(429, f"Too Many Requests: retry after {seconds}", retry_after=seconds)


def unauthorized() -> Refusal:
    """Give the answer to a token that is nobody's."""
    return Refusal(401, "Unauthorized")


def not_found() -> Refusal:
    """Give the answer to a path that is none."""
    return Refusal(404, "Not Found")


NOT_MODIFIED = (
    "message is not modified: specified new message content and reply markup are exactly the same as "
    "a current content and reply markup of the message"
)
QUERY_TOO_OLD = "query is too old and response timeout expired or query ID is invalid"
OTHER_POLL = "terminated by other getUpdates request; make sure that only one bot instance is running"
WEBHOOK_SET = "terminated by setWebhook request"
WEBHOOK_ACTIVE = (
    "can't use getUpdates method while webhook is active; use deleteWebhook to delete the webhook first"
)
