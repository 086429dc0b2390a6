"""Telegram's errors → what they mean for the reply that was being sent."""

from collections.abc import Mapping
from typing import Final

from telegram.error import (
    BadRequest,
    ChatMigrated,
    Conflict,
    EndPointNotFound,
    Forbidden,
    InvalidToken,
    NetworkError,
    RetryAfter,
)

from adapters.retry_after import wait_of
from adapters.telegram.request import NotSent
from bot.ports import Gone, Refused, TryLater, Unsure

_GONE: Final[Mapping[str, str]] = {
    "chat not found": "chat_not_found",
    "user not found": "user_not_found",
    "user is deactivated": "user_deactivated",
    "peer_id_invalid": "chat_not_found",
    "group chat was deactivated": "chat_deactivated",
    "group chat was deleted": "chat_deleted",
    "bot was kicked": "kicked",
    "bot was blocked": "blocked",
    "bot is not a member": "not_a_member",
    "bot can't initiate conversation": "never_started",
    "message thread not found": "topic_deleted",
}
"""Parts of Telegram's descriptions, by which alone these can be told apart, and our word for operators."""

_REFUSED: Final[Mapping[str, str]] = {
    "not enough rights": "no_rights",
    "have no rights": "no_rights",
    "need administrator rights": "no_rights",
    "chat_write_forbidden": "no_rights",
    "chat_restricted": "chat_restricted",
    "topic_closed": "topic_closed",
    "message is too long": "too_long",
    "message text is empty": "empty",
    "button_data_invalid": "bad_button",
    "can't parse": "bad_format",
}
_WHOLE_CHAT: Final = frozenset({
    "chat_not_found", "chat_deactivated", "chat_deleted", "kicked", "not_a_member", "topic_deleted",
    "no_rights", "chat_restricted", "topic_closed",
})  # fmt: skip
"""What any other message in the chat, or in that topic of it, would meet too."""
_TOO_MANY: Final = "too many requests"


def fault(error: Exception) -> TryLater | Unsure | Refused:
    """Say what became of a message whose sending ended so.

    The order of the cases matters: `BadRequest`, `TimedOut` and our `NotSent` are network errors too.
    """
    match error:
        case RetryAfter(retry_after=after):
            return TryLater(wait_of(after))
        case NotSent() | InvalidToken() | Conflict() | EndPointNotFound():
            return TryLater()
        case Forbidden(message=why):
            return Gone(_word(why, _GONE) or "forbidden", whole_chat=True)
        case ChatMigrated():
            return Refused("moved_on")
        case BadRequest(message=why):
            gone = _word(why, _GONE)
            refused = _word(why, _REFUSED) or "bad_request"
            whole_chat = (gone or refused) in _WHOLE_CHAT
            return Gone(gone, whole_chat=whole_chat) if gone else Refused(refused, whole_chat=whole_chat)
        case NetworkError(message=why) if why.lower().startswith(_TOO_MANY):
            return TryLater()
        case _:
            return Unsure()


def is_about_entities(error: BadRequest) -> bool:
    """Say whether only the formatting was refused."""
    return "entit" in error.message.lower()


def _word(description: str, words: Mapping[str, str]) -> str | None:
    description = description.lower()
    return next((word for part, word in words.items() if part in description), None)
