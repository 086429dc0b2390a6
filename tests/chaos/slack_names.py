"""What Slack and the workers of the chaos call things, and the keys that both know."""

from bot.model import Address
from tests.wire.slack.workspace import TEAM

PLATFORM = "slack"
BOT_TOKEN, APP_TOKEN, SIGNING_SECRET = "xoxb-of-the-chaos", "xapp-1-of-the-chaos", "the chaos signs"
WORKER = "X-Worker"
"""The header in which a worker says who it is."""


def direct(person: str) -> str:
    """Name the chat that somebody has with the bot alone."""
    return f"{TEAM}/@{person}"


def card_of(person: str) -> str:
    """Name the chat that somebody's status card is."""
    return f"{TEAM}/@{person}/card"


def thread(number: int) -> str:
    """Name the chat that a thread is, in the channel of that number."""
    return f"{TEAM}/C0CHAOS{number:04d}/1700000000.00{number:04d}"


def thread_of(address: Address) -> tuple[str, str] | None:
    """Give the channel and the first message of the thread that a chat is; None for direct messages."""
    _, place, root = (*address.chat.split("/", 2), "")[:3]
    return None if place.startswith("@") else (place, root)
