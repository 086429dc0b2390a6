"""What to tell whoever runs the bot when its store cannot be used."""

from collections.abc import Mapping

from bot.ports import StoreFault, StoreUnusable
from bot.settings import Settings

_SAYS: Mapping[StoreFault, str] = {
    "not_a_database": "what is stored there is damaged or not ours",
    "read_only": "it cannot be written to",
    "newer_format": "a newer version of imessage-support has written it; update the program",
    "in_use": "another imessage-support has it open, and one process at a time may",
    "unreachable": "it cannot be reached",
    "wrong_address": "there is no Redis at that address; correct it",
    "full": "it is full, so nothing can be stored",
    "denied": "it refuses the user, the password or one of the rights",
    "not_replicated": "too few replicas have the last turn (REDIS_REPLICAS)",
}


def told(error: StoreUnusable, settings: Settings) -> str:
    """Say in one line what is wrong and which setting names the store."""
    setting = "IMESSAGE_SUPPORT_STORE" if settings.redis_url is None else "REDIS_URL"
    return f"{setting}: {error.where}: {_SAYS[error.fault]}. `imessage-support doctor` says more."
