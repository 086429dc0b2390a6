"""A local Bot API server that behaves as Telegram does where it matters, and misbehaves as asked.

`server` puts the rest together. Facts are from the Bot API's documentation; the texts of errors are those
that bots in the field report, because a client can tell errors apart by nothing else.
"""

from tests.wire.telegram.server import TelegramServer

__all__ = ["TelegramServer"]
