"""What each of Telegram's errors means for the message that was being sent."""

from datetime import timedelta

import pytest
from telegram.error import (
    BadRequest,
    ChatMigrated,
    Conflict,
    EndPointNotFound,
    Forbidden,
    InvalidToken,
    NetworkError,
    PassportDecryptionError,
    RetryAfter,
    TelegramError,
    TimedOut,
)

from adapters.telegram.faults import fault, is_about_entities
from adapters.telegram.request import NotSent, TooLarge
from bot.ports import Gone, Refused, TryLater, Unsure

WHOLE_CHAT = {
    Forbidden("Forbidden: bot was kicked from the supergroup chat"): True,
    BadRequest("Bad Request: chat not found"): True,
    BadRequest("Bad Request: not enough rights to send text messages to the chat"): True,
    BadRequest("Bad Request: TOPIC_CLOSED"): True,
    BadRequest("Bad Request: message is too long"): False,
    BadRequest("Bad Request: user not found"): False,
}
CERTAINLY_NOT_SHOWN: list[Exception] = [
    RetryAfter(5),
    NotSent("ClientConnectorError Connection refused"),
    InvalidToken(),
    Conflict("terminated by other getUpdates request"),
    EndPointNotFound("Endpoint 'sendMessage' not found in Bot API"),
    NetworkError("Too Many Requests (429)"),
]
IN_DOUBT: list[Exception] = [
    TimedOut(),
    NetworkError("Bad Gateway (502)"),
    NetworkError("Internal Server Error (500)"),
    NetworkError("ServerDisconnectedError"),
    TelegramError("Invalid server response"),
    TooLarge("More than 9 bytes"),
    PassportDecryptionError("no"),
    KeyError("result"),
    TypeError(),
]
GONE = {
    Forbidden("Forbidden: bot was blocked by the user"): "blocked",
    Forbidden("Forbidden: user is deactivated"): "user_deactivated",
    Forbidden("Forbidden: bot was kicked from the supergroup chat"): "kicked",
    Forbidden("Forbidden: bot is not a member of the channel chat"): "not_a_member",
    Forbidden("Forbidden: bot can't initiate conversation with a user"): "never_started",
    Forbidden("Forbidden: something new"): "forbidden",
    BadRequest("Bad Request: chat not found"): "chat_not_found",
    BadRequest("Bad Request: user not found"): "user_not_found",
    BadRequest("Bad Request: PEER_ID_INVALID"): "chat_not_found",
    BadRequest("Bad Request: group chat was deactivated"): "chat_deactivated",
    BadRequest("Bad Request: message thread not found"): "topic_deleted",
}
REFUSED = {
    BadRequest("Bad Request: message is too long"): "too_long",
    BadRequest("Bad Request: message text is empty"): "empty",
    BadRequest("Bad Request: BUTTON_DATA_INVALID"): "bad_button",
    BadRequest("Bad Request: not enough rights to send text messages to the chat"): "no_rights",
    BadRequest("Bad Request: CHAT_WRITE_FORBIDDEN"): "no_rights",
    BadRequest("Bad Request: TOPIC_CLOSED"): "topic_closed",
    BadRequest('Bad Request: can\'t parse entities: unsupported start tag "secret"'): "bad_format",
    BadRequest("Bad Request: something about secret"): "bad_request",
    ChatMigrated(-100): "moved_on",
}


@pytest.mark.parametrize("error", CERTAINLY_NOT_SHOWN, ids=repr)
def test_what_was_certainly_not_shown_is_tried_later(error: Exception) -> None:
    assert isinstance(fault(error), TryLater)


@pytest.mark.parametrize("error", IN_DOUBT, ids=repr)
def test_what_may_have_been_shown_is_in_doubt(error: Exception) -> None:
    assert isinstance(fault(error), Unsure)


@pytest.mark.parametrize(("error", "why"), GONE.items(), ids=repr)
def test_who_can_be_reached_no_more_is_gone(error: Exception, why: str) -> None:
    met = fault(error)

    assert isinstance(met, Gone)
    assert met.why == why


@pytest.mark.parametrize(("error", "why"), REFUSED.items(), ids=repr)
def test_what_telegram_never_shows_is_refused_in_a_word_of_ours(error: Exception, why: str) -> None:
    met = fault(error)

    assert isinstance(met, Refused)
    assert not isinstance(met, Gone)
    assert met.why == why


@pytest.mark.parametrize("wait", [5, timedelta(seconds=5)])
def test_the_wait_is_as_long_as_telegram_wants(wait: int | timedelta) -> None:
    met = fault(RetryAfter(wait))

    assert isinstance(met, TryLater)
    assert met.after == timedelta(seconds=5)


def test_every_error_of_the_library_is_in_these_lists() -> None:
    tried = {type(each) for each in (*CERTAINLY_NOT_SHOWN, *IN_DOUBT, *GONE, *REFUSED)}

    assert set(_all(TelegramError)) <= tried


def _all(kind: type[TelegramError]) -> list[type[TelegramError]]:
    return [kind, *(each for below in kind.__subclasses__() for each in _all(below))]


def test_a_refusal_of_the_formatting_is_told_from_others() -> None:
    assert is_about_entities(BadRequest("Bad Request: can't parse entities: wrong offset"))
    assert is_about_entities(BadRequest("Bad Request: ENTITY_BOUNDS_INVALID"))
    assert not is_about_entities(BadRequest("Bad Request: message is not modified"))


@pytest.mark.parametrize("error", WHOLE_CHAT, ids=str)
def test_what_every_message_in_the_chat_would_meet_is_told_from_what_one_does(error: TelegramError) -> None:
    found = fault(error)
    assert isinstance(found, Refused)
    assert found.whole_chat is WHOLE_CHAT[error]
