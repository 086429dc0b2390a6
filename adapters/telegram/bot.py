"""Opens the library's `Bot` on our own HTTP, and keeps its token to itself."""

import telegram

from adapters.telegram.request import AiohttpRequest

API_URL = "https://api.telegram.org"
"""Telegram's own Bot API server."""

_POLL_CONNECTIONS = 2


def open_bot(token: str, api_url: str | None = None) -> telegram.Bot:
    """Give a bot that has not connected yet; `api_url` is the address of another Bot API server.

    It needs no `initialize`, which shows the token in an error. Whoever has used it closes it by `shutdown`.
    """
    return _Bot(token, (api_url or API_URL).rstrip("/"))


class _Bot(telegram.Bot):
    """The library's bot shows its token in its `repr`."""

    __slots__ = ("_connections",)

    def __init__(self, token: str, base: str) -> None:
        calls, polls = AiohttpRequest(), AiohttpRequest(connections=_POLL_CONNECTIONS)
        super().__init__(
            token,
            base_url=f"{base}/bot",
            base_file_url=f"{base}/file/bot",
            request=calls,
            get_updates_request=polls,
        )
        self._connections = (calls, polls)

    def __repr__(self) -> str:
        return "Bot[…]"

    async def shutdown(self) -> None:
        """Close the connections. The library's own leaves them open in a bot that only made calls."""
        await super().shutdown()
        for each in self._connections:
            await each.shutdown()
