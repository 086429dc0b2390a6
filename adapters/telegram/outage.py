"""What an error of Telegram's means for who waits for Telegram to be there."""

from telegram.error import Conflict, EndPointNotFound, InvalidToken, RetryAfter, TelegramError

from adapters import outage
from adapters.outage import Setback
from adapters.retry_after import wait_of


class Pace(outage.Pace, frozen=True):
    """Seconds, so that a test need not wait for them."""

    poll: int = 25
    """For which Telegram waits with its answer until something comes; it takes whole ones only."""
    look: float = 3.0
    """Between two looks whether we still lead, or do now."""
    glance: float = 0.5
    """How long slow updates hold up the next call for others."""


def setback(error: TelegramError) -> Setback:
    """Read an error of a call."""
    kind = type(error).__name__
    if isinstance(error, InvalidToken | EndPointNotFound):  # whose words may hold the token
        return Setback(kind, setting="TELEGRAM_BOT_TOKEN")
    if isinstance(error, Conflict):
        return Setback(kind, str(error), alarm="telegram is polled by somebody else, or has a webhook")
    if isinstance(error, RetryAfter):
        return Setback(kind, str(error), wait=wait_of(error.retry_after).total_seconds())
    return Setback(kind, str(error))
